// SPDX-License-Identifier: MIT
//
// The text of one configuration file, and where in it something stands.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <vector>

#include "config/diagnostic.h"

namespace gatewatch::config {

// Lifetime: Places point to it.
struct SourceFile {
  SourceFile(std::string file_name, std::string file_text);

  std::string name;
  std::string text;                 // without a byte order mark
  std::vector<size_t> line_starts;  // offsets
};

// A small Location.
struct Place {
  const SourceFile* file = nullptr;
  int line = 1;
  int column = 1;  // in characters
};

[[nodiscard]] Place place_at(const SourceFile& file, size_t offset);
// The offset of the byte `byte_column` (from 1) of `line` (from 1), not beyond the end.
[[nodiscard]] size_t offset_of(const SourceFile& file, size_t line, size_t byte_column);
[[nodiscard]] Location to_location(const Place& place);

enum class FileKind {
  Regular,
  Any,  // a pipe too, which is waited for
};

// Reads a whole file of at most `limit` bytes. The error is a sentence's end: "is a directory".
[[nodiscard]] std::expected<std::string, std::string> read_text_file(const std::string& path,
                                                                     size_t limit, FileKind kind);

// The offset of the first byte that is NUL or not part of well-formed UTF-8; npos where all is
// well.
[[nodiscard]] size_t find_bad_byte(const std::string& text);

}  // namespace gatewatch::config
