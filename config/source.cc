// SPDX-License-Identifier: MIT
#include "config/source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/text.h"

namespace gatewatch::config {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::string describe(int error) {
  return std::generic_category().message(error);
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) {
      close(number_);
    }
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return number_; }

 private:
  int number_;
};

}  // namespace

SourceFile::SourceFile(std::string file_name, std::string file_text)
    : name(std::move(file_name)), text(std::move(file_text)) {
  if (text.starts_with(kByteOrderMark)) {
    text.erase(0, kByteOrderMark.size());
  }
  line_starts.push_back(0);
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') {
      line_starts.push_back(i + 1);
    }
  }
}

Place place_at(const SourceFile& file, size_t offset) {
  offset = std::min(offset, file.text.size());
  const auto next = std::upper_bound(file.line_starts.begin(), file.line_starts.end(), offset);
  const size_t start = *(next - 1);
  const std::string_view before = std::string_view(file.text).substr(start, offset - start);
  return {&file, static_cast<int>(next - file.line_starts.begin()),
          static_cast<int>(count_characters(before)) + 1};
}

size_t offset_of(const SourceFile& file, size_t line, size_t byte_column) {
  if (line < 1 || line > file.line_starts.size() || byte_column < 1) {
    return file.text.size();
  }
  return std::min(file.line_starts[line - 1] + byte_column - 1, file.text.size());
}

Location to_location(const Place& place) {
  return {place.file == nullptr ? std::string() : place.file->name, place.line, place.column};
}

std::expected<std::string, std::string> read_text_file(const std::string& path, size_t limit,
                                                       FileKind kind) {
  // A pipe that nobody writes to must not hold us.
  const int waits = kind == FileKind::Regular ? O_NONBLOCK : 0;
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | waits));
  if (file.get() < 0) {
    return std::unexpected("cannot be read: " + describe(errno));
  }
  struct stat status {};
  if (fstat(file.get(), &status) == 0 && S_ISDIR(status.st_mode)) {
    return std::unexpected("is a directory, not a file");
  }
  if (kind == FileKind::Regular && !S_ISREG(status.st_mode)) {
    return std::unexpected("is not a regular file");
  }
  std::string text;
  std::array<char, 65536> buffer;
  while (true) {
    const ssize_t count = read(file.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      return std::unexpected("cannot be read: " + describe(errno));
    }
    if (count == 0) {
      return text;
    }
    text.append(buffer.data(), static_cast<size_t>(count));
    if (text.size() > limit) {
      return std::unexpected("is too large: more than " + std::to_string(limit) + " bytes");
    }
  }
}

size_t find_bad_byte(const std::string& text) {
  size_t at = 0;
  while (at < text.size()) {
    if (text[at] == '\0') {
      return at;
    }
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      ++at;
      continue;
    }
    const auto first = static_cast<unsigned char>(text[at]);
    const size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    // A character of several bytes may be a control character (C1) and still be well-formed:
    // printable() leaves it as \u{…}, and writes \x… only for bytes that are not.
    if (printable(std::string_view(text).substr(at, length)).starts_with("\\x")) {
      return at;
    }
    at += length;
  }
  return std::string::npos;
}

}  // namespace gatewatch::config
