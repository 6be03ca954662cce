// SPDX-License-Identifier: MIT
#include "storage/ballast.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "storage/state_directory.h"

namespace gatewatch::storage {

Ballast::Ballast(const std::string& database_path, int64_t size)
    : path_(database_path + ".ballast"), folder_(folder_of(database_path)), size_(size) {}

void Ballast::keep() {
  struct stat present {};
  const bool exists = stat(path_.c_str(), &present) == 0;
  if (size_ == 0 || (exists && present.st_size == size_)) {
    return;
  }
  if (free_bytes().value_or(0) < size_ * kPlenty) {
    return;
  }
  const int file = open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) {
    return;
  }
  const bool made = posix_fallocate(file, 0, size_) == 0;
  close(file);
  if (!made) {
    unlink(path_.c_str());
  }
}

bool Ballast::release() {
  return unlink(path_.c_str()) == 0;
}

bool Ballast::has_room() const {
  return free_bytes().value_or(size_ * 2) >= size_ * 2;
}

std::optional<int64_t> Ballast::free_bytes() const {
  struct statvfs disk {};
  if (statvfs(folder_.c_str(), &disk) != 0) {
    return std::nullopt;
  }
  return static_cast<int64_t>(disk.f_bavail) * static_cast<int64_t>(disk.f_frsize);
}

}  // namespace gatewatch::storage
