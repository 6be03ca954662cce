// SPDX-License-Identifier: MIT
#include "daemon/pipeline.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "core/diagnosis_text.h"
#include "core/log.h"
#include "daemon/storage_trouble.h"
#include "logs/host_pressure.h"
#include "storage/diagnosis_rows.h"
#include "storage/error.h"

namespace gatewatch::daemon {
namespace {

constexpr std::string_view kStorageRule = "storage";    // the disk does not take what is learnt
constexpr std::string_view kDatabaseRule = "database";  // a damaged database was set aside
constexpr std::string_view kNetworkRule = "network";    // no control target answers

// Lines of a log up to this age count in rules and cases.
constexpr Duration kLogNews = std::chrono::minutes(1);

// Stored counts of open incidents are at most this many tends old.
constexpr int kCountsEvery = 10;

constexpr size_t kRepairsRead = 1'000;  // past incidents, at the start

std::string_view event_of(alerts::Change::Kind kind) {
  switch (kind) {
    case alerts::Change::Kind::Opened:
      return "incident opened";
    case alerts::Change::Kind::Updated:
      return "incident updated";
    case alerts::Change::Kind::Reopened:
      return "incident reopened";
    case alerts::Change::Kind::Resolved:
      return "incident resolved";
  }
  return "incident";
}

}  // namespace

Pipeline::Pipeline(probe::Loop& loop, Rng& ids, storage::Writer& writer, alerts::Delivery& delivery,
                   alerts::Source source, Diagnose diagnose)
    : loop_(loop),
      diagnose_(std::move(diagnose)),
      writer_(writer),
      delivery_(delivery),
      evaluator_(ids),
      foretelling_(loop, ids, [this](const alerts::Change& change) { tell(change); }),
      self_watch_(ids),
      announcer_(std::move(source), ids),
      gateways_(loop, [this](const std::string& target, GatewayWatch::Report report) {
        investigator_.take_gateway(target, std::move(report), loop_.now());
        judge(target);
      }) {}

alerts::Instant Pipeline::now() const {
  return {loop_.now(), loop_.wall_now()};
}

void Pipeline::configure(const Settings& settings) {
  std::vector<Target> targets;
  std::transform(settings.targets.begin(), settings.targets.end(), std::back_inserter(targets),
                 [](const ProbedTarget& probed) { return probed.target; });
  control_watch_.configure(targets);
  log_join_.configure(settings.logs, targets);
  log_board_.configure(settings.logs);
  foretelling_.configure(settings);
  gateways_.configure(settings.gateways, targets);
  board_.set_targets(std::move(targets));
  const std::vector<alerts::Watched> watched = settings.watched();
  confirmation_.configure(watched);
  investigator_.configure(watched);
  for (const alerts::Change& change : evaluator_.configure(watched, now())) {
    tell(change);
  }
  announcer_.configure(settings.channels, settings.channels_of_rule());
  delivery_.set_channels(settings.channels);
}

void Pipeline::restore(const std::string& database_path, Duration reopen_within) {
  const WallTime resolved_since = loop_.wall_now() - std::chrono::ceil<std::chrono::microseconds>(
                                                         std::max(reopen_within, alerts::kDay));
  try {
    go_on_with(storage::remember(database_path, resolved_since));
    for (const Incident& incident : evaluator_.open_incidents()) {
      if (storage::has_diagnosis(database_path, incident.id)) {
        investigator_.note_diagnosis(incident.target, loop_.now());
      }
    }
    remember_repairs(database_path);
  } catch (const storage::StorageError& error) {
    read_error_ = error.what();
    log(LogLevel::Error, "the last run's incidents and messages can't be read",
        {{"reason", read_error_}});
  }
  replay(database_path);
}

void Pipeline::go_on_with(storage::Remembered remembered) {
  dead_letters_before_ = remembered.dead_letters;
  foretelling_.restore(remembered.incidents);
  const auto own = std::stable_partition(
      remembered.incidents.begin(), remembered.incidents.end(),
      [](const Incident& incident) { return incident.detected_by != kDetectedBySelf; });
  for (auto incident = own; incident != remembered.incidents.end(); ++incident) {
    if (incident->is_open()) {
      self_watch_.restore(std::move(*incident));
    }
  }
  remembered.incidents.erase(own, remembered.incidents.end());

  for (storage::OutboxEntry& entry : remembered.outbox) {
    delivery_.add(std::move(entry.notification), std::move(entry.progress), true);
  }
  for (const alerts::Change& change : evaluator_.restore(std::move(remembered.incidents), now())) {
    tell(change);
  }
}

// Newest first come the past incidents, which are to be added oldest first.
void Pipeline::remember_repairs(const std::string& database_path) {
  try {
    std::vector<Incident> past = storage::find_incidents(
        database_path, {.target = std::nullopt, .since = std::nullopt, .limit = kRepairsRead});
    std::for_each(past.rbegin(), past.rend(),
                  [this](const Incident& incident) { repairs_.add(incident); });
  } catch (const storage::StorageError& error) {
    if (error.kind() != storage::StorageError::Kind::Missing) {
      log(LogLevel::Warning, "repair times of the past can't be read", {{"reason", error.what()}});
    }
  }
}

void Pipeline::replay(const std::string& database_path) {
  const alerts::Instant start = now();
  try {
    const auto span = std::chrono::ceil<std::chrono::microseconds>(evaluator_.memory());
    storage::for_each_sample(database_path, start.wall - span, start.wall,
                             [&](const Sample& sample) {
                               evaluator_.replay(sample, start.steady - (start.wall - sample.at));
                             });
  } catch (const storage::StorageError& error) {
    log(LogLevel::Warning, "windows start empty", {{"reason", error.what()}});
  }
}

std::vector<ProbeRequest> Pipeline::take(Sample sample) {
  std::vector<ProbeRequest> requests = control_watch_.take(sample, loop_.now());
  if (is_logged(LogLevel::Debug)) {
    log(LogLevel::Debug, "probe done",
        {{"target", sample.target},
         {"outcome", std::string(to_string(sample.result.outcome))},
         {"status", sample.result.status},
         {"latency_ms", to_ms(sample.result.latency)},
         {"address", sample.result.address},
         {"error", sample.result.error}});
  }
  board_.take(sample);
  follow_up(sample, requests);
  if (sample.is_origin) {
    judge(sample.target);
    writer_.add(std::move(sample));
    return requests;
  }
  const bool is_bad = is_failure(sample.result.outcome);
  const Verdict verdict = is_bad || evaluator_.has_open(sample.target)
                              ? investigator_.verdict(sample.target)
                              : Verdict();
  std::vector<alerts::Change> changes = evaluator_.take(sample, now(), verdict);
  std::ranges::move(evaluator_.judge(sample.target, verdict, loop_.now()),
                    std::back_inserter(changes));
  if (std::optional<ProbeRequest> burst =
          confirmation_.take(sample, loop_.now(), evaluator_.need(sample.target))) {
    log(LogLevel::Debug, "confirmation burst",
        {{"target", burst->target}, {"status", sample.result.status}});
    requests.push_back(std::move(*burst));
  }
  writer_.add(std::move(sample));
  tell_all(changes);
  return requests;
}

// What a sample adds to the case of its target, and what it calls for.
void Pipeline::follow_up(const Sample& sample, std::vector<ProbeRequest>& requests) {
  alerts::Investigator::Wish wish = investigator_.take(sample, loop_.now());
  if (wish.origin) {
    requests.push_back(std::move(*wish.origin));
  }
  if (wish.is_new && log_join_.has_log(sample.target)) {
    investigator_.take_host(sample.target, logs::read_host_state(loop_.wall_now()));
  }
  if (wish.gateways) {
    for (GatewayWatch::Report& report : gateways_.ask(sample.target)) {
      investigator_.take_gateway(sample.target, std::move(report), loop_.now());
    }
  }
  if (wish.diagnosis && diagnose_(sample.target, sample.result.address)) {
    investigator_.note_diagnosis(sample.target, loop_.now());
  }
  take_lines(log_join_.take(sample, loop_.now()));
}

void Pipeline::take_diagnosis(Diagnosis diagnosis) {
  const std::string target = diagnosis.target;
  log(LogLevel::Info, "diagnosis made",
      {{"target", target},
       {"findings", diagnosis.findings.size()},
       {"took", humanize_duration(diagnosis.took)}});
  investigator_.take_diagnosis(target, std::make_shared<const Diagnosis>(std::move(diagnosis)));
  for (const Incident& incident : evaluator_.open_incidents()) {
    if (incident.target == target) {
      keep_diagnosis(incident);
    }
  }
  judge(target);
}

void Pipeline::keep_diagnosis(const Incident& incident) {
  if (const auto diagnosis = investigator_.diagnosis(incident.target)) {
    writer_.add(storage::IncidentDiagnosis{
        .incident_id = incident.id, .at = diagnosis->at, .json = storage::to_json(*diagnosis)});
  }
}

void Pipeline::take_log(const logs::LogBatch& batch) {
  if (!log_board_.take(batch)) {
    return;
  }
  logs::LogCounts recent;  // what is older was written while nobody read: no news
  for (const logs::LogSecond& second : batch.seconds) {
    if (second.at >= loop_.now() - kLogNews) {
      recent += second.counts;
    }
  }
  for (const std::string& target : log_join_.targets_of(batch.log)) {
    investigator_.add_masked(target, recent.masked + recent.masked_probes);
    tell_all(evaluator_.take_log(
        target, [&recent](const Rule& rule) { return logs::counts_of(rule, recent); }, now(),
        investigator_.verdict(target)));
  }
  std::vector<JoinedLine> lines;
  for (const GatewayEvent& event : batch.events) {
    if (event.kind == EventKind::Upstream) {
      for (const std::string& target : log_join_.targets_of(batch.log)) {
        investigator_.take_log(target, event.log, {}, event.line, loop_.now());
      }
    } else if (!event.causes.empty()) {
      std::ranges::move(log_join_.take(event, loop_.now()), std::back_inserter(lines));
    }
  }
  take_lines(lines);
  writer_.add(storage::LogPosition{.log = batch.log, .text = logs::to_text(batch.position)});
}

void Pipeline::take_lines(const std::vector<JoinedLine>& lines) {
  std::set<std::string> targets;
  for (const JoinedLine& line : lines) {
    investigator_.take_log(line.target, line.event.log, line.event.causes, line.event.line,
                           loop_.now());
    targets.insert(line.target);
  }
  for (const std::string& target : targets) {
    judge(target);
  }
}

void Pipeline::judge(const std::string& target) {
  if (evaluator_.has_open(target)) {
    tell_all(evaluator_.judge(target, investigator_.verdict(target), loop_.now()));
  }
}

void Pipeline::tell_all(const std::vector<alerts::Change>& changes) {
  for (const alerts::Change& change : changes) {
    tell(change);
  }
}

void Pipeline::skip(const std::string& target, uint64_t turns) {
  board_.skip(target, turns);
}

// The lanes learn of a message before the writer does, so that the writer's word that it is
// durable never comes too early.
void Pipeline::tell(const alerts::Change& change) {
  const Incident& incident = change.incident;
  repairs_.take(change);
  log(change.kind == alerts::Change::Kind::Resolved ? LogLevel::Info : LogLevel::Warning,
      event_of(change.kind),
      {{"target", incident.target},
       {"rule", incident.rule},
       {"incident", incident.id},
       {"bad", change.window.bad},
       {"probes", change.window.probes},
       {"reason", incident.reason},
       {"summary", incident.verdict.summary}});
  const auto diagnosis = investigator_.diagnosis(incident.target);
  storage::Transition transition{
      .incident = incident,
      .messages = announcer_.announce(change, loop_.wall_now(),
                                      diagnosis == nullptr ? "" : to_text(*diagnosis))};
  for (const Notification& notification : transition.messages) {
    DeliveryProgress progress;
    progress.next_attempt_at = notification.created_at;
    delivery_.add(notification, progress, false);
  }
  writer_.add(std::move(transition));
  if (change.kind == alerts::Change::Kind::Opened ||
      change.kind == alerts::Change::Kind::Reopened) {
    keep_diagnosis(incident);
    if (incident.detected_by != alerts::kDetectedByForecast) {
      foretelling_.incident_came(incident.target);
    }
  }
}

void Pipeline::watch_clocks(const ClockReading& clocks) {
  if (!clock_watch_) {
    clock_watch_.emplace(clocks);
  }
  const auto [suspended, stepped] = clock_watch_->observe(clocks);
  if (suspended > Duration::zero()) {
    log(LogLevel::Warning, "the machine was suspended", {{"for", humanize_duration(suspended)}});
  }
  if (stepped != Duration::zero()) {
    log(LogLevel::Warning, "the wall clock was set",
        {{"by_seconds", to_seconds(stepped)}, {"now", format_utc(clocks.wall)}});
  }
}

void Pipeline::tend(const ClockReading& clocks) {
  watch_clocks(clocks);
  tell_all(evaluator_.end_silent(log_join_.targets_of_any(log_board_.unread()), now()));
  const storage::WriterHealth health = writer_.health();
  if (const auto change = self_watch_.observe(kStorageRule, storage_trouble(health), now())) {
    tell(*change);
  }
  const std::string note = database_note(read_error_, health);
  const std::string news = note == told_note_ ? std::string() : note;
  told_note_ = note;
  if (const auto change = self_watch_.observe(kDatabaseRule, news, now())) {
    tell(*change);
  }
  if (const auto change = self_watch_.observe(kNetworkRule, control_watch_.trouble(), now())) {
    tell(*change);
  }
  if (++tends_ % kCountsEvery == 0) {
    if (std::vector<Incident> open = all_open(); !open.empty()) {
      writer_.update_counts(std::move(open));
    }
  }
}

size_t Pipeline::open_incidents() const {
  return all_open().size();
}

std::vector<Incident> Pipeline::all_open() const {
  std::vector<Incident> open = evaluator_.open_incidents();
  std::ranges::move(self_watch_.open_incidents(), std::back_inserter(open));
  std::ranges::move(foretelling_.open_incidents(), std::back_inserter(open));
  return open;
}

void Pipeline::fill(Snapshot& snapshot) const {
  board_.fill(snapshot);
  snapshot.open_incidents = all_open();
  for (Incident& incident : snapshot.open_incidents) {
    incident.repair_times = repairs_.beside(incident, loop_.wall_now());
  }
  log_board_.fill(snapshot);
  const storage::WriterHealth storage = writer_.health();
  snapshot.health.samples_stored = storage.samples_stored;
  snapshot.health.samples_dropped = storage.samples_dropped;
  snapshot.health.samples_waiting = storage.waiting;
  snapshot.health.storage_error = storage_trouble(storage);
  snapshot.health.storage_ok = snapshot.health.storage_error.empty();
  snapshot.health.offline = control_watch_.is_offline();
  if (clock_watch_) {
    snapshot.health.suspensions = clock_watch_->suspensions();
    snapshot.health.clock_steps = clock_watch_->steps();
  }
  const alerts::DeliveryHealth delivery = delivery_.health();
  snapshot.health.notifications_pending = delivery.pending;
  snapshot.health.notifications_delivered = delivery.delivered;
  snapshot.health.dead_letters = dead_letters_before_ + delivery.died;
}

}  // namespace gatewatch::daemon
