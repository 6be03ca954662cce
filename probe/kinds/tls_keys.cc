// SPDX-License-Identifier: MIT
#include "probe/kinds/tls_keys.h"

#include <array>
#include <string_view>

namespace gatewatch::probe {
namespace {

std::string read_file_name(config::Table& settings, std::string_view key) {
  std::string name = settings.string_or(key, "");
  if (settings.has(key) && name.empty()) {
    settings.error(key, std::string(key) + " is empty", "name a PEM file, or leave it out");
  }
  return name;
}

}  // namespace

TlsSettings read_tls_keys(config::Table& settings) {
  static constexpr std::array<std::string_view, 2> kVersions{"1.2", "1.3"};
  TlsSettings tls;
  tls.verify = settings.boolean("verify", true);
  tls.ca_file = read_file_name(settings, "ca_file");
  if (!tls.ca_file.empty() && !tls.verify) {
    settings.warning("ca_file", "ca_file is not used while verify is false");
  }
  tls.certificate_file = read_file_name(settings, "client_certificate_file");
  tls.key_file = read_file_name(settings, "client_key_file");
  if (!tls.key_file.empty() && !settings.has("client_certificate_file")) {
    settings.error("client_key_file", "client_key_file is set without client_certificate_file",
                   "name the certificate too");
  }
  if (settings.one_of("tls_min_version", "1.2", kVersions) == "1.3") {
    tls.least = TlsVersion::Tls13;
  }
  return tls;
}

}  // namespace gatewatch::probe
