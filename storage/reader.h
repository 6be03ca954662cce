// SPDX-License-Identifier: MIT
//
// Opens a database for questions, in the best way that disk and permissions allow.
#pragma once

#include <memory>
#include <string>

#include "core/time.h"
#include "storage/sqlite.h"

namespace gatewatch::storage {

inline constexpr Duration kReadDeadline = std::chrono::seconds(10);

// A connection that reads; its statements are interrupted once `allowed` has passed. Throws
// StorageError: Missing, Permission, Corrupt and what else SQLite says; Foreign where the path
// names no regular file.
[[nodiscard]] std::unique_ptr<Connection> open_for_reading(const std::string& path,
                                                           Duration allowed);

// The same of a database of ours, for at most kReadDeadline; null where it is still without tables.
// Throws also where it is not ours, or newer.
[[nodiscard]] std::unique_ptr<Connection> open_ours(const std::string& path);
// … or where it is not there.
[[nodiscard]] std::unique_ptr<Connection> open_where_there(const std::string& path);

}  // namespace gatewatch::storage
