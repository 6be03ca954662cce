// SPDX-License-Identifier: MIT
#include "probe/kinds/kinds.h"

#include <array>
#include <string>
#include <vector>

#include "core/text.h"
#include "probe/kinds/dns_prober.h"
#include "probe/kinds/http_kind.h"
#include "probe/kinds/icmp_prober.h"
#include "probe/kinds/tcp_prober.h"
#include "probe/kinds/tls_prober.h"

namespace gatewatch::probe {
namespace {

template <auto Read>
void check(config::Table& defaults) {
  (void)Read(defaults);
}

constexpr std::array<ProbeKind, 6> kKinds{{
    {"http", &read_http, &check<&read_http_keys>},
    {"https", &read_http, nullptr},
    {"dns", &read_dns, &check<&read_dns_keys>},
    {"icmp", &read_icmp, nullptr},  // has no keys of its own
    {"tcp", &read_tcp, &check<&read_tcp_keys>},
    {"tls", &read_tls, &check<&read_tls_probe_keys>},
}};

std::string known_schemes() {
  std::string list;
  for (const ProbeKind& kind : kKinds) {
    list.append(list.empty() ? "" : ", ").append(kind.scheme).append("://");
  }
  return list;
}

}  // namespace

std::span<const ProbeKind> probe_kinds() {
  return kKinds;
}

MakeProber read_prober(const Target& target, config::Table& settings) {
  const std::string url = settings.string_or("url", "");
  if (url.empty()) {
    return {};
  }
  const size_t end = url.find("://");
  const std::string scheme = ascii_lower(url.substr(0, end == std::string::npos ? 0 : end));
  std::vector<std::string_view> schemes;
  for (const ProbeKind& kind : kKinds) {
    if (kind.scheme == scheme) {
      return kind.read(target, settings);
    }
    schemes.push_back(kind.scheme);
  }
  const std::string_view near = closest(scheme, schemes);
  settings.error("url", "url does not begin with one of " + known_schemes(),
                 scheme.empty() ? "put https:// or http:// before it"
                 : near.empty() ? ""
                                : "did you mean " + std::string(near) + "://?");
  return {};
}

void check_defaults(config::Table& defaults) {
  for (const ProbeKind& kind : kKinds) {
    if (kind.check != nullptr) {
      kind.check(defaults);
    }
  }
}

}  // namespace gatewatch::probe
