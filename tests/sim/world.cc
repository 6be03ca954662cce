// SPDX-License-Identifier: MIT
#include "tests/sim/world.h"

#include <algorithm>
#include <utility>

#include "core/assert.h"

namespace gatewatch::testing {
namespace {

using namespace std::chrono_literals;

constexpr Duration kLatency = 15ms;

}  // namespace

class World::FakeProber final : public probe::Prober {
 public:
  FakeProber(World& world, std::string target) : world_(world), target_(std::move(target)) {}
  ~FakeProber() override {
    world_.loop_.cancel(timer_);
    world_.abandoned += done_ ? 1U : 0U;
  }

  void start(SteadyTime deadline, Done done) override {
    GW_ASSERT(!done_);  // never two probes of one target in flight
    done_ = std::move(done);
    ++world_.started;
    const SteadyTime begin = world_.loop_.now();
    const int status = world_.script_(target_, world_.now());
    ProbeResult result;
    result.status = status;
    result.outcome = status == 0     ? Outcome::Timeout
                     : status == 200 ? Outcome::Ok
                                     : outcome_of_unexpected_status(status);
    const SteadyTime end = status == 0 ? deadline : begin + kLatency;
    result.latency = end - begin;
    timer_ = world_.loop_.call_at(end, [this, result] { std::exchange(done_, {})(result); });
  }

  void abort(std::string_view error) override {
    if (done_) {
      world_.loop_.cancel(timer_);
      ProbeResult result;
      result.error = error;
      std::exchange(done_, {})(std::move(result));
    }
  }

 private:
  World& world_;
  std::string target_;
  probe::Loop::TimerId timer_ = probe::Loop::TimerId::None;
  Done done_;
};

World::World(uint64_t seed, std::vector<Target> targets, Rule rule, Script script)
    : rng_(seed),
      targets_(std::move(targets)),
      rule_(std::make_shared<const Rule>(std::move(rule))),
      script_(std::move(script)) {
  boot();
}

World::~World() = default;

void World::boot() {
  evaluator_ = std::make_unique<alerts::Evaluator>(rng_);
  scheduler_ = std::make_unique<probe::Scheduler>(
      loop_, rng_, targets_.size(),
      probe::Scheduler::Handlers{
          .on_sample = [this](Sample sample) { take(std::move(sample)); },
          .on_skip = [this](const std::string&, uint64_t turns) { skipped += turns; }});
  std::vector<alerts::Watched> watched;
  for (const Target& target : targets_) {
    if (!target.is_control) {
      watched.push_back({.target = target, .rules = {rule_}});
    }
    scheduler_->set(target, std::make_unique<FakeProber>(*this, target.name));
  }
  const alerts::Instant now{loop_.now(), loop_.wall_now()};
  evaluator_->configure(watched, now);
  confirmation_ = std::make_unique<alerts::Confirmation>();
  confirmation_->configure(watched);
  controls_ = std::make_unique<alerts::ControlWatch>();
  controls_->configure(targets_);
  std::vector<Incident> known;
  for (const auto& [id, incident] : stored_incidents_) {
    if (incident.is_open() || now.wall - *incident.resolved_at <= alerts::kDay) {
      known.push_back(incident);
    }
  }
  evaluator_->restore(std::move(known), now);
  const auto since = now.wall - std::chrono::ceil<std::chrono::microseconds>(evaluator_->memory());
  for (const Sample& sample : samples) {
    if (sample.at >= since) {
      evaluator_->replay(sample, now.steady - (now.wall - sample.at));
    }
  }
}

void World::restart() {
  scheduler_.reset();
  evaluator_.reset();
  boot();
}

void World::take(Sample sample) {
  for (const ProbeRequest& request : controls_->take(sample, loop_.now())) {
    scheduler_->request(request);
  }
  note(sample.target + std::string(to_string(sample.result.outcome)) + format_utc(sample.at));
  for (alerts::Change& change :
       evaluator_->take(sample, alerts::Instant{loop_.now(), loop_.wall_now()})) {
    note(change.incident.id + std::to_string(static_cast<int>(change.kind)));
    stored_incidents_[change.incident.id] = change.incident;
    changes.push_back(std::move(change));
  }
  if (const auto burst =
          confirmation_->take(sample, loop_.now(), evaluator_->need(sample.target))) {
    bursts.push_back({burst->target, now()});
    scheduler_->request(*burst);
  }
  samples.push_back(std::move(sample));
}

// FNV-1a.
void World::note(const std::string& text) {
  for (const char c : text) {
    digest = (digest ^ static_cast<unsigned char>(c)) * 1099511628211U;
  }
}

}  // namespace gatewatch::testing
