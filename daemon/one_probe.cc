// SPDX-License-Identifier: MIT
#include "daemon/one_probe.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "alerts/case_file.h"
#include "alerts/verdict.h"
#include "core/id.h"
#include "core/log.h"
#include "daemon/log_join.h"
#include "daemon/request_ids.h"
#include "logs/gateway_reader.h"
#include "logs/gateway_words.h"
#include "logs/log_follower.h"
#include "probe/dns/resolver.h"
#include "probe/http/curl_engine.h"
#include "probe/http/http_engine.h"
#include "probe/loop/epoll_loop.h"

namespace gatewatch::daemon {
namespace {

// How long a gateway may take to write its log: nginx writes at once, others with a buffer.
constexpr Duration kLogPatience = std::chrono::milliseconds(1'500);
constexpr Duration kLogPoll = std::chrono::milliseconds(100);

// What probers need, for one probe after the other.
class Bench {
 public:
  explicit Bench(const Settings& settings)
      : rng_(Rng::from_entropy()),
        request_ids_(rng_),
        loop_(system_clock()),
        resolver_(loop_, {}),
        http_(loop_, system_clock()),
        curl_(loop_) {
    signatures_.set_own(settings.signatures);
  }

  std::vector<Sample> probe(const Target& target, const probe::MakeProber& make, bool is_origin) {
    const std::unique_ptr<probe::Prober> prober =
        make(probe::ProbeServices{loop_, resolver_, http_, curl_, signatures_, nullptr,
                                  [this](WallTime now) { return request_ids_.make(now); }});
    std::vector<Sample> samples;
    Sample next;
    next.target = target.name;
    next.purpose = Purpose::Manual;
    next.is_origin = is_origin;
    const auto add = [&](ProbeResult result) {
      next.result = std::move(result);
      samples.push_back(next);
      next.at += WallTime::duration(1);
    };
    prober->set_on_part(add);
    loop_.post([&] {
      next.at = loop_.wall_now();
      prober->start(loop_.now() + target.timeout, [&](ProbeResult result) {
        add(std::move(result));
        loop_.stop();
      });
    });
    loop_.run();
    return samples;
  }

  void wait(Duration length) {
    loop_.post([&] { loop_.call_at(loop_.now() + length, [this] { loop_.stop(); }); });
    loop_.run();
  }
  [[nodiscard]] SteadyTime now() const { return loop_.now(); }
  [[nodiscard]] const RequestIds& request_ids() const { return request_ids_; }

 private:
  Rng rng_;
  RequestIds request_ids_;
  probe::EpollLoop loop_;
  probe::Resolver resolver_;
  probe::HttpEngine http_;
  probe::CurlEngine curl_;
  probe::Signatures signatures_;
};

// The logs that are about one target, from now on. Lifetime: `ids` outlives it.
class LogsOf {
 public:
  LogsOf(const Settings& settings, const Target& target, const RequestIds& ids) {
    std::vector<logs::LogSettings> its;
    for (const logs::LogSettings& log : settings.logs) {
      if (log.applies_to(target)) {
        followers_.emplace_back(log, logs::TailPosition(),
                                [&ids](std::string_view id) { return ids.is_own(id); });
        const logs::LogBatch first = followers_.back().poll(system_clock());  // from its end
        if (!first.trouble.empty()) {
          gatewatch::log(LogLevel::Warning, "log cannot be read",
                         {{"log", log.name}, {"reason", first.trouble}});
        }
        its.push_back(log);
      }
    }
    join_.configure(its, {target});
  }

  [[nodiscard]] bool empty() const { return followers_.empty(); }

  // Puts what the logs say of the sample to the file; gateways may write it a little later.
  void read(const Sample& sample, Bench& bench, alerts::CaseFile& file) {
    (void)join_.take(sample, bench.now());
    bool has_line = false;
    for (Duration waited{}; waited < kLogPatience; waited += kLogPoll) {
      bench.wait(kLogPoll);
      const bool has_more = poll(bench.now(), file);
      if (has_line && !has_more) {
        return;
      }
      has_line = has_line || has_more;
    }
  }

 private:
  // Whether a line told of the probe.
  bool poll(SteadyTime now, alerts::CaseFile& file) {
    bool found = false;
    for (logs::LogFollower& follower : followers_) {
      for (const GatewayEvent& event : follower.poll(system_clock()).events) {
        if (event.kind == EventKind::Upstream || event.causes.empty()) {
          continue;
        }
        for (const JoinedLine& line : join_.take(event, now)) {
          file.take_log(line.event.log, line.event.causes, line.event.line, now);
          found = true;
        }
      }
    }
    return found;
  }

  std::vector<logs::LogFollower> followers_;
  LogJoin join_;
};

// What the gateways before one target say of themselves now, or why they do not.
void ask_gateways(const Settings& settings, const Target& target, SteadyTime now,
                  alerts::CaseFile& file) {
  for (const logs::GatewaySettings& gateway : settings.gateways) {
    if (file.gateways().size() == kMaxGatewaysOfTarget || !gateway.applies_to(target)) {
      continue;
    }
    const logs::GatewayAnswer status = logs::read_gateway(gateway);
    file.take_gateway(
        std::make_shared<const GatewayReport>(
            status ? logs::report_of(gateway.name, *status, std::nullopt, gateway.backends)
                   : logs::silent_report(gateway, status.error())),
        now);
  }
}

}  // namespace

OneProbe probe_once(const Settings& settings, const ProbedTarget& probed) {
  Bench bench(settings);
  LogsOf logs(settings, probed.target, bench.request_ids());
  OneProbe once;
  once.samples = bench.probe(probed.target, probed.make_prober, false);
  const auto bad = std::find_if(once.samples.begin(), once.samples.end(), [](const Sample& sample) {
    return is_failure(sample.result.outcome);
  });
  if (bad == once.samples.end()) {
    return once;
  }
  alerts::CaseFile file;
  for (const Sample& sample : once.samples) {
    file.take(sample, bench.now());
  }
  bool is_fine = probed.origin.has_value();
  while (is_fine && once.origin.size() < alerts::kFineProbes) {
    once.origin.push_back(bench.probe(probed.origin->target, probed.origin->make, true).back());
    file.take(once.origin.back(), bench.now());
    is_fine = once.origin.back().result.outcome == Outcome::Ok;
  }
  if (!logs.empty()) {
    logs.read(*bad, bench, file);
  }
  ask_gateways(settings, probed.target, bench.now(), file);
  once.verdict = alerts::judge(file);
  return once;
}

}  // namespace gatewatch::daemon
