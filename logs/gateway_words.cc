// SPDX-License-Identifier: MIT
#include "logs/gateway_words.h"

#include <algorithm>
#include <map>

#include "core/text.h"
#include "logs/gateway_status.h"

namespace gatewatch::logs {
namespace {

// HAProxy's words for a server: "UP", "UP 1/3" on its way down, "DOWN 1/2" on its way up, "no
// check", "NOLB", "DRAIN", "MAINT", "MAINT (via b/s)", "MAINT (resolution)".
bool serves(const ServerStatus& server) {
  return server.status.starts_with("UP") || server.status == "no check";
}

bool is_unresolved(const ServerStatus& server) {
  return server.status == "MAINT (resolution)";
}

bool is_taken_out(const ServerStatus& server) {
  return !is_unresolved(server) &&
         (server.status.starts_with("MAINT") || server.status.starts_with("DRAIN"));
}

// What was counted since `before`; nothing where the counter was set back.
uint64_t since(std::optional<uint64_t> now, std::optional<uint64_t> before) {
  return now && before && *now > *before ? *now - *before : 0;
}

std::string counted(uint64_t count, const std::string& noun) {
  return std::to_string(count) + ' ' + noun + (count == 1 ? "" : "s");
}

void add(std::string& text, const std::string& separator, const std::string& part) {
  text.append(text.empty() ? "" : separator).append(part);
}

class Words {
 public:
  Words(const std::string& gateway, const GatewayStatus& now,
        const std::optional<EarlierStatus>& before)
      : now_(now), before_(before && !started_anew(now, before->status) ? before : std::nullopt) {
    report_.gateway = gateway;
    report_.product = now.product;
  }

  GatewayReport take(const std::vector<std::string>& backends) {
    tell_connections();
    if (now_.product == "haproxy") {
      tell_pools(backends);
    }
    for (std::string& line : report_.lines) {
      line = printable(line, kMaxGatewayLine);
    }
    return std::move(report_);
  }

 private:
  struct Pool {
    std::vector<const ServerStatus*> servers;
    size_t serving = 0;
    size_t failing = 0;  // servers that failed at something since `before`
    std::string failed;  // what the first of them failed at
  };

  static bool started_anew(const GatewayStatus& now, const GatewayStatus& before) {
    return (now.accepted && before.accepted && *now.accepted < *before.accepted) ||
           (now.uptime_seconds && before.uptime_seconds &&
            *now.uptime_seconds < *before.uptime_seconds);
  }
  [[nodiscard]] std::string span() const {
    return " in the last " +
           humanize_duration(std::max<Duration>(
               std::chrono::floor<std::chrono::seconds>(before_->age), std::chrono::seconds(1)));
  }

  void tell_connections();
  void tell_pools(const std::vector<std::string>& backends);
  [[nodiscard]] std::map<std::string, Pool> pools(const std::vector<std::string>& backends) const;
  [[nodiscard]] std::string failed_since(const ServerStatus& server) const;
  static std::string line_of(const std::string& name, const Pool& pool);

  const GatewayStatus& now_;
  const std::optional<EarlierStatus> before_;  // empty where it tells nothing
  GatewayReport report_;
};

void Words::tell_connections() {
  std::string line;
  if (now_.connections && now_.connections_limit && *now_.connections_limit > 0) {
    line = std::to_string(*now_.connections) + " of at most " +
           counted(*now_.connections_limit, "connection") + " open";
    report_.is_full = *now_.connections >= *now_.connections_limit;
  } else if (now_.connections) {
    line = counted(*now_.connections, "connection") + " open";
  }
  if (now_.waiting) {
    add(line, ", ", std::to_string(*now_.waiting) + " of them idle");
  }
  uint64_t queued = 0;
  for (const ServerStatus& server : now_.servers) {
    queued += server.queued.value_or(0);
  }
  if (queued > 0) {
    add(line, ", ", counted(queued, "request") + " queued for a server");
  }
  if (now_.dropped && before_) {
    const uint64_t dropped = since(now_.dropped, before_->status.dropped);
    report_.drops_clients = dropped >= kFewestDropped;
    add(line, ", ", std::to_string(dropped) + " accepted but not handled" + span());
  } else if (now_.dropped) {
    add(line, ", ", std::to_string(*now_.dropped) + " accepted but not handled since its start");
  }
  if (!line.empty()) {
    report_.lines.push_back(std::move(line));
  }
}

std::string Words::failed_since(const ServerStatus& server) const {
  if (!before_) {
    return {};
  }
  const auto& earlier = before_->status.servers;
  const auto was = std::find_if(earlier.begin(), earlier.end(), [&](const ServerStatus& known) {
    return known.pool == server.pool && known.server == server.server;
  });
  if (was == earlier.end()) {
    return {};
  }
  std::string failed;
  if (const uint64_t errors = since(server.connect_errors, was->connect_errors); errors > 0) {
    add(failed, " and ", counted(errors, "connection"));
  }
  if (const uint64_t errors = since(server.response_errors, was->response_errors); errors > 0) {
    add(failed, " and ", counted(errors, "response"));
  }
  return failed.empty() ? failed : failed + " of " + server.server + " failed";
}

std::map<std::string, Words::Pool> Words::pools(const std::vector<std::string>& backends) const {
  std::map<std::string, Pool> pools;
  for (const ServerStatus& server : now_.servers) {
    if (!backends.empty() &&
        std::find(backends.begin(), backends.end(), server.pool) == backends.end()) {
      continue;
    }
    Pool& pool = pools[server.pool];
    pool.servers.push_back(&server);
    pool.serving += serves(server) ? size_t{1} : 0;
    if (const std::string failed = failed_since(server);
        !failed.empty() && ++pool.failing <= kMaxServersTold) {
      add(pool.failed, ", ", failed);
    }
  }
  return pools;
}

// "backend web: 1 of 3 servers up; web2 DOWN (L4CON) for 42s"
std::string Words::line_of(const std::string& name, const Pool& pool) {
  std::string line = "backend " + name + ": " + std::to_string(pool.serving) + " of " +
                     counted(pool.servers.size(), "server") + " up";
  size_t told = 0;
  for (const ServerStatus* server : pool.servers) {
    if (serves(*server) || ++told > kMaxServersTold) {
      continue;
    }
    line += (told == 1 ? "; " : ", ") + server->server + ' ' + server->status;
    line += server->check.empty() ? "" : " (" + server->check + ')';
    if (server->seconds_in_status) {
      const auto seconds = static_cast<int64_t>(
          std::min<uint64_t>(*server->seconds_in_status, 1'000'000'000));  // 31 years
      line += " for " + humanize_duration(std::chrono::seconds(seconds));
    }
  }
  if (told > kMaxServersTold) {
    line += " and " + std::to_string(told - kMaxServersTold) + " more";
  }
  return line;
}

void Words::tell_pools(const std::vector<std::string>& backends) {
  const std::map<std::string, Pool> all = pools(backends);
  std::string missing;
  for (const std::string& name : backends) {
    if (!all.contains(name)) {
      add(missing, ", ", name);
    }
  }
  if (now_.is_cut) {
    report_.lines.push_back("has more servers than the first " + std::to_string(kMaxServers) +
                            ", which are all that is looked at");
  } else if (!missing.empty()) {
    report_.lines.push_back("no server in backend " + missing);
  }
  size_t told = 0;
  size_t all_up = 0;
  bool none_serves = !all.empty();
  bool all_by_hand = true;
  CauseSet why;
  for (const auto& [name, pool] : all) {
    none_serves = none_serves && pool.serving == 0;
    for (const ServerStatus* server : pool.servers) {
      all_by_hand = all_by_hand && is_taken_out(*server);
      why.add(is_unresolved(*server) ? Cause::Dns : Cause::MarkedDown);
    }
    if (pool.serving == pool.servers.size() && pool.failed.empty() && all.size() > 1) {
      ++all_up;
    } else if (++told <= kMaxPoolsTold) {
      report_.lines.push_back(line_of(name, pool) +
                              (pool.failed.empty() ? "" : "; " + pool.failed + span()));
    }
  }
  if (told > kMaxPoolsTold) {
    report_.lines.push_back("trouble in " + counted(told - kMaxPoolsTold, "further backend"));
  }
  if (all_up > 0) {
    report_.lines.push_back(counted(all_up, told > 0 ? "further backend" : "backend") +
                            " with all servers up");
  }
  if (none_serves && missing.empty() && !now_.is_cut) {
    report_.without_server = why;
    report_.taken_out_by_hand = all_by_hand;
  }
}

}  // namespace

GatewayReport report_of(const std::string& gateway, const GatewayStatus& now,
                        const std::optional<EarlierStatus>& before,
                        const std::vector<std::string>& backends) {
  return Words(gateway, now, before).take(backends);
}

GatewayReport silent_report(const GatewaySettings& gateway, const std::string& why) {
  GatewayReport report;
  report.gateway = gateway.name;
  report.product = gateway.product();
  report.lines = {"does not tell how it is: " + why};
  return report;
}

}  // namespace gatewatch::logs
