// SPDX-License-Identifier: MIT
#include "probe/kinds/http_settings.h"

#include "core/text.h"

namespace gatewatch::probe {

std::vector<std::pair<std::string, Secret>> fields_for_strangers(
    const std::vector<std::pair<std::string, Secret>>& headers) {
  std::vector<std::pair<std::string, Secret>> kept;
  for (const auto& field : headers) {
    const std::string name = ascii_lower(field.first);
    if (name == "user-agent" || name == "accept" || name.starts_with("accept-")) {
      kept.push_back(field);
    }
  }
  return kept;
}

TlsSettings tls_for_strangers(TlsSettings tls) {
  tls.certificate_file.clear();
  tls.key_file.clear();
  return tls;
}

bool is_field_value(std::string_view text) {
  constexpr std::string_view kForbidden("\0\r\n", 3);
  return text.find_first_of(kForbidden) == std::string_view::npos;
}

}  // namespace gatewatch::probe
