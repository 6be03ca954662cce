// SPDX-License-Identifier: MIT
#include "probe/http/http_request.h"

#include <openssl/evp.h>

#include <algorithm>
#include <string_view>

#include "core/text.h"

namespace gatewatch::probe {
namespace {

std::string base64(const std::string& text) {
  std::string out(4 * ((text.size() + 2) / 3) + 1, '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                     reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()));
  out.resize(static_cast<size_t>(length));
  return out;
}

std::string host_of(const Url& url) {
  std::string host = url.host;
  if (host.find(':') != std::string::npos) {
    host = '[' + host.substr(0, host.find('%')) + ']';  // a zone means nothing to the other side
  }
  const bool is_usual = url.port == (url.scheme == "https" ? 443 : 80);
  return is_usual ? host : host + ':' + std::to_string(url.port);
}

bool sends_a_length(const TransferRequest& request) {
  return !request.body.empty() || request.method == "POST" || request.method == "PUT" ||
         request.method == "PATCH";
}

}  // namespace

bool has_field(const HeaderFields& fields, std::string_view lower_name) {
  return std::any_of(fields.begin(), fields.end(), [lower_name](const auto& field) {
    return field.first.size() == lower_name.size() && ascii_lower(field.first) == lower_name;
  });
}

std::string basic_credentials(const Url& url) {
  return base64(url.user.reveal() + ':' + url.password.reveal());
}

std::string write_request(const TransferRequest& request) {
  static const HeaderFields kNone;
  const Url& url = *request.url;
  const HeaderFields& fields = request.fields != nullptr ? *request.fields : kNone;
  std::string text = request.method + ' ' + url.target + " HTTP/1.1\r\n";
  const auto add = [&](std::string_view name, std::string_view lower_name,
                       const std::string& value) {
    if (!has_field(fields, lower_name)) {
      text.append(name).append(": ").append(value).append("\r\n");
    }
  };
  add("Host", "host", host_of(url));
  add("User-Agent", "user-agent", "gatewatch/" GATEWATCH_VERSION);
  add("Accept", "accept", "*/*");
  if (!(url.user.empty() && url.password.empty())) {
    add("Authorization", "authorization", "Basic " + basic_credentials(url));
  }
  if (!request.request_id.empty()) {
    text.append("X-Request-Id: ").append(request.request_id).append("\r\n");
  }
  if (request.wants_body) {
    add("Accept-Encoding", "accept-encoding", "gzip");
  }
  for (const auto& [name, value] : fields) {
    text.append(name).append(value.empty() ? ":" : ": ").append(value.reveal()).append("\r\n");
  }
  if (sends_a_length(request)) {
    text.append("Content-Length: ").append(std::to_string(request.body.size())).append("\r\n");
  }
  text.append(request.keeps_connection ? "Connection: keep-alive\r\n\r\n"
                                       : "Connection: close\r\n\r\n");
  return text.append(request.body);
}

}  // namespace gatewatch::probe
