// SPDX-License-Identifier: MIT
//
// Opens a database for questions, in the best way that disk and permissions allow.
#pragma once

#include <memory>
#include <string>

#include "core/time.h"
#include "storage/sqlite.h"

namespace gatewatch::storage {

// A connection that reads; its statements are interrupted once `allowed` has passed. Throws
// StorageError: Missing, Permission, Corrupt and what else SQLite says.
[[nodiscard]] std::unique_ptr<Connection> open_for_reading(const std::string& path,
                                                           Duration allowed);

}  // namespace gatewatch::storage
