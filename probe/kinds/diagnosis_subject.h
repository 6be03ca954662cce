// SPDX-License-Identifier: MIT
//
// What a diagnosis of a target works on: where its probes go, and how they speak there.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "probe/dns/dns_records.h"
#include "probe/kinds/address_keys.h"
#include "probe/kinds/http_settings.h"
#include "probe/net/tls_context.h"

namespace gatewatch::probe {

struct DiagnosisSubject {
  std::string host;      // that is connected to: the proxy's where there is one; empty: none
  uint16_t port = 0;     // 0: there is none (icmp)
  bool has_tcp = false;  // else the port is of UDP
  // Where TLS is spoken from the first byte; the name in the certificate is `host`.
  std::optional<TlsSettings> tls;
  AddressSettings found_by;
  std::shared_ptr<const HttpSettings> http;  // null: it is not spoken
  std::string asked_name;                    // of a name server; empty: it is none
  RecordType asked_type = RecordType::A;

  // Nobody connects to an address there.
  [[nodiscard]] bool has_unix_socket() const { return http && !http->unix_socket.empty(); }
};

[[nodiscard]] DiagnosisSubject subject_of(std::shared_ptr<const HttpSettings> settings);

}  // namespace gatewatch::probe
