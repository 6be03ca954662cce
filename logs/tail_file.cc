// SPDX-License-Identifier: MIT
//
// `files_` holds the file at the path, last, and before it those that stood there earlier and may
// still grow. Each poll compares what stands at the path with the last of them, then each file with
// what is remembered of it, then reads them in order.
#include "logs/tail_file.h"

#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/log.h"

namespace gatewatch::logs {
namespace {

// ".1", "-20261122", "-20261122.1", "_1": not what a compressor made of it.
bool is_rotation_ending(std::string_view ending) {
  return ending.size() > 1 && std::string_view(".-_").find(ending[0]) != std::string_view::npos &&
         std::all_of(ending.begin(), ending.end(), [](char c) {
           return std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-' ||
                  c == '_';
         });
}

bool is_of(const OpenLog& file, const FilePosition& position) {
  return file.device() == position.device && file.inode() == position.inode &&
         file.size() >= position.offset && file.begins_with(position.head);
}

bool may_be_copy_of(const OpenLog& file, const FilePosition& position) {
  return position.head.length > 0 && file.size() >= position.offset &&
         file.begins_with(position.head);
}

// The place of the file that `position` is in, or of a copy of it; the number of files where there
// is none.
size_t find_file(const std::vector<OpenLog>& files, const FilePosition& position) {
  auto found = std::find_if(files.begin(), files.end(),
                            [&](const OpenLog& file) { return is_of(file, position); });
  if (found == files.end()) {
    found = std::find_if(files.begin(), files.end(),
                         [&](const OpenLog& file) { return may_be_copy_of(file, position); });
  }
  return static_cast<size_t>(found - files.begin());
}

// The file that `position` is in, under whatever name it has in the folder of the path or of what a
// symbolic link there leads to.
std::optional<OpenLog> open_moved(const std::string& path, const FilePosition& position) {
  std::error_code error;
  const std::filesystem::path here = std::filesystem::path(path).parent_path();
  const std::filesystem::path there = std::filesystem::canonical(path, error).parent_path();
  for (const std::filesystem::path& folder : {here, there}) {
    std::filesystem::directory_iterator at(folder, error);
    for (size_t looked = 0; !error && looked < kMaxNames && at != std::filesystem::end(at);
         ++looked, at.increment(error)) {
      struct stat info {};
      if (stat(at->path().c_str(), &info) != 0 || info.st_ino != position.inode ||
          info.st_dev != position.device) {
        continue;
      }
      if (auto file = OpenLog::open(at->path()); file && is_of(*file, position)) {
        return std::move(*file);
      }
    }
  }
  return std::nullopt;
}

}  // namespace

TailFile::TailFile(std::string path, TailPosition position)
    : path_(std::move(path)),
      restored_(position.place == path_ ? std::move(position) : TailPosition()) {}

bool TailFile::is_read(const OpenLog& file) const {
  return std::any_of(files_.begin(), files_.end(), [&](const OpenLog& one) {
    return one.device() == file.device() && one.inode() == file.inode();
  });
}

std::vector<OpenLog> TailFile::open_rotated() const {
  const std::filesystem::path path(path_);
  const std::string name = path.filename();
  std::vector<OpenLog> found;
  std::error_code error;
  std::filesystem::directory_iterator at(path.parent_path(), error);
  for (size_t looked = 0; !error && looked < kMaxNames && at != std::filesystem::end(at);
       ++looked, at.increment(error)) {
    const std::string other = at->path().filename();
    if (!other.starts_with(name) || !is_rotation_ending(other.substr(name.size()))) {
      continue;
    }
    if (auto file = OpenLog::open(at->path())) {
      found.push_back(std::move(*file));
    }
  }
  std::sort(found.begin(), found.end(),
            [](const OpenLog& a, const OpenLog& b) { return a.modified_ns() < b.modified_ns(); });
  if (found.size() > kMaxRotated) {
    found.erase(found.begin(), found.end() - static_cast<std::ptrdiff_t>(kMaxRotated));
  }
  return found;
}

void TailFile::start() {
  if (!restored_.files.empty()) {
    begins_at_end_ = false;
    known_ = restored_.files;
    restore();
    limit_catch_up();
  }
}

// What was read before the restart is looked for; what was written after it is read from its
// beginning.
void TailFile::restore() {
  std::vector<OpenLog> files = open_rotated();
  auto current = OpenLog::open(path_);
  if (current) {
    files.push_back(std::move(*current));
  }
  std::vector<bool> is_wanted(files.size(), false);
  size_t newer = files.size();  // files from there on are newer than all that were read
  for (const FilePosition& position : restored_.files) {
    const size_t found = find_file(files, position);
    if (found == files.size()) {
      if (auto moved = open_moved(path_, position)) {
        moved->go_to(position);
        files_.push_back(std::move(*moved));
      } else {
        log(LogLevel::Warning, "what was not yet read of a log is gone", {{"path", path_}});
      }
    } else {
      files[found].go_to(position);
      is_wanted[found] = true;
      newer = found + 1;
    }
  }
  if (newer == files.size() && current && !is_wanted.back()) {
    newer = files.size() - 1;
  }
  for (size_t i = 0; i < files.size(); ++i) {
    if (is_wanted[i] || i >= newer) {
      files_.push_back(std::move(files[i]));
    }
  }
  is_at_path_ = current.has_value();
}

void TailFile::limit_catch_up() {
  uint64_t unread = 0;
  for (const OpenLog& file : files_) {
    unread += file.unread();
  }
  for (OpenLog& file : files_) {
    if (unread > kMaxCatchUp && file.unread() > 0) {
      const uint64_t skipped = std::min(file.unread(), unread - kMaxCatchUp);
      file.skip(skipped);
      counters_.skipped_bytes += skipped;
      unread -= skipped;
    }
  }
}

// While a log is rotated there is nothing at the path for a moment.
void TailFile::look_at_path(SteadyTime now) {
  struct stat info {};
  if (stat(path_.c_str(), &info) != 0) {
    const int error = errno;
    is_at_path_ = false;
    if (error == ENOENT) {
      begins_at_end_ = false;  // what comes now is new
    }
    const bool may_be_rotated =
        error == ENOENT && !files_.empty() && now - files_.back().last_growth() < kQuietBeforeLeft;
    if (!may_be_rotated) {
      trouble_ = std::strerror(error);
    }
    return;
  }
  const auto found = std::find_if(files_.begin(), files_.end(), [&](const OpenLog& file) {
    return file.device() == info.st_dev && file.inode() == info.st_ino;
  });
  if (found == files_.end()) {
    open_current();
    return;
  }
  std::rotate(found, found + 1, files_.end());
  is_at_path_ = true;
  trouble_ = "";
}

void TailFile::open_current() {
  is_at_path_ = false;
  auto file = OpenLog::open(path_);
  if (!file) {
    trouble_ = file.error();
    return;
  }
  if (is_read(*file)) {
    return;  // switched back in between: the next poll sees it
  }
  const auto known = std::find_if(known_.rbegin(), known_.rend(), [&](const FilePosition& one) {
    return one.head.length > 0 && is_of(*file, one);
  });
  if (known != known_.rend()) {
    file->go_to(*known);
  } else if (begins_at_end_) {
    file->go_to_end();
  }
  begins_at_end_ = false;
  counters_.rotations += files_.empty() ? 0U : 1U;
  files_.push_back(std::move(*file));
  is_at_path_ = true;
  trouble_ = "";
}

void TailFile::look_for_rewriting(SteadyTime now) {
  for (size_t i = 0; i < files_.size(); ++i) {
    files_[i].look(now);
    if (!files_[i].was_rewritten()) {
      continue;
    }
    ++counters_.truncations;
    const FilePosition before = files_[i].position();
    files_[i].start_again();
    std::vector<OpenLog> rotated = open_rotated();
    const auto copy = std::find_if(rotated.rbegin(), rotated.rend(), [&](const OpenLog& file) {
      return !is_read(file) && may_be_copy_of(file, before);
    });
    if (copy != rotated.rend()) {
      copy->look(now);
      copy->go_to(before);
      files_.insert(files_.begin() + static_cast<std::ptrdiff_t>(i), std::move(*copy));
      ++i;
    }
  }
}

void TailFile::leave_quiet_ones(SteadyTime now, const TakeLine& take) {
  for (size_t i = 0; i < files_.size();) {
    const OpenLog& file = files_[i];
    const bool is_last = i + 1 == files_.size();
    const bool may_be_left = !is_last || (!is_at_path_ && file.was_deleted());
    const bool is_quiet = file.unread() == 0 && now - file.last_growth() >= kQuietBeforeLeft;
    const bool is_too_many = files_.size() > kMaxRotated + 1;
    if (may_be_left && (is_quiet || is_too_many)) {
      counters_.skipped_bytes += file.unread();
      files_[i].finish(take, counters_);
      std::erase_if(known_, [&](const FilePosition& one) {
        return one.device == file.device() && one.inode == file.inode();
      });
      known_.push_back(file.position());
      known_.erase(known_.begin(), known_.end() - static_cast<std::ptrdiff_t>(
                                                      std::min(known_.size(), kMaxRotated)));
      files_.erase(files_.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      ++i;
    }
  }
}

bool TailFile::poll(SteadyTime now, const TakeLine& take) {
  if (!std::exchange(is_started_, true)) {
    start();
  }
  look_at_path(now);
  look_for_rewriting(now);
  size_t budget = kMaxBytesPerPoll;
  for (OpenLog& file : files_) {
    budget -= file.read(budget, take, counters_);
    if (budget == 0) {
      return true;
    }
  }
  leave_quiet_ones(now, take);
  return false;
}

TailPosition TailFile::position() const {
  TailPosition position{.place = path_, .files = {}, .cursor = {}};
  if (files_.empty()) {
    position.files = known_;
  }
  for (const OpenLog& file : files_) {
    position.files.push_back(file.position());
  }
  return position;
}

}  // namespace gatewatch::logs
