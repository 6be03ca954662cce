// SPDX-License-Identifier: MIT
#include "probe/kinds/origin_keys.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "config/config.h"
#include "core/text.h"
#include "probe/http/http_line.h"
#include "probe/kinds/http_kind.h"
#include "probe/kinds/http_prober.h"

namespace gatewatch::probe {
namespace {

constexpr Duration kLeastInterval = std::chrono::seconds(1);
constexpr Duration kMostInterval = std::chrono::days(1);

struct Pace {
  std::string host;
  Duration interval{};
};

Pace read_pace(config::Table& settings) {
  Pace pace;
  pace.host = settings.string_or("origin_host", "");
  if (settings.has("origin_host") && (pace.host.empty() || !is_printable_utf8(pace.host) ||
                                      pace.host.find_first_of(" /@") != std::string::npos)) {
    settings.error("origin_host", "origin_host is not the name of a host",
                   "as in \"shop.example.com\"");
    pace.host.clear();
  }
  pace.interval =
      settings.duration("origin_interval", kDefaultOriginInterval, kLeastInterval, kMostInterval);
  return pace;
}

bool has_authorization(const HttpSettings& http) {
  return std::any_of(http.headers.begin(), http.headers.end(),
                     [](const auto& field) { return ascii_lower(field.first) == "authorization"; });
}

// Whether the origin is asked just what the target is, in the same way: `http` is the target's.
bool is_the_target(const Url& origin, const std::string& origin_host, const HttpSettings& http,
                   config::Table& settings) {
  const std::expected<Url, std::string> url = parse_url(settings.string_or("url", ""));
  const bool goes_straight = !http.proxy && !http.connect_to && http.unix_socket.empty();
  return url && goes_straight && url->same_origin(origin) && url->target == origin.target &&
         (origin_host.empty() || ascii_lower(origin_host) == url->host);
}

void check_origin(const Url& origin, const std::string& origin_host, const HttpSettings& http,
                  config::Table& settings) {
  if (!(origin.user.empty() && origin.password.empty()) && has_authorization(http)) {
    settings.error("origin", "origin carries credentials, but Authorization is set in headers too",
                   "keep one of them");
  } else if (is_the_target(origin, origin_host, http, settings)) {
    settings.warning("origin", "origin is the url itself: it fails as the target does",
                     "name the upstream behind the gateway, or leave it out");
  }
}

// Asks for `host`, also in the TLS handshake where the url has an address alone.
void ask_for(const std::string& host, HttpSettings& http) {
  std::erase_if(http.headers, [](const auto& field) { return ascii_lower(field.first) == "host"; });
  http.headers.emplace_back("Host", Secret(host));
  if (http.url.scheme == "https" && http.url.is_address) {
    http.connect_to = {.address = *parse_address(http.url.host), .port = http.url.port};
    http.url.host = ascii_lower(host.substr(0, host.find(':')));
    http.url.is_address = false;
  }
}

}  // namespace

std::optional<OriginProbing> read_origin(const Target& target, config::Table& settings) {
  if (!settings.string_or("url", "").starts_with("http")) {
    return std::nullopt;
  }
  const Pace pace = read_pace(settings);
  if (!settings.has("origin")) {
    for (const char* key : {"origin_host", "origin_interval"}) {
      if (settings.is_own(key)) {
        settings.error(key, std::string(key) + " is for the origin, and none is named",
                       "name it with origin");
      }
    }
    return std::nullopt;
  }
  if (target.is_control) {
    settings.error("origin", "a control has no origin", "leave it out");
    return std::nullopt;
  }
  const std::string text = settings.string_or("origin", "");
  std::expected<Url, std::string> url = parse_url(text);
  if (!url) {
    settings.error("origin", "origin " + url.error(), "as in \"http://10.0.0.5:8080/health\"");
    return std::nullopt;
  }
  HttpSettings http = read_http_keys(settings);
  check_origin(*url, pace.host, http, settings);
  http.url = std::move(*url);
  http.proxy.reset();
  http.connect_to.reset();
  http.unix_socket.clear();
  http.every_address = false;
  http.http2 = false;
  http.max_redirects = 0;
  http.expectations.min_certificate_days.reset();
  if (!pace.host.empty()) {
    ask_for(pace.host, http);
  }
  OriginProbing probing{.target = target, .make = {}};
  probing.target.url = config::url_to_show(text);
  probing.target.peer.clear();
  probing.target.interval = std::max(pace.interval, target.interval);
  probing.make = [shared = std::make_shared<const HttpSettings>(std::move(http))](
                     const ProbeServices& services) -> std::unique_ptr<Prober> {
    return std::make_unique<HttpProber>(services, shared);
  };
  return probing;
}

void check_origin_keys(config::Table& defaults) {
  (void)read_pace(defaults);
}

}  // namespace gatewatch::probe
