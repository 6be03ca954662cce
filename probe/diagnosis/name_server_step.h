// SPDX-License-Identifier: MIT
//
// Asks one name server for the records of a name, itself and nobody else: one finding. Ok where
// it answers with one record at least; dns where it says that there is none; dns_failure where it
// answers that it failed; dns_timeout, refused, protocol where it does not answer.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "probe/diagnosis/step.h"
#include "probe/dns/dns_query.h"
#include "probe/dns/dns_records.h"
#include "probe/loop/epoll_loop.h"
#include "probe/net/address.h"

namespace gatewatch::probe {

// An answer, or that none came.
struct ServerAnswer {
  RecordType type = RecordType::A;
  std::optional<DnsReply> reply;  // empty: none in time
};

// `planned` with what the answers say; a line of evidence for each. Pure.
[[nodiscard]] Finding judged(Finding planned, const std::vector<ServerAnswer>& answers);

class NameServerStep final : public Step {
 public:
  // Asks for `types`, at once. `check`: dns for the target's own name.
  NameServerStep(EpollLoop& loop, Check check, const Endpoint& server, std::string name,
                 const std::vector<RecordType>& types);
  ~NameServerStep() override;

  void start(SteadyTime deadline, Done done) override;

 private:
  void finish();

  EpollLoop& loop_;
  const Endpoint server_;
  const std::string name_;
  std::vector<ServerAnswer> answers_;
  std::vector<std::unique_ptr<DnsQuery>> queries_;
  size_t waiting_for_ = 0;
  SteadyTime started_;
  Loop::TimerId timer_ = Loop::TimerId::None;
  Done done_;
};

}  // namespace gatewatch::probe
