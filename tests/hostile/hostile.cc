// SPDX-License-Identifier: MIT
//
// How late a probe ended is told by the loop's clock, less the time for which the machine had no
// processor for the loop's thread: a busy machine is not the prober's fault, a prober that keeps
// the processor busy is.
#include "tests/hostile/hostile.h"

#include <fstream>
#include <optional>
#include <set>
#include <utility>

#include "config/config.h"
#include "core/text.h"
#include "probe/kinds/kinds.h"
#include "tests/hostile/memory_meter.h"
#include "tests/support/temp_dir.h"

namespace gatewatch::probe {
namespace {

using namespace std::chrono_literals;
using testing::MemoryMeter;
using testing::ScriptedServer;

// For how long this thread was ready to run, but did not.
Duration waited_for_processor() {
  std::ifstream statistics("/proc/thread-self/schedstat");
  int64_t running_ns = 0;
  int64_t waiting_ns = 0;
  statistics >> running_ns >> waiting_ns;
  return Duration(waiting_ns);
}

double in_ms(Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

std::set<int>& numbers() {
  static std::set<int> seen;
  return seen;
}

class SceneTest final : public Hostile {
 public:
  explicit SceneTest(std::shared_ptr<const Scene> scene) : scene_(std::move(scene)) {}
  void TestBody() override {
    SCOPED_TRACE("case " + std::to_string(scene_->number) + ": " + scene_->why);
    scene_->play(*this);
  }

 private:
  const std::shared_ptr<const Scene> scene_;
};

void play_row(Hostile& test, const Row& row) {
  ScriptedServer well_behaved({testing::answer("200 OK", "well")});
  test.begin();
  test.befriend({well_behaved.url()});
  const Duration usual = row.outcome == Outcome::Timeout ? kShort : kLong;
  ProbeResult result;
  {
    ScriptedServer server(row.scripts);
    result = test.probe({server.url(), row.lines, row.timeout > 0s ? row.timeout : usual});
  }
  expect_result(result, row.outcome, row.status);
  EXPECT_NE(result.error.find(row.error), std::string::npos) << result.error;
  test.expect_unharmed();
}

}  // namespace

void Hostile::begin(std::map<std::string, testing::DnsAnswer> names,
                    const std::string& name_servers) {
  world_ = std::make_unique<ProbeWorld>(std::move(names), system_clock(), name_servers);
}

void Hostile::warm_up(const Ask& ask) {
  world_->probe(*prober_of(ask), ask.timeout);
}

void Hostile::befriend(const Ask& friendly) {
  friendly_ = friendly;
  expect_result(probe_friend(), Outcome::Ok, 200);
  descriptors_ = 0;
  world_->run_until([this] {  // the server may still hold its end of the connection
    const size_t before = std::exchange(descriptors_, open_descriptors());
    return before == descriptors_;
  });
}

std::unique_ptr<Prober> Hostile::prober_of(const Ask& ask) {
  const testing::TempDir directory;
  const std::string file = directory.file("gatewatch.toml");
  std::ofstream(file) << "[[channel]]\nname = \"ops\"\nkind = \"webhook\"\n"
                      << "url = \"http://127.0.0.1:1/\"\n"
                      << "[[target]]\nname = \"shop\"\nurl = \"" << ask.url << "\"\n"
                      << ask.lines << '\n';
  config::Diagnostics diagnostics;
  std::optional<config::Config> loaded = config::load(file, {}, diagnostics);
  if (!loaded || loaded->targets.size() != 1) {
    throw std::runtime_error("the test's configuration is no good");
  }
  config::TargetConfig& target = loaded->targets[0];
  const MakeProber make = read_prober(target.target, target.settings);
  target.settings.finish();
  for (const config::Diagnostic& diagnostic : diagnostics.sorted()) {
    EXPECT_NE(diagnostic.gravity, config::Gravity::Error) << to_string(diagnostic);
  }
  return make(world_->services);
}

ProbeResult Hostile::probe(Prober& prober, Duration timeout) {
  std::optional<ProbeResult> result;
  EpollLoop& loop = world_->loop;
  MemoryMeter memory;
  const Duration waited_before = waited_for_processor();
  const SteadyTime deadline = loop.precise_now() + timeout;
  SteadyTime ended;
  prober.start(deadline, [&](ProbeResult told) {
    EXPECT_FALSE(result) << "told twice";
    ended = loop.precise_now();
    result = std::move(told);
  });
  world_->run_until([&] {
    memory.sample();
    return result.has_value();
  });
  if (!result) {
    return {};
  }
  const Duration waited = waited_for_processor() - waited_before;
  EXPECT_LE(in_ms(ended - deadline - waited), in_ms(kMaxLateness)) << "late";
  EXPECT_LE(in_ms(result->latency - timeout - waited), in_ms(kMaxLateness)) << "long";
  EXPECT_LE(memory.peak_growth(), kMaxGrowth);
  EXPECT_TRUE(is_printable_utf8(result->reason)) << result->reason;
  EXPECT_TRUE(is_printable_utf8(result->error)) << result->error;
  EXPECT_LE(result->reason.size(), kMaxRemoteText);
  EXPECT_LE(result->error.size(), 2 * kMaxRemoteText);
  return std::move(*result);
}

ProbeResult Hostile::probe(const Ask& ask) {
  return probe(*prober_of(ask), ask.timeout);
}

ProbeResult Hostile::probe_friend() {
  return world_->probe(*prober_of(friendly_), kLong);
}

void Hostile::expect_unharmed() {
  const SteadyTime deadline = world_->loop.precise_now() + kDescriptorsBackWithin;
  const auto given_back = [this] { return open_descriptors() <= descriptors_; };
  world_->run_until([&] { return given_back() || world_->loop.precise_now() > deadline; });
  EXPECT_LE(open_descriptors(), descriptors_) << "descriptors were not given back";
  SCOPED_TRACE("the next probe");
  expect_result(probe_friend(), Outcome::Ok, 200);
}

void expect_result(const ProbeResult& result, Outcome outcome, int status) {
  EXPECT_EQ(to_string(result.outcome), to_string(outcome)) << result.error;
  EXPECT_EQ(result.status, status);
}

const std::set<int>& case_numbers() {
  return numbers();
}

bool add_scenes(const std::string& suite, std::vector<Scene> scenes) {
  for (Scene& scene : scenes) {
    numbers().insert(scene.number);
    auto shared = std::make_shared<const Scene>(std::move(scene));
    const std::string full = "Hostile/" + suite;
    ::testing::RegisterTest(full.c_str(), shared->name.c_str(), nullptr, nullptr, __FILE__,
                            __LINE__, [shared]() -> Hostile* { return new SceneTest(shared); });
  }
  return true;
}

bool add_rows(const std::string& suite, std::vector<Row> rows) {
  std::vector<Scene> scenes;
  for (Row& row : rows) {
    auto shared = std::make_shared<const Row>(std::move(row));
    scenes.push_back({shared->number, shared->name, shared->why,
                      [shared](Hostile& test) { play_row(test, *shared); }});
  }
  return add_scenes(suite, std::move(scenes));
}

}  // namespace gatewatch::probe
