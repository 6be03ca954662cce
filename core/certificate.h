// SPDX-License-Identifier: MIT
//
// The certificate that a server showed.
#pragma once

#include <string>
#include <vector>

#include "core/time.h"

namespace gatewatch {

// The most names that are kept of one certificate.
inline constexpr size_t kMaxCertificateNames = 100;

// Texts are printable and at most kMaxRemoteText bytes each.
struct CertificateInfo {
  std::string fingerprint;  // SHA-256 of the whole, 64 lower-case hexadecimal digits: its identity
  std::string subject;      // as RFC 4514 writes a name, "CN=shop.example.com,O=Shop"
  std::string issuer;
  std::vector<std::string> names;  // its DNS names and addresses, in its order
  WallTime not_before;
  WallTime not_after;
  WallTime expires;  // the earliest not_after of it and of those that the server sent with it

  bool operator==(const CertificateInfo&) const = default;
};

// Whole days from `now` until `expires`, rounded down: 0 on its last day, negative after.
[[nodiscard]] int days_left(const CertificateInfo& certificate, WallTime now);

}  // namespace gatewatch
