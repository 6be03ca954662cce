// SPDX-License-Identifier: MIT
//
// Probes all addresses of a URL's host at once, each as HttpProber does with the host, the
// certificate check and the SNI of the URL: one result for each address.
//
// The name is resolved for each probe (from the resolver's cache while the TTL lasts), so that the
// addresses follow its records. Where it is not resolved there is one result without an address.
// Redirects to the same host stay with the address, redirects elsewhere take one of theirs.
//
// Limits: kMaxAddresses.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "core/sample.h"
#include "probe/dns/resolver.h"
#include "probe/kinds/http_prober.h"
#include "probe/kinds/http_settings.h"
#include "probe/kinds/kinds.h"
#include "probe/kinds/prober.h"

namespace gatewatch::probe {

class EveryAddressProber final : public Prober {
 public:
  // Requires: the URL's host is a name, and the settings tell no connect_to, unix_socket or proxy.
  EveryAddressProber(const ProbeServices& services, std::shared_ptr<const HttpSettings> settings);
  ~EveryAddressProber() override;
  EveryAddressProber(const EveryAddressProber&) = delete;
  EveryAddressProber& operator=(const EveryAddressProber&) = delete;

  void start(SteadyTime deadline, Done done) override;
  void abort(std::string_view error) override;
  [[nodiscard]] DiagnosisSubject subject() const override;

 private:
  void on_resolved(const Resolution& resolution);
  void follow_records(const std::vector<Address>& addresses);
  void take(ProbeResult result);
  void on_deadline();
  void finish_unresolved(Outcome outcome, std::string error);

  const ProbeServices services_;
  const std::shared_ptr<const HttpSettings> settings_;
  std::map<Address, std::unique_ptr<HttpProber>> probers_;  // of the last answer

  // Of the probe in flight.
  Done done_;
  SteadyTime started_;
  SteadyTime deadline_;
  Loop::TimerId deadline_timer_ = Loop::TimerId::None;
  Resolver::RequestId lookup_ = Resolver::RequestId::None;
  Duration dns_{};
  bool is_stale_ = false;
  size_t waiting_for_ = 0;  // probers
};

}  // namespace gatewatch::probe
