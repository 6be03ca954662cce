// SPDX-License-Identifier: MIT
#include "probe/dns/dns_verdict.h"

namespace gatewatch::probe {

DnsVerdict judge(DnsFault fault, DnsServersSeen servers) {
  switch (fault) {
    case DnsFault::NoSuchName:
    case DnsFault::NoAddress:
      return {Outcome::Dns, false};
    case DnsFault::Failed:
      if (servers.are_ours && !servers.answered) {
        return {Outcome::Inconclusive, true};
      }
      return {Outcome::DnsFailure, false};
    case DnsFault::Silent:
      if (servers.answered) {
        return {Outcome::DnsTimeout, false};
      }
      if (servers.are_ours || !servers.have_route) {
        return {Outcome::Inconclusive, true};
      }
      return {Outcome::DnsTimeout, true};
    case DnsFault::Local:
      return {Outcome::Inconclusive, true};
  }
  return {};
}

}  // namespace gatewatch::probe
