// SPDX-License-Identifier: MIT
//
// The way of a sample on the loop thread: set aside where we are offline, shown on the board,
// judged by the rules, handed to the writer; and, where it changes an incident, told. Nothing here
// waits: deciding comes first, the disk and the channels follow on their own threads.
//
// Thread: the loop's.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "alerts/announcer.h"
#include "alerts/confirmation.h"
#include "alerts/control_watch.h"
#include "alerts/delivery.h"
#include "alerts/evaluator.h"
#include "alerts/investigator.h"
#include "alerts/repair_history.h"
#include "alerts/self_watch.h"
#include "core/clock_watch.h"
#include "core/diagnosis.h"
#include "core/id.h"
#include "core/probe_request.h"
#include "core/sample.h"
#include "core/snapshot.h"
#include "daemon/board.h"
#include "daemon/foretelling.h"
#include "daemon/gateway_watch.h"
#include "daemon/log_board.h"
#include "daemon/log_join.h"
#include "daemon/settings.h"
#include "logs/log_follower.h"
#include "probe/loop/loop.h"
#include "storage/history.h"
#include "storage/writer.h"

namespace gatewatch::daemon {

class Pipeline {
 public:
  // Asked to have a target diagnosed, at this address where it is one; false where it is to be
  // asked again later.
  using Diagnose = std::function<bool(const std::string& target, const std::string& address)>;

  // Requires: all of them outlive the pipeline.
  Pipeline(probe::Loop& loop, Rng& ids, storage::Writer& writer, alerts::Delivery& delivery,
           alerts::Source source, Diagnose diagnose);

  // Watches and tells by `settings` from now on. What a change ends is told by the rules and to
  // the channels from before.
  void configure(const Settings& settings);

  // Goes on where the last daemon stopped, with incidents resolved for at most `reopen_within`.
  // Where the database can't be read, it begins anew and that is an incident.
  // Requires: configure() was called, nothing else.
  void restore(const std::string& database_path, Duration reopen_within);

  // Of a target or an origin. Returns the probes that the sample calls for.
  [[nodiscard]] std::vector<ProbeRequest> take(Sample sample);
  void skip(const std::string& target, uint64_t turns);
  // What a diagnosis that was asked for has found.
  void take_diagnosis(Diagnosis diagnosis);
  // Why no log is read; empty where that does not hang.
  void set_log_hang(std::string why) { log_board_.set_hang(std::move(why)); }
  // What the lines of a gateway's log tell.
  void take_log(const logs::LogBatch& batch);

  // Looks after gatewatch itself and keeps the stored counts of open incidents fresh. Called every
  // kTendInterval with what the clocks say.
  void tend(const ClockReading& clocks);
  static constexpr Duration kTendInterval = std::chrono::seconds(1);

  [[nodiscard]] GatewayWatch& gateways() { return gateways_; }
  [[nodiscard]] Foretelling& foretelling() { return foretelling_; }
  [[nodiscard]] alerts::Announcer& announcer() { return announcer_; }
  [[nodiscard]] size_t open_incidents() const;
  // Fills everything of `snapshot` but what the scheduler knows.
  void fill(Snapshot& snapshot) const;

 private:
  void go_on_with(storage::Remembered remembered);
  void remember_repairs(const std::string& database_path);
  void replay(const std::string& database_path);
  void tell(const alerts::Change& change);
  void keep_diagnosis(const Incident& incident);
  void take_lines(const std::vector<JoinedLine>& lines);
  void judge(const std::string& target);
  void follow_up(const Sample& sample, std::vector<ProbeRequest>& requests);
  void tell_all(const std::vector<alerts::Change>& changes);
  [[nodiscard]] std::vector<Incident> all_open() const;
  void watch_clocks(const ClockReading& clocks);
  [[nodiscard]] alerts::Instant now() const;

  probe::Loop& loop_;
  const Diagnose diagnose_;
  storage::Writer& writer_;
  alerts::Delivery& delivery_;
  Board board_;
  alerts::Evaluator evaluator_;
  alerts::Confirmation confirmation_;
  alerts::Investigator investigator_;
  LogJoin log_join_;
  LogBoard log_board_;
  Foretelling foretelling_;
  alerts::ControlWatch control_watch_;
  alerts::SelfWatch self_watch_;
  alerts::Announcer announcer_;
  alerts::RepairHistory repairs_;
  GatewayWatch gateways_;
  uint64_t dead_letters_before_ = 0;  // those of earlier runs
  std::string read_error_;            // why the last run's state could not be read
  std::string told_note_;             // the news of the database that were made an incident
  int tends_ = 0;
  std::optional<ClockWatch> clock_watch_;  // from the first tend() on
};

}  // namespace gatewatch::daemon
