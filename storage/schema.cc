// SPDX-License-Identifier: MIT
//
// How it works. Instants and lengths are whole microseconds. Samples lie in the order of time, so
// that new ones are appended and old ones cut off in one piece; names and addresses are numbers
// there, spelled out in dictionaries. Users see neither: they ask the views.
#include "storage/schema.h"

#include <array>
#include <cstdio>
#include <vector>

#include "core/outcome.h"
#include "core/sample.h"

namespace gatewatch::storage {
namespace {

constexpr std::array kAllPurposes{Purpose::Scheduled, Purpose::Confirm, Purpose::Diagnosis,
                                  Purpose::Manual};

constexpr const char* kTables = R"sql(
CREATE TABLE target(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE address(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE outcome(id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
CREATE TABLE purpose(id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;

-- The numbers of target, address, outcome and purpose are those of the dictionaries above.
CREATE TABLE sample(
  at_us INTEGER NOT NULL,
  target INTEGER NOT NULL,
  is_origin INTEGER NOT NULL,
  purpose INTEGER NOT NULL,
  outcome INTEGER NOT NULL,
  status INTEGER,
  latency_us INTEGER NOT NULL,
  dns_us INTEGER,
  connect_us INTEGER,
  tls_us INTEGER,
  first_byte_us INTEGER,
  late_us INTEGER NOT NULL,
  address INTEGER,
  PRIMARY KEY(at_us, target, is_origin)
) STRICT, WITHOUT ROWID;

-- The words of samples that are not ok.
CREATE TABLE evidence(
  at_us INTEGER NOT NULL,
  target INTEGER NOT NULL,
  is_origin INTEGER NOT NULL,
  reason TEXT,
  error TEXT,
  PRIMARY KEY(at_us, target, is_origin)
) STRICT, WITHOUT ROWID;

CREATE TABLE incident(
  id TEXT PRIMARY KEY NOT NULL,
  target TEXT NOT NULL,
  url TEXT NOT NULL,
  tags TEXT NOT NULL,
  rule TEXT NOT NULL,
  severity TEXT NOT NULL,
  class TEXT NOT NULL,
  detected_by TEXT NOT NULL,
  fault TEXT NOT NULL,
  summary TEXT NOT NULL,
  evidence TEXT NOT NULL,
  opened_us INTEGER NOT NULL,
  resolved_us INTEGER,
  reason TEXT NOT NULL,
  probes INTEGER NOT NULL,
  bad INTEGER NOT NULL,
  bad_502 INTEGER NOT NULL,
  gateway INTEGER NOT NULL,
  counted_until_us INTEGER NOT NULL,
  transitions INTEGER NOT NULL
) STRICT;
CREATE INDEX incident_opened ON incident(opened_us);
CREATE INDEX incident_resolved ON incident(resolved_us);

CREATE TABLE notification(
  sequence INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  incident_id TEXT,
  channel TEXT NOT NULL,
  type TEXT NOT NULL,
  created_us INTEGER NOT NULL,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  next_attempt_us INTEGER NOT NULL,
  delivered_us INTEGER,
  settled_us INTEGER,
  last_error TEXT,
  body BLOB NOT NULL
) STRICT;
CREATE INDEX notification_state ON notification(state, sequence);
CREATE INDEX notification_settled ON notification(settled_us) WHERE settled_us IS NOT NULL;
)sql";

// Certificates that servers of a target showed: a row for each pair, not for each probe.
constexpr const char* kCertificateTable = R"sql(
CREATE TABLE certificate(
  target INTEGER NOT NULL,
  fingerprint TEXT NOT NULL,
  address INTEGER,
  subject TEXT NOT NULL,
  issuer TEXT NOT NULL,
  names TEXT NOT NULL,
  not_before_us INTEGER NOT NULL,
  not_after_us INTEGER NOT NULL,
  first_seen_us INTEGER NOT NULL,
  last_seen_us INTEGER NOT NULL,
  PRIMARY KEY(target, fingerprint)
) STRICT;
CREATE INDEX certificate_seen ON certificate(last_seen_us);
)sql";

// How a connection was made, and what failing servers answered: the newest of them.
constexpr const char* kAnswerTable = R"sql(
ALTER TABLE sample ADD COLUMN tls_resumed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sample ADD COLUMN dns_stale INTEGER NOT NULL DEFAULT 0;

CREATE TABLE answer(
  at_us INTEGER NOT NULL,
  target INTEGER NOT NULL,
  is_origin INTEGER NOT NULL,
  head BLOB NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY(at_us, target, is_origin)
) STRICT, WITHOUT ROWID;

DROP VIEW samples;
DROP VIEW origin_samples;
)sql";

// What outlives the daemon of the job of each push target: its state, not its reports.
constexpr const char* kPushTable = R"sql(
CREATE TABLE push(
  target TEXT PRIMARY KEY NOT NULL,
  token BLOB NOT NULL,
  watched_us INTEGER NOT NULL,
  silent_us INTEGER NOT NULL,
  noted_us INTEGER NOT NULL,
  reported_us INTEGER,
  failure TEXT,
  untold TEXT
) STRICT;
)sql";

// Nobody knows when an address was used that is already there: not after the newest sample.
constexpr const char* kLimits = R"sql(
ALTER TABLE address ADD COLUMN used_us INTEGER NOT NULL DEFAULT 0;
UPDATE address SET used_us = coalesce((SELECT max(at_us) FROM sample), 0);
CREATE INDEX address_used ON address(used_us);
CREATE INDEX certificate_address ON certificate(address);
CREATE INDEX certificate_target ON certificate(target, last_seen_us);
)sql";

// Who made an answer, as rows.h writes it; they are few.
constexpr const char* kAnswererTable = R"sql(
CREATE TABLE answerer(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
ALTER TABLE sample ADD COLUMN answerer INTEGER;
DROP VIEW samples;
DROP VIEW origin_samples;
)sql";

// What an incident says of itself besides, and what outlives the daemon.
constexpr const char* kIncidentDetails = R"sql(
ALTER TABLE incident ADD COLUMN class_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE incident ADD COLUMN failing TEXT NOT NULL DEFAULT '';
ALTER TABLE incident ADD COLUMN causes TEXT NOT NULL DEFAULT '[]';
CREATE TABLE log_position(log TEXT PRIMARY KEY NOT NULL, position TEXT NOT NULL) STRICT;
CREATE TABLE diagnosis(
  incident_id TEXT PRIMARY KEY NOT NULL,
  at_us INTEGER NOT NULL,
  json TEXT NOT NULL
) STRICT;
CREATE INDEX diagnosis_at ON diagnosis(at_us);
)sql";

// An instant as text. The milliseconds are cut, not rounded: no instant is shown before it was.
std::string iso(const std::string& column) {
  return "strftime('%Y-%m-%dT%H:%M:%S', " + column +
         " / 1000000, 'unixepoch') || printf('.%03dZ', " + column + " / 1000 % 1000)";
}

// `more_columns` end with a comma, `more_tables` with a line.
std::string sample_view(const std::string& name, const std::string& is_origin,
                        const std::string& more_columns, const std::string& more_tables = "") {
  return "CREATE VIEW " + name + " AS SELECT t.name AS target, " + iso("s.at_us") + R"sql( AS at,
  s.at_us / 1000.0 AS at_ms,
  s.status AS status,
  o.name AS outcome,
  s.latency_us / 1000.0 AS latency_ms,
  s.dns_us / 1000.0 AS dns_ms,
  s.connect_us / 1000.0 AS connect_ms,
  s.tls_us / 1000.0 AS tls_ms,
  s.first_byte_us / 1000.0 AS first_byte_ms,
  a.text AS address,
  p.name AS purpose,
  s.purpose = 1 AS confirm,
  s.late_us / 1000.0 AS late_ms,
)sql" + more_columns +
         R"sql(  e.reason AS reason,
  e.error AS error
FROM sample AS s
LEFT JOIN target AS t ON t.id = s.target
LEFT JOIN outcome AS o ON o.id = s.outcome
LEFT JOIN purpose AS p ON p.id = s.purpose
LEFT JOIN address AS a ON a.id = s.address
LEFT JOIN evidence AS e
  ON e.at_us = s.at_us AND e.target = s.target AND e.is_origin = s.is_origin
)sql" + more_tables +
         "WHERE s.is_origin = " + is_origin + ";\n";
}

std::string answer_view() {
  return "CREATE VIEW answers AS SELECT t.name AS target, " + iso("w.at_us") +
         " AS at, w.at_us / 1000.0 AS at_ms, w.is_origin AS is_origin, s.status AS status, "
         "o.name AS outcome, a.text AS address, CAST(w.head AS TEXT) AS head, "
         "CAST(w.body AS TEXT) AS body FROM answer AS w "
         "LEFT JOIN sample AS s "
         "ON s.at_us = w.at_us AND s.target = w.target AND s.is_origin = w.is_origin "
         "LEFT JOIN target AS t ON t.id = w.target LEFT JOIN outcome AS o ON o.id = s.outcome "
         "LEFT JOIN address AS a ON a.id = s.address;\n";
}

std::string event_views() {
  return "CREATE VIEW incidents AS SELECT id, target, rule, severity, " + iso("opened_us") +
         " AS opened_at, " + iso("resolved_us") +
         " AS resolved_at, class, fault, summary, bad, probes FROM incident;\n"
         "CREATE VIEW notifications AS SELECT id, incident_id, channel, type, " +
         iso("created_us") + " AS created_at, " + iso("delivered_us") +
         " AS delivered_at, attempts, last_error, state FROM notification;\n";
}

std::string certificate_view() {
  return "CREATE VIEW certificates AS SELECT t.name AS target, c.fingerprint AS fingerprint, "
         "c.subject AS subject, c.issuer AS issuer, c.names AS names, " +
         iso("c.not_before_us") + " AS not_before, " + iso("c.not_after_us") + " AS not_after, " +
         "a.text AS address, " + iso("c.first_seen_us") + " AS first_seen_at, " +
         iso("c.last_seen_us") +
         " AS last_seen_at FROM certificate AS c LEFT JOIN target AS t ON t.id = c.target "
         "LEFT JOIN address AS a ON a.id = c.address;\n";
}

std::string job_view() {
  return "CREATE VIEW jobs AS SELECT target, " + iso("watched_us") + " AS watched_since, " +
         iso("silent_us") + " AS silent_since, " + iso("reported_us") +
         " AS reported_at, failure IS NOT NULL AS failed, failure AS message FROM push;\n";
}

std::string detailed_views() {
  return "DROP VIEW incidents;\n"
         "CREATE VIEW incidents AS SELECT id, target, rule, severity, " +
         iso("opened_us") + " AS opened_at, " + iso("resolved_us") +
         " AS resolved_at, class, fault, summary, bad, probes, detected_by, class_reason, failing, "
         "causes, evidence FROM incident;\n"
         "CREATE VIEW diagnoses AS SELECT incident_id, " +
         iso("at_us") + " AS at, json FROM diagnosis;\n";
}

constexpr const char* kMarks = "  s.tls_resumed AS tls_resumed,\n  s.dns_stale AS dns_stale,\n";

constexpr const char* kMaker =
    "  json_extract(b.text, '$.role') AS answered_by,\n"
    "  json_extract(b.text, '$.product') AS product,\n"
    "  json_extract(b.text, '$.causes') AS causes,\n";
constexpr const char* kMakers = "LEFT JOIN answerer AS b ON b.id = s.answerer\n";

std::string sample_views_with_maker() {
  const std::string columns = std::string(kMarks) + kMaker;
  return sample_view("samples", "0", columns, kMakers) +
         sample_view("origin_samples", "1", columns, kMakers);
}

void write_names(Connection& connection) {
  Transaction transaction(connection);
  const auto put = [&connection](const std::string& table) {
    return Statement(connection, "INSERT INTO " + table +
                                     "(id, name) VALUES(?1, ?2) ON CONFLICT(id) DO UPDATE SET "
                                     "name = excluded.name WHERE name <> excluded.name");
  };
  Statement put_outcome = put("outcome");
  for (const Outcome outcome : kAllOutcomes) {
    put_outcome.run(static_cast<int64_t>(outcome), to_string(outcome));
  }
  Statement put_purpose = put("purpose");
  for (const Purpose purpose : kAllPurposes) {
    put_purpose.run(static_cast<int64_t>(purpose), to_string(purpose));
  }
  transaction.commit();
}

// Leaves no half-written copy under the final name.
void copy_before(Connection& connection, int64_t version) {
  const std::string copy = connection.path() + ".before-v" + std::to_string(version);
  const std::string unfinished = copy + ".tmp";
  std::remove(unfinished.c_str());
  Statement vacuum(connection, "VACUUM INTO ?1");
  vacuum.run(std::string_view(unfinished));
  if (std::rename(unfinished.c_str(), copy.c_str()) != 0) {
    throw StorageError(StorageError::Kind::Unwritable, copy + ": cannot be written");
  }
}

}  // namespace

std::span<const Migration> migrations() {
  static const std::vector<Migration> kSteps{
      {1, kTables + sample_view("samples", "0", "") + sample_view("origin_samples", "1", "") +
              event_views()},
      {2, kCertificateTable + certificate_view() + kAnswerTable +
              sample_view("samples", "0", kMarks) + sample_view("origin_samples", "1", kMarks) +
              answer_view()},
      {3, kPushTable + job_view() + kLimits},
      {4, kAnswererTable + sample_views_with_maker()},
      {5, kIncidentDetails + detailed_views()},
  };
  return kSteps;
}

int64_t check_identity(Connection& connection, int64_t newest) {
  const int64_t application = connection.integer("PRAGMA application_id");
  const int64_t version = connection.integer("PRAGMA user_version");
  const bool has_tables = connection.integer("SELECT count(*) FROM sqlite_schema") > 0;
  if (application != kApplicationId && (application != 0 || has_tables)) {
    throw StorageError(StorageError::Kind::Foreign,
                       connection.path() + ": an SQLite file of another program");
  }
  if (version > newest) {
    throw StorageError(StorageError::Kind::NewerSchema,
                       connection.path() + ": written by a newer gatewatch (schema " +
                           std::to_string(version) + ", this one knows up to " +
                           std::to_string(newest) + ")");
  }
  return application == kApplicationId ? version : 0;
}

void migrate(Connection& connection, std::span<const Migration> steps) {
  const int64_t newest = steps.back().version;
  const int64_t present = check_identity(connection, newest);
  if (present > 0 && present < newest) {
    copy_before(connection, newest);
  }
  for (const Migration& step : steps) {
    if (step.version <= present) {
      continue;
    }
    Transaction transaction(connection);
    connection.execute(step.sql);
    connection.execute("PRAGMA application_id = " + std::to_string(kApplicationId));
    connection.execute("PRAGMA user_version = " + std::to_string(step.version));
    transaction.commit();
  }
  write_names(connection);
}

}  // namespace gatewatch::storage
