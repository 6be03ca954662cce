// SPDX-License-Identifier: MIT
//
// How far a log has been read, to go on from there after a restart.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatewatch::logs {

// The first bytes of a file, by which it is known again where its name or its inode has changed
// hands. Two files that begin alike are told apart by their inodes only.
struct FileHead {
  static constexpr uint32_t kMaxLength = 256;
  uint32_t length = 0;
  uint64_t hash = 0;

  bool operator==(const FileHead&) const = default;
};

struct FilePosition {
  uint64_t device = 0;
  uint64_t inode = 0;
  uint64_t offset = 0;       // of the first byte that was not given out as a part of a line
  bool inside_line = false;  // the bytes from there to the next newline are not wanted
  FileHead head;

  bool operator==(const FilePosition&) const = default;
};

// Of a file: itself, last, after those that it was before it was rotated and that may still be
// written to. Of a journal: a cursor. Empty: nothing was read. One of another place than what is
// to be followed tells nothing of it.
struct TailPosition {
  std::string place;  // the path of the file, or the unit
  std::vector<FilePosition> files;
  std::string cursor;

  [[nodiscard]] bool empty() const { return files.empty() && cursor.empty(); }
  bool operator==(const TailPosition&) const = default;
};

// Text for a database, and back. Of an empty position not even the place is kept. Empty for any
// text that to_text() does not give.
[[nodiscard]] std::string to_text(const TailPosition& position);
[[nodiscard]] std::optional<TailPosition> parse_position(std::string_view text);

}  // namespace gatewatch::logs
