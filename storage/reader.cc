// SPDX-License-Identifier: MIT
//
// How it works. A reader of a database in WAL mode shares an index file (NAME-shm) with the writer,
// and makes it where it is missing. Where it can't (full disk, read-only folder), the log can still
// be read with the index in memory, if nobody else has the database; and without that, the main
// file alone, which then lacks what is only in the log.
#include "storage/reader.h"

#include <exception>
#include <utility>

#include "storage/schema.h"

namespace gatewatch::storage {
namespace {

bool is_for_another_mode(const SqliteError& error) {
  return error.kind() == StorageError::Kind::Unwritable ||
         error.kind() == StorageError::Kind::Permission ||
         error.kind() == StorageError::Kind::Locked;
}

}  // namespace

std::unique_ptr<Connection> open_for_reading(const std::string& path, Duration allowed) {
  std::exception_ptr first;
  for (const Connection::Mode mode :
       {Connection::Mode::Read, Connection::Mode::Alone, Connection::Mode::Frozen}) {
    try {
      auto connection = std::make_unique<Connection>(path, mode);
      if (mode == Connection::Mode::Alone) {
        connection->set_busy_timeout(0);
      }
      static_cast<void>(connection->integer("SELECT count(*) FROM sqlite_schema"));
      const SteadyTime deadline = system_clock().steady() + allowed;
      connection->interrupt_when([deadline] { return system_clock().steady() >= deadline; });
      return connection;
    } catch (const SqliteError& error) {
      if (first == nullptr) {
        first = std::current_exception();
      }
      if (!is_for_another_mode(error)) {
        break;
      }
    }
  }
  std::rethrow_exception(first);
}

std::unique_ptr<Connection> open_ours(const std::string& path) {
  std::unique_ptr<Connection> connection = open_for_reading(path, kReadDeadline);
  const int64_t version = check_identity(*connection, migrations().back().version);
  return version == 0 ? nullptr : std::move(connection);
}

std::unique_ptr<Connection> open_where_there(const std::string& path) {
  try {
    return open_ours(path);
  } catch (const StorageError& error) {
    if (error.kind() == StorageError::Kind::Missing) {
      return nullptr;
    }
    throw;
  }
}

}  // namespace gatewatch::storage
