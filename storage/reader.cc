// SPDX-License-Identifier: MIT
//
// How it works. A reader of a database in WAL mode shares an index file (NAME-shm) with the writer,
// and makes it where it is missing. Where it can't (full disk, read-only folder), the log can still
// be read with the index in memory, if nobody else has the database; and without that, the main
// file alone, which then lacks what is only in the log.
#include "storage/reader.h"

#include <exception>

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

}  // namespace gatewatch::storage
