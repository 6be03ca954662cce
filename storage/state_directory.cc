// SPDX-License-Identifier: MIT
#include "storage/state_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string_view>

#include "storage/error.h"
#include "storage/reader.h"
#include "storage/schema.h"

namespace gatewatch::storage {
namespace {

constexpr Duration kCheckDeadline = std::chrono::seconds(5);

[[noreturn]] void refuse_folder(const std::string& folder, int reason) {
  StorageError::Kind kind = StorageError::Kind::Unwritable;
  if (reason == ENOENT || reason == ENOTDIR) {
    kind = StorageError::Kind::Missing;
  } else if (reason == EACCES || reason == EPERM) {
    kind = StorageError::Kind::Permission;
  }
  throw StorageError(kind, "cannot use state directory " + folder + ": " + std::strerror(reason));
}

int open_folder(const std::string& folder) {
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) {
    refuse_folder(folder, errno);
  }
  return descriptor;
}

// Empty where the disk has no room for it.
std::optional<int> open_lock_file(const std::string& folder, const std::string& file) {
  int descriptor = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0 && errno == EROFS) {
    descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  }
  if (descriptor < 0 && (errno == ENOSPC || errno == EDQUOT)) {
    return std::nullopt;
  }
  if (descriptor < 0) {
    refuse_folder(folder, errno);
  }
  return descriptor;
}

// The process that wrote itself into the lock file.
std::string holder_of(int descriptor) {
  std::array<char, 16> text{};
  const ssize_t length = pread(descriptor, text.data(), text.size(), 0);
  const std::string_view written(text.data(), length > 0 ? static_cast<size_t>(length) : 0);
  const std::string_view digits = written.substr(0, written.find_first_not_of("0123456789"));
  return digits.empty() ? "another gatewatch" : "process " + std::string(digits);
}

}  // namespace

std::string folder_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) {
    return ".";
  }
  return slash == 0 ? "/" : path.substr(0, slash);
}

StateLock::StateLock(const std::string& database_path)
    : path_(database_path), folder_(open_folder(folder_of(database_path))) {
  const std::string folder = folder_of(database_path);
  const std::optional<int> file = open_lock_file(folder, database_path + ".lock");
  file_ = Descriptor(file.value_or(-1));
  take(folder_.number(), file ? LOCK_SH : LOCK_EX);
  if (!file) {
    return;
  }
  take(*file, LOCK_EX);
  const std::string line = std::to_string(getpid()) + "\n";
  // Only for people: a disk without room for the number locks as well.
  if (ftruncate(*file, 0) == 0) {
    static_cast<void>(pwrite(*file, line.data(), line.size(), 0) == 0);
  }
}

void StateLock::take(int descriptor, int operation) const {
  if (flock(descriptor, operation | LOCK_NB) == 0) {
    return;
  }
  if (errno != EWOULDBLOCK) {
    refuse_folder(folder_of(path_), errno);
  }
  throw StorageError(StorageError::Kind::Locked,
                     "database " + path_ + " is in use by " + holder_of(file_.number()));
}

StateLock::Descriptor::~Descriptor() {
  if (number_ >= 0) {
    close(number_);
  }
}

void check_database(const std::string& database_path) {
  if (access(database_path.c_str(), R_OK | W_OK) != 0 && (errno == EACCES || errno == EPERM)) {
    throw StorageError(StorageError::Kind::Permission,
                       "cannot use database " + database_path + ": " + std::strerror(errno));
  }
  try {
    const std::unique_ptr<Connection> connection = open_for_reading(database_path, kCheckDeadline);
    static_cast<void>(check_identity(*connection, migrations().back().version));
  } catch (const StorageError& error) {
    const StorageError::Kind kind = error.kind();
    if (kind == StorageError::Kind::NewerSchema || kind == StorageError::Kind::Foreign ||
        kind == StorageError::Kind::Permission) {
      throw;
    }
  }
}

}  // namespace gatewatch::storage
