// SPDX-License-Identifier: MIT
//
// Takes out of the database what is too old, a bounded piece at a time.
//
// Thread: one at a time. Fails: throws SqliteError.
#pragma once

#include <cstdint>

#include "core/time.h"
#include "storage/sqlite.h"

namespace gatewatch::storage {

// The most rows that one prune_rows() removes from each table, short of equal instants.
inline constexpr int64_t kPruneRows = 20'000;

// What is seen or used on stays in the database as last seen up to so many microseconds ago.
inline constexpr int64_t kSeenStep = int64_t{3'600} * 1'000'000;

struct Pruned {
  bool more = false;       // more is left than one call may remove
  bool addresses = false;  // some went: their numbers may be given to others
};

// Removes what is older than `before`: samples, with the answers and words that came with them,
// notifications settled and certificates last seen before it; and, once all such samples are gone,
// the addresses that neither a sample nor a certificate names. Requires: a transaction is open.
Pruned prune_rows(Connection& connection, WallTime before);

// Gives free pages back to the file system, some in one go, where there are many. Requires: no
// transaction is open.
void give_back_pages(Connection& connection);

}  // namespace gatewatch::storage
