// SPDX-License-Identifier: MIT
//
// SQLite with owners: connections, statements and transactions that release themselves and throw.
//
// Thread: one at a time per connection, and its statements with it. Lifetime: a Statement or
// Transaction must not outlive its Connection. Fails: every verb throws SqliteError.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "storage/error.h"

struct sqlite3;
struct sqlite3_stmt;

namespace gatewatch::storage {

class SqliteError : public StorageError {
 public:
  // `code` is SQLite's extended result code, `system_error` the errno below it or 0.
  SqliteError(int code, int system_error, const std::string& message);

  [[nodiscard]] int code() const { return code_; }
  [[nodiscard]] bool is_disk_full() const;
  [[nodiscard]] bool is_interrupt() const;  // ended by interrupt_when()
  [[nodiscard]] bool is_constraint() const;

 private:
  int code_;
  int system_error_;
};

class Connection {
 public:
  enum class Mode {
    Write,   // makes the file where there is none
    Read,    // beside a writer
    Alone,   // reads a file that nobody else has open, without making files beside it
    Frozen,  // reads the main file only, without its write-ahead log and without any lock
  };

  // Opens `path`; SQLite looks into the file only when it is first asked something. Throws
  // StorageError (Foreign) where something is there that is no regular file nor a link to one.
  Connection(std::string path, Mode mode);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }

  // Runs any number of statements, ignoring their rows.
  void execute(const std::string& sql);
  // The first column of the first row; 0 where there is none.
  [[nodiscard]] int64_t integer(const std::string& sql);
  [[nodiscard]] std::string text(const std::string& sql);

  // Asks `condition` now and then while statements run and ends them with an interrupt where it
  // says true; an empty function stops asking.
  void interrupt_when(std::function<bool()> condition);
  void set_busy_timeout(int milliseconds);

  // How many rows the newest INSERT, UPDATE or DELETE touched.
  [[nodiscard]] int64_t changes() const;
  // Pages in the write-ahead log after the newest commit of this connection.
  [[nodiscard]] int64_t wal_pages() const { return wal_pages_; }
  // Copies the log into the main file as far as readers allow; returns the pages left over.
  int64_t checkpoint();
  // The same, and makes the log empty where no reader is in it.
  void checkpoint_and_truncate();
  // Closing removes the log after a last checkpoint; by default it is left as it is.
  void remove_log_on_close();

  // Whether the file at path() is no longer the one that is open.
  [[nodiscard]] bool has_moved();

  [[nodiscard]] sqlite3* handle() const { return handle_; }
  [[noreturn]] void fail(int code) const;

 private:
  friend class Transaction;

  std::string path_;
  sqlite3* handle_ = nullptr;
  std::function<bool()> interrupt_;
  int64_t wal_pages_ = 0;
};

// Bytes rather than text.
struct Blob {
  std::string_view bytes;
};

class Statement {
 public:
  Statement(Connection& connection, std::string_view sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  // Text and bytes are not copied: they must live until the next reset().
  void bind(int index, int64_t value);
  void bind(int index, const std::optional<int64_t>& value);
  void bind(int index, std::string_view text);
  void bind(int index, Blob blob);
  // Binds all columns of the row that `row` stands on.
  void bind_row(const Statement& row);

  // Binds `values` from 1 on.
  template <typename... Values>
  void bind_all(const Values&... values) {
    int index = 0;
    (bind(++index, values), ...);
  }

  // Goes to the next row; false after the last.
  bool step();
  void reset();

  // Binds, steps to the end and resets.
  template <typename... Values>
  void run(const Values&... values) {
    bind_all(values...);
    run_bound();
  }
  void run_bound();

  // Columns of the row it stands on, from 0. Text lives until the next step() or reset().
  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] int64_t integer(int column) const;
  [[nodiscard]] std::optional<int64_t> maybe_integer(int column) const;
  [[nodiscard]] std::string_view text(int column) const;

 private:
  void check(int code);

  Connection& connection_;
  sqlite3_stmt* handle_ = nullptr;
};

// BEGIN IMMEDIATE … COMMIT; rolled back when destroyed before commit() returned.
class Transaction {
 public:
  explicit Transaction(Connection& connection);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  void commit();

 private:
  Connection& connection_;
};

}  // namespace gatewatch::storage
