// SPDX-License-Identifier: MIT
//
// The probe kind "tls": shakes hands with any port that speaks TLS, at once or after STARTTLS, and
// looks at its certificate.
//
// Ok: the handshake is done, the certificate is verified as the target wants it, and it has its
// minimum of days left. Nothing is said afterwards. Else:
// - refused, reset, timeout, inconclusive: as Connection has it; reset, too, where the peer closes
//   before the handshake;
// - protocol: StartTlsTalk failed, with its words;
// - tls: the handshake failed, or the certificate is not to be trusted;
// - certificate_expiring: too few days left.
// The certificate is told wherever the handshake was done. The phases are connect and tls; what
// STARTTLS takes between them is in the latency alone.
//
// The connection is ended by RST, which leaves no local port in TIME_WAIT.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "config/table.h"
#include "core/certificate.h"
#include "core/target.h"
#include "probe/expect/expectation.h"
#include "probe/kinds/address_keys.h"
#include "probe/kinds/kinds.h"
#include "probe/kinds/probe_run.h"
#include "probe/kinds/prober.h"
#include "probe/kinds/starttls.h"
#include "probe/net/connection.h"
#include "probe/net/endpoint.h"
#include "probe/net/tls_context.h"

namespace gatewatch::probe {

struct TlsProbeSettings {
  EndpointUrl endpoint;  // its host is for SNI and the name in the certificate, too
  TlsSettings tls;
  std::optional<StartTls> starttls;  // empty: TLS from the first byte
  Expectations expectations;         // min_certificate_days, no others
  AddressSettings found_by;
};

class TlsProber final : public Prober {
 public:
  TlsProber(const ProbeServices& services, std::shared_ptr<const TlsProbeSettings> settings);

  void start(SteadyTime deadline, Done done) override { run_.start(deadline, std::move(done)); }
  void abort(std::string_view error) override { run_.abort(error); }
  [[nodiscard]] DiagnosisSubject subject() const override;

 private:
  void connect(const Address& address);
  void on_ready();
  void talk();
  // False where nothing more is to be done now.
  bool send();
  bool receive();
  void shake_hands();
  // Finishes the run where there is no context.
  std::optional<TlsUse> tls_use();
  void judge();
  void expire(const std::string& late);
  void close();

  // Constant after construction.
  EpollLoop& loop_;
  TlsContexts& contexts_;
  const std::shared_ptr<const TlsProbeSettings> settings_;

  std::shared_ptr<const CertificateInfo> certificate_;  // the newest that was shown

  // Of the probe in flight.
  Connection connection_;
  std::optional<StartTlsTalk> talk_;
  std::string output_;  // of the talk, not sent yet

  ProbeRun run_;
};

// Reads starttls, min_certificate_days and the keys of read_tls_keys() and read_address_keys();
// mistakes go to the table's diagnostics. The endpoint is left empty.
[[nodiscard]] TlsProbeSettings read_tls_probe_keys(config::Table& settings);

[[nodiscard]] MakeProber read_tls(const Target& target, config::Table& settings);

}  // namespace gatewatch::probe
