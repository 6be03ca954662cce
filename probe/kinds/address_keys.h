// SPDX-License-Identifier: MIT
//
// The keys of a target that tell where its host is found, the same for all kinds that connect to
// one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "config/table.h"
#include "probe/net/address.h"
#include "probe/net/endpoint.h"

namespace gatewatch::probe {

struct AddressSettings {
  std::string resolver;  // "192.0.2.53:53", the name server to ask; empty: the system's
  std::optional<Address::Family> ip_family;  // that is connected to; empty: either
  std::optional<Endpoint> connect_to;        // instead of the host's addresses

  // The port to connect to, where the url has this one.
  [[nodiscard]] uint16_t port_or(uint16_t of_url) const {
    return connect_to && connect_to->port != 0 ? connect_to->port : of_url;
  }
};

// Reads resolver, ip_family and connect_to; mistakes go to the table's diagnostics.
[[nodiscard]] AddressSettings read_address_keys(config::Table& settings);

// Reads the url "SCHEME://HOST:PORT" of a kind that connects to a port; empty for anything else,
// which is told.
[[nodiscard]] std::optional<EndpointUrl> read_host_and_port(config::Table& settings);

}  // namespace gatewatch::probe
