// SPDX-License-Identifier: MIT
//
// Reads the certificate of a TLS connection's peer.
#pragma once

#include <memory>
#include <vector>

#include "core/certificate.h"

struct ssl_st;   // NOLINT(readability-identifier-naming): OpenSSL's own
struct x509_st;  // NOLINT(readability-identifier-naming)

namespace gatewatch::probe {

// `known` where that is the certificate at hand, which spares reading it. A name or time that
// cannot be read is left out, or 1970. `others_expire`: the earliest not_after of the certificates
// that came with it. Thread: any.
[[nodiscard]] std::shared_ptr<const CertificateInfo> read_certificate(
    const x509_st* certificate, const std::shared_ptr<const CertificateInfo>& known,
    WallTime others_expire = WallTime::max());

// The same for what the peer of `connection` showed in its handshake or in the one that it takes
// up; null where it showed none.
[[nodiscard]] std::shared_ptr<const CertificateInfo> peer_certificate(
    const ssl_st* connection, const std::shared_ptr<const CertificateInfo>& known);

// The most certificates of a chain that are read.
inline constexpr int kMaxChain = 10;

// All that the peer of `connection` sent in a full handshake, in its order, its own first.
[[nodiscard]] std::vector<std::shared_ptr<const CertificateInfo>> peer_chain(
    const ssl_st* connection);

}  // namespace gatewatch::probe
