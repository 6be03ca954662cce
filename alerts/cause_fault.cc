// SPDX-License-Identifier: MIT
#include "alerts/cause_fault.h"

#include <optional>

#include "core/assert.h"

namespace gatewatch::alerts {
namespace {

struct CauseFault {
  Fault alone;
  Fault beside_fine_origin;
};

CauseFault fault_of(Cause cause) {
  switch (cause) {
    case Cause::Application:
      return {Fault::Application, Fault::Application};
    case Cause::Dns:
      return {Fault::Dns, Fault::Dns};
    case Cause::GatewayExhausted:
    case Cause::SocketDenied:
      return {Fault::Gateway, Fault::Gateway};
    case Cause::Unreachable:
      return {Fault::Path, Fault::Path};
    case Cause::TimeoutConnect:  // its host is off, or something on the way drops what is sent
      return {Fault::Unknown, Fault::Path};
    case Cause::Refused:
    case Cause::Closed:
    case Cause::Reset:
    case Cause::TimeoutRead:
    case Cause::Invalid:
    case Cause::HeaderTooBig:
    case Cause::BodyTruncated:
    case Cause::TlsCertificate:
    case Cause::TlsProtocol:
    case Cause::MarkedDown:
    case Cause::SocketMissing:
      return {Fault::Origin, Fault::Gateway};
  }
  GW_ASSERT(false);
}

}  // namespace

Fault common_fault(CauseSet causes, OriginIs origin) {
  std::optional<Fault> common;
  for (const Cause cause : kAllCauses) {
    if (!causes.contains(cause)) {
      continue;
    }
    const CauseFault faults = fault_of(cause);
    const Fault fault = origin == OriginIs::Fine ? faults.beside_fine_origin : faults.alone;
    if (common && *common != fault) {
      return Fault::Unknown;
    }
    common = fault;
  }
  return common.value_or(Fault::Unknown);
}

}  // namespace gatewatch::alerts
