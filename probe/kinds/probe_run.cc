// SPDX-License-Identifier: MIT
#include "probe/kinds/probe_run.h"

#include <optional>
#include <utility>

#include "core/assert.h"
#include "core/text.h"
#include "probe/net/socket_address.h"

namespace gatewatch::probe {
namespace {

std::string in_ms(Duration duration) {
  return std::to_string(std::chrono::round<std::chrono::milliseconds>(duration).count()) + " ms";
}

}  // namespace

ProbeRun::ProbeRun(const ProbeServices& services, std::string host, const std::string& identity,
                   Steps steps, AddressSettings found_by)
    : loop_(services.loop),
      resolver_(services.resolver),
      host_(std::move(host)),
      steps_(std::move(steps)),
      found_by_(std::move(found_by)),
      next_address_(std::hash<std::string>{}(identity)) {}

ProbeRun::~ProbeRun() {
  loop_.cancel(timer_);
  resolver_.cancel(lookup_);
}

void ProbeRun::start(SteadyTime deadline, Prober::Done done) {
  GW_ASSERT(!done_);
  done_ = std::move(done);
  result_ = {};
  proceeding_ = false;
  finished_ = false;
  started_ = loop_.precise_now();
  deadline_ = deadline;
  timer_ = loop_.call_at(deadline, [this] {
    timer_ = Loop::TimerId::None;
    on_deadline();
  });
  const std::optional<Address> address =
      found_by_.connect_to ? found_by_.connect_to->address : parse_address(host_);
  if (address) {
    starting_ = true;
    proceed(*address);
    starting_ = false;
    return;
  }
  Resolver::Query query;
  query.host = host_;
  query.server = found_by_.resolver;
  query.family = found_by_.ip_family;
  query.patience = (deadline_ - started_) / 2;
  lookup_ = resolver_.resolve(std::move(query), [this](Resolution resolution) {
    lookup_ = Resolver::RequestId::None;
    on_resolved(std::move(resolution));
  });
}

void ProbeRun::proceed(const Address& address) {
  result_.address = address.text;
  const bool is_named = address.text == host_ || found_by_.connect_to;
  if (!is_named && is_metadata_address(address.text)) {
    finish(Outcome::Protocol, no_connection_to(address.text));
    return;
  }
  proceeding_ = true;
  steps_.proceed(address);
}

void ProbeRun::abort(std::string_view error) {
  if (done_) {
    end(Outcome::Inconclusive, printable(error));
    tell();
  }
}

void ProbeRun::finish(Outcome outcome, std::string error) {
  GW_ASSERT(done_ && !finished_);
  end(outcome, std::move(error));
  if (!starting_) {
    tell();
    return;
  }
  timer_ = loop_.call_at(loop_.now(), [this] {
    timer_ = Loop::TimerId::None;
    tell();
  });
}

void ProbeRun::on_resolved(Resolution resolution) {
  result_.phases.dns = loop_.precise_now() - started_;
  if (resolution.outcome != Outcome::Ok) {
    finish(resolution.outcome, host_ + ": " + resolution.error);
    return;
  }
  result_.dns_stale = resolution.is_stale;
  proceed(resolution.addresses[next_address_++ % resolution.addresses.size()]);
}

void ProbeRun::on_deadline() {
  const Resolution unresolved = resolver_.give_up(std::exchange(lookup_, {}));
  const std::string at =
      proceeding_ ? "talking to " + host_ : "resolving " + host_ + ": " + unresolved.error;
  const Duration overdue = loop_.now() - deadline_;
  if (overdue >= kStandstill) {
    finish(Outcome::Inconclusive, "gatewatch stood still for " + in_ms(overdue) + ", " + at);
    return;
  }
  const std::string late = "timed out after " + in_ms(loop_.precise_now() - started_) + ", ";
  if (proceeding_) {
    steps_.expire(late);
  } else {
    finish(unresolved.outcome, late + at);
  }
}

void ProbeRun::end(Outcome outcome, std::string error) {
  loop_.cancel(std::exchange(timer_, Loop::TimerId::None));
  resolver_.cancel(std::exchange(lookup_, Resolver::RequestId::None));
  steps_.stop();
  finished_ = true;
  result_.outcome = outcome;
  result_.error = std::move(error);
  result_.latency = loop_.precise_now() - started_;
}

void ProbeRun::tell() {
  Prober::Done done = std::exchange(done_, nullptr);
  done(std::move(result_));
}

}  // namespace gatewatch::probe
