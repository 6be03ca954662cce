// SPDX-License-Identifier: MIT
#include "daemon/one_probe.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "alerts/case_file.h"
#include "alerts/verdict.h"
#include "probe/dns/resolver.h"
#include "probe/http/curl_engine.h"
#include "probe/http/http_engine.h"
#include "probe/loop/epoll_loop.h"

namespace gatewatch::daemon {
namespace {

// What probers need, for one probe after the other.
class Bench {
 public:
  explicit Bench(const Settings& settings)
      : loop_(system_clock()), resolver_(loop_, {}), http_(loop_, system_clock()), curl_(loop_) {
    signatures_.set_own(settings.signatures);
  }

  std::vector<Sample> probe(const Target& target, const probe::MakeProber& make, bool is_origin) {
    const std::unique_ptr<probe::Prober> prober =
        make(probe::ProbeServices{loop_, resolver_, http_, curl_, signatures_});
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

 private:
  probe::EpollLoop loop_;
  probe::Resolver resolver_;
  probe::HttpEngine http_;
  probe::CurlEngine curl_;
  probe::Signatures signatures_;
};

bool is_bad(const Sample& sample) {
  return is_conclusive(sample.result.outcome) && sample.result.outcome != Outcome::Ok;
}

}  // namespace

OneProbe probe_once(const Settings& settings, const ProbedTarget& probed) {
  Bench bench(settings);
  OneProbe once;
  once.samples = bench.probe(probed.target, probed.make_prober, false);
  if (std::none_of(once.samples.begin(), once.samples.end(), is_bad)) {
    return once;
  }
  alerts::CaseFile file;
  for (const Sample& sample : once.samples) {
    file.take(sample);
  }
  bool is_fine = probed.origin.has_value();
  while (is_fine && once.origin.size() < alerts::kFineProbes) {
    once.origin.push_back(bench.probe(probed.origin->target, probed.origin->make, true).back());
    file.take(once.origin.back());
    is_fine = once.origin.back().result.met.empty();
  }
  once.verdict = alerts::judge(file);
  return once;
}

}  // namespace gatewatch::daemon
