// SPDX-License-Identifier: MIT
#include "core/certificate.h"

namespace gatewatch {

int days_left(const CertificateInfo& certificate, WallTime now) {
  return static_cast<int>(std::chrono::floor<std::chrono::days>(certificate.expires - now).count());
}

}  // namespace gatewatch
