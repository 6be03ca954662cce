// SPDX-License-Identifier: MIT
#include "probe/net/endpoint.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/text.h"
#include "probe/net/address.h"

namespace gatewatch::probe {
namespace {

constexpr size_t kMaxLabelLength = 63;  // RFC 1035

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::optional<uint16_t> parse_port(std::string_view text) {
  uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) {
    return std::nullopt;
  }
  return port;
}

// Of "[2001:db8::1]" what is between the brackets; the name of a zone keeps its case.
std::expected<std::string, std::string> read_bracketed(std::string_view inner) {
  const size_t percent = std::min(inner.find('%'), inner.size());
  std::string host = ascii_lower(inner.substr(0, percent));
  std::string_view zone = inner.substr(percent);
  if (zone.starts_with("%25")) {  // as RFC 6874 writes it
    zone.remove_prefix(3);
    host.append("%").append(zone);
  } else {
    host.append(zone);
  }
  const std::optional<Address> address = parse_address(host);
  if (!address || address->family != Address::Family::V6) {
    return std::unexpected("has brackets around what is not an IPv6 address");
  }
  return host;
}

std::expected<std::string, std::string> read_host(std::string_view text) {
  if (text.empty()) {
    return std::unexpected("has no host");
  }
  if (!is_ascii(text)) {
    return std::unexpected("has a host that is not ASCII; write it in its xn-- form");
  }
  if (!is_host_name(text)) {
    return std::unexpected("has a host that is neither a name nor an address");
  }
  return ascii_lower(text);
}

}  // namespace

bool is_host_name(std::string_view name) {
  if (name.ends_with('.')) {
    name.remove_suffix(1);
  }
  if (name.empty() || name.size() > kMaxHostLength) {
    return false;
  }
  size_t label = 0;
  for (const char c : name) {
    if (c == '.') {
      if (label == 0) {
        return false;
      }
      label = 0;
    } else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_') {
      if (++label > kMaxLabelLength) {
        return false;
      }
    } else {
      return false;
    }
  }
  return label > 0;
}

std::expected<EndpointUrl, std::string> parse_endpoint_url(std::string_view url) {
  const size_t slashes = url.find("://");
  if (slashes == std::string_view::npos) {
    return std::unexpected("has no scheme");
  }
  url.remove_prefix(slashes + 3);
  EndpointUrl endpoint;
  const size_t end = std::min(url.find_first_of("/?#"), url.size());
  endpoint.rest = url.substr(end);
  std::string_view authority = url.substr(0, end);
  if (authority.find('@') != std::string_view::npos) {
    return std::unexpected("has a user or password, which this kind does not send");
  }
  std::expected<std::string, std::string> host;
  if (authority.starts_with('[')) {
    const size_t close = authority.find(']');
    if (close == std::string_view::npos) {
      return std::unexpected("has a \"[\" without its \"]\"");
    }
    host = read_bracketed(authority.substr(1, close - 1));
    authority.remove_prefix(close + 1);
    if (!authority.empty() && authority.front() != ':') {
      return std::unexpected("has something between \"]\" and the port");
    }
  } else {
    if (std::count(authority.begin(), authority.end(), ':') > 1) {
      return std::unexpected("has an IPv6 address without brackets around it");
    }
    const size_t colon = std::min(authority.find(':'), authority.size());
    host = read_host(authority.substr(0, colon));
    authority.remove_prefix(colon);
  }
  if (!host) {
    return std::unexpected(host.error());
  }
  endpoint.host = *std::move(host);
  endpoint.is_address = parse_address(endpoint.host).has_value();
  if (authority.size() > 1) {
    const std::optional<uint16_t> port = parse_port(authority.substr(1));
    if (!port) {
      return std::unexpected("has a port that is not a number from 1 to 65535");
    }
    endpoint.port = *port;
  }
  return endpoint;
}

std::string host_and_port(std::string_view host, uint16_t port) {
  const bool bracketed = host.find(':') != std::string_view::npos;
  std::string text;
  text.append(bracketed ? "[" : "").append(host).append(bracketed ? "]" : "");
  return text.append(":").append(std::to_string(port));
}

}  // namespace gatewatch::probe
