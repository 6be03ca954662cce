// SPDX-License-Identifier: MIT
//
// The folder that holds the database, taken by one daemon at a time.
#pragma once

#include <string>
#include <utility>

namespace gatewatch::storage {

// The folder that `path` lies in, "." for a bare name.
[[nodiscard]] std::string folder_of(const std::string& path);

// Holds an exclusive lock (flock on NAME.lock beside the database) and a shared one on the folder
// until destroyed; the kernel gives them back when the process dies. Where the disk has no room for
// the lock file, the folder itself is held exclusively, and with it every database in it.
//
// Fails: the constructor throws StorageError: Missing, Permission, Unwritable (all name the folder)
// or Locked (names the database and the process that has it).
class StateLock {
 public:
  explicit StateLock(const std::string& database_path);

 private:
  class Descriptor {
   public:
    explicit Descriptor(int number = -1) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
      std::swap(number_, other.number_);
      return *this;
    }
    ~Descriptor();
    [[nodiscard]] int number() const { return number_; }

   private:
    int number_;
  };

  void take(int descriptor, int operation) const;

  std::string path_;
  Descriptor folder_;
  Descriptor file_;
};

// Checks what can be known before the first write: that an existing database is ours and not of a
// newer schema. Throws StorageError (NewerSchema, Foreign, Permission); a corrupt or missing one is
// no reason to stay down and passes.
void check_database(const std::string& database_path);

}  // namespace gatewatch::storage
