// SPDX-License-Identifier: MIT
//
// Reads the certificates that a server shows, whether they are to be trusted or not: a handshake
// without verification and without a certificate of ours, after which nothing is said. One finding:
// failed (tls) where one of them has expired or is not valid yet; skipped where there was no
// handshake, which the check "tls" tells of.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/certificate.h"
#include "probe/diagnosis/step.h"
#include "probe/kinds/kinds.h"
#include "probe/net/connection.h"
#include "probe/net/tls_context.h"

namespace gatewatch::probe {

using Chain = std::vector<std::shared_ptr<const CertificateInfo>>;

// `planned` with what the chain says at `now`; a line of evidence for each certificate. Pure.
[[nodiscard]] Finding judged(Finding planned, const Chain& chain, WallTime now);

class ChainStep final : public Step {
 public:
  // `host`: for SNI. `tls`: its least version.
  ChainStep(const ProbeServices& services, Peer peer, std::string host, TlsVersion least);
  ~ChainStep() override;

  void start(SteadyTime deadline, Done done) override;

 private:
  void on_ready();
  void finish(Finding finding);

  EpollLoop& loop_;
  TlsContexts& contexts_;
  const Peer peer_;
  const std::string host_;
  const TlsVersion least_;
  Connection connection_;
  Loop::TimerId timer_ = Loop::TimerId::None;
  Done done_;
};

}  // namespace gatewatch::probe
