// SPDX-License-Identifier: MIT
//
// The running daemon: owns every part, starts and stops them in order, applies reloads, and answers
// the control socket. Everything it decides itself is when.
//
// Thread: run() makes its caller the loop thread; the answer_*(), take_push() and snapshot() verbs
// are called by control and web threads and wait for the loop, at most kAnswerPatience.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "config/config.h"
#include "core/id.h"
#include "core/mutex.h"
#include "core/push_report.h"
#include "core/snapshot.h"
#include "core/time.h"
#include "daemon/control_messages.h"
#include "daemon/control_socket.h"
#include "daemon/exit_code.h"
#include "daemon/log_reading.h"
#include "daemon/pipeline.h"
#include "daemon/probing.h"
#include "daemon/reloader.h"
#include "daemon/request_ids.h"
#include "daemon/settings.h"
#include "probe/loop/epoll_loop.h"
#include "storage/state_directory.h"
#include "storage/writer.h"
#include "web/server.h"

namespace gatewatch::daemon {

inline constexpr Duration kSettled = std::chrono::seconds(5);  // what starts is started
// How often what is known of jobs is looked through for what changed; and how old what is stored of
// one may get, so that a database that was replaced has it again.
inline constexpr Duration kSavePushes = std::chrono::minutes(1);
inline constexpr Duration kRenewPushes = std::chrono::hours(1);

inline constexpr Duration kAnswerPatience = std::chrono::seconds(2);

// How long probes in flight may go on after a stop was asked for.
inline constexpr Duration kFinishProbes = std::chrono::seconds(2);
// How long a message being sent, the last commit, and clients of page and control socket may take
// at the end, and reads of gateways under way (besides kFinishLogs). All together stay below the
// unit's TimeoutStopSec.
inline constexpr Duration kFinishDelivery = std::chrono::seconds(5);
inline constexpr Duration kFinishStorage = std::chrono::seconds(8);
inline constexpr Duration kCloseListeners = std::chrono::seconds(2);
inline constexpr Duration kFinishGateways = std::chrono::milliseconds(500);

class App {
 public:
  // Takes the state directory and the listening sockets. Fails: throws StorageError or
  // std::runtime_error with one line.
  App(Settings settings, std::string config_path, config::LoadOptions load_options,
      const Clock& clock);
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  struct Ending {
    ExitCode exit = ExitCode::Fine;  // Failed where something could not be stored
    // False where a thread still hangs in the disk or in a client's connection: the process is then
    // to end without destroying anything under it.
    bool is_quiet = true;
  };
  // Until SIGTERM or SIGINT.
  [[nodiscard]] Ending run();

 private:
  // On the loop thread.
  void start();
  void remember_pushes();
  void apply(Settings settings);
  void take(Sample sample);
  bool close_listeners();
  void every(Duration interval, std::function<void()> task);
  void begin_stop();
  void wait_for_probes(SteadyTime deadline);
  [[nodiscard]] Snapshot make_snapshot() const;
  [[nodiscard]] std::string status_line() const;
  void tell_status();

  // On other threads.
  std::shared_ptr<const Snapshot> snapshot();
  PushAnswer take_push(PushReport report);
  std::string answer_status();
  std::string answer_test_channel(const std::string& name);
  std::string answer_record(const std::string& json);
  ReloadReply reload();
  // Whether the loop applied it in time.
  bool apply_on_loop(Settings settings);
  void make_control_socket();

  const Clock& clock_;
  const std::string config_path_;
  const config::LoadOptions load_options_;
  const WallTime started_at_;
  Settings settings_;  // loop thread
  storage::StateLock state_lock_;
  Rng rng_;
  std::shared_ptr<RequestIds> request_ids_;  // of threads that were left behind, too
  probe::EpollLoop loop_;
  alerts::Delivery delivery_;
  storage::Writer writer_;
  Pipeline pipeline_;
  Probing probing_;
  LogReading logs_;
  // Loop thread:
  bool stopping_ = false;
  std::string reload_problem_;  // the first mistake of a configuration that was refused
  std::string told_status_;     // what the service manager knows

  std::atomic<bool> ended_ = false;  // the loop turns no more

  Mutex snapshot_mutex_;
  std::shared_ptr<const Snapshot> snapshot_ GW_GUARDED_BY(snapshot_mutex_);
  SteadyTime snapshot_at_ GW_GUARDED_BY(snapshot_mutex_);

  Mutex reload_mutex_;  // one reload at a time
  std::unique_ptr<Reloader> reloader_;
  std::unique_ptr<web::Server> web_;
  std::unique_ptr<ControlServer> control_;
};

}  // namespace gatewatch::daemon
