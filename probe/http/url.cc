// SPDX-License-Identifier: MIT
#include "probe/http/url.h"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <memory>

#include "core/text.h"
#include "probe/net/address.h"

namespace gatewatch::probe {
namespace {

using Handle = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

std::string part(CURLU* handle, CURLUPart which, unsigned flags = 0) {
  char* value = nullptr;
  if (curl_url_get(handle, which, &value, flags) != CURLUE_OK) {
    return {};
  }
  std::string copy = value;
  curl_free(value);
  return copy;
}

bool is_plain_ascii(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) <= ' ' || static_cast<unsigned char>(c) >= 0x7F) {
      return false;
    }
  }
  return true;
}

std::string without_brackets(const std::string& host, const std::string& zone) {
  if (host.size() < 2 || host.front() != '[') {
    return host;
  }
  const std::string inner = host.substr(1, host.size() - 2);
  return zone.empty() ? inner : inner + '%' + zone;
}

std::string explain(CURLUcode code) {
  switch (static_cast<int>(code)) {
    case CURLUE_BAD_SCHEME:
    case CURLUE_UNSUPPORTED_SCHEME:
      return "does not begin with http:// or https://";
    case CURLUE_NO_HOST:
      return "has no host";
    case CURLUE_BAD_PORT_NUMBER:
      return "has a port that is not a number from 0 to 65535";
    default:
      return "is not a URL: " + ascii_lower(curl_url_strerror(code));
  }
}

std::expected<Url, std::string> take_apart(CURLU* handle) {
  Url url;
  url.scheme = ascii_lower(part(handle, CURLUPART_SCHEME));
  if (url.scheme != "http" && url.scheme != "https") {
    return std::unexpected("does not begin with http:// or https://");
  }
  url.user = Secret(part(handle, CURLUPART_USER, CURLU_URLDECODE));
  url.password = Secret(part(handle, CURLUPART_PASSWORD, CURLU_URLDECODE));
  for (const CURLUPart secret_part :
       {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_OPTIONS, CURLUPART_FRAGMENT}) {
    curl_url_set(handle, secret_part, nullptr, 0);
  }
  url.host =
      ascii_lower(without_brackets(part(handle, CURLUPART_HOST), part(handle, CURLUPART_ZONEID)));
  if (url.host.empty()) {
    return std::unexpected("has no host");
  }
  if (!is_plain_ascii(url.host)) {
    return std::unexpected("has a host that is not ASCII; write it in its xn-- form");
  }
  url.is_address = parse_address(url.host).has_value();
  const std::string port = part(handle, CURLUPART_PORT, CURLU_DEFAULT_PORT);
  std::from_chars(port.data(), port.data() + port.size(), url.port);
  if (url.port == 0) {
    return std::unexpected("has port 0");
  }
  url.text = part(handle, CURLUPART_URL);
  url.target = part(handle, CURLUPART_PATH);
  if (const std::string query = part(handle, CURLUPART_QUERY); !query.empty()) {
    url.target.append("?").append(query);
  }
  return url;
}

}  // namespace

std::expected<Url, std::string> parse_url(std::string_view text) {
  if (text.size() > kMaxUrlLength) {
    return std::unexpected("is longer than " + std::to_string(kMaxUrlLength) + " bytes");
  }
  if (text.find('\0') != std::string_view::npos) {
    return std::unexpected("contains a NUL");
  }
  if (text.substr(std::min(text.find(':'), text.size())).starts_with(":///")) {
    return std::unexpected("has no host");  // libcurl would take the path's first part for it
  }
  const Handle handle(curl_url(), &curl_url_cleanup);
  const CURLUcode code =
      curl_url_set(handle.get(), CURLUPART_URL, std::string(text).c_str(), CURLU_URLENCODE);
  if (code != CURLUE_OK) {
    return std::unexpected(explain(code));
  }
  return take_apart(handle.get());
}

std::expected<Url, std::string> resolve_location(const Url& base, const std::string& location) {
  if (location.size() > kMaxUrlLength) {
    return std::unexpected("is longer than " + std::to_string(kMaxUrlLength) + " bytes");
  }
  const Handle handle(curl_url(), &curl_url_cleanup);
  CURLUcode code = curl_url_set(handle.get(), CURLUPART_URL, base.text.c_str(), 0);
  if (code == CURLUE_OK) {
    code = curl_url_set(handle.get(), CURLUPART_URL, location.c_str(), CURLU_URLENCODE);
  }
  if (code != CURLUE_OK) {
    return std::unexpected(explain(code));
  }
  std::expected<Url, std::string> url = take_apart(handle.get());
  if (url) {
    url->user = Secret();
    url->password = Secret();
  }
  return url;
}

}  // namespace gatewatch::probe
