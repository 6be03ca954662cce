// SPDX-License-Identifier: MIT
//
// The steps of a diagnosis that find out what can be reached, without a request: pings, connections
// and handshakes; and what a lookup says.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "probe/diagnosis/step.h"
#include "probe/dns/dns_client.h"
#include "probe/dns/dns_records.h"
#include "probe/kinds/diagnosis_subject.h"
#include "probe/kinds/kinds.h"
#include "probe/net/address.h"

namespace gatewatch::probe {

// Check connect; and tls where `subject` speaks it from the first byte.
[[nodiscard]] std::unique_ptr<Step> connect_step(const ProbeServices& services,
                                                 const DiagnosisSubject& subject,
                                                 const Address& address);
[[nodiscard]] std::unique_ptr<Step> ping_step(const ProbeServices& services,
                                              const Address& address);

// The lookup as probes do it. Pure.
[[nodiscard]] Finding judged_lookup(const DnsAnswer& answer, Duration took);
[[nodiscard]] Finding failed_lookup(Outcome outcome, const std::string& why, Duration took);
[[nodiscard]] Outcome outcome_of(DnsFault fault);

[[nodiscard]] std::vector<RecordType> types_for(const std::optional<Address::Family>& family);
// Of "192.0.2.53:53, [2001:db8::53]:53", as DnsClient::servers() has them, the first `limit`.
[[nodiscard]] std::vector<Endpoint> parse_servers(std::string_view text, size_t limit);

// The first `count` of `addresses`, of which the second is of the other family than the first where
// there is one.
[[nodiscard]] std::vector<Address> varied(std::vector<Address> addresses, size_t count);

}  // namespace gatewatch::probe
