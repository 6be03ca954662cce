// SPDX-License-Identifier: MIT
//
// Room kept for the hour of need: a file of known size that is deleted when the disk is full, so
// that incidents and messages can still be written.
//
// Thread: one at a time. Fails: silently, for what it keeps is a comfort.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace gatewatch::storage {

class Ballast {
 public:
  // A disk with less than size x kPlenty free gets no ballast.
  static constexpr int64_t kPlenty = 4;

  // A small disk gets a smaller ballast: one part in so many of its size.
  static constexpr int64_t kLeastShare = 64;

  // The file NAME.ballast beside the database; a size of 0 keeps nothing.
  Ballast(const std::string& database_path, int64_t size);

  // Makes the file where it is missing and there is plenty of room.
  void keep();
  // Deletes the file; whether there was one.
  bool release();
  // Whether the disk has room for samples again: at least twice the size free, or unknown.
  [[nodiscard]] bool has_room() const;

 private:
  struct Disk {
    int64_t size = 0;  // bytes
    int64_t free = 0;  // to unprivileged processes
  };
  [[nodiscard]] std::optional<Disk> look_at_disk() const;

  std::string path_;
  std::string folder_;
  int64_t size_;
};

}  // namespace gatewatch::storage
