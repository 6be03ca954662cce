// SPDX-License-Identifier: MIT
#include "logs/gateway_keys.h"

#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

#include "config/target_words.h"
#include "config/words.h"
#include "core/text.h"
#include "logs/status_page.h"

namespace gatewatch::logs {
namespace {

constexpr size_t kMaxSocketPath = sizeof(sockaddr_un::sun_path) - 1;

void look_at_socket(config::Table& table, const std::string& path) {
  struct stat about {};
  if (stat(path.c_str(), &about) != 0) {
    table.warning("stats_socket",
                  "the socket cannot be used now: " + printable(std::strerror(errno)),
                  errno == EACCES ? "whoever reads it needs its group, often haproxy"
                                  : "HAProxy makes it: stats socket PATH mode 660 level user");
  } else if (!S_ISSOCK(about.st_mode)) {
    table.warning("stats_socket", "this is no socket");
  } else if (access(path.c_str(), W_OK) != 0) {
    table.warning("stats_socket",
                  "the socket cannot be used now: " + printable(std::strerror(errno)),
                  "whoever reads it needs its group, often haproxy");
  }
}

void read_place(config::Table& table, GatewaySettings& gateway) {
  gateway.stub_status = table.string_or("stub_status", "");
  gateway.stats_socket = table.string_or("stats_socket", "");
  if (table.has("stub_status") == table.has("stats_socket")) {
    table.error(table.has("stub_status") ? "stats_socket" : "name",
                "write one of stub_status (nginx) and stats_socket (HAProxy)",
                "a second gateway has a [[gateway]] of its own");
    return;
  }
  if (table.has("stub_status") && !is_page_url(gateway.stub_status)) {
    table.error("stub_status", "stub_status is not an http:// or https:// url without a password",
                "such as \"http://127.0.0.1:8080/nginx_status\"");
  }
  if (!table.has("stats_socket")) {
    return;
  }
  const std::string& path = gateway.stats_socket;
  if (!path.starts_with('/') || path.size() > kMaxSocketPath) {
    table.error("stats_socket",
                "stats_socket must be an absolute path of at most " +
                    std::to_string(kMaxSocketPath) + " bytes",
                "such as \"/run/haproxy/admin.sock\"");
  }
}

void read_backends(config::Table& table, GatewaySettings& gateway) {
  gateway.backends = table.one_or_more_strings("backends");
  if (!table.has("backends")) {
    return;
  }
  if (!table.has("stats_socket")) {
    table.error("backends", "backends is for gateways with a stats_socket");
  } else if (table.is_empty_array("backends") || gateway.backends.size() > kMaxBackends) {
    table.error("backends", "backends names 1 to " + std::to_string(kMaxBackends) + " backends");
  }
  for (size_t i = 0; i < gateway.backends.size(); ++i) {
    if (gateway.backends[i].empty() || !is_printable_utf8(gateway.backends[i])) {
      table.error_at("backends", i, "this is not the name of a backend");
    }
  }
}

void read_targets(config::Table& table, const std::vector<Target>& targets,
                  GatewaySettings& gateway) {
  gateway.targets =
      config::read_target_words(table, targets, "nothing would be behind the gateway");
  for (const std::string& word : gateway.targets) {
    if (table.has("targets") && !config::is_name(word) &&
        std::none_of(targets.begin(), targets.end(),
                     [&](const Target& target) { return config::selects(word, target); })) {
      table.warning("targets", "\"" + printable(word) + "\" fits no target");
    }
  }
}

}  // namespace

bool GatewaySettings::applies_to(const Target& target) const {
  return config::select(targets, target);
}

std::vector<GatewaySettings> read_gateways(std::vector<config::Table>& tables,
                                           const std::vector<Target>& targets) {
  std::vector<GatewaySettings> gateways;
  config::UniqueNames names("gateways");
  for (config::Table& table : tables) {
    GatewaySettings gateway;
    gateway.name = names.read(table);
    read_place(table, gateway);
    read_backends(table, gateway);
    read_targets(table, targets, gateway);
    gateways.push_back(std::move(gateway));
  }
  if (tables.size() > kMaxGateways) {
    tables[kMaxGateways].error("name",
                               "more than " + std::to_string(kMaxGateways) + " of [[gateway]]");
  }
  return gateways;
}

// What a person who runs `check` may do, the daemon may not, and the other way round: a warning.
void look_at_sockets(std::vector<config::Table>& tables,
                     const std::vector<GatewaySettings>& gateways) {
  for (size_t i = 0; i < gateways.size(); ++i) {
    const std::string& path = gateways[i].stats_socket;
    if (gateways[i].stub_status.empty() && path.starts_with('/') && path.size() <= kMaxSocketPath) {
      look_at_socket(tables[i], path);
    }
  }
}

}  // namespace gatewatch::logs
