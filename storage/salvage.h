// SPDX-License-Identifier: MIT
//
// What to do with a damaged database: read what can be read, and set the files aside.
#pragma once

#include <functional>
#include <string>

#include "core/time.h"
#include "storage/sqlite.h"

namespace gatewatch::storage {

// Rows of one table, told by their row number.
struct TableScan {
  std::string columns;
  std::string table;
  std::string where = "true";
  std::string key = "rowid";  // the row number's name
};

// Calls `each` with the rows in the order of their numbers. Where the way through the table or its
// index is broken, it begins anew without the index, and then from the other end; a row may come
// more than once. At most kMaxReadableRows each time. Returns whether all was whole. Throws
// SqliteError for all but damage.
inline constexpr int64_t kMaxReadableRows = 200'000;
bool scan_readable(Connection& connection, const TableScan& scan,
                   const std::function<void(Statement& row)>& each);

// Copies incidents, notifications and states of jobs from `damaged` to `fresh`, leaving out what
// cannot be read and what `fresh` has already; returns how many rows of the first two came. Throws
// SqliteError only for `fresh`.
int64_t salvage_rows(Connection& damaged, Connection& fresh);

// Renames a database and the files beside it to NAME.corrupt-TIME…; returns the new name. Throws
// StorageError (Unwritable).
std::string set_aside(const std::string& path, WallTime now);

}  // namespace gatewatch::storage
