// SPDX-License-Identifier: MIT
#include "probe/diagnosis/reach_steps.h"

#include <algorithm>
#include <utility>

#include "probe/diagnosis/finding_text.h"
#include "probe/kinds/icmp_prober.h"
#include "probe/kinds/tcp_prober.h"
#include "probe/kinds/tls_prober.h"

namespace gatewatch::probe {
namespace {

constexpr const char* kLookup = "lookup";

// A TCP connection, and the handshake on it.
Findings judge_handshake(Findings plan, const ProbeResult& result) {
  ProbeResult connection = result;
  if (result.phases.connect) {
    connection.outcome = Outcome::Ok;
    connection.error.clear();
    connection.latency = *result.phases.connect;
    plan[1] = judged(std::move(plan[1]), result);
    plan[1].duration = result.phases.tls.value_or(result.latency);
  } else {
    plan[1].text = "no connection";
  }
  plan[0] = judged(std::move(plan[0]), connection);
  return plan;
}

}  // namespace

std::unique_ptr<Step> connect_step(const ProbeServices& services, const DiagnosisSubject& subject,
                                   const Address& address) {
  Findings plan{{.check = Check::Connect, .subject = address.text, .address = address.text}};
  const Endpoint to{address, subject.found_by.port_or(subject.port)};
  if (!subject.tls) {
    TcpSettings settings;
    settings.endpoint = {.host = address.text, .port = to.port, .is_address = true};
    return std::make_unique<ProbeStep>(
        std::move(plan),
        std::make_unique<TcpProber>(services,
                                    std::make_shared<const TcpSettings>(std::move(settings))),
        [](Findings planned, const ProbeResult& result) {
          planned[0] = judged(std::move(planned[0]), result);
          return planned;
        });
  }
  plan.push_back({.check = Check::Tls, .subject = address.text, .address = address.text});
  TlsProbeSettings settings;
  settings.endpoint = {.host = subject.host, .port = to.port};
  settings.tls = *subject.tls;
  settings.found_by.connect_to = to;
  return std::make_unique<ProbeStep>(
      std::move(plan),
      std::make_unique<TlsProber>(services,
                                  std::make_shared<const TlsProbeSettings>(std::move(settings))),
      [](Findings planned, const ProbeResult& result) {
        return judge_handshake(std::move(planned), result);
      });
}

std::unique_ptr<Step> ping_step(const ProbeServices& services, const Address& address) {
  EndpointUrl endpoint;
  endpoint.host = address.text;
  endpoint.is_address = true;
  return std::make_unique<ProbeStep>(
      Findings{{.check = Check::Ping, .subject = address.text, .address = address.text}},
      std::make_unique<IcmpProber>(services, endpoint),
      [](Findings planned, const ProbeResult& result) {
        planned[0] = judged(std::move(planned[0]), result);
        planned[0].text = result.outcome == Outcome::Ok ? "answered" : planned[0].text;
        return planned;
      });
}

Finding judged_lookup(const DnsAnswer& answer, Duration took) {
  if (answer.fault) {
    return failed_lookup(outcome_of(*answer.fault), answer.error, took);
  }
  Finding finding{.check = Check::Dns,
                  .subject = kLookup,
                  .result = FindingResult::Ok,
                  .outcome = Outcome::Ok,
                  .duration = took};
  const size_t count = answer.addresses.size();
  finding.text = std::to_string(count) + (count == 1 ? " address" : " addresses") +
                 (answer.is_from_file
                      ? ", from /etc/hosts"
                      : ", TTL " + std::to_string(answer.ttl / std::chrono::seconds(1)) + " s");
  for (const Address& address : answer.addresses) {
    finding.evidence += (finding.evidence.empty() ? "" : "\n") + address.text;
    finding.addresses.push_back(address.text);
  }
  return finding;
}

Finding failed_lookup(Outcome outcome, const std::string& why, Duration took) {
  return {.check = Check::Dns,
          .subject = kLookup,
          .result = result_of(outcome),
          .outcome = outcome,
          .duration = took,
          .text = why};
}

Outcome outcome_of(DnsFault fault) {
  switch (fault) {
    case DnsFault::NoSuchName:
    case DnsFault::NoAddress:
      return Outcome::Dns;
    case DnsFault::Failed:
      return Outcome::DnsFailure;
    case DnsFault::Silent:
      return Outcome::DnsTimeout;
    case DnsFault::Local:
      return Outcome::Inconclusive;
  }
  return Outcome::Inconclusive;
}

std::vector<RecordType> types_for(const std::optional<Address::Family>& family) {
  if (!family) {
    return {RecordType::A, RecordType::Aaaa};
  }
  return {*family == Address::Family::V4 ? RecordType::A : RecordType::Aaaa};
}

std::vector<Endpoint> parse_servers(std::string_view text, size_t limit) {
  std::vector<Endpoint> servers;
  while (!text.empty() && servers.size() < limit) {
    const size_t end = std::min(text.find(','), text.size());
    std::string_view one = text.substr(0, end);
    one.remove_prefix(std::min(one.find_first_not_of(' '), one.size()));
    if (const auto server = parse_endpoint(one)) {
      servers.push_back(*server);
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return servers;
}

std::vector<Address> varied(std::vector<Address> addresses, size_t count) {
  const auto other = std::find_if(addresses.begin(), addresses.end(), [&](const Address& address) {
    return address.family != addresses.front().family;
  });
  if (other != addresses.end()) {
    std::rotate(std::next(addresses.begin()), other, std::next(other));
  }
  addresses.resize(std::min(addresses.size(), count));
  return addresses;
}

}  // namespace gatewatch::probe
