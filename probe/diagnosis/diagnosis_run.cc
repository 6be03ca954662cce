// SPDX-License-Identifier: MIT
//
// Steps wait in one queue and start as others end, `at_once` at a time. What comes next is planned
// when what it depends on is known: connections after the lookup, requests after the connections.
// Deadlines of steps never lie behind the end of the whole, so nothing has to be broken off.
#include "probe/diagnosis/diagnosis_run.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "core/text.h"
#include "probe/diagnosis/chain_step.h"
#include "probe/diagnosis/name_server_step.h"
#include "probe/diagnosis/reach_steps.h"
#include "probe/diagnosis/traceroute.h"
#include "probe/net/socket_address.h"

namespace gatewatch::probe {
namespace {

constexpr Duration kLeastForAStep = std::chrono::milliseconds(100);

}  // namespace

DiagnosisRun::DiagnosisRun(const ProbeServices& services, DiagnosisRequest request,
                           const DiagnosisLimits& limits, const std::string& name_servers,
                           OnSample on_sample, Done done)
    : services_(services),
      loop_(services.loop),
      request_(std::move(request)),
      limits_(limits),
      name_servers_(name_servers),
      on_sample_(std::move(on_sample)),
      done_(std::move(done)),
      began_(loop_.precise_now()),
      end_(began_ + limits.total) {
  diagnosis_.target = request_.target;
  diagnosis_.url = request_.url;
  diagnosis_.at = loop_.wall_now();
  timer_ = loop_.call_at(loop_.now(), [this] {
    timer_ = Loop::TimerId::None;
    begin();
  });
}

DiagnosisRun::~DiagnosisRun() {
  loop_.cancel(timer_);
  loop_.cancel(lookup_timer_);
}

void DiagnosisRun::begin() {
  const DiagnosisSubject& subject = request_.subject;
  if (subject.http) {
    requests_ = std::make_unique<RequestSteps>(
        services_, subject, [this](const ProbeResult& result) { report(result); });
  }
  if (subject.host.empty()) {
    is_planned_ = true;
    pump_soon();
  } else if (subject.has_unix_socket()) {
    plan_rest();
  } else if (subject.found_by.connect_to) {
    take_addresses({subject.found_by.connect_to->address});
  } else if (const auto address = parse_address(subject.host)) {
    take_addresses({*address});
  } else {
    look_up(subject.found_by.resolver.empty() ? name_servers_ : subject.found_by.resolver);
  }
}

void DiagnosisRun::look_up(const std::string& name_servers) {
  try {
    client_ = std::make_unique<DnsClient>(loop_, name_servers);
  } catch (const std::runtime_error& error) {
    add(failed_lookup(Outcome::Inconclusive, printable(error.what()), {}));
    give_up_without_address();
    return;
  }
  lookup_timer_ = loop_.call_at(std::min(loop_.now() + limits_.reach, end_), [this] {
    lookup_timer_ = Loop::TimerId::None;
    add(failed_lookup(Outcome::DnsTimeout, "no answer in time", loop_.precise_now() - began_));
    plan_name_servers();
    give_up_without_address();
  });
  client_->ask(request_.subject.host, request_.subject.found_by.ip_family,
               [this](const DnsAnswer& answer) {
                 if (lookup_timer_ != Loop::TimerId::None) {
                   on_lookup(answer);
                 }
               });
}

void DiagnosisRun::on_lookup(const DnsAnswer& answer) {
  loop_.cancel(std::exchange(lookup_timer_, Loop::TimerId::None));
  add(judged_lookup(answer, loop_.precise_now() - began_));
  if (!answer.is_from_file) {
    plan_name_servers();
  }
  if (answer.fault) {
    give_up_without_address();
  } else {
    take_addresses(answer.addresses);
  }
}

void DiagnosisRun::give_up_without_address() {
  const std::string& host = request_.subject.host;
  add({.check = Check::Connect, .subject = host, .text = "no address of " + host + " is known"});
  is_planned_ = true;
  pump_soon();
}

void DiagnosisRun::plan_name_servers() {
  for (const Endpoint& server : parse_servers(client_->servers(), limits_.name_servers)) {
    push(std::make_unique<NameServerStep>(loop_, Check::Dns, server, request_.subject.host,
                                          types_for(request_.subject.found_by.ip_family)),
         limits_.reach);
  }
}

// A name may lead anywhere; nobody is asked for credentials of this machine.
void DiagnosisRun::take_addresses(std::vector<Address> addresses) {
  const bool is_named = addresses.size() == 1 && client_ == nullptr;
  for (Address& address : addresses) {
    if (!is_named && is_metadata_address(address.text)) {
      add({.check = Check::Connect,
           .subject = address.text,
           .address = address.text,
           .text = no_connection_to(address.text)});
    } else if (is_named || !is_unspecified_address(address.text)) {
      addresses_.push_back(std::move(address));
    }
  }
  if (addresses_.empty()) {
    is_planned_ = true;
    pump_soon();
    return;
  }
  addresses_ = varied(std::move(addresses_), limits_.addresses);
  plan_reach();
}

void DiagnosisRun::plan_reach() {
  for (const Address& address : addresses_) {
    if (request_.subject.has_tcp) {
      ++connecting_;
      push(connect_step(services_, request_.subject, address), limits_.reach, true);
    }
  }
  for (const Address& address : varied(addresses_, limits_.asked_addresses)) {
    push(ping_step(services_, address), limits_.reach);
  }
  if (connecting_ == 0) {
    plan_rest();
  }
}

std::optional<Address> DiagnosisRun::best_address() const {
  const auto best = std::max_element(addresses_.begin(), addresses_.end(),
                                     [this](const Address& a, const Address& b) {
                                       const auto rank = [this](const Address& address) {
                                         return (connected_.contains(address.text) ? 2 : 0) +
                                                (address.text == request_.address ? 1 : 0);
                                       };
                                       return rank(a) < rank(b);
                                     });
  return best == addresses_.end() ? std::nullopt : std::optional(*best);
}

void DiagnosisRun::plan_rest() {
  const DiagnosisSubject& subject = request_.subject;
  if (requests_) {
    plan_requests();
  } else if (!subject.asked_name.empty()) {
    push(std::make_unique<NameServerStep>(
             loop_, Check::Answer, Endpoint{addresses_.front(), subject.port}, subject.asked_name,
             std::vector<RecordType>{subject.asked_type}),
         limits_.reach);
  }
  if (!subject.has_unix_socket()) {
    plan_ways();
  }
  is_planned_ = true;
  pump_soon();
}

void DiagnosisRun::plan_requests() {
  const HttpSettings& http = *request_.subject.http;
  const bool is_pinned = !http.proxy && http.unix_socket.empty();
  const std::optional<Address> pin = is_pinned ? best_address() : std::nullopt;
  const Duration limit = std::min(request_.timeout, limits_.request);
  push(requests_->get(pin), limit);
  std::vector<std::unique_ptr<Step>> others;
  others.push_back(requests_->head(pin));
  for (const std::string& path : requests_->other_paths()) {
    others.push_back(requests_->other_path(pin, path));
  }
  others.push_back(requests_->other_version(pin));
  others.push_back(requests_->kept_connection(pin));
  for (const Address& address : varied(addresses_, limits_.asked_addresses)) {
    if (is_pinned && connected_.contains(address.text)) {
      others.push_back(requests_->at_address(address));
    }
  }
  // Where nothing can be connected to, each would tell the same, after its time.
  const bool is_reachable = !connected_.empty() || request_.subject.has_unix_socket();
  for (std::unique_ptr<Step>& step : others) {
    if (step == nullptr) {
      continue;
    }
    if (is_reachable) {
      push(std::move(step), limit);
    } else {
      add(step->skipped("no connection stands"), planned_++);
    }
  }
  add(requests_->left_out(), planned_++);
}

void DiagnosisRun::plan_ways() {
  const DiagnosisSubject& subject = request_.subject;
  const uint16_t port = subject.has_tcp ? subject.found_by.port_or(subject.port) : uint16_t{0};
  const Address best = best_address().value_or(Address());
  if (subject.tls) {
    push(std::make_unique<ChainStep>(services_, Peer{.address = best.text, .port = port},
                                     subject.host, subject.tls->least),
         limits_.reach);
  }
  // To one that cannot be reached, where there is one; and to one of the other family.
  std::vector<Address> traced = addresses_;
  const auto failing = std::find_if(traced.begin(), traced.end(), [this](const Address& address) {
    return !connected_.contains(address.text);
  });
  if (failing != traced.end()) {
    std::rotate(traced.begin(), failing, std::next(failing));
  }
  traced = varied(std::move(traced), 2);
  if (traced.size() == 2 && traced[0].family == traced[1].family) {
    traced.pop_back();
  }
  for (const Address& address : traced) {
    push(std::make_unique<Traceroute>(loop_, address, port), limits_.request);
  }
}

void DiagnosisRun::add(Finding finding) {
  findings_.emplace_back(planned_++, std::move(finding));
}

void DiagnosisRun::add(Findings findings, size_t order) {
  for (Finding& finding : findings) {
    findings_.emplace_back(order, std::move(finding));
  }
}

void DiagnosisRun::push(std::unique_ptr<Step> step, Duration limit, bool is_connect) {
  planned_requests_ += step->requests();
  if (planned_requests_ > limits_.requests) {
    planned_requests_ -= step->requests();
    add(step->skipped("a diagnosis sends no more than " + std::to_string(limits_.requests) +
                      " requests"),
        planned_++);
    return;
  }
  queue_.push_back({std::move(step), limit, is_connect, planned_++});
  pump_soon();
}

void DiagnosisRun::pump_soon() {
  if (timer_ == Loop::TimerId::None) {
    timer_ = loop_.call_at(loop_.now(), [this] {
      timer_ = Loop::TimerId::None;
      pump();
    });
  }
}

void DiagnosisRun::pump() {
  while (running_ < limits_.at_once && !queue_.empty()) {
    Queued next = std::move(queue_.front());
    queue_.pop_front();
    if (loop_.now() + kLeastForAStep > end_) {
      settle(next.is_connect, next.order, next.step->skipped("no time was left"));
      continue;
    }
    ++running_;
    diagnosis_.requests += next.step->requests();
    Step& step = *started_.emplace_back(std::move(next.step));
    step.start(std::min(loop_.now() + next.limit, end_),
               [this, is_connect = next.is_connect, order = next.order](Findings findings) {
                 --running_;
                 settle(is_connect, order, std::move(findings));
                 pump_soon();
               });
  }
  if (is_planned_ && running_ == 0 && queue_.empty()) {
    finish();
  }
}

void DiagnosisRun::settle(bool is_connect, size_t order, Findings findings) {
  if (is_connect) {
    const bool is_open = std::all_of(findings.begin(), findings.end(), [](const Finding& one) {
      return one.result == FindingResult::Ok;
    });
    if (is_open) {
      connected_.insert(findings.front().address);
    }
  }
  add(std::move(findings), order);
  if (is_connect && --connecting_ == 0) {
    plan_rest();
  }
}

void DiagnosisRun::report(const ProbeResult& result) {
  Sample sample;
  sample.target = request_.target;
  sample.at = loop_.wall_now() -
              std::chrono::floor<WallTime::duration>(std::max(result.latency, Duration::zero()));
  while (!sampled_at_.insert(sample.at).second) {
    sample.at += WallTime::duration(1);
  }
  sample.purpose = Purpose::Diagnosis;
  sample.result = result;
  if (result.outcome == Outcome::Ok) {
    sample.result.head.clear();
    sample.result.body.clear();
  }
  on_sample_(std::move(sample));
}

void DiagnosisRun::finish() {
  // No step has two findings of one check.
  std::sort(findings_.begin(), findings_.end(), [](const auto& a, const auto& b) {
    return std::pair(a.second.check, a.first) < std::pair(b.second.check, b.first);
  });
  for (auto& [order, finding] : findings_) {
    diagnosis_.add(std::move(finding));
  }
  diagnosis_.took = loop_.precise_now() - began_;
  Done done = std::exchange(done_, nullptr);
  done(std::move(diagnosis_));  // which may destroy this
}

}  // namespace gatewatch::probe
