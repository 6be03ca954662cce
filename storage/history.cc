// SPDX-License-Identifier: MIT
#include "storage/history.h"

#include <algorithm>
#include <map>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "core/log.h"
#include "core/text.h"
#include "storage/reader.h"
#include "storage/rows.h"
#include "storage/salvage.h"
#include "storage/schema.h"

namespace gatewatch::storage {
namespace {

constexpr size_t kMaxRows = 1'000;
// The year 2255, up to which microseconds can be told in nanoseconds.
constexpr int64_t kLatestInstant = int64_t{1} << 53;

Outcome outcome_at(const Statement& row, int column) {
  const auto outcome = static_cast<Outcome>(row.integer(column));
  const bool known =
      std::find(kAllOutcomes.begin(), kAllOutcomes.end(), outcome) != kAllOutcomes.end();
  return known ? outcome : Outcome::Inconclusive;
}

// Whether its schema has who made an answer: a daemon reads before it migrates.
bool knows_makers(Connection& connection) {
  return connection.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'answerer'") > 0;
}

// Opening each page anew would read the dictionaries anew; so one connection serves all pages, and
// each page is a transaction of its own.
class SampleReader {
 public:
  SampleReader(Connection& connection, WallTime since, WallTime until)
      : connection_(connection),
        last_(std::min(connection.integer("SELECT max(at_us) FROM sample"), to_us(until))),
        after_at_(to_us(since)),
        names_(connection, "SELECT id, name FROM target"),
        addresses_(connection, "SELECT id, text FROM address"),
        answerers_(connection, knows_makers(connection) ? "SELECT id, text FROM answerer"
                                                        : "SELECT 0, '' WHERE 0"),
        samples_(connection,
                 "SELECT at_us, target, outcome, status, latency_us, dns_us, connect_us, tls_us, "
                 "first_byte_us, late_us, address, purpose, " +
                     std::string(knows_makers(connection) ? "answerer" : "NULL") +
                     " FROM sample "
                     "WHERE (at_us, target) > (?1, ?2) AND at_us <= ?3 AND is_origin = 0 "
                     "ORDER BY at_us, target LIMIT ?4"),
        evidence_(connection,
                  "SELECT at_us, target, reason, error FROM evidence "
                  "WHERE (at_us, target) > (?1, ?2) AND at_us <= ?3 AND is_origin = 0 "
                  "ORDER BY at_us, target") {}

  // The next page; false after the last. Only scheduled and confirming samples.
  bool read(std::vector<Sample>& page);

 private:
  // Texts by number, read again when an unknown number comes.
  class Names {
   public:
    Names(Connection& connection, std::string_view sql) : all_(connection, sql) {}
    const std::string& of(int64_t id);

   private:
    Statement all_;
    std::unordered_map<int64_t, std::string> texts_;
  };

  Sample sample_at(const Statement& row);
  const AnsweredBy& maker_at(int64_t number);
  void add_words(Sample& sample, int64_t at, int64_t target);

  Connection& connection_;
  int64_t last_;  // the newest that is told of
  int64_t after_at_;
  int64_t after_target_ = -1;
  Names names_;
  Names addresses_;
  Names answerers_;
  std::unordered_map<int64_t, AnsweredBy> makers_;  // by their number in answerers_
  Statement samples_;
  Statement evidence_;
  bool has_evidence_ = false;  // evidence_ stands on a row
};

const std::string& SampleReader::Names::of(int64_t id) {
  const auto known = texts_.find(id);
  if (known != texts_.end()) {
    return known->second;
  }
  while (all_.step()) {
    texts_.insert_or_assign(all_.integer(0), std::string(all_.text(1)));
  }
  all_.reset();
  return texts_[id];
}

bool SampleReader::read(std::vector<Sample>& page) {
  page.clear();
  connection_.execute("BEGIN");
  samples_.bind_all(after_at_, after_target_, last_, kSamplesPerPage);
  evidence_.bind_all(after_at_, after_target_, last_);
  has_evidence_ = evidence_.step();
  int64_t rows = 0;
  while (samples_.step()) {
    ++rows;
    after_at_ = samples_.integer(0);
    after_target_ = samples_.integer(1);
    const int64_t purpose = samples_.integer(11);
    if (purpose == static_cast<int64_t>(Purpose::Scheduled) ||
        purpose == static_cast<int64_t>(Purpose::Confirm)) {
      page.push_back(sample_at(samples_));
      page.back().purpose = static_cast<Purpose>(purpose);
      add_words(page.back(), after_at_, after_target_);
    }
  }
  samples_.reset();
  evidence_.reset();
  connection_.execute("COMMIT");
  return rows == kSamplesPerPage;
}

Sample SampleReader::sample_at(const Statement& row) {
  const auto length = [&row](int column) -> std::optional<Duration> {
    const std::optional<int64_t> value = row.maybe_integer(column);
    return value.has_value() ? std::optional<Duration>(std::chrono::microseconds(*value))
                             : std::nullopt;
  };
  Sample sample;
  sample.at = from_us(row.integer(0));
  sample.target = names_.of(row.integer(1));
  sample.result.outcome = outcome_at(row, 2);
  sample.result.status = static_cast<int>(row.integer(3));
  sample.result.latency = length(4).value_or(Duration::zero());
  sample.result.phases = {length(5), length(6), length(7), length(8)};
  sample.lateness = length(9).value_or(Duration::zero());
  if (!row.is_null(10)) {
    sample.result.address = addresses_.of(row.integer(10));
  }
  if (!row.is_null(12)) {
    sample.result.answered_by = maker_at(row.integer(12));
  }
  return sample;
}

const AnsweredBy& SampleReader::maker_at(int64_t number) {
  const auto known = makers_.find(number);
  if (known != makers_.end()) {
    return known->second;
  }
  return makers_[number] = answered_by_from_json(connection_, answerers_.of(number));
}

// Both tables are read in the order of the same key, side by side.
void SampleReader::add_words(Sample& sample, int64_t at, int64_t target) {
  while (has_evidence_ &&
         std::pair(evidence_.integer(0), evidence_.integer(1)) < std::pair(at, target)) {
    has_evidence_ = evidence_.step();
  }
  if (has_evidence_ && evidence_.integer(0) == at && evidence_.integer(1) == target) {
    sample.result.reason = evidence_.text(2);
    sample.result.error = evidence_.text(3);
  }
}

void remember_incidents(Connection& connection, WallTime resolved_since, Remembered& remembered) {
  std::unordered_set<std::string> seen;
  const TableScan scan{
      readable_incident_columns(connection), "incident",
      "resolved_us IS NULL OR resolved_us >= " + std::to_string(to_us(resolved_since))};
  scan_readable(connection, scan, [&](Statement& row) {
    Incident incident = read_incident(connection, row);
    if (seen.insert(incident.id).second) {
      remembered.incidents.push_back(std::move(incident));
    }
  });
  std::stable_sort(remembered.incidents.begin(), remembered.incidents.end(),
                   [](const Incident& a, const Incident& b) { return a.opened_at < b.opened_at; });
}

void remember_outbox(Connection& connection, Remembered& remembered) {
  std::map<int64_t, OutboxEntry> entries;  // in the order of creation
  const TableScan scan{std::string(kNotificationColumns) + ", sequence", "notification",
                       "state = 'pending'", "sequence"};
  scan_readable(connection, scan, [&](Statement& row) {
    entries.try_emplace(row.integer(12), OutboxEntry{read_notification(row), read_progress(row)});
  });
  for (auto& [sequence, entry] : entries) {
    remembered.outbox.push_back(std::move(entry));
  }
}

}  // namespace

Remembered remember(const std::string& path, WallTime resolved_since) {
  Remembered remembered;
  try {
    const std::unique_ptr<Connection> connection = open_where_there(path);
    if (connection != nullptr) {
      remember_incidents(*connection, resolved_since, remembered);
      remember_outbox(*connection, remembered);
      remembered.dead_letters = static_cast<uint64_t>(
          connection->integer("SELECT count(*) FROM notification WHERE state = 'dead'"));
    }
  } catch (const StorageError& error) {
    if (error.kind() != StorageError::Kind::Corrupt) {
      throw;
    }
    log(LogLevel::Warning, "database is damaged", {{"error", printable(error.what())}});
  }
  return remembered;
}

void for_each_sample(const std::string& path, WallTime since, WallTime until,
                     const std::function<void(const Sample&)>& each) {
  const std::unique_ptr<Connection> connection = open_where_there(path);
  if (connection == nullptr) {
    return;
  }
  SampleReader reader(*connection, since, until);
  std::vector<Sample> page;
  for (bool more = true; more;) {
    const SteadyTime deadline = system_clock().steady() + kReadDeadline;
    connection->interrupt_when([deadline] { return system_clock().steady() >= deadline; });
    more = reader.read(page);
    std::for_each(page.begin(), page.end(), each);
  }
}

std::vector<PushState> remember_pushes(const std::string& path, WallTime now) {
  std::map<std::string, PushState> states;
  try {
    const std::unique_ptr<Connection> connection = open_where_there(path);
    if (connection == nullptr ||
        connection->integer("SELECT count(*) FROM sqlite_schema WHERE name = 'push'") == 0) {
      return {};
    }
    const TableScan scan{std::string(kPushColumns), "push",
                         "silent_us BETWEEN -" + std::to_string(kLatestInstant) +
                             " AND noted_us AND noted_us < " + std::to_string(kLatestInstant)};
    scan_readable(*connection, scan, [&states](Statement& row) {
      PushState state = read_push(row);
      std::string target = state.target;
      states.insert_or_assign(std::move(target), std::move(state));
    });
    const WallTime newest = from_us(connection->integer("SELECT max(at_us) FROM sample"));
    for (auto& [target, state] : states) {
      state.noted_at = std::max(state.noted_at, std::min(newest, now));
    }
  } catch (const StorageError& error) {
    if (error.kind() != StorageError::Kind::Corrupt) {
      throw;
    }
    log(LogLevel::Warning, "database is damaged", {{"error", printable(error.what())}});
  }
  std::vector<PushState> all;
  for (auto& [target, state] : states) {
    all.push_back(std::move(state));
  }
  return all;
}

std::vector<Incident> find_incidents(const std::string& path, const IncidentQuery& query) {
  std::vector<Incident> incidents;
  const std::unique_ptr<Connection> connection = open_ours(path);
  if (connection == nullptr) {
    return incidents;
  }
  Statement rows(*connection, "SELECT " + readable_incident_columns(*connection) +
                                  " FROM incident WHERE (?1 IS NULL OR target = ?1) AND (?2 IS "
                                  "NULL OR opened_us >= ?2 OR resolved_us IS NULL OR "
                                  "resolved_us >= ?2) AND (?4 IS NULL OR id = ?4) "
                                  "ORDER BY opened_us DESC, id DESC LIMIT ?3");
  if (query.target.has_value()) {
    rows.bind(1, std::string_view(*query.target));
  }
  if (query.since.has_value()) {
    rows.bind(2, to_us(*query.since));
  }
  rows.bind(3, static_cast<int64_t>(std::min(query.limit, kMaxRows)));
  if (query.id.has_value()) {
    rows.bind(4, std::string_view(*query.id));
  }
  while (rows.step()) {
    incidents.push_back(read_incident(*connection, rows));
  }
  return incidents;
}

std::vector<DeadLetter> find_dead_letters(const std::string& path, size_t limit) {
  std::vector<DeadLetter> letters;
  const std::unique_ptr<Connection> connection = open_ours(path);
  if (connection == nullptr) {
    return letters;
  }
  Statement rows(*connection, "SELECT " + std::string(kNotificationColumns) +
                                  " FROM notification WHERE state = 'dead' "
                                  "ORDER BY sequence DESC LIMIT ?1");
  rows.bind(1, static_cast<int64_t>(std::min(limit, kMaxRows)));
  while (rows.step()) {
    letters.push_back({read_notification(rows), read_progress(rows)});
  }
  return letters;
}

}  // namespace gatewatch::storage
