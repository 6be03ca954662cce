// SPDX-License-Identifier: MIT
//
// The same GET twice on one connection, which is asked to be kept: a fresh connection against a
// reused one. No redirect is followed. Two findings; the second is skipped where the first answer
// ends the connection, or does not come.
//
// Limits: those of HttpParser on each answer.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/sample.h"
#include "probe/diagnosis/step.h"
#include "probe/http/http_parser.h"
#include "probe/kinds/http_settings.h"
#include "probe/kinds/kinds.h"
#include "probe/net/connection.h"

namespace gatewatch::probe {

class KeptConnectionStep final : public Step {
 public:
  // Each answer as it comes, judged by the target's expected status alone.
  using OnResult = std::function<void(const ProbeResult&)>;

  // `settings` are of a GET; neither with a proxy. `subject`: of both findings.
  KeptConnectionStep(const ProbeServices& services, std::shared_ptr<const HttpSettings> settings,
                     Peer peer, const std::string& subject, OnResult on_result);
  ~KeptConnectionStep() override;

  void start(SteadyTime deadline, Done done) override;

 private:
  void on_ready();
  void begin_request();
  // False where nothing more is to be done now.
  bool send();
  bool receive();
  void on_answer();
  void fail(Outcome outcome, const std::string& error);
  void note(ProbeResult result);
  void on_deadline();
  void finish();
  [[nodiscard]] bool is_second() const { return !findings_.empty(); }

  static constexpr size_t kReadBuffer = size_t{16} * 1024;
  static constexpr int kMaxReadsPerTurn = 16;

  EpollLoop& loop_;
  TlsContexts& contexts_;
  const std::shared_ptr<const HttpSettings> settings_;
  const Peer peer_;
  const OnResult on_result_;
  Connection connection_;
  HttpParser parser_;
  std::string unsent_;
  SteadyTime request_began_;
  SteadyTime sent_at_;
  std::optional<Duration> first_byte_;
  SteadyTime deadline_;
  Loop::TimerId timer_ = Loop::TimerId::None;
  Findings findings_;  // as far as they are known
  Done done_;
};

}  // namespace gatewatch::probe
