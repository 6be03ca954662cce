// SPDX-License-Identifier: MIT
//
// A prober that answers when a test says so, or by itself after a set time.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "probe/kinds/prober.h"
#include "probe/loop/loop.h"

namespace gatewatch::probe {

// What outlives the prober, for a test to look at.
struct ProberLog {
  std::vector<SteadyTime> starts;
  std::vector<SteadyTime> deadlines;
  int* starts_of_all = nullptr;  // counts those of several probers, where it is set …
  int number = 0;                // … of which the newest one was this
  bool destroyed = false;
  bool in_flight = false;
};

class FakeProber final : public Prober {
 public:
  // Without `takes`, a probe is in flight until answer() or abort().
  FakeProber(Loop& loop, ProberLog& log, std::optional<Duration> takes,
             Outcome outcome = Outcome::Ok)
      : loop_(loop), log_(log), takes_(takes), outcome_(outcome) {}
  ~FakeProber() override {
    loop_.cancel(timer_);
    log_.destroyed = true;
  }

  void start(SteadyTime deadline, Done done) override {
    log_.starts.push_back(loop_.now());
    log_.number = log_.starts_of_all != nullptr ? ++*log_.starts_of_all : 0;
    log_.deadlines.push_back(deadline);
    log_.in_flight = true;
    done_ = std::move(done);
    if (takes_) {
      timer_ = loop_.call_at(loop_.now() + *takes_, [this] { answer(outcome_); });
    }
  }

  void abort(std::string_view error) override {
    if (done_) {
      answer(Outcome::Inconclusive, std::string(error));
    }
  }

  // A result of the probe in flight that is not its last.
  void part(Outcome outcome) {
    ProbeResult result;
    result.outcome = outcome;
    report_part(std::move(result));
  }

  void answer(Outcome outcome, std::string error = {}, int status = 0) {
    loop_.cancel(timer_);
    log_.in_flight = false;
    ProbeResult result;
    result.outcome = outcome;
    result.error = std::move(error);
    result.status = status;
    Done done = std::exchange(done_, nullptr);
    done(std::move(result));
  }

 private:
  Loop& loop_;
  ProberLog& log_;
  std::optional<Duration> takes_;
  Outcome outcome_;
  Done done_;
  Loop::TimerId timer_ = Loop::TimerId::None;
};

}  // namespace gatewatch::probe
