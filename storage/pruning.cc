// SPDX-License-Identifier: MIT
#include "storage/pruning.h"

#include <string>

#include "storage/rows.h"

namespace gatewatch::storage {
namespace {

// Free pages are given back to the file system when they are over this share of the file, and by
// so many in one go.
constexpr int64_t kSpareShare = 4;
constexpr int64_t kSparePages = 4'096;
constexpr int64_t kPagesGivenBack = 1'024;

// A sample at or after `before` has left its address as used at most kSeenStep earlier.
constexpr const char* kPruneAddresses =
    "DELETE FROM address WHERE id IN (SELECT id FROM address AS a WHERE used_us < ?1 AND "
    "NOT EXISTS (SELECT 1 FROM certificate WHERE address = a.id) ORDER BY used_us LIMIT ?2)";

// Runs a DELETE that takes an instant and a limit; returns how many rows went.
int64_t remove_rows(Connection& connection, const char* sql, int64_t before) {
  Statement(connection, sql).run(before, kPruneRows);
  return connection.changes();
}

}  // namespace

Pruned prune_rows(Connection& connection, WallTime before) {
  // The newest instant of those that go in this call.
  Statement find(connection,
                 "SELECT at_us FROM sample WHERE at_us < ?1 ORDER BY at_us LIMIT 1 OFFSET ?2");
  find.bind_all(to_us(before), kPruneRows - 1);
  const bool more_samples = find.step();
  const int64_t newest = more_samples ? find.integer(0) : to_us(before) - 1;
  find.reset();
  Statement(connection, "DELETE FROM sample WHERE at_us <= ?1").run(newest);
  Statement(connection, "DELETE FROM evidence WHERE at_us <= ?1").run(newest);
  Statement(connection, "DELETE FROM answer WHERE at_us <= ?1").run(newest);
  const int64_t notifications =
      remove_rows(connection,
                  "DELETE FROM notification WHERE sequence IN (SELECT sequence FROM notification "
                  "WHERE settled_us < ?1 ORDER BY settled_us LIMIT ?2)",
                  to_us(before));
  const int64_t certificates =
      remove_rows(connection,
                  "DELETE FROM certificate WHERE rowid IN (SELECT rowid FROM certificate "
                  "WHERE last_seen_us < ?1 ORDER BY last_seen_us LIMIT ?2)",
                  to_us(before) - kSeenStep);
  const int64_t diagnoses =
      remove_rows(connection,
                  "DELETE FROM diagnosis WHERE incident_id IN (SELECT incident_id FROM diagnosis "
                  "WHERE at_us < ?1 ORDER BY at_us LIMIT ?2)",
                  to_us(before));
  const int64_t addresses =
      more_samples ? 0 : remove_rows(connection, kPruneAddresses, to_us(before) - kSeenStep);
  return {.more = more_samples || notifications == kPruneRows || certificates == kPruneRows ||
                  diagnoses == kPruneRows || addresses == kPruneRows,
          .addresses = addresses > 0};
}

void give_back_pages(Connection& connection) {
  const int64_t spare = connection.integer("PRAGMA freelist_count");
  const int64_t pages = connection.integer("PRAGMA page_count");
  if (spare > kSparePages && spare > pages / kSpareShare) {
    connection.execute("PRAGMA incremental_vacuum(" + std::to_string(kPagesGivenBack) + ")");
  }
}

}  // namespace gatewatch::storage
