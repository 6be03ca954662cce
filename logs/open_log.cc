// SPDX-License-Identifier: MIT
#include "logs/open_log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace gatewatch::logs {
namespace {

constexpr size_t kChunk = size_t{64} * 1024;

// FNV-1a, 64 bits (RFC 9923).
uint64_t hash_of(std::string_view bytes) {
  uint64_t hash = 14695981039346656037ULL;
  for (const char c : bytes) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 1099511628211ULL;
  }
  return hash;
}

std::string_view without_return(std::string_view line) {
  if (line.ends_with('\r')) {
    line.remove_suffix(1);
  }
  return line;
}

}  // namespace

std::expected<OpenLog, std::string> OpenLog::open(const std::string& path) {
  // Not blocking, since what stands at the path may be a pipe.
  OpenLog log(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (log.fd_ < 0) {
    return std::unexpected(std::strerror(errno));
  }
  struct stat info {};
  if (fstat(log.fd_, &info) != 0) {
    return std::unexpected(std::strerror(errno));
  }
  if (!S_ISREG(info.st_mode)) {
    return std::unexpected("is not a regular file");
  }
  log.position_.device = info.st_dev;
  log.position_.inode = info.st_ino;
  log.look(SteadyTime{});
  return log;
}

OpenLog::OpenLog(OpenLog&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      position_(other.position_),
      read_(other.read_),
      size_(other.size_),
      modified_ns_(other.modified_ns_),
      is_deleted_(other.is_deleted_),
      last_growth_(other.last_growth_),
      partial_(std::move(other.partial_)),
      inside_line_(other.inside_line_) {}

OpenLog& OpenLog::operator=(OpenLog&& other) noexcept {
  std::swap(fd_, other.fd_);
  position_ = other.position_;
  read_ = other.read_;
  size_ = other.size_;
  modified_ns_ = other.modified_ns_;
  is_deleted_ = other.is_deleted_;
  last_growth_ = other.last_growth_;
  partial_ = std::move(other.partial_);
  inside_line_ = other.inside_line_;
  return *this;
}

OpenLog::~OpenLog() {
  if (fd_ >= 0) {
    close(fd_);
  }
}

FilePosition OpenLog::position() const {
  FilePosition position = position_;
  position.offset = read_ - partial_.size();
  position.inside_line = inside_line_;
  return position;
}

void OpenLog::go_to(const FilePosition& position) {
  read_ = position.offset;
  inside_line_ = position.inside_line;
  position_.head = position.head;
  partial_.clear();
}

void OpenLog::go_to_end() {
  char last = '\n';
  if (size_ > 0 && pread(fd_, &last, 1, static_cast<off_t>(size_ - 1)) != 1) {
    last = '\n';
  }
  read_ = size_;
  inside_line_ = last != '\n';
  partial_.clear();
  remember_head();
}

void OpenLog::skip(uint64_t bytes) {
  read_ += std::min(bytes, unread());
  inside_line_ = true;
  partial_.clear();
}

void OpenLog::look(SteadyTime now) {
  struct stat info {};
  if (fstat(fd_, &info) != 0) {
    return;
  }
  const auto size = static_cast<uint64_t>(info.st_size);
  if (size != size_ || last_growth_ == SteadyTime{}) {
    last_growth_ = now;
  }
  size_ = size;
  constexpr int64_t kSecond = 1'000'000'000;
  modified_ns_ = info.st_mtim.tv_sec * kSecond + info.st_mtim.tv_nsec;
  is_deleted_ = info.st_nlink == 0;
}

FileHead OpenLog::read_head(uint32_t length) const {
  std::array<char, FileHead::kMaxLength> bytes{};
  const ssize_t got = pread(fd_, bytes.data(), std::min<size_t>(length, bytes.size()), 0);
  const size_t count = got < 0 ? 0 : static_cast<size_t>(got);
  return {static_cast<uint32_t>(count), hash_of({bytes.data(), count})};
}

bool OpenLog::begins_with(const FileHead& head) const {
  return read_head(head.length) == head;
}

bool OpenLog::was_rewritten() const {
  if (size_ < read_ || (position_.head.length > 0 && !begins_with(position_.head))) {
    return true;
  }
  return false;
}

// Of what was read alone: the rest may not be there to stay.
void OpenLog::remember_head() {
  const auto wanted = static_cast<uint32_t>(std::min<uint64_t>(read_, FileHead::kMaxLength));
  if (position_.head.length < wanted) {
    position_.head = read_head(wanted);
  }
}

void OpenLog::start_again() {
  read_ = 0;
  position_.head = {};
  inside_line_ = false;
  partial_.clear();
}

void OpenLog::give_out(std::string_view line, const TakeLine& take, TailCounters& counters) {
  ++counters.lines;
  line.remove_prefix(std::min(line.find_first_not_of('\0'), line.size()));
  take(without_return(line));
}

void OpenLog::feed(std::string_view bytes, const TakeLine& take, TailCounters& counters) {
  while (!bytes.empty()) {
    const size_t newline = bytes.find('\n');
    const std::string_view piece = bytes.substr(0, newline);
    const bool ends = newline != std::string_view::npos;
    bytes.remove_prefix(ends ? newline + 1 : bytes.size());
    if (inside_line_) {
      inside_line_ = !ends;
    } else if (partial_.size() + piece.size() > kMaxLine) {
      partial_.append(piece.substr(0, kMaxLine - partial_.size()));
      ++counters.cut_lines;
      give_out(partial_, take, counters);
      partial_.clear();
      inside_line_ = !ends;
    } else if (!ends) {
      partial_.append(piece);
    } else if (partial_.empty()) {
      give_out(piece, take, counters);
    } else {
      partial_.append(piece);
      give_out(partial_, take, counters);
      partial_.clear();
    }
  }
}

size_t OpenLog::read(size_t budget, const TakeLine& take, TailCounters& counters) {
  std::array<char, kChunk> chunk;  // NOLINT(cppcoreguidelines-pro-type-member-init): read into
  size_t total = 0;
  if (unread() > 0 && partial_.empty()) {
    // A writer that does not append leaves a hole where a truncation took its lines away.
    const off_t data = lseek(fd_, static_cast<off_t>(read_), SEEK_DATA);
    read_ = data > 0 ? std::max(read_, static_cast<uint64_t>(data)) : read_;
  }
  while (total < budget) {
    const size_t wanted = std::min(chunk.size(), budget - total);
    const ssize_t got = pread(fd_, chunk.data(), wanted, static_cast<off_t>(read_));
    if (got <= 0) {
      break;
    }
    const auto count = static_cast<size_t>(got);
    total += count;
    read_ += count;
    counters.bytes += count;
    feed({chunk.data(), count}, take, counters);
  }
  remember_head();
  return total;
}

void OpenLog::finish(const TakeLine& take, TailCounters& counters) {
  if (!partial_.empty()) {
    give_out(std::exchange(partial_, {}), take, counters);
  }
}

}  // namespace gatewatch::logs
