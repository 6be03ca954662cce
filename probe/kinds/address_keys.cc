// SPDX-License-Identifier: MIT
#include "probe/kinds/address_keys.h"

#include <array>
#include <expected>
#include <string_view>

#include "core/text.h"

namespace gatewatch::probe {
namespace {

constexpr uint16_t kNameServerPort = 53;

// With its port.
std::string read_resolver(config::Table& settings) {
  const std::string text = settings.string_or("resolver", "");
  if (!settings.has("resolver")) {
    return {};
  }
  std::optional<Endpoint> server = parse_endpoint(text);
  if (!server) {
    settings.error("resolver", "resolver is not the address of a name server",
                   "write an IP address, as in \"192.0.2.53\", \"192.0.2.53:5353\" or "
                   "\"[2001:db8::53]:5353\"");
    return {};
  }
  if (server->port == 0) {
    server->port = kNameServerPort;
  }
  return to_string(*server);
}

std::optional<Address::Family> read_ip_family(config::Table& settings) {
  static constexpr std::array<std::string_view, 3> kWords{"any", "4", "6"};
  const std::string word = settings.one_of("ip_family", "any", kWords);
  if (word == "any") {
    return std::nullopt;
  }
  return word == "4" ? Address::Family::V4 : Address::Family::V6;
}

std::optional<Endpoint> read_connect_to(config::Table& settings) {
  if (!settings.has("connect_to")) {
    return std::nullopt;
  }
  std::optional<Endpoint> endpoint = parse_endpoint(settings.string_or("connect_to", ""));
  if (!endpoint) {
    settings.error("connect_to", "connect_to is not an address",
                   "write an IP address, as in \"192.0.2.1\", \"192.0.2.1:8443\" or "
                   "\"[2001:db8::1]:8443\"");
  }
  return endpoint;
}

}  // namespace

AddressSettings read_address_keys(config::Table& settings) {
  return {.resolver = read_resolver(settings),
          .ip_family = read_ip_family(settings),
          .connect_to = read_connect_to(settings)};
}

std::optional<EndpointUrl> read_host_and_port(config::Table& settings) {
  const std::string url = settings.string_or("url", "");
  const std::string form = "write " + ascii_lower(url.substr(0, url.find(':'))) + "://HOST:PORT";
  std::expected<EndpointUrl, std::string> endpoint = parse_endpoint_url(url);
  if (!endpoint) {
    settings.error("url", "url " + endpoint.error(), form);
  } else if (endpoint->port == 0) {
    settings.error("url", "url has no port", form);
  } else if (!endpoint->rest.empty() && endpoint->rest != "/") {
    settings.error("url", "url has something after the port", form);
  } else {
    return *std::move(endpoint);
  }
  return std::nullopt;
}

}  // namespace gatewatch::probe
