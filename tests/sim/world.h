// SPDX-License-Identifier: MIT
//
// A simulated world: the real scheduler, rules and incidents on a simulated clock, in front of
// gateways that fail by a script. What a database would hold is kept in vectors, so that a restart
// can be played at any instant. The same seed gives the same run.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "alerts/confirmation.h"
#include "alerts/control_watch.h"
#include "alerts/evaluator.h"
#include "core/id.h"
#include "core/rule.h"
#include "core/sample.h"
#include "core/target.h"
#include "probe/schedule/scheduler.h"
#include "tests/support/sim_loop.h"

namespace gatewatch::testing {

// What a gateway answers to a probe of `target` that starts at `at` since the start: a status, or 0
// for no answer within the timeout.
using Script = std::function<int(const std::string& target, Duration at)>;

class World {
 public:
  World(uint64_t seed, std::vector<Target> targets, Rule rule, Script script);
  ~World();

  void run_for(Duration duration) { loop_.advance(duration); }
  // The machine sleeps: nothing runs, and the network is not there.
  void suspend(Duration duration) { loop_.suspend(duration); }
  // The process gets no time.
  void stall(Duration duration) { loop_.stall(duration); }
  void step_wall(Duration by) { loop_.step_wall(by); }
  [[nodiscard]] bool is_offline() const { return controls_->is_offline(); }

  // The daemon is killed and started again: the present is lost, what was recorded is not.
  void restart();

  [[nodiscard]] Duration now() const { return loop_.now() - SimLoop::kStart; }
  // As they are now, oldest first.
  [[nodiscard]] std::vector<Incident> open_incidents() const {
    return evaluator_->open_incidents();
  }

  // What happened, over all restarts.
  std::vector<alerts::Change> changes;
  std::vector<Sample> samples;
  std::vector<std::pair<std::string, Duration>> bursts;  // target, and when since the start
  uint64_t started = 0;                                  // probes
  uint64_t abandoned = 0;                                // in flight at a restart
  uint64_t skipped = 0;
  uint64_t digest = 14695981039346656037U;  // of all samples and changes, in order

 private:
  class FakeProber;
  void boot();
  void take(Sample sample);
  void note(const std::string& text);

  SimLoop loop_;
  Rng rng_;
  std::vector<Target> targets_;
  std::shared_ptr<const Rule> rule_;
  Script script_;
  std::map<std::string, Incident> stored_incidents_;  // by id
  std::unique_ptr<alerts::Evaluator> evaluator_;
  std::unique_ptr<alerts::Confirmation> confirmation_;
  std::unique_ptr<alerts::ControlWatch> controls_;
  std::unique_ptr<probe::Scheduler> scheduler_;
};

}  // namespace gatewatch::testing
