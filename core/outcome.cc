// SPDX-License-Identifier: MIT
#include "core/outcome.h"

namespace gatewatch {

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::Ok:
      return "ok";
    case Outcome::BadGateway:
      return "bad_gateway";
    case Outcome::Unavailable:
      return "unavailable";
    case Outcome::GatewayTimeout:
      return "gateway_timeout";
    case Outcome::HttpError:
      return "http_error";
    case Outcome::Timeout:
      return "timeout";
    case Outcome::Refused:
      return "refused";
    case Outcome::Reset:
      return "reset";
    case Outcome::Dns:
      return "dns";
    case Outcome::Tls:
      return "tls";
    case Outcome::Protocol:
      return "protocol";
    case Outcome::Body:
      return "body";
    case Outcome::Inconclusive:
      return "inconclusive";
    case Outcome::DnsFailure:
      return "dns_failure";
    case Outcome::DnsTimeout:
      return "dns_timeout";
    case Outcome::Slow:
      return "slow";
    case Outcome::Header:
      return "header";
    case Outcome::CertificateExpiring:
      return "certificate_expiring";
  }
  return "inconclusive";
}

std::optional<Outcome> parse_outcome(std::string_view word) {
  for (const Outcome outcome : kAllOutcomes) {
    if (word == to_string(outcome)) {
      return outcome;
    }
  }
  return std::nullopt;
}

Outcome outcome_of_unexpected_status(int status) {
  switch (status) {
    case 502:
      return Outcome::BadGateway;
    case 503:
      return Outcome::Unavailable;
    case 504:
      return Outcome::GatewayTimeout;
    default:
      return Outcome::HttpError;
  }
}

}  // namespace gatewatch
