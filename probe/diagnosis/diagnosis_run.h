// SPDX-License-Identifier: MIT
//
// One diagnosis, from the lookup of the name to its last step.
//
// In order: the name is looked up; each address is connected to, the hosts are pinged, the name
// servers asked; then, at one address that could be connected to, the requests; the certificates
// and the way there. What cannot run says why. It ends when all steps have, at the latest shortly
// after DiagnosisLimits::total.
//
// Thread: the loop's. Lifetime: the services outlive it; destroying it ends it without a result.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/diagnosis.h"
#include "core/sample.h"
#include "probe/diagnosis/diagnosis_request.h"
#include "probe/diagnosis/request_steps.h"
#include "probe/diagnosis/step.h"
#include "probe/dns/dns_client.h"
#include "probe/kinds/kinds.h"

namespace gatewatch::probe {

class DiagnosisRun {
 public:
  // Gets a sample of purpose diagnosis for each request to the target's URL.
  using OnSample = std::function<void(Sample)>;
  using Done = std::move_only_function<void(Diagnosis)>;

  // Begins. `done` is called once, never from within the constructor, and may destroy the run.
  // `name_servers` as of DnsClient, where the target names none.
  DiagnosisRun(const ProbeServices& services, DiagnosisRequest request,
               const DiagnosisLimits& limits, const std::string& name_servers, OnSample on_sample,
               Done done);
  ~DiagnosisRun();
  DiagnosisRun(const DiagnosisRun&) = delete;
  DiagnosisRun& operator=(const DiagnosisRun&) = delete;

 private:
  struct Queued {
    std::unique_ptr<Step> step;
    Duration limit{};
    bool is_connect = false;
    size_t order = 0;
  };

  void begin();
  void look_up(const std::string& name_servers);
  void on_lookup(const DnsAnswer& answer);
  void give_up_without_address();
  void plan_name_servers();
  void take_addresses(std::vector<Address> addresses);
  void plan_reach();
  void plan_rest();
  void plan_requests();
  void plan_ways();
  // One that can be connected to; among these the one that was asked for.
  [[nodiscard]] std::optional<Address> best_address() const;

  void add(Finding finding);
  void add(Findings findings, size_t order);
  void push(std::unique_ptr<Step> step, Duration limit, bool is_connect = false);
  void pump_soon();
  void pump();
  void settle(bool is_connect, size_t order, Findings findings);
  void report(const ProbeResult& result);
  void finish();

  const ProbeServices services_;
  EpollLoop& loop_;
  const DiagnosisRequest request_;
  const DiagnosisLimits limits_;
  const std::string name_servers_;
  const OnSample on_sample_;
  Done done_;
  const SteadyTime began_;
  const SteadyTime end_;

  std::unique_ptr<DnsClient> client_;
  std::unique_ptr<RequestSteps> requests_;
  std::vector<Address> addresses_;
  std::set<std::string> connected_;  // addresses
  size_t connecting_ = 0;
  bool is_planned_ = false;  // no more steps will come
  int planned_requests_ = 0;

  std::deque<Queued> queue_;
  std::vector<std::unique_ptr<Step>> started_;  // till the end: one may be on the stack
  size_t running_ = 0;
  Loop::TimerId timer_ = Loop::TimerId::None;         // pumps
  Loop::TimerId lookup_timer_ = Loop::TimerId::None;  // ends the lookup
  std::set<WallTime> sampled_at_;
  Diagnosis diagnosis_;
  size_t planned_ = 0;                                // steps, and findings without one
  std::vector<std::pair<size_t, Finding>> findings_;  // with their place in the plan
};

}  // namespace gatewatch::probe
