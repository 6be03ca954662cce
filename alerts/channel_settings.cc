// SPDX-License-Identifier: MIT
#include "alerts/channel_settings.h"

#include <fstream>
#include <optional>
#include <utility>

#include "core/text.h"

namespace gatewatch::alerts {

SecretState read_secret(config::Table& table, std::string_view key, Secret& secret) {
  const bool has_file = table.has(std::string(key) + "_file");
  if (!has_file && !table.has(key)) {
    return SecretState::Missing;
  }
  std::optional<Secret> read = table.secret(key);
  if (!read) {
    return SecretState::Wrong;
  }
  if (!read->empty()) {
    secret = *std::move(read);
    return SecretState::Read;
  }
  if (has_file) {
    return SecretState::Unread;
  }
  table.error(key, std::string(key) + " is empty");
  return SecretState::Wrong;
}

SecretState read_required_secret(config::Table& table, std::string_view key, Secret& secret) {
  const SecretState state = read_secret(table, key, secret);
  if (state != SecretState::Missing) {
    return state;
  }
  table.error(key, "missing key \"" + std::string(key) + '"',
              "add " + std::string(key) + " or " + std::string(key) + "_file");
  return SecretState::Wrong;
}

bool read_ca_file(config::Table& table, std::string& path) {
  if (!table.has("ca_file")) {
    return true;
  }
  const std::optional<std::string> text = table.string("ca_file");
  if (!text) {
    return false;
  }
  if (!text->starts_with('/')) {
    table.error("ca_file", "not an absolute path", "such as /etc/ssl/certs/ca-certificates.crt");
    return false;
  }
  if (!std::ifstream(*text)) {
    table.warning("ca_file", "can't read \"" + printable(*text) + '"');
  }
  path = *text;
  return true;
}

}  // namespace gatewatch::alerts
