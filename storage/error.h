// SPDX-License-Identifier: MIT
//
// What the database or its folder would not do.
#pragma once

#include <stdexcept>
#include <string>

namespace gatewatch::storage {

// what() is one line that names the path and the reason.
class StorageError : public std::runtime_error {
 public:
  enum class Kind {
    Missing,      // no such file or folder
    Permission,   // may not be read or written
    NewerSchema,  // written by a newer gatewatch
    Foreign,      // an SQLite file of another program
    Corrupt,      // not a database, or damaged
    Locked,       // another gatewatch has it
    Unwritable,   // disk full, read-only, I/O error
  };

  StorageError(Kind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  [[nodiscard]] Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

}  // namespace gatewatch::storage
