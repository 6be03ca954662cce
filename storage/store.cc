// SPDX-License-Identifier: MIT
#include "storage/store.h"

#include <optional>

#include "core/text.h"
#include "storage/pruning.h"
#include "storage/rows.h"
#include "storage/salvage.h"
#include "storage/schema.h"

namespace gatewatch::storage {
namespace {

constexpr const char* kPutSample =
    "INSERT INTO sample(at_us, target, is_origin, purpose, outcome, status, latency_us, dns_us, "
    "connect_us, tls_us, first_byte_us, late_us, address, tls_resumed, dns_stale, answerer) "
    "VALUES(?1, ?2, ?16, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15) "
    "ON CONFLICT(at_us, target, is_origin) DO NOTHING";

constexpr const char* kSameSample =
    "SELECT 1 FROM sample WHERE at_us = ?1 AND target = ?2 AND is_origin = ?7 AND purpose = ?3 "
    "AND outcome = ?4 AND latency_us = ?5 AND late_us = ?6";

constexpr const char* kPutEvidence =
    "INSERT INTO evidence(at_us, target, is_origin, reason, error) VALUES(?1, ?2, ?5, ?3, ?4) "
    "ON CONFLICT(at_us, target, is_origin) DO UPDATE "
    "SET reason = excluded.reason, error = excluded.error";

constexpr const char* kPutAnswer =
    "INSERT INTO answer(at_us, target, is_origin, head, body) VALUES(?1, ?2, ?5, ?3, ?4) "
    "ON CONFLICT(at_us, target, is_origin) DO NOTHING";

// Leaves the newest ?1.
constexpr const char* kCutAnswers =
    "DELETE FROM answer WHERE at_us < "
    "(SELECT at_us FROM answer ORDER BY at_us DESC LIMIT 1 OFFSET ?1 - 1)";

constexpr const char* kPutCertificate =
    "INSERT INTO certificate(target, fingerprint, address, subject, issuer, names, not_before_us, "
    "not_after_us, first_seen_us, last_seen_us) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9) "
    "ON CONFLICT(target, fingerprint) DO UPDATE "
    "SET last_seen_us = max(last_seen_us, excluded.last_seen_us)";

// Leaves the ?2 of a target that were seen last, and tells which went.
constexpr const char* kCutCertificates =
    "DELETE FROM certificate WHERE rowid IN (SELECT rowid FROM certificate WHERE target = ?1 "
    "ORDER BY last_seen_us DESC, rowid DESC LIMIT -1 OFFSET ?2) RETURNING fingerprint";

constexpr const char* kSettle =
    "UPDATE notification SET state = ?2, attempts = ?3, next_attempt_us = ?4, delivered_us = ?5, "
    "last_error = ?6, settled_us = ?7 WHERE id = ?1";

std::string put_incident_sql() {
  return "INSERT INTO incident(" + std::string(kIncidentColumns) +
         ") VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, "
         "?18, ?19, ?20, ?21, ?22, ?23) ON CONFLICT(id) DO UPDATE SET target = excluded.target, "
         "url = excluded.url, tags = excluded.tags, rule = excluded.rule, "
         "severity = excluded.severity, class = excluded.class, "
         "detected_by = excluded.detected_by, fault = excluded.fault, "
         "summary = excluded.summary, evidence = excluded.evidence, "
         "opened_us = excluded.opened_us, resolved_us = excluded.resolved_us, "
         "reason = excluded.reason, probes = excluded.probes, bad = excluded.bad, "
         "bad_502 = excluded.bad_502, gateway = excluded.gateway, "
         "counted_until_us = excluded.counted_until_us, transitions = excluded.transitions, "
         "class_reason = excluded.class_reason, failing = excluded.failing, "
         "causes = excluded.causes";
}

std::string put_notification_sql() {
  return "INSERT INTO notification(" + std::string(kNotificationColumns) +
         ") VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) "
         "ON CONFLICT(id) DO NOTHING";
}

std::string put_push_sql() {
  return "INSERT OR REPLACE INTO push(" + std::string(kPushColumns) +
         ") VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
}

// Hands on what SQLite's quick_check found, unless there was no time for all of it.
void check_for_damage(Connection& connection, const std::function<bool()>& hurried) {
  connection.interrupt_when(hurried);
  try {
    const std::string verdict = connection.text("PRAGMA quick_check(1)");
    connection.interrupt_when(nullptr);
    if (verdict != "ok") {
      throw StorageError(StorageError::Kind::Corrupt,
                         connection.path() + ": the database is damaged: " + verdict);
    }
  } catch (const SqliteError& error) {
    connection.interrupt_when(nullptr);
    if (!error.is_interrupt()) {
      throw;
    }
  }
}

std::unique_ptr<Connection> open_for_writing(const std::string& path,
                                             const std::function<bool()>& hurried) {
  auto connection = std::make_unique<Connection>(path, Connection::Mode::Write);
  const int64_t version = check_identity(*connection, migrations().back().version);
  if (version == 0) {
    connection->execute("PRAGMA auto_vacuum = INCREMENTAL");
  }
  const std::string mode = connection->text("PRAGMA journal_mode = WAL");
  if (mode != "wal") {
    throw StorageError(StorageError::Kind::Unwritable,
                       path + ": no write-ahead log is possible here");
  }
  connection->execute(
      "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = OFF; "
      "PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY; "
      "PRAGMA cache_size = -2048; PRAGMA journal_size_limit = 16777216");
  if (version != 0) {
    check_for_damage(*connection, hurried);
  }
  migrate(*connection, migrations());
  return connection;
}

std::optional<int64_t> maybe_us(const std::optional<Duration>& duration) {
  return duration.has_value() ? std::optional(to_us(*duration)) : std::nullopt;
}

// Words come printable; were some not, readers of the file would fail at them.
std::string fit_to_read(const std::string& words) {
  return is_printable_utf8(words) ? words : printable(words);
}

// Of a certificate, in seen_.
std::string key_of(int64_t target, std::string_view fingerprint) {
  return std::to_string(target) + ':' + std::string(fingerprint);
}

void bind_words(Statement& statement, int index, const std::string& words) {
  if (words.empty()) {
    statement.bind(index, std::optional<int64_t>());
  } else {
    statement.bind(index, std::string_view(words));
  }
}

}  // namespace

Dictionary::Dictionary(Connection& connection, const std::string& table, const std::string& column)
    : find_(connection, "SELECT id FROM " + table + " WHERE " + column + " = ?1"),
      enter_(connection, "INSERT INTO " + table + "(" + column + ") VALUES(?1) RETURNING id") {}

int64_t Dictionary::id_of(const std::string& text) {
  const auto known = ids_.find(text);
  if (known != ids_.end()) {
    return known->second;
  }
  int64_t id = 0;
  find_.bind_all(std::string_view(text));
  const bool found = find_.step();
  if (found) {
    id = find_.integer(0);
  }
  find_.reset();
  if (!found) {
    enter_.bind_all(std::string_view(text));
    if (enter_.step()) {
      id = enter_.integer(0);
    }
    enter_.reset();
  }
  if (ids_.size() >= kMaxRemembered) {
    ids_.clear();
  }
  ids_.emplace(text, id);
  return id;
}

Store::Store(const std::string& path, const std::function<bool()>& hurried)
    : connection_(open_for_writing(path, hurried)),
      targets_(*connection_, "target", "name"),
      addresses_(*connection_, "address", "text"),
      answerers_(*connection_, "answerer", "text"),
      use_address_(*connection_, "UPDATE address SET used_us = max(used_us, ?2) WHERE id = ?1"),
      sample_(*connection_, kPutSample),
      same_sample_(*connection_, kSameSample),
      evidence_(*connection_, kPutEvidence),
      answer_(*connection_, kPutAnswer),
      cut_answers_(*connection_, kCutAnswers),
      certificate_(*connection_, kPutCertificate),
      cut_certificates_(*connection_, kCutCertificates),
      incident_(*connection_, put_incident_sql()),
      notification_(*connection_, put_notification_sql()),
      settlement_(*connection_, kSettle),
      push_(*connection_, put_push_sql()),
      gone_push_(*connection_, "DELETE FROM push WHERE target = ?1"),
      keepsakes_(*connection_) {}

bool Store::put_sample(const Sample& sample, bool again) {
  const ProbeResult& result = sample.result;
  const int64_t target = targets_.id_of(sample.target);
  const std::optional<int64_t> address =
      result.address.empty() ? std::nullopt
                             : std::optional(use_address(result.address, to_us(sample.at)));
  const std::optional<int64_t> status =
      result.status == 0 ? std::nullopt : std::optional<int64_t>(result.status);
  const std::string maker = to_json(result.answered_by);
  const std::optional<int64_t> answerer =
      maker.empty() ? std::nullopt : std::optional(answerers_.id_of(maker));
  put_certificate(sample, target, address);
  int64_t at = to_us(sample.at);
  sample_.bind_all(at, target, static_cast<int64_t>(sample.purpose),
                   static_cast<int64_t>(result.outcome), status, to_us(result.latency),
                   maybe_us(result.phases.dns), maybe_us(result.phases.connect),
                   maybe_us(result.phases.tls), maybe_us(result.phases.first_byte),
                   to_us(sample.lateness), address, int64_t{result.tls_resumed},
                   int64_t{result.dns_stale}, answerer, int64_t{sample.is_origin});
  for (int64_t shift = 0; shift <= kMaxShift; ++shift, ++at) {
    sample_.bind(1, at);
    sample_.run_bound();
    if (connection_->changes() == 1) {
      put_evidence(sample, at, target);
      put_answer(sample, at, target);
      return true;
    }
    if (again && is_there(sample, at, target)) {
      return true;
    }
  }
  return false;
}

int64_t Store::use_address(const std::string& address, int64_t at) {
  const int64_t id = addresses_.id_of(address);
  const auto used = address_used_.find(id);
  if (used != address_used_.end() && at - used->second < kSeenStep) {
    return id;
  }
  use_address_.run(id, at);
  if (address_used_.size() >= Dictionary::kMaxRemembered) {
    address_used_.clear();
  }
  address_used_.insert_or_assign(id, at);
  return id;
}

void Store::put_certificate(const Sample& sample, int64_t target, std::optional<int64_t> address) {
  if (sample.result.certificate == nullptr || sample.is_origin) {
    return;
  }
  const CertificateInfo& certificate = *sample.result.certificate;
  const int64_t at = to_us(sample.at);
  std::string key = key_of(target, certificate.fingerprint);
  const auto seen = seen_.find(key);
  if (seen != seen_.end() && at - seen->second < kSeenStep) {
    return;
  }
  const std::string names = to_json(certificate.names);
  certificate_.run(target, std::string_view(certificate.fingerprint), address,
                   std::string_view(certificate.subject), std::string_view(certificate.issuer),
                   std::string_view(names), to_us(certificate.not_before),
                   to_us(certificate.not_after), at);
  if (seen_.size() >= Dictionary::kMaxRemembered) {
    seen_.clear();
  }
  seen_.insert_or_assign(std::move(key), at);
  cut_certificates_.bind_all(target, kMaxCertificates);
  while (cut_certificates_.step()) {
    seen_.erase(key_of(target, cut_certificates_.text(0)));
  }
  cut_certificates_.reset();
}

// The reason phrase of an expected answer says nothing and would double what is written.
void Store::put_evidence(const Sample& sample, int64_t at, int64_t target) {
  const ProbeResult& result = sample.result;
  const bool tells_reason = result.outcome != Outcome::Ok && !result.reason.empty();
  if (!tells_reason && result.error.empty()) {
    return;
  }
  evidence_.bind(1, at);
  evidence_.bind(2, target);
  const std::string reason = fit_to_read(result.reason);
  const std::string error = fit_to_read(result.error);
  bind_words(evidence_, 3, reason);
  bind_words(evidence_, 4, error);
  evidence_.bind(5, int64_t{sample.is_origin});
  evidence_.run_bound();
}

void Store::put_answer(const Sample& sample, int64_t at, int64_t target) {
  const ProbeResult& result = sample.result;
  if (result.head.empty() && result.body.empty()) {
    return;
  }
  answer_.bind(1, at);
  answer_.bind(2, target);
  answer_.bind(3, Blob{result.head});
  answer_.bind(4, Blob{result.body});
  answer_.bind(5, int64_t{sample.is_origin});
  answer_.run_bound();
  if (++answers_since_cut_ >= kMaxAnswers / 10) {
    cut_answers();
  }
}

// Walks over the keys of all that are kept, so only where one came since.
void Store::cut_answers() {
  if (answers_since_cut_ > 0) {
    cut_answers_.run(kMaxAnswers);
    answers_since_cut_ = 0;
  }
}

bool Store::is_there(const Sample& sample, int64_t at, int64_t target) {
  same_sample_.bind_all(at, target, static_cast<int64_t>(sample.purpose),
                        static_cast<int64_t>(sample.result.outcome), to_us(sample.result.latency),
                        to_us(sample.lateness), int64_t{sample.is_origin});
  const bool found = same_sample_.step();
  same_sample_.reset();
  return found;
}

void Store::put_transition(const Transition& transition) {
  if (!transition.incident.id.empty()) {
    put_incident(incident_, transition.incident);
  }
  for (const Notification& message : transition.messages) {
    put_notification(notification_, message);
  }
}

void Store::put_settlement(const std::string& id, const DeliveryProgress& progress, WallTime now) {
  settlement_.bind_all(std::string_view(id), to_string(progress.state), progress.attempts,
                       to_us(progress.next_attempt_at),
                       progress.delivered_at.has_value()
                           ? std::optional(to_us(*progress.delivered_at))
                           : std::optional<int64_t>());
  bind_words(settlement_, 6, progress.last_error);
  settlement_.bind(7, progress.state == DeliveryState::Pending ? std::optional<int64_t>()
                                                               : std::optional(to_us(now)));
  settlement_.run_bound();
}

void Store::put_open_incident(const Incident& incident) {
  put_incident(incident_, incident);
}

void Store::put_job(const PushState& state) {
  if (state.is_gone) {
    gone_push_.run(std::string_view(state.target));
  } else {
    put_push(push_, state);
  }
}

int64_t Store::salvage(Connection& damaged) {
  Transaction transaction(*connection_);
  const int64_t rows = salvage_rows(damaged, *connection_);
  transaction.commit();
  return rows;
}

bool Store::prune(WallTime before) {
  Transaction transaction(*connection_);
  const Pruned pruned = prune_rows(*connection_, before);
  if (pruned.addresses) {
    forget_addresses();
  }
  cut_answers();
  transaction.commit();
  if (!pruned.more) {
    give_back_pages(*connection_);
  }
  return pruned.more;
}

void Store::checkpoint_where_due() {
  const int64_t pages = connection_->wal_pages();
  if (pages >= checkpoint_at_) {
    const int64_t left = connection_->checkpoint();
    checkpoint_at_ = (left == 0 ? 0 : pages) + kCheckpointPages;
  }
}

void Store::forget_addresses() {
  addresses_.forget();
  address_used_.clear();
}

void Store::forget_ids() {
  targets_.forget();
  forget_addresses();
  seen_.clear();
}

}  // namespace gatewatch::storage
