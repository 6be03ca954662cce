// SPDX-License-Identifier: MIT
#include "probe/net/connect_failure.h"

#include <cerrno>

namespace gatewatch::probe {

Outcome outcome_of_connect(int system_error, Told told) {
  switch (system_error) {
    case ENETDOWN:
    case EADDRNOTAVAIL:  // also: no local port is left
    case EAFNOSUPPORT:
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
    case EPERM:
      return Outcome::Inconclusive;
    case ENETUNREACH:
    case EACCES:
      return told == Told::Later ? Outcome::Refused : Outcome::Inconclusive;
    case EHOSTUNREACH:
    case EINVAL:
      return told == Told::ByCall ? Outcome::Inconclusive : Outcome::Refused;
    case ETIMEDOUT:
      return Outcome::Timeout;
    case ECONNRESET:  // accepted and at once ended
    case EPIPE:
      return Outcome::Reset;
    default:  // ECONNREFUSED, and what routers say in other words: EHOSTDOWN, ENOPROTOOPT, …
      return Outcome::Refused;
  }
}

CauseSet cause_of_connect(int system_error) {
  switch (system_error) {
    case ECONNREFUSED:
      return {Cause::Refused};
    case EHOSTUNREACH:
    case ENETUNREACH:
      return {Cause::Unreachable};
    case ETIMEDOUT:
      return {Cause::TimeoutConnect};
    case ECONNRESET:
    case EPIPE:
      return {Cause::Reset};
    case ENOENT:
      return {Cause::SocketMissing};
    case EACCES:  // of a Unix socket; a route that forbids is told otherwise
      return {Cause::SocketDenied};
    default:
      return {};
  }
}

Outcome outcome_of_break(int system_error) {
  const Outcome outcome = outcome_of_connect(system_error, Told::Later);
  return outcome == Outcome::Refused ? Outcome::Reset : outcome;  // it was open before
}

}  // namespace gatewatch::probe
