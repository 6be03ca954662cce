// SPDX-License-Identifier: MIT
//
// "files 2049:131:4096:0:256:1234 2049:140:10:1:40:99 at /var/log/x" or "journal CURSOR at
// nginx.service"; "none". Neither numbers nor cursors have an " at ".
#include "logs/tail_position.h"

#include <array>
#include <charconv>

namespace gatewatch::logs {
namespace {

constexpr std::string_view kNone = "none";
constexpr std::string_view kFiles = "files";
constexpr std::string_view kJournal = "journal ";
constexpr std::string_view kAt = " at ";
constexpr size_t kMaxFiles = 64;

std::string file_text(const FilePosition& file) {
  std::string text;
  for (const uint64_t number :
       {file.device, file.inode, file.offset, uint64_t{file.inside_line ? 1U : 0U},
        uint64_t{file.head.length}, file.head.hash}) {
    text.append(text.empty() ? "" : ":").append(std::to_string(number));
  }
  return text;
}

std::optional<FilePosition> parse_file(std::string_view text) {
  std::array<uint64_t, 6> numbers{};
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  for (size_t i = 0; i < numbers.size(); ++i) {
    if (i > 0 && (at == end || *at++ != ':')) {
      return std::nullopt;
    }
    const auto [stop, error] = std::from_chars(at, end, numbers.at(i));
    if (error != std::errc()) {
      return std::nullopt;
    }
    at = stop;
  }
  if (at != end || numbers[3] > 1 || numbers[4] > FileHead::kMaxLength) {
    return std::nullopt;
  }
  return FilePosition{.device = numbers[0],
                      .inode = numbers[1],
                      .offset = numbers[2],
                      .inside_line = numbers[3] == 1,
                      .head = {static_cast<uint32_t>(numbers[4]), numbers[5]}};
}

}  // namespace

std::string to_text(const TailPosition& position) {
  if (position.empty()) {
    return std::string(kNone);
  }
  if (position.files.empty()) {
    return std::string(kJournal).append(position.cursor).append(kAt).append(position.place);
  }
  std::string text(kFiles);
  for (const FilePosition& file : position.files) {
    text.append(" ").append(file_text(file));
  }
  return text.append(kAt).append(position.place);
}

std::optional<TailPosition> parse_position(std::string_view text) {
  TailPosition position;
  if (text == kNone) {
    return position;
  }
  const size_t place = text.find(kAt);
  if (place == std::string_view::npos || place + kAt.size() == text.size()) {
    return std::nullopt;
  }
  position.place = text.substr(place + kAt.size());
  text = text.substr(0, place);
  if (text.starts_with(kJournal) && text.size() > kJournal.size()) {
    position.cursor = text.substr(kJournal.size());
    return position;
  }
  if (!text.starts_with(kFiles) || text.size() == kFiles.size()) {
    return std::nullopt;
  }
  text.remove_prefix(kFiles.size());
  while (!text.empty()) {
    if (text.front() != ' ' || position.files.size() == kMaxFiles) {
      return std::nullopt;
    }
    const size_t end = std::min(text.find(' ', 1), text.size());
    const auto file = parse_file(text.substr(1, end - 1));
    if (!file) {
      return std::nullopt;
    }
    position.files.push_back(*file);
    text.remove_prefix(end);
  }
  return position;
}

}  // namespace gatewatch::logs
