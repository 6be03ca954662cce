// SPDX-License-Identifier: MIT
#include "daemon/storage_trouble.h"

namespace gatewatch::daemon {
namespace {

// From when on waiting for the disk is a trouble.
constexpr Duration kStuckAfter = std::chrono::seconds(5);

}  // namespace

std::string storage_trouble(const storage::WriterHealth& health) {
  if (!health.ok) {
    return "Samples cannot be stored: " + health.error + ". Probing and alerting go on.";
  }
  if (health.oldest_waiting > kStuckAfter) {
    return "The disk has not taken a commit for " + humanize_duration(health.oldest_waiting) +
           ". Probing and alerting go on.";
  }
  return {};
}

std::string database_note(const std::string& read_error, const storage::WriterHealth& health) {
  if (read_error.empty()) {
    return health.note;
  }
  return "Incidents and messages of the last run could not be read: " + read_error +
         ". They are taken up at the next start." + (health.note.empty() ? "" : " ") + health.note;
}

}  // namespace gatewatch::daemon
