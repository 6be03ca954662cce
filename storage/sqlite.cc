// SPDX-License-Identifier: MIT
#include "storage/sqlite.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace gatewatch::storage {
namespace {

constexpr int kOperationsPerQuestion = 2'000;  // well under a millisecond of work
constexpr int kBusyTimeoutMs = 5'000;

int primary(int code) {
  return code & 0xff;
}

StorageError::Kind kind_of(int code, int system_error) {
  switch (primary(code)) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return StorageError::Kind::Corrupt;
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return StorageError::Kind::Permission;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return StorageError::Kind::Locked;
    case SQLITE_CANTOPEN:
      if (system_error == ENOENT || system_error == ENOTDIR) {
        return StorageError::Kind::Missing;
      }
      if (system_error == EACCES || system_error == EPERM) {
        return StorageError::Kind::Permission;
      }
      return StorageError::Kind::Unwritable;
    default:
      return StorageError::Kind::Unwritable;
  }
}

// The path as the body of a file: URI.
std::string percent_encoded(std::string_view path) {
  static constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-~";
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string encoded;
  for (const char byte : path) {
    if (kPlain.find(byte) != std::string_view::npos) {
      encoded += byte;
    } else {
      const auto value = static_cast<unsigned char>(byte);
      encoded += '%';
      encoded += kHex[value >> 4U];
      encoded += kHex[value & 15U];
    }
  }
  return encoded;
}

int open_flags(Connection::Mode mode) {
  switch (mode) {
    case Connection::Mode::Write:
      return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    case Connection::Mode::Alone:
      return SQLITE_OPEN_READWRITE;
    case Connection::Mode::Read:
      return SQLITE_OPEN_READONLY;
    case Connection::Mode::Frozen:
      return SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
  }
  return SQLITE_OPEN_READONLY;
}

// SQLite would wait for ever for somebody to write into a named pipe.
void refuse_no_file(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    throw StorageError(StorageError::Kind::Foreign,
                       "cannot use database " + path + ": it is not a regular file");
  }
}

int on_progress(void* condition) {
  return (*static_cast<std::function<bool()>*>(condition))() ? 1 : 0;
}

int on_wal_commit(void* pages, sqlite3* /*handle*/, const char* /*database*/, int in_log) {
  *static_cast<int64_t*>(pages) = in_log;
  return SQLITE_OK;
}

}  // namespace

SqliteError::SqliteError(int code, int system_error, const std::string& message)
    : StorageError(kind_of(code, system_error), message),
      code_(code),
      system_error_(system_error) {}

bool SqliteError::is_disk_full() const {
  return primary(code_) == SQLITE_FULL || system_error_ == ENOSPC || system_error_ == EDQUOT;
}

bool SqliteError::is_interrupt() const {
  return primary(code_) == SQLITE_INTERRUPT;
}

bool SqliteError::is_constraint() const {
  return primary(code_) == SQLITE_CONSTRAINT;
}

Connection::Connection(std::string path, Mode mode) : path_(std::move(path)) {
  refuse_no_file(path_);
  const std::string name =
      mode == Mode::Frozen ? "file:" + percent_encoded(path_) + "?immutable=1" : path_;
  const int code =
      sqlite3_open_v2(name.c_str(), &handle_, open_flags(mode) | SQLITE_OPEN_NOMUTEX, nullptr);
  try {
    if (code != SQLITE_OK) {
      fail(handle_ == nullptr ? code : sqlite3_extended_errcode(handle_));
    }
    sqlite3_extended_result_codes(handle_, 1);
    sqlite3_busy_timeout(handle_, kBusyTimeoutMs);
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    // Takes the place of SQLite's own checkpoints after a commit, which are thereby off.
    sqlite3_wal_hook(handle_, on_wal_commit, &wal_pages_);
    if (mode == Mode::Alone) {
      execute("PRAGMA locking_mode = EXCLUSIVE");
    }
    if (mode != Mode::Write) {
      execute("PRAGMA query_only = ON");
    }
  } catch (const SqliteError&) {
    sqlite3_close_v2(handle_);
    throw;
  }
}

Connection::~Connection() {
  sqlite3_close_v2(handle_);
}

void Connection::fail(int code) const {
  std::string message = path_ + ": ";
  message += handle_ == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(handle_);
  int system_error = 0;
  if (primary(code) == SQLITE_IOERR || primary(code) == SQLITE_CANTOPEN) {
    system_error = handle_ == nullptr ? 0 : sqlite3_system_errno(handle_);
    if (system_error != 0) {
      message.append(" (").append(std::strerror(system_error)).append(")");
    }
  }
  throw SqliteError(code, system_error, message);
}

void Connection::execute(const std::string& sql) {
  const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) {
    fail(code);
  }
}

int64_t Connection::integer(const std::string& sql) {
  Statement statement(*this, sql);
  return statement.step() ? statement.integer(0) : 0;
}

std::string Connection::text(const std::string& sql) {
  Statement statement(*this, sql);
  return statement.step() ? std::string(statement.text(0)) : std::string();
}

void Connection::interrupt_when(std::function<bool()> condition) {
  interrupt_ = std::move(condition);
  sqlite3_progress_handler(handle_, interrupt_ ? kOperationsPerQuestion : 0,
                           interrupt_ ? on_progress : nullptr, &interrupt_);
}

void Connection::set_busy_timeout(int milliseconds) {
  sqlite3_busy_timeout(handle_, milliseconds);
}

int64_t Connection::changes() const {
  return sqlite3_changes64(handle_);
}

int64_t Connection::checkpoint() {
  int in_log = 0;
  int copied = 0;
  const int code =
      sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_PASSIVE, &in_log, &copied);
  if (code != SQLITE_OK && primary(code) != SQLITE_BUSY) {
    fail(code);
  }
  return in_log < 0 ? 0 : in_log - copied;
}

void Connection::checkpoint_and_truncate() {
  const int code =
      sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  if (code != SQLITE_OK && primary(code) != SQLITE_BUSY) {
    fail(code);
  }
}

void Connection::remove_log_on_close() {
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
}

bool Connection::has_moved() {
  int moved = 0;
  const int code = sqlite3_file_control(handle_, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
  return code == SQLITE_OK && moved != 0;
}

Statement::Statement(Connection& connection, std::string_view sql) : connection_(connection) {
  check(sqlite3_prepare_v3(connection_.handle(), sql.data(), static_cast<int>(sql.size()),
                           SQLITE_PREPARE_PERSISTENT, &handle_, nullptr));
}

Statement::~Statement() {
  sqlite3_finalize(handle_);
}

void Statement::check(int code) {
  if (code != SQLITE_OK) {
    connection_.fail(code);
  }
}

void Statement::bind(int index, int64_t value) {
  check(sqlite3_bind_int64(handle_, index, value));
}

void Statement::bind(int index, const std::optional<int64_t>& value) {
  check(value.has_value() ? sqlite3_bind_int64(handle_, index, *value)
                          : sqlite3_bind_null(handle_, index));
}

void Statement::bind(int index, std::string_view text) {
  // An empty view may have no address, and SQLite takes that for NULL.
  const char* bytes = text.data() == nullptr ? "" : text.data();
  check(sqlite3_bind_text64(handle_, index, bytes, text.size(), nullptr /* static */, SQLITE_UTF8));
}

void Statement::bind(int index, Blob blob) {
  const char* bytes = blob.bytes.data() == nullptr ? "" : blob.bytes.data();
  check(sqlite3_bind_blob64(handle_, index, bytes, blob.bytes.size(), nullptr /* static */));
}

void Statement::bind_row(const Statement& row) {
  const int columns = sqlite3_column_count(row.handle_);
  for (int column = 0; column < columns; ++column) {
    check(sqlite3_bind_value(handle_, column + 1, sqlite3_column_value(row.handle_, column)));
  }
}

bool Statement::step() {
  const int code = sqlite3_step(handle_);
  if (code == SQLITE_ROW) {
    return true;
  }
  if (code != SQLITE_DONE) {
    // Built before the reset: reset() replaces the message.
    try {
      connection_.fail(code);
    } catch (const SqliteError&) {
      sqlite3_reset(handle_);
      throw;
    }
  }
  return false;
}

void Statement::reset() {
  sqlite3_reset(handle_);
}

void Statement::run_bound() {
  while (step()) {
  }
  reset();
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(handle_, column) == SQLITE_NULL;
}

int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(handle_, column);
}

std::optional<int64_t> Statement::maybe_integer(int column) const {
  return is_null(column) ? std::nullopt : std::optional(integer(column));
}

std::string_view Statement::text(int column) const {
  const void* bytes = sqlite3_column_blob(handle_, column);
  const auto length = static_cast<size_t>(sqlite3_column_bytes(handle_, column));
  return bytes == nullptr ? std::string_view()
                          : std::string_view(static_cast<const char*>(bytes), length);
}

Transaction::Transaction(Connection& connection) : connection_(connection) {
  connection_.execute("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  // Some failures end the transaction on SQLite's side already.
  if (sqlite3_get_autocommit(connection_.handle_) == 0) {
    sqlite3_exec(connection_.handle_, "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

void Transaction::commit() {
  connection_.execute("COMMIT");
}

}  // namespace gatewatch::storage
