// SPDX-License-Identifier: MIT
#include "probe/kinds/evidence.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "core/text.h"

namespace gatewatch::probe {
namespace {

constexpr std::string_view kMask = "***";
constexpr size_t kShortestSecret = 6;  // shorter ones would mask half of a page

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

// A header that every client sends is no secret; neither is a value of a few letters.
bool is_secret(const std::string& name, const Secret& value) {
  static constexpr std::array<std::string_view, 4> kPublic{"host", "user-agent", "accept",
                                                           "content-type"};
  const std::string lower = ascii_lower(name);
  return value.reveal().size() >= kShortestSecret && !lower.starts_with("accept-") &&
         std::find(kPublic.begin(), kPublic.end(), lower) == kPublic.end();
}

void mask(std::string& text, const std::string& secret) {
  for (size_t at = text.find(secret); at != std::string::npos;
       at = text.find(secret, at + kMask.size())) {
    text.replace(at, secret.size(), kMask);
  }
}

std::string without_our_secrets(std::string text, const HttpSettings& settings) {
  for (const auto& [name, value] : settings.headers) {
    if (is_secret(name, value)) {
      mask(text, value.reveal());
      const size_t scheme = value.reveal().find(' ');  // "Bearer TOKEN": the token alone, too
      if (scheme != std::string::npos && value.reveal().size() - scheme > kShortestSecret) {
        mask(text, value.reveal().substr(scheme + 1));
      }
    }
  }
  if (settings.url.password.reveal().size() >= kShortestSecret) {
    mask(text, settings.url.password.reveal());
  }
  return text;
}

}  // namespace

std::string evidence_head(const std::string& head, const HttpSettings& settings) {
  std::string kept;
  std::string_view rest = std::string_view(head).substr(0, kMaxEvidenceHead);
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
  return without_our_secrets(std::move(kept), settings);
}

std::string evidence_body(const std::string& body, const HttpSettings& settings) {
  // Masked before it is cut, so that no half of a secret is left at the end.
  return without_our_secrets(body, settings).substr(0, kMaxEvidenceBody);
}

}  // namespace gatewatch::probe
