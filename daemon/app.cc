// SPDX-License-Identifier: MIT
//
// How it works: the loop thread owns settings, schedule and pipeline. Other threads reach them by
// posting a task to the loop and waiting for its answer with a deadline; the task owns all it
// touches, so that one that runs after its asker gave up does no harm.
#include "daemon/app.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <string_view>
#include <thread>
#include <utility>

#include "core/log.h"
#include "daemon/await.h"
#include "daemon/machine.h"
#include "daemon/service.h"
#include "daemon/signals.h"
#include "storage/error.h"
#include "storage/history.h"
#include "web/json.h"

namespace gatewatch::daemon {
namespace {

constexpr Duration kSnapshotAge = std::chrono::milliseconds(250);
constexpr Duration kStopPoll = std::chrono::milliseconds(20);

}  // namespace

App::App(Settings settings, std::string config_path, config::LoadOptions load_options,
         const Clock& clock)
    : clock_(clock),
      config_path_(std::move(config_path)),
      load_options_(std::move(load_options)),
      started_at_(clock.wall()),
      settings_(std::move(settings)),
      state_lock_(settings_.storage.path),
      rng_(Rng::from_entropy()),
      request_ids_(std::make_shared<RequestIds>(rng_)),
      loop_(clock),
      delivery_(clock,
                [this](const std::string& id, DeliveryProgress progress) {
                  writer_.add(storage::Settlement{id, std::move(progress)});
                }),
      writer_(
          {.path = settings_.storage.path,
           .retention = settings_.storage.retention,
           .on_committed = [this](const std::vector<std::string>& ids) { delivery_.release(ids); }},
          clock),
      pipeline_(loop_, rng_, writer_, delivery_, {host_name(), GATEWATCH_VERSION},
                [this](const std::string& target, const std::string& address) {
                  return probing_.diagnose(target, address);
                }),
      probing_(
          loop_, rng_, clock, max_in_flight(kBesideTargets),
          [this](WallTime now) { return request_ids_->make(now); },
          {.on_sample = [this](Sample sample) { take(std::move(sample)); },
           .on_skip = [this](const std::string& target,
                             uint64_t turns) { pipeline_.skip(target, turns); },
           .on_push_state = [this](PushState state) { writer_.add(std::move(state)); },
           .on_diagnosis =
               [this](Diagnosis diagnosis) { pipeline_.take_diagnosis(std::move(diagnosis)); }}),
      logs_(
          loop_, clock, [this](const logs::LogBatch& batch) { pipeline_.take_log(batch); },
          [this](const std::string& log) {
            writer_.add(storage::LogPosition{.log = log, .text = {}});
          },
          [ids = request_ids_](std::string_view id) { return ids->is_own(id); }) {
  storage::check_database(settings_.storage.path);
  if (!settings_.daemon.listen_host.empty()) {
    web_ = std::make_unique<web::Server>(
        web::ServerOptions{settings_.daemon.listen_host, settings_.daemon.listen_port,
                           settings_.web.auth},
        clock_, [this] { return snapshot(); },
        [this](PushReport report) { return take_push(std::move(report)); });
  }
  make_control_socket();
  reloader_ = std::make_unique<Reloader>([this] { reload(); });
}

App::~App() {
  // Whoever calls into the rest goes first.
  (void)logs_.stop(logs::kEndPatience);
  reloader_.reset();
  control_.reset();
  web_.reset();
  delivery_.stop(clock_.steady());
}

void App::make_control_socket() {
  control_ = std::make_unique<ControlServer>(
      control_path(settings_.storage.path),
      std::map<std::string, ControlServer::Handler>{
          {kStatusPath, [this](const std::string&) { return answer_status(); }},
          {kReloadPath, [this](const std::string&) { return encode(reload()); }},
          {kTestChannelPath, [this](const std::string& name) { return answer_test_channel(name); }},
          {kRecordPath, [this](const std::string& json) { return answer_record(json); }},
      });
}

App::Ending App::run() {
  const SignalWatch signals(
      loop_, [this] { begin_stop(); }, [this] { reloader_->request(); });
  start();
  loop_.run();
  ended_ = true;
  probing_.pushes().save(Duration::zero());

  // First what must not be lost; then those who only look, whose clients may dawdle.
  delivery_.stop(clock_.steady() + kFinishDelivery);
  const bool stored = writer_.stop(clock_.steady() + kFinishStorage);
  if (stored) {
    log(LogLevel::Info, "stopped");
  } else {
    log(LogLevel::Error, "stopped with unstored samples", {{"error", writer_.health().error}});
  }
  const bool logs_ended = logs_.stop(kFinishLogs);
  const bool gateways_ended = pipeline_.gateways().stop(kFinishGateways);
  const bool closed = close_listeners();
  return {.exit = stored ? ExitCode::Fine : ExitCode::Failed,
          .is_quiet = stored && logs_ended && gateways_ended && closed};
}

bool App::close_listeners() {
  auto done = std::make_shared<std::promise<bool>>();
  std::future<bool> answer = done->get_future();
  std::thread closer([this, done] {
    pipeline_.foretelling().end();
    reloader_.reset();
    control_.reset();
    web_.reset();
    done->set_value(true);
  });
  if (answer.wait_for(kCloseListeners) == std::future_status::ready) {
    closer.join();
    return true;
  }
  closer.detach();
  return false;
}

void App::start() {
  pipeline_.configure(settings_);
  pipeline_.restore(settings_.storage.path, settings_.longest_reopen());
  pipeline_.foretelling().begin(settings_.storage.path, clock_);
  remember_pushes();
  writer_.start();
  probing_.set(settings_);
  logs_.remember(settings_.storage.path);
  logs_.set(settings_.logs, settings_.logs_fingerprint);
  probing_.pushes().save(kRenewPushes);
  every(kSavePushes, [this] { probing_.pushes().save(kRenewPushes); });
  every(Pipeline::kTendInterval, [this] {
    logs_.watch(loop_.now());
    pipeline_.set_log_hang(logs_.trouble());
    pipeline_.tend(read_clocks(clock_));
    tell_status();
  });
  if (const auto interval = service::watchdog_interval()) {
    every(*interval, [this] {
      if (delivery_.health().turning) {
        service::tell_watchdog();
      }
    });
  }
  log(LogLevel::Info, "started",
      {{"version", GATEWATCH_VERSION},
       {"targets", settings_.targets.size()},
       {"database", settings_.storage.path},
       {"listen", web_ ? settings_.daemon.listen_host + ":" + std::to_string(web_->port())
                       : std::string("off")}});
  loop_.call_at(loop_.now() + kSettled, give_back_startup_memory);
  service::tell_ready(status_line());
}

void App::remember_pushes() {
  try {
    probing_.pushes().remember(storage::remember_pushes(settings_.storage.path, clock_.wall()));
  } catch (const storage::StorageError& error) {
    log(LogLevel::Warning, "silence of jobs counts anew", {{"reason", error.what()}});
  }
}

void App::every(Duration interval, std::function<void()> task) {
  loop_.call_at(loop_.now() + interval, [this, interval, task = std::move(task)]() mutable {
    task();
    every(interval, std::move(task));
  });
}

// The settings of what did not change stay as they are: also its channel.
void App::apply(Settings settings) {
  probing_.set(settings);
  probing_.pushes().save(kRenewPushes);
  for (auto& [name, channel] : settings.channels) {
    const auto old = settings_.channel_fingerprints.find(name);
    if (old != settings_.channel_fingerprints.end() &&
        old->second == settings.channel_fingerprints[name]) {
      channel = settings_.channels[name];
    }
  }
  if (settings.storage.path != settings_.storage.path ||
      settings.daemon.listen_host != settings_.daemon.listen_host ||
      settings.daemon.listen_port != settings_.daemon.listen_port ||
      settings.web.auth != settings_.web.auth) {
    log(LogLevel::Warning, "[storage] path, [daemon] listen and [web] take effect at a restart");
  }
  writer_.set_retention(settings.storage.retention);
  set_log_level(settings.daemon.log_level);
  pipeline_.configure(settings);
  logs_.set(settings.logs, settings.logs_fingerprint);
  settings_ = std::move(settings);
}

ReloadReply App::reload() {
  MutexLock lock(reload_mutex_);
  service::tell_reloading(clock_.steady());
  LoadedSettings loaded = load_settings(config_path_, load_options_);
  ReloadReply reply{.applied = false, .error = {}, .diagnostics = std::move(loaded.diagnostics)};
  for (const config::Diagnostic& diagnostic : reply.diagnostics) {
    log(diagnostic.gravity == config::Gravity::Error ? LogLevel::Error : LogLevel::Warning,
        config::to_string(diagnostic));
  }
  std::string problem;
  if (loaded.settings) {
    reply.applied = apply_on_loop(std::move(*loaded.settings));
    if (!reply.applied) {
      reply.error = "the probe loop does not answer";
    }
  } else {
    const auto mistake = std::find_if(
        reply.diagnostics.begin(), reply.diagnostics.end(),
        [](const auto& diagnostic) { return diagnostic.gravity == config::Gravity::Error; });
    problem = mistake == reply.diagnostics.end() ? "" : config::to_string(*mistake);
  }
  log(reply.applied ? LogLevel::Info : LogLevel::Error,
      reply.applied ? "configuration reloaded" : "configuration not reloaded, the old one goes on");
  loop_.post([this, text = std::move(problem)] {
    reload_problem_ = text;
    told_status_ = status_line();
    service::tell_ready(told_status_);
  });
  return reply;
}

// Whoever is second, the loop or the asker that lost patience, does nothing: what was called not
// reloaded is not applied later.
bool App::apply_on_loop(Settings settings) {
  auto decided = std::make_shared<std::atomic<bool>>(false);
  auto done = std::make_shared<std::promise<bool>>();
  std::future<bool> answer = done->get_future();
  loop_.post([this, decided, done = std::move(done), settings = std::move(settings)]() mutable {
    const bool in_time = !decided->exchange(true);
    if (in_time) {
      apply(std::move(settings));
    }
    done->set_value(in_time);
  });
  if (const auto applied = await(answer, kAnswerPatience, ended_)) {
    return *applied;
  }
  if (!decided->exchange(true)) {
    return false;
  }
  return await(answer, kAnswerPatience, ended_).value_or(true);  // it is being applied
}

// Results go one way, requests for probes the other.
void App::take(Sample sample) {
  probing_.pushes().note_turn(sample);
  for (const ProbeRequest& request : pipeline_.take(std::move(sample))) {
    probing_.request(request);
  }
}

void App::begin_stop() {
  if (stopping_) {
    return;
  }
  stopping_ = true;
  log(LogLevel::Info, "stopping");
  service::tell_stopping();
  probing_.pause();
  wait_for_probes(loop_.now() + kFinishProbes);
}

void App::wait_for_probes(SteadyTime deadline) {
  if (probing_.in_flight() == 0 || loop_.now() >= deadline) {
    probing_.abort_all("gatewatch was stopped");
    loop_.stop();
    return;
  }
  loop_.call_at(loop_.now() + kStopPoll, [this, deadline] { wait_for_probes(deadline); });
}

std::string App::status_line() const {
  const auto targets =
      std::count_if(settings_.targets.begin(), settings_.targets.end(),
                    [](const ProbedTarget& probed) { return !probed.target.is_control; });
  const size_t open = pipeline_.open_incidents();
  return "watching " + std::to_string(targets) + (targets == 1 ? " target, " : " targets, ") +
         (open == 0 ? std::string("no incident") : std::to_string(open) + " open incident") +
         (open > 1 ? "s" : "") +
         (reload_problem_.empty() ? "" : "; configuration NOT reloaded: " + reload_problem_);
}

void App::tell_status() {
  std::string status = status_line();
  if (status != told_status_) {
    told_status_ = std::move(status);
    service::tell_status(told_status_);
  }
}

Snapshot App::make_snapshot() const {
  Snapshot snapshot;
  snapshot.at = clock_.wall();
  snapshot.started_at = started_at_;
  snapshot.version = GATEWATCH_VERSION;
  pipeline_.fill(snapshot);
  snapshot.health.probes_in_flight = probing_.in_flight();
  snapshot.health.stalls = probing_.stalls();
  return snapshot;
}

std::shared_ptr<const Snapshot> App::snapshot() {
  MutexLock lock(snapshot_mutex_);
  if (clock_.steady() - snapshot_at_ < kSnapshotAge) {
    return snapshot_;
  }
  auto done = std::make_shared<std::promise<std::shared_ptr<const Snapshot>>>();
  std::future<std::shared_ptr<const Snapshot>> answer = done->get_future();
  loop_.post([this, done = std::move(done)] {
    done->set_value(std::make_shared<const Snapshot>(make_snapshot()));
  });
  snapshot_ = await(answer, kAnswerPatience, ended_).value_or(nullptr);
  snapshot_at_ = clock_.steady();
  return snapshot_;
}

PushAnswer App::take_push(PushReport report) {
  auto done = std::make_shared<std::promise<PushAnswer>>();
  std::future<PushAnswer> answer = done->get_future();
  loop_.post([this, report = std::move(report), done = std::move(done)] {
    done->set_value(probing_.pushes().take(report));
  });
  return await(answer, kAnswerPatience, ended_).value_or(PushAnswer::NoAnswer);
}

std::string App::answer_status() {
  const std::shared_ptr<const Snapshot> now = snapshot();
  return now == nullptr ? std::string("{}") : web::to_json(*now);
}

std::string App::answer_test_channel(const std::string& name) {
  auto done = std::make_shared<std::promise<TestReply>>();
  std::future<TestReply> answer = done->get_future();
  loop_.post([this, name, done = std::move(done)] {
    if (!settings_.channels.contains(name)) {
      done->set_value({});
      return;
    }
    const Notification notification = pipeline_.announcer().test(name, loop_.wall_now());
    delivery_.send_test(notification, [done](const alerts::SendResult& result) {
      done->set_value({.known = true,
                       .delivered = result.kind == alerts::SendResult::Kind::Delivered,
                       .detail = result.detail});
    });
  });
  // A lane may be in the middle of another send.
  const auto reply = await(answer, 2 * alerts::kSendTimeout + kAnswerPatience, ended_);
  return encode(reply.value_or(
      TestReply{.known = true, .delivered = false, .detail = "the channel does not answer"}));
}

std::string App::answer_record(const std::string& json) {
  if (std::optional<Sample> sample = decode_sample(json)) {
    loop_.post([this, taken = std::move(*sample)]() mutable { take(std::move(taken)); });
  }
  return "{}";
}

}  // namespace gatewatch::daemon
