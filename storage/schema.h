// SPDX-License-Identifier: MIT
//
// The tables and views of the database, as numbered steps from one version to the next.
//
// Fails: throws SqliteError, and StorageError with Foreign or NewerSchema.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "storage/sqlite.h"

namespace gatewatch::storage {

// "GWCH", which `file` and other programs see in the header.
inline constexpr int64_t kApplicationId = 0x47574348;

// Brings a database of version `version` - 1 to `version`.
struct Migration {
  int64_t version = 0;
  std::string sql;
};

// All steps, version 1 first and without a gap.
[[nodiscard]] std::span<const Migration> migrations();

// The database's version; 0 where it is still empty. Throws Foreign where another program made it,
// and NewerSchema where its version is over `newest`.
[[nodiscard]] int64_t check_identity(Connection& connection, int64_t newest);

// Takes the steps that are missing, each in one transaction, and writes the names of outcomes and
// purposes. Before an existing database changes, its copy is left under NAME.before-vN, N being the
// version it is brought to.
void migrate(Connection& connection, std::span<const Migration> steps);

}  // namespace gatewatch::storage
