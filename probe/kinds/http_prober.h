// SPDX-License-Identifier: MIT
//
// Probes a URL over HTTP/1.1, with or without TLS.
//
// One probe resolves the host, takes one of its addresses (the next one each time), makes a new
// connection, and follows redirects within the same deadline; each host that it meets keeps its
// address for the length of the probe. The last answer decides; its status before its fields, its
// body and its latency do. Nothing is tried twice. Through a proxy it is the proxy's host that is
// resolved and whose address is told. A proxy that refuses a tunnel to an https target is told by
// its status, which is never expected; where it redirects, it is not followed.
//
// What is configured for the target goes to its own scheme, host and port only: once a redirect has
// led elsewhere, no credentials, no client certificate and no configured header but User-Agent and
// Accept… are sent. A redirect from https to http, and one that would take the body elsewhere, is
// not followed, and is outcome protocol.
//
// Where the loop itself stood still for kStandstill past the deadline, the answer may have come and
// not been seen: that is inconclusive, not a timeout.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/sample.h"
#include "probe/dns/resolver.h"
#include "probe/http/curl_engine.h"
#include "probe/http/http_engine.h"
#include "probe/kinds/http_settings.h"
#include "probe/kinds/kinds.h"
#include "probe/kinds/prober.h"
#include "probe/signature/signatures.h"

namespace gatewatch::probe {

class HttpProber final : public Prober {
 public:
  // `pin` takes the place of the settings' connect_to.
  HttpProber(const ProbeServices& services, std::shared_ptr<const HttpSettings> settings,
             const std::optional<Endpoint>& pin = {});
  ~HttpProber() override;
  HttpProber(const HttpProber&) = delete;
  HttpProber& operator=(const HttpProber&) = delete;

  void start(SteadyTime deadline, Done done) override;
  // Of a probe that has already taken the time from `began` on.
  void start(SteadyTime began, SteadyTime deadline, Done done);
  void abort(std::string_view error) override;
  [[nodiscard]] DiagnosisSubject subject() const override;

 private:
  void begin_hop();
  void on_resolved(const std::string& host, Resolution resolution);
  // Whose host is connected to: the proxy, or what the hop is to.
  [[nodiscard]] const Url& peer() const;
  // To an address that is known. `port` as of TransferRequest.
  void connect_to(const std::string& address, uint16_t port = 0);
  // `address` and `port` as of TransferRequest.
  void begin_transfer(const std::string& address, uint16_t port = 0);
  void on_answer(TransferResult answer);
  void note(const TransferResult& answer);
  [[nodiscard]] bool is_followed(const TransferResult& answer) const;
  // Makes the redirect the next hop; else why it is not followed.
  [[nodiscard]] std::string follow(const TransferResult& answer);
  void note_maker(const TransferResult& answer);
  void judge(TransferResult answer);
  void judge_content(TransferResult& answer);
  // With the answer as evidence.
  void finish_with(const TransferResult& answer);
  [[nodiscard]] std::expected<TransferId, std::string> start_transfer(
      const TransferRequest& request);
  [[nodiscard]] TlsSession* session_to_use();
  // Whether the configuration spells out this address.
  [[nodiscard]] bool is_named(const std::string& address) const;
  void on_deadline();
  // Stops what is under way; what a transfer had learnt, if one was.
  std::optional<TransferResult> stop();
  void finish(Outcome outcome, std::string error);
  void finish_later(Outcome outcome, std::string error);

  // Constant after construction.
  EpollLoop& loop_;
  Resolver& resolver_;
  HttpEngine& http_;
  CurlEngine& curl_;
  const Signatures& signatures_;
  const std::shared_ptr<const HttpSettings> settings_;
  const std::optional<Endpoint> pin_;
  const HeaderFields foreign_fields_;  // for other origins
  const TlsSettings foreign_tls_;      // the same
  const bool by_curl_;
  const MakeRequestId make_request_id_;  // empty: no request id is sent

  size_t turn_;         // goes on with each probe; chooses among a host's addresses
  TlsSession session_;  // where handshakes may be resumed
  int until_full_ = 0;  // probes until the next full handshake
  std::shared_ptr<const CertificateInfo> certificate_;  // the newest that was shown

  // Of the probe in flight.
  Done done_;
  SteadyTime started_;
  SteadyTime hop_started_;
  SteadyTime deadline_;
  Loop::TimerId deadline_timer_ = Loop::TimerId::None;
  Loop::TimerId finish_timer_ = Loop::TimerId::None;
  Resolver::RequestId lookup_ = Resolver::RequestId::None;
  TransferId transfer_ = TransferId::None;
  const Url* url_ = nullptr;  // the target's or redirect_
  Url redirect_;
  std::string method_;
  bool send_body_ = false;
  bool at_home_ = true;  // has not left the target's origin
  int redirects_ = 0;
  std::vector<std::pair<std::string, std::string>> met_;  // hosts and their addresses
  bool is_whole_ = false;  // the answer, of which the maker was looked for
  ProbeResult result_;
};

}  // namespace gatewatch::probe
