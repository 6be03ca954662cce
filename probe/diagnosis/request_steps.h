// SPDX-License-Identifier: MIT
//
// The requests of a diagnosis: which there are, and what their answers say.
//
// They are GET and HEAD, without a body, whatever the target's method is: both are safe to repeat
// (RFC 9110, 9.2.1). They go to the target's own scheme, host and port, with its fields and
// credentials; where a redirect leads elsewhere, HttpProber holds these back.
//
// Those that go to the target's URL are each told to `on_result`, as they are to be stored.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/sample.h"
#include "probe/diagnosis/diagnosis_request.h"
#include "probe/diagnosis/step.h"
#include "probe/kinds/http_settings.h"
#include "probe/kinds/kinds.h"
#include "probe/net/address.h"

namespace gatewatch::probe {

// That surely nobody serves: who answers it tells who decides about paths.
inline constexpr const char* kUnknownPath = "/gatewatch-diagnosis-unknown-path";

class RequestSteps {
 public:
  using OnResult = std::function<void(const ProbeResult&)>;

  // Requires: `subject.http`. What is named outlives this and the steps.
  RequestSteps(const ProbeServices& services, const DiagnosisSubject& subject, OnResult on_result);

  // Each goes to `pin`; empty: as the target's probes go (through a proxy, by a Unix socket).
  [[nodiscard]] std::unique_ptr<Step> get(const std::optional<Address>& pin);
  [[nodiscard]] std::unique_ptr<Step> head(const std::optional<Address>& pin);
  [[nodiscard]] std::unique_ptr<Step> other_path(const std::optional<Address>& pin,
                                                 const std::string& path);
  // Null where the target is not reached by TLS.
  [[nodiscard]] std::unique_ptr<Step> other_version(const std::optional<Address>& pin);
  // Null where there is a proxy, and where the target is probed over HTTP/2.
  [[nodiscard]] std::unique_ptr<Step> kept_connection(const std::optional<Address>& pin);
  // Checks ipv4 and ipv6.
  [[nodiscard]] std::unique_ptr<Step> at_address(const Address& address);

  // "/" and kUnknownPath, but for the target's own path.
  [[nodiscard]] std::vector<std::string> other_paths() const;
  // Why there is no step for some checks.
  [[nodiscard]] Findings left_out() const;

 private:
  [[nodiscard]] HttpSettings settings_for(const std::string& method) const;
  [[nodiscard]] std::unique_ptr<Prober> prober(HttpSettings settings,
                                               const std::optional<Address>& pin) const;
  [[nodiscard]] std::string subject_of(const std::string& method) const;

  const ProbeServices& services_;
  const DiagnosisSubject& subject_;
  const HttpSettings& http_;
  const OnResult on_result_;
  const std::string path_;  // of the target's url, without its query
};

}  // namespace gatewatch::probe
