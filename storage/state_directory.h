// SPDX-License-Identifier: MIT
//
// The folder that holds the database, taken by one daemon at a time.
#pragma once

#include <string>

namespace gatewatch::storage {

// The folder that `path` lies in, "." for a bare name.
[[nodiscard]] std::string folder_of(const std::string& path);

// Holds an exclusive lock (flock on NAME.lock beside the database) until destroyed; the kernel
// gives it back when the process dies. Where the disk has no room for the lock file, the folder
// itself is locked.
//
// Fails: the constructor throws StorageError: Missing, Permission, Unwritable (all name the folder)
// or Locked (names the database and the process that has it).
class StateLock {
 public:
  explicit StateLock(const std::string& database_path);
  ~StateLock();
  StateLock(const StateLock&) = delete;
  StateLock& operator=(const StateLock&) = delete;

 private:
  int descriptor_ = -1;
};

// Checks what can be known before the first write: that an existing database is ours and not of a
// newer schema. Throws StorageError (NewerSchema, Foreign, Permission); a corrupt or missing one is
// no reason to stay down and passes.
void check_database(const std::string& database_path);

}  // namespace gatewatch::storage
