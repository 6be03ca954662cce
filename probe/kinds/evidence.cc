// SPDX-License-Identifier: MIT
#include "probe/kinds/evidence.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "core/text.h"
#include "probe/http/http_request.h"
#include "probe/kinds/mask.h"

namespace gatewatch::probe {
namespace {

bool holds_a_credential(std::string_view line) {
  static constexpr std::array<std::string_view, 7> kFields{"set-cookie",
                                                           "set-cookie2",
                                                           "cookie",
                                                           "authorization",
                                                           "proxy-authorization",
                                                           "authentication-info",
                                                           "proxy-authentication-info"};
  const std::string name = ascii_lower(line.substr(0, line.find(':')));
  return std::find(kFields.begin(), kFields.end(), name) != kFields.end();
}

// A header that every client sends is no secret.
bool is_secret(const std::string& name) {
  static constexpr std::array<std::string_view, 4> kPublic{"host", "user-agent", "accept",
                                                           "content-type"};
  const std::string lower = ascii_lower(name);
  return !lower.starts_with("accept-") &&
         std::find(kPublic.begin(), kPublic.end(), lower) == kPublic.end();
}

void add_login(std::vector<std::string>& secrets, const Url& url) {
  if (!url.user.empty() || !url.password.empty()) {
    secrets.push_back(basic_credentials(url));
    secrets.push_back(url.password.reveal());
  }
}

// Servers that know no such path like to repeat it whole.
void add_query(std::vector<std::string>& secrets, const Url& url) {
  size_t at = url.target.find('?');
  while (at != std::string::npos) {
    const size_t end = url.target.find('&', at + 1);
    const std::string part = url.target.substr(at + 1, end - at - 1);
    const size_t equals = part.find('=');
    std::string value = equals == std::string::npos ? part : part.substr(equals + 1);
    secrets.push_back(decode_query_part(value));
    secrets.push_back(std::move(value));
    at = end;
  }
}

// All that we send and a server might repeat, in the forms in which it might.
std::vector<std::string> secrets_of(const HttpSettings& settings) {
  std::vector<std::string> secrets;
  for (const auto& [name, value] : settings.headers) {
    if (is_secret(name)) {
      secrets.push_back(value.reveal());
      const size_t scheme = value.reveal().find(' ');  // "Bearer TOKEN": the token alone, too
      if (scheme != std::string::npos) {
        secrets.push_back(value.reveal().substr(scheme + 1));
      }
    }
  }
  add_login(secrets, settings.url);
  add_query(secrets, settings.url);
  if (settings.proxy) {
    add_login(secrets, *settings.proxy);
  }
  secrets.push_back(settings.body);
  return secrets;
}

// At most `limit` bytes of it, without half a character at the end.
std::string lines_of(std::string_view text, size_t limit) {
  std::string readable;
  while (!text.empty() && readable.size() <= limit) {
    const size_t end = std::min(text.find_first_of("\t\r\n"), text.size());
    readable += printable(text.substr(0, end), std::string::npos);
    readable += text.substr(end, 1);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (readable.size() > limit) {
    while (limit > 0 && (static_cast<unsigned char>(readable[limit]) & 0xC0U) == 0x80) {
      --limit;
    }
    readable.resize(limit);
  }
  return readable;
}

}  // namespace

std::string evidence_head(const std::string& head, const HttpSettings& settings) {
  std::string kept;
  std::string_view rest = head;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('\n'), rest.size() - 1) + 1;
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end);
    const size_t colon = line.find(':');
    if (colon != std::string_view::npos && holds_a_credential(line)) {
      kept.append(line.substr(0, colon)).append(": ").append(kMask).append("\r\n");
    } else {
      kept += line;
    }
  }
  return lines_of(without_secrets(kept, secrets_of(settings)), kMaxEvidenceHead);
}

std::string evidence_words(const std::string& words, const HttpSettings& settings) {
  return without_secrets(words, secrets_of(settings));
}

std::string evidence_body(const std::string& body, const HttpSettings& settings) {
  // Masked before it is cut, so that no half of a secret is left at the end.
  return lines_of(without_secrets(body, secrets_of(settings)), kMaxEvidenceBody);
}

}  // namespace gatewatch::probe
