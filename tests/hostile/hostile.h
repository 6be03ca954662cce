// SPDX-License-Identifier: MIT
//
// Probes of servers that misbehave, through the interface that the daemon uses: a [[target]] is
// read, its prober made, one probe started. Whatever the server does, the probe
//
// - has the outcome that its row tells;
// - is over at the latest kMaxLateness after its deadline;
// - takes at most kMaxGrowth of memory;
// - gives its descriptors back;
// - leaves the next probe, of a well-behaved server, unharmed;
// - tells a reason and an error that are printable and short.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/outcome.h"
#include "core/sample.h"
#include "core/time.h"
#include "tests/hostile/steps.h"
#include "tests/support/scripted_server.h"
#include "tests/unit/probe/probe_world.h"

namespace gatewatch::probe {

inline constexpr Duration kMaxLateness = std::chrono::milliseconds(100);
inline constexpr size_t kMaxGrowth = size_t{1024} * 1024;
// A name server that is silent is waited for beyond the probe's end.
inline constexpr Duration kDescriptorsBackWithin = std::chrono::seconds(10);

// The time-out where it is what ends the probe, and (kLong) where it must not be.
inline constexpr Duration kShort = std::chrono::milliseconds(300);
// The same, where the server must first have come to a certain point.
inline constexpr Duration kUnhurried = std::chrono::seconds(1);
inline constexpr Duration kLong = std::chrono::seconds(10);

// A probe to make: the target's url, more lines of its [[target]], its time-out.
struct Ask {
  std::string url;
  std::string lines;
  Duration timeout = kLong;
};

class Hostile : public ::testing::Test {
 public:
  // Makes the world: names that resolve, or name servers to ask instead ("127.0.0.1:PORT").
  void begin(std::map<std::string, testing::DnsAnswer> names = {},
             const std::string& name_servers = {});
  // Probes whatever the outcome, so that what is loaded once for such a target is loaded.
  void warm_up(const Ask& ask);
  // Names the well-behaved server whose probe must go well before and after; probes it, so that
  // what is loaded once is loaded.
  void befriend(const Ask& friendly);

  [[nodiscard]] std::unique_ptr<Prober> prober_of(const Ask& ask);
  // Probes once; checks all but the outcome, the descriptors and the next probe.
  ProbeResult probe(Prober& prober, Duration timeout);
  ProbeResult probe(const Ask& ask);
  // To be called when the hostile server has gone: descriptors and the next probe.
  void expect_unharmed();

 private:
  [[nodiscard]] ProbeResult probe_friend();

  std::unique_ptr<ProbeWorld> world_;
  Ask friendly_;
  size_t descriptors_ = 0;
};

// One hostile server and what its probe learns.
struct Row {
  int number = 0;  // in the list of cases, 1 to 97; a case may have several rows
  std::string name;
  std::vector<testing::Script> scripts;
  Outcome outcome = Outcome::Ok;
  int status = 0;
  std::string why;         // this outcome and not another
  std::string error = {};  // which the probe's error contains
  std::string lines = {};  // more of the [[target]]
  Duration timeout = {};   // 0: kShort for outcome timeout, else kLong
};

// What a row cannot tell.
struct Scene {
  int number = 0;
  std::string name;
  std::string why;
  std::function<void(Hostile&)> play;  // between begin()… and expect_unharmed(), both included
};

// Registers each as the test Hostile/SUITE.NAME. Returns true.
bool add_rows(const std::string& suite, std::vector<Row> rows);
bool add_scenes(const std::string& suite, std::vector<Scene> scenes);

// The numbers of all that was added.
[[nodiscard]] const std::set<int>& case_numbers();

// Makes the expectations of the outcome.
void expect_result(const ProbeResult& result, Outcome outcome, int status);

}  // namespace gatewatch::probe
