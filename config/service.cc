// SPDX-License-Identifier: MIT
//
// [daemon], [web], [storage] and [early_warning].
#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>
#include <charconv>
#include <utility>

#include "config/sections.h"
#include "core/text.h"

namespace gatewatch::config {
namespace {

using namespace std::chrono_literals;

constexpr Duration kLeastRetention = 1h;
constexpr Duration kMostRetention = std::chrono::days(3650);

struct Endpoint {
  std::string host;
  int port = 0;
};

std::optional<Endpoint> parse_listen(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) {
    return std::nullopt;
  }
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) {
    host = host.substr(1, host.size() - 2);
  }
  Endpoint endpoint{std::string(host), 0};
  in6_addr address{};
  const bool is_ipv6 = inet_pton(AF_INET6, endpoint.host.c_str(), &address) == 1;
  if (is_ipv6 != bracketed || host.empty() || !is_printable_utf8(host) ||
      host.find_first_of(" []/:@") != (is_ipv6 ? host.find(':') : std::string_view::npos)) {
    return std::nullopt;
  }
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, endpoint.port);
  if (error != std::errc() || stop != end || digits.front() == '-' || endpoint.port > 65535) {
    return std::nullopt;
  }
  return endpoint;
}

bool is_loopback(const std::string& host) {
  in_addr v4{};
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) {
    return (ntohl(v4.s_addr) >> 24U) == 127;
  }
  in6_addr v6{};
  if (inet_pton(AF_INET6, host.c_str(), &v6) == 1) {
    return IN6_IS_ADDR_LOOPBACK(&v6) || (IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == 127);
  }
  return ascii_lower(host) == "localhost";
}

}  // namespace

WebConfig read_web(Table table) {
  WebConfig web;
  web.auth = table.secret("auth");
  if (web.auth && !web.auth->empty()) {
    const std::string& text = web.auth->reveal();
    const size_t colon = text.find(':');
    if (colon == std::string::npos || colon == 0 || colon + 1 == text.size() ||
        !is_printable_utf8(text)) {
      table.error(table.has("auth") ? "auth" : "auth_file",
                  "[web] auth must be \"USER:PASSWORD\", both not empty and printable");
    }
  } else if (web.auth && table.has("auth")) {
    table.error("auth", "[web] auth is empty", "leave it out for no password");
  }
  table.finish();
  return web;
}

DaemonConfig read_daemon(Table table, const WebConfig& web, bool web_is_set) {
  DaemonConfig daemon;
  if (const std::optional<std::string> listen = table.string("listen")) {
    const std::optional<Endpoint> endpoint = parse_listen(*listen);
    if (listen->empty()) {
      daemon.listen_host.clear();
    } else if (!endpoint) {
      table.error("listen", "listen: \"" + *listen + "\" is not HOST:PORT",
                  "such as \"127.0.0.1:8502\" or \"[::1]:8502\"; \"\" turns it off");
    } else {
      daemon.listen_host = endpoint->host;
      daemon.listen_port = endpoint->port;
      if (!is_loopback(endpoint->host) && !web.auth && !web_is_set) {
        table.error("listen",
                    "listen: \"" + *listen +
                        "\" can be reached from other machines without a "
                        "password",
                    "set auth or auth_file in [web], or listen on 127.0.0.1");
      }
    }
  }
  static constexpr std::array<std::string_view, 4> kLevels{"debug", "info", "warning", "error"};
  const std::string level = table.one_of("log_level", "info", kLevels);
  daemon.log_level = level == "debug"     ? LogLevel::Debug
                     : level == "warning" ? LogLevel::Warning
                     : level == "error"   ? LogLevel::Error
                                          : LogLevel::Info;
  table.finish();
  return daemon;
}

StorageConfig read_storage(Table table, const std::string& state_directory) {
  StorageConfig storage;
  storage.path = table.string_or("path", "gatewatch.db");
  if (storage.path == ":memory:" || storage.path.starts_with("file:")) {
    table.error("path", "path is not the name of a file", "as in \"gatewatch.db\"");
  } else if (storage.path.empty() || storage.path.ends_with('/')) {
    table.error("path", "path must name a file");
  } else if (!storage.path.starts_with('/') && !state_directory.empty()) {
    // systemd gives several directories with colons between them; the first is the main one.
    storage.path = state_directory.substr(0, state_directory.find(':')) + "/" + storage.path;
  }
  storage.retention =
      table.duration("retention", storage.retention, kLeastRetention, kMostRetention);
  table.finish();
  return storage;
}

EarlyWarningConfig read_early_warning(Table table) {
  EarlyWarningConfig early_warning;
  early_warning.enabled = table.boolean("enabled", early_warning.enabled);
  table.finish();
  return early_warning;
}

}  // namespace gatewatch::config
