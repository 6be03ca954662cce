// SPDX-License-Identifier: MIT
//
// One file that is read as it grows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <string>
#include <string_view>

#include "core/time.h"
#include "logs/tail_position.h"

namespace gatewatch::logs {

inline constexpr size_t kMaxLine = size_t{64} * 1024;  // bytes; what is above is left out

// Takes a line without its end ("\n" or "\r\n") and without NULs before it, which may hold any
// bytes. Valid during the call.
using TakeLine = std::function<void(std::string_view line)>;

struct TailCounters {
  uint64_t lines = 0;
  uint64_t bytes = 0;
  uint64_t cut_lines = 0;      // over kMaxLine: given out cut
  uint64_t rotations = 0;      // another file came to be at the path
  uint64_t truncations = 0;    // the file was made shorter, or was written anew
  uint64_t skipped_bytes = 0;  // not read, to catch up

  bool operator==(const TailCounters&) const = default;
};

// Holds at most kMaxLine bytes besides what it is handed. Thread: one at a time.
class OpenLog {
 public:
  // Opens a regular file. The error says what the system says, or that it is no regular file.
  [[nodiscard]] static std::expected<OpenLog, std::string> open(const std::string& path);
  OpenLog(OpenLog&& other) noexcept;
  OpenLog& operator=(OpenLog&& other) noexcept;
  ~OpenLog();

  [[nodiscard]] uint64_t device() const { return position_.device; }
  [[nodiscard]] uint64_t inode() const { return position_.inode; }
  [[nodiscard]] uint64_t size() const { return size_; }
  [[nodiscard]] int64_t modified_ns() const { return modified_ns_; }
  [[nodiscard]] uint64_t unread() const { return size_ < read_ ? 0 : size_ - read_; }
  [[nodiscard]] SteadyTime last_growth() const { return last_growth_; }
  // From here on it would have to be read again.
  [[nodiscard]] FilePosition position() const;

  // Goes on at a position of this file, or of one that was copied here.
  void go_to(const FilePosition& position);
  // Begins at the end: a line that is half written there is left out.
  void go_to_end();
  // Leaves out `bytes` of what is unread, and the rest of the line that is met there.
  void skip(uint64_t bytes);

  // Asks the system for the size; `now` is when.
  void look(SteadyTime now);
  // Whether it is shorter than what was read of it, or begins with other bytes than it did.
  [[nodiscard]] bool was_rewritten() const;
  // Begins at its beginning, as of another file. What was half read is forgotten.
  void start_again();
  // Whether it has no name any more.
  [[nodiscard]] bool was_deleted() const { return is_deleted_; }
  // Whether the file begins with the bytes of `head`.
  [[nodiscard]] bool begins_with(const FileHead& head) const;

  // Reads at most `budget` bytes, and gives out the lines that end in them. Returns how many it has
  // read: 0 at the end. A line that ends later is kept until then.
  size_t read(size_t budget, const TakeLine& take, TailCounters& counters);
  // Gives out what is left without a newline: nothing more will come.
  void finish(const TakeLine& take, TailCounters& counters);

 private:
  explicit OpenLog(int fd) : fd_(fd) {}
  void feed(std::string_view bytes, const TakeLine& take, TailCounters& counters);
  void give_out(std::string_view line, const TakeLine& take, TailCounters& counters);
  void remember_head();
  [[nodiscard]] FileHead read_head(uint32_t length) const;

  int fd_ = -1;
  FilePosition position_;  // device, inode and head; the rest is kept below
  uint64_t read_ = 0;      // offset of the next byte to read
  uint64_t size_ = 0;
  int64_t modified_ns_ = 0;
  bool is_deleted_ = false;
  SteadyTime last_growth_{};
  std::string partial_;       // of the line that has not ended
  bool inside_line_ = false;  // skipping to the next newline
};

}  // namespace gatewatch::logs
