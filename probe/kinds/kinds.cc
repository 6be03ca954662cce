// SPDX-License-Identifier: MIT
#include "probe/kinds/kinds.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "core/text.h"
#include "probe/kinds/dns_prober.h"
#include "probe/kinds/http_kind.h"
#include "probe/kinds/icmp_prober.h"
#include "probe/kinds/push_prober.h"
#include "probe/kinds/tcp_prober.h"
#include "probe/kinds/tls_prober.h"

namespace gatewatch::probe {
namespace {

template <auto Read>
void check(config::Table& defaults) {
  (void)Read(defaults);
}

constexpr std::array<ProbeKind, 7> kKinds{{
    {"http", &read_http, &check<&read_http_keys>},
    {"https", &read_http, nullptr},
    {"dns", &read_dns, &check<&read_dns_keys>},
    {"icmp", &read_icmp, nullptr},  // has no keys of its own
    {"tcp", &read_tcp, &check<&read_tcp_keys>},
    {"tls", &read_tls, &check<&read_tls_probe_keys>},
    {"push", &read_push, &check<&read_push_keys>, false},
}};

std::string known_schemes() {
  std::string list;
  for (const ProbeKind& kind : kKinds) {
    if (kind.has_url) {
      list.append(list.empty() ? "" : ", ").append(kind.word).append("://");
    }
  }
  return list;
}

const ProbeKind* find_kind(std::string_view word) {
  const auto* found = std::find_if(kKinds.begin(), kKinds.end(),
                                   [&](const ProbeKind& kind) { return kind.word == word; });
  return found == kKinds.end() ? nullptr : found;
}

std::string scheme_of(const std::string& url) {
  const size_t end = url.find("://");
  return ascii_lower(url.substr(0, end == std::string::npos ? 0 : end));
}

const ProbeKind* kind_of_url(config::Table& settings, const std::string& url) {
  const std::string scheme = scheme_of(url);
  std::vector<std::string_view> schemes;
  for (const ProbeKind& kind : kKinds) {
    if (kind.has_url && kind.word == scheme) {
      return &kind;
    }
    schemes.push_back(kind.word);
  }
  const std::string_view near = closest(scheme, schemes);
  const ProbeKind* known = find_kind(scheme);
  settings.error("url", "url does not begin with one of " + known_schemes(),
                 scheme.empty()     ? "put https:// or http:// before it"
                 : known != nullptr ? "leave out url, and write kind = \"" + scheme + '"'
                 : near.empty()     ? ""
                                    : "did you mean " + std::string(near) + "://?");
  return nullptr;
}

// Requires: the key "kind" is there.
const ProbeKind* kind_of_word(config::Table& settings, const std::string& url) {
  std::vector<std::string_view> words;
  for (const ProbeKind& kind : kKinds) {
    words.push_back(kind.word);
  }
  const ProbeKind* kind = find_kind(settings.one_of("kind", "", words));
  if (kind == nullptr) {
    return nullptr;
  }
  const std::string word(kind->word);
  if (!kind->has_url && settings.has("url")) {
    settings.error("url", "a " + word + " target has no url", "leave it out");
  }
  if (kind->has_url && !settings.has("url")) {
    settings.error("kind", "this " + word + " target has no \"url\"",
                   "write url = \"" + word + "://…\"; kind can then be left out");
    return nullptr;
  }
  if (kind->has_url && scheme_of(url) != word) {
    settings.error("kind", "kind is \"" + word + "\", but url does not begin with " + word + "://",
                   "leave out kind");
    return nullptr;
  }
  return kind;
}

}  // namespace

std::span<const ProbeKind> probe_kinds() {
  return kKinds;
}

MakeProber read_prober(const Target& target, config::Table& settings) {
  const std::string url = settings.string_or("url", "");
  const bool has_word = settings.has("kind");
  if (!has_word && url.empty()) {
    return {};
  }
  const ProbeKind* kind = has_word ? kind_of_word(settings, url) : kind_of_url(settings, url);
  return kind == nullptr ? MakeProber() : kind->read(target, settings);
}

void check_defaults(config::Table& defaults) {
  for (const ProbeKind& kind : kKinds) {
    if (kind.check != nullptr) {
      kind.check(defaults);
    }
  }
}

}  // namespace gatewatch::probe
