// SPDX-License-Identifier: MIT
#include "storage/ballast.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>

#include "storage/state_directory.h"

namespace gatewatch::storage {

Ballast::Ballast(const std::string& database_path, int64_t size)
    : path_(database_path + ".ballast"), folder_(folder_of(database_path)), size_(size) {
  if (const std::optional<Disk> disk = look_at_disk()) {
    size_ = std::min(size_, disk->size / kLeastShare);
  }
}

void Ballast::keep() {
  struct stat present {};
  const bool exists = stat(path_.c_str(), &present) == 0;
  if (size_ == 0 || (exists && present.st_size == size_)) {
    return;
  }
  const std::optional<Disk> disk = look_at_disk();
  if (!disk || disk->free < size_ * kPlenty) {
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
  const std::optional<Disk> disk = look_at_disk();
  return !disk || disk->free >= size_ * 2;
}

std::optional<Ballast::Disk> Ballast::look_at_disk() const {
  struct statvfs disk {};
  if (statvfs(folder_.c_str(), &disk) != 0) {
    return std::nullopt;
  }
  const auto block = static_cast<int64_t>(disk.f_frsize);
  return Disk{.size = static_cast<int64_t>(disk.f_blocks) * block,
              .free = static_cast<int64_t>(disk.f_bavail) * block};
}

}  // namespace gatewatch::storage
