// SPDX-License-Identifier: MIT
//
// What the probes of every kind share: the host's address, the deadline, one result.
//
// A run looks the host up (an address, or the one to connect to, is taken as it is), chooses one of
// its addresses, the next one each time, and hands it to the kind's proceed(). It ends by finish(),
// by abort() or by the deadline, whichever comes first, and then tells the result once, with its
// latency, after the kind's stop(). Where the loop itself stood still for kStandstill past the
// deadline, the answer may have come and not been seen: that is inconclusive, not a timeout.
//
// Thread: the loop's. Lifetime: a member of its Prober, which outlives it; the services outlive
// both. Destroying it ends a probe in flight without a result and without stop().
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "core/sample.h"
#include "probe/dns/resolver.h"
#include "probe/kinds/address_keys.h"
#include "probe/kinds/kinds.h"
#include "probe/kinds/prober.h"

namespace gatewatch::probe {

class ProbeRun {
 public:
  // What the kind does; each is called on the loop thread, none after the result is told.
  struct Steps {
    // Goes on with the address. May call finish().
    std::function<void(const Address&)> proceed;
    // The deadline has passed after proceed(): must call finish(). `late` is how its error begins:
    // "timed out after 100 ms, ".
    std::function<void(const std::string& late)> expire;
    // Ends what proceed() began, if anything; must not call finish().
    std::function<void()> stop;
  };

  // `host` is a name or a numeric address. `identity` tells the targets of one host apart, so that
  // they do not all begin with its first address.
  ProbeRun(const ProbeServices& services, std::string host, const std::string& identity,
           Steps steps, AddressSettings found_by = {});
  ~ProbeRun();
  ProbeRun(const ProbeRun&) = delete;
  ProbeRun& operator=(const ProbeRun&) = delete;

  // As Prober's.
  void start(SteadyTime deadline, Prober::Done done);
  void abort(std::string_view error);

  // Ends the run. Called from within start() (by proceed()), the result is told in the next turn.
  // Requires: the run is in flight and not finished.
  void finish(Outcome outcome, std::string error);

  // Of the run in flight; what the kind puts here is told.
  [[nodiscard]] Phases& phases() { return result_.phases; }
  void set_certificate(std::shared_ptr<const CertificateInfo> shown) {
    result_.certificate = std::move(shown);
  }

 private:
  void proceed(const Address& address);
  void on_resolved(Resolution resolution);
  void on_deadline();
  void end(Outcome outcome, std::string error);
  void tell();

  // Constant after construction.
  EpollLoop& loop_;
  Resolver& resolver_;
  const std::string host_;
  const Steps steps_;
  const AddressSettings found_by_;

  size_t next_address_;

  // Of the probe in flight.
  Prober::Done done_;
  bool starting_ = false;    // start() is on the stack
  bool proceeding_ = false;  // proceed() was called
  bool finished_ = false;    // what is left is to tell
  SteadyTime started_;
  SteadyTime deadline_;
  Loop::TimerId timer_ = Loop::TimerId::None;  // the deadline's; then the one that tells
  Resolver::RequestId lookup_ = Resolver::RequestId::None;
  ProbeResult result_;
};

}  // namespace gatewatch::probe
