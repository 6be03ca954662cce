// SPDX-License-Identifier: MIT
#include "probe/kinds/http_kind.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/text.h"
#include "probe/expect/expectation_keys.h"
#include "probe/http/http_line.h"
#include "probe/http/http_request.h"
#include "probe/kinds/address_keys.h"
#include "probe/kinds/every_address_prober.h"
#include "probe/kinds/http_prober.h"
#include "probe/kinds/tls_keys.h"

namespace gatewatch::probe {
namespace {

constexpr std::string_view kDefaultExpected = "200-399";
constexpr int64_t kMostProbesPerHandshake = 1'000;

bool has_lower_case(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

std::string read_method(config::Table& settings) {
  std::string method = settings.string_or("method", "GET");
  if (!is_token(method) || has_lower_case(method) || method == "CONNECT") {
    settings.error("method", "method is not the name of an HTTP method",
                   "write it in capitals, as in \"GET\" or \"HEAD\"");
    return "GET";
  }
  return method;
}

std::vector<std::pair<std::string, Secret>> read_headers(config::Table& settings) {
  // What frames the message is made from the body.
  static constexpr std::array<std::string_view, 4> kOurs{"content-length", "transfer-encoding",
                                                         "connection", "expect"};
  std::vector<std::pair<std::string, Secret>> headers;
  for (auto& [name, value] : settings.secrets_by_name("headers")) {
    const std::string lower = ascii_lower(name);
    if (!is_token(name)) {
      settings.error("headers", "\"" + printable(name) + "\" is not the name of a header field");
    } else if (std::find(kOurs.begin(), kOurs.end(), lower) != kOurs.end()) {
      settings.error("headers", name + " cannot be set; gatewatch sends what the request needs");
    } else if (!is_field_value(value.reveal())) {
      settings.error("headers", "the value of " + name + " contains a line end or a NUL");
    } else {
      headers.emplace_back(std::move(name), std::move(value));
    }
  }
  return headers;
}

std::string read_body(config::Table& settings, const std::string& method) {
  std::string body = settings.string_or("body", "");
  if (body.size() > kMaxRequestBody) {
    settings.error("body", "body is longer than " + std::to_string(kMaxRequestBody) + " bytes");
  } else if (!body.empty() && method == "HEAD") {
    settings.error("body", "a HEAD request has no body", "leave out body, or set method");
  } else if (!body.empty() && method == "GET") {
    settings.warning("body", "a GET request with a body is ignored or refused by many servers",
                     "method = \"POST\"?");
  }
  return body;
}

StatusSet read_expected(config::Table& settings) {
  const std::string text = settings.string_or("expect_status", kDefaultExpected);
  const std::optional<StatusSet> expected = StatusSet::parse(text);
  if (!expected) {
    settings.error("expect_status", "expect_status is not a list of status codes",
                   "write codes from 100 to 599 and ranges, as in \"200-299, 301\"");
    return StatusSet::parse(kDefaultExpected).value_or(StatusSet());
  }
  return *expected;
}

// How the request gets to the target.
void read_way(config::Table& settings, HttpSettings& http) {
  static constexpr std::array<std::string_view, 2> kVersions{"1.1", "2"};
  http.http2 = settings.one_of("http_version", "1.1", kVersions) == "2";
  if (const std::optional<Secret> text = settings.secret("proxy")) {
    std::expected<Url, std::string> proxy = parse_url(text->reveal());
    if (proxy) {
      http.proxy = std::move(*proxy);
    } else {
      settings.error("proxy", "proxy " + proxy.error(), "as in \"http://proxy:3128\"");
    }
  }
  http.unix_socket = settings.string_or("unix_socket", "");
  if (!http.unix_socket.empty() && !http.unix_socket.starts_with('/')) {
    settings.error("unix_socket", "unix_socket is not an absolute path");
  } else if (!http.unix_socket.empty() && http.proxy) {
    settings.error("unix_socket", "unix_socket and proxy exclude each other", "keep one of them");
  }
  http.tls_full_every = static_cast<int>(
      settings.integer("tls_full_every", http.tls_full_every, 1, kMostProbesPerHandshake));
  if (http.tls_full_every > 1 && (http.http2 || http.proxy)) {
    settings.error("tls_full_every", "sessions are not resumed with HTTP/2 or through a proxy",
                   "leave it out");
  }
}

// Whoever looks the name up, or connects without, decides which address it is.
void drop_what_has_no_effect(config::Table& settings, HttpSettings& http) {
  if (http.proxy && http.connect_to) {
    settings.warning("connect_to", "connect_to is of no effect beside proxy",
                     "it is the proxy that connects to the url's host");
    http.connect_to.reset();
  }
  const char* other = http.proxy                  ? "proxy"
                      : http.connect_to           ? "connect_to"
                      : !http.unix_socket.empty() ? "unix_socket"
                                                  : nullptr;
  if (http.every_address && other != nullptr) {
    settings.warning(settings.has(other) ? other : "addresses",
                     std::string("addresses = \"all\" is of no effect beside ") + other);
    http.every_address = false;
  }
}

}  // namespace

HttpSettings read_http_keys(config::Table& settings) {
  HttpSettings http;
  http.method = read_method(settings);
  http.headers = read_headers(settings);
  http.body = read_body(settings, http.method);
  http.expected = read_expected(settings);
  http.expectations = read_expectation_keys(settings, http.method);
  http.max_redirects =
      static_cast<int>(settings.integer("follow_redirects", http.max_redirects, 0, kMaxRedirects));
  if (http.max_redirects > 0 && http.expected.lies_within(300, 399)) {
    settings.warning("expect_status", "only redirects are expected, but they are followed",
                     "add follow_redirects = 0");
  }
  http.tls = read_tls_keys(settings);
  read_way(settings, http);
  const AddressSettings address = read_address_keys(settings);
  http.resolver = address.resolver;
  http.ip_family = address.ip_family;
  http.connect_to = address.connect_to;
  static constexpr std::array<std::string_view, 2> kAddresses{"one", "all"};
  http.every_address = settings.one_of("addresses", "one", kAddresses) == "all";
  drop_what_has_no_effect(settings, http);
  return http;
}

MakeProber read_http(const Target& target, config::Table& settings) {
  HttpSettings http = read_http_keys(settings);
  if (http.expectations.max_latency && *http.expectations.max_latency >= target.timeout) {
    settings.warning("max_latency", "max_latency is not below timeout, and so never exceeded",
                     "an answer that late is a timeout");
  }
  std::expected<Url, std::string> url = parse_url(settings.string_or("url", ""));
  if (!url) {
    settings.error("url", "url " + url.error());
    return {};
  }
  if (!(url->user.empty() && url->password.empty()) && has_field(http.headers, "authorization")) {
    settings.error("headers", "Authorization is set, but the url carries credentials too",
                   "keep one of them");
  }
  if (url->scheme != "https") {
    if (settings.is_own("min_certificate_days")) {
      settings.error("min_certificate_days", "an http:// url has no certificate",
                     "leave it out, or write https://");
    }
    http.expectations.min_certificate_days.reset();  // a default for those that have one
  }
  http.url = std::move(*url);
  return [shared = std::make_shared<const HttpSettings>(std::move(http))](
             const ProbeServices& services) -> std::unique_ptr<Prober> {
    if (shared->every_address && !shared->url.is_address) {
      return std::make_unique<EveryAddressProber>(services, shared);
    }
    return std::make_unique<HttpProber>(services, shared);
  };
}

}  // namespace gatewatch::probe
