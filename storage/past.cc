// SPDX-License-Identifier: MIT
//
// How it works. Samples lie in the order of time and have no index by target: every row of the span
// is passed over, and only those of the targets asked for are looked at.
#include "storage/past.h"

#include <algorithm>
#include <memory>
#include <unordered_map>
#include <utility>

#include "storage/history.h"
#include "storage/reader.h"
#include "storage/rows.h"
#include "storage/schema.h"

namespace gatewatch::storage {
namespace {

// A database that is there and has tables; else null.
std::unique_ptr<Connection> open_past(const std::string& path) {
  try {
    std::unique_ptr<Connection> connection = open_for_reading(path, kReadDeadline);
    const int64_t version = check_identity(*connection, migrations().back().version);
    return version == 0 ? nullptr : std::move(connection);
  } catch (const StorageError& error) {
    if (error.kind() == StorageError::Kind::Missing) {
      return nullptr;
    }
    throw;
  }
}

// By the numbers of the targets, their places in `targets`.
std::unordered_map<int64_t, size_t> numbers_of(Connection& connection,
                                               const std::vector<std::string>& targets) {
  std::unordered_map<int64_t, size_t> places;
  Statement find(connection, "SELECT id FROM target WHERE name = ?1");
  for (size_t place = 0; place < targets.size(); ++place) {
    find.bind(1, std::string_view(targets[place]));
    if (find.step()) {
      places.emplace(find.integer(0), place);
    }
    find.reset();
  }
  return places;
}

Outcome outcome_of(int64_t number) {
  const auto known =
      std::find_if(kAllOutcomes.begin(), kAllOutcomes.end(),
                   [number](Outcome outcome) { return static_cast<int64_t>(outcome) == number; });
  return known == kAllOutcomes.end() ? Outcome::Inconclusive : *known;
}

PastProbe probe_at(const Statement& row, size_t target) {
  const auto length = [&row](int column) -> std::optional<Duration> {
    const std::optional<int64_t> value = row.maybe_integer(column);
    return value ? std::optional<Duration>(std::chrono::microseconds(*value)) : std::nullopt;
  };
  return {.target = target,
          .at = from_us(row.integer(0)),
          .outcome = outcome_of(row.integer(2)),
          .phases = {.connect = length(3), .tls = length(4), .first_byte = length(5)}};
}

// Puts what came newest first in the order of time.
template <typename Row>
std::vector<Row> turned(std::vector<Row> rows) {
  std::reverse(rows.begin(), rows.end());
  return rows;
}

}  // namespace

std::vector<PastIncident> past_incidents(const std::string& path) {
  std::vector<PastIncident> incidents;
  const std::unique_ptr<Connection> connection = open_past(path);
  if (connection == nullptr) {
    return incidents;
  }
  Statement rows(*connection,
                 "SELECT target, rule, detected_by, opened_us, resolved_us FROM incident "
                 "ORDER BY opened_us DESC, id DESC LIMIT ?1");
  rows.bind(1, static_cast<int64_t>(kMaxPastRows));
  while (rows.step()) {
    PastIncident incident{.target = std::string(rows.text(0)),
                          .rule = std::string(rows.text(1)),
                          .detected_by = std::string(rows.text(2)),
                          .opened_at = from_us(rows.integer(3)),
                          .resolved_at = std::nullopt};
    if (const std::optional<int64_t> resolved = rows.maybe_integer(4)) {
      incident.resolved_at = from_us(*resolved);
    }
    incidents.push_back(std::move(incident));
  }
  return turned(std::move(incidents));
}

std::vector<PastCertificate> past_certificates(const std::string& path) {
  std::vector<PastCertificate> certificates;
  const std::unique_ptr<Connection> connection = open_past(path);
  if (connection == nullptr ||
      connection->integer("SELECT count(*) FROM sqlite_schema WHERE name = 'certificate'") == 0) {
    return certificates;
  }
  Statement rows(*connection,
                 "SELECT t.name, c.first_seen_us, c.not_before_us, c.not_after_us "
                 "FROM certificate AS c JOIN target AS t ON t.id = c.target "
                 "ORDER BY c.first_seen_us DESC, c.fingerprint DESC LIMIT ?1");
  rows.bind(1, static_cast<int64_t>(kMaxPastRows));
  while (rows.step()) {
    certificates.push_back({.target = std::string(rows.text(0)),
                            .first_seen = from_us(rows.integer(1)),
                            .not_before = from_us(rows.integer(2)),
                            .not_after = from_us(rows.integer(3))});
  }
  return turned(std::move(certificates));
}

void for_each_past_probe(const std::string& path, const std::vector<std::string>& targets,
                         WallTime since, WallTime until,
                         const std::function<bool(const PastProbe&)>& each) {
  const std::unique_ptr<Connection> connection = open_past(path);
  if (connection == nullptr) {
    return;
  }
  const std::unordered_map<int64_t, size_t> places = numbers_of(*connection, targets);
  Statement rows(*connection,
                 "SELECT at_us, target, outcome, connect_us, tls_us, first_byte_us, purpose, "
                 "is_origin FROM sample WHERE (at_us, target) > (?1, ?2) AND at_us < ?3 "
                 "ORDER BY at_us, target, is_origin LIMIT ?4");
  int64_t at = to_us(since) - 1;
  int64_t target = INT64_MAX;
  bool more = !places.empty();
  while (more) {
    const SteadyTime deadline = system_clock().steady() + kReadDeadline;
    connection->interrupt_when([deadline] { return system_clock().steady() >= deadline; });
    rows.bind_all(at, target, to_us(until), kPastPage);
    int64_t read = 0;
    bool wants_more = true;
    while (rows.step()) {
      ++read;
      at = rows.integer(0);
      target = rows.integer(1);
      const auto place = places.find(target);
      if (place != places.end() && rows.integer(7) == 0 &&
          rows.integer(6) == static_cast<int64_t>(Purpose::Scheduled)) {
        wants_more = each(probe_at(rows, place->second)) && wants_more;
      }
    }
    rows.reset();
    more = read == kPastPage && wants_more;
  }
}

}  // namespace gatewatch::storage
