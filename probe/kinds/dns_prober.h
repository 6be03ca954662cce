// SPDX-License-Identifier: MIT
//
// The probe kind "dns": asks one name server for the records of one name.
//
// Ok: the server answered with the expected rcode and, where that is NOERROR, with at least one
// record of the type, all expected ones among them. Else:
// - dns: another rcode, or no record of that type, where NOERROR is expected;
// - body: NOERROR where another rcode is expected, or an expected record is missing;
// - protocol: a malformed answer;
// - refused, reset, timeout, inconclusive: as for a connection.
// The first-byte phase runs from the question to the answer; the dns phase is the lookup of the
// server's own name, where it is not an address.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/table.h"
#include "core/target.h"
#include "probe/dns/dns_query.h"
#include "probe/dns/dns_records.h"
#include "probe/kinds/address_keys.h"
#include "probe/kinds/kinds.h"
#include "probe/kinds/probe_run.h"
#include "probe/kinds/prober.h"
#include "probe/net/endpoint.h"

namespace gatewatch::probe {

inline constexpr uint16_t kDnsPort = 53;
inline constexpr size_t kMaxExpectedRecords = 64;

struct DnsSettings {
  EndpointUrl server;  // with its port
  std::string name;    // lower case, without the last dot
  RecordType type = RecordType::A;
  std::string expected_rcode = "NOERROR";     // as rcode_word() has it
  std::vector<std::string> expected_records;  // in normal form
  AddressSettings found_by;                   // of the server
};

class DnsProber final : public Prober {
 public:
  DnsProber(const ProbeServices& services, std::shared_ptr<const DnsSettings> settings);

  void start(SteadyTime deadline, Done done) override { run_.start(deadline, std::move(done)); }
  void abort(std::string_view error) override { run_.abort(error); }
  [[nodiscard]] DiagnosisSubject subject() const override;

 private:
  void ask(const Address& server);
  void judge(const DnsReply& answer);

  // Constant after construction.
  EpollLoop& loop_;
  const std::shared_ptr<const DnsSettings> settings_;

  // Of the probe in flight.
  std::unique_ptr<DnsQuery> query_;
  SteadyTime asked_at_;

  ProbeRun run_;
};

// Reads record, expect_rcode and expect_record; mistakes go to the table's diagnostics. Server and
// name are left empty.
[[nodiscard]] DnsSettings read_dns_keys(config::Table& settings);

[[nodiscard]] MakeProber read_dns(const Target& target, config::Table& settings);

}  // namespace gatewatch::probe
