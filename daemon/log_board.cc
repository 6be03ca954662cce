// SPDX-License-Identifier: MIT
#include "daemon/log_board.h"

#include <utility>

#include "core/log.h"

namespace gatewatch::daemon {
namespace {

constexpr int kBadGateway = 502;

}  // namespace

void LogBoard::configure(const std::vector<logs::LogSettings>& logs) {
  std::map<std::string, LogStatus> before = std::exchange(logs_, {});
  for (const logs::LogSettings& log : logs) {
    logs_[log.name] = std::move(before[log.name]);
    logs_[log.name].log = log.name;
  }
}

bool LogBoard::take(const logs::LogBatch& batch) {
  const auto found = logs_.find(batch.log);
  if (found == logs_.end()) {
    return false;
  }
  LogStatus& status = found->second;
  if (batch.trouble != status.trouble) {
    if (batch.trouble.empty()) {
      log(LogLevel::Info, "log is read again", {{"log", batch.log}});
    } else {
      log(LogLevel::Warning, "log cannot be read", {{"log", batch.log}, {"reason", batch.trouble}});
    }
    status.trouble = batch.trouble;
  }
  status.lines_cut += batch.cut_lines;
  for (const logs::LogSecond& second : batch.seconds) {
    status.requests += second.counts.requests;
    status.bad_502 += second.counts.with_status(kBadGateway);
    status.gateway += second.counts.gateway_failures();
    status.failures += second.counts.failures;
    status.masked += second.counts.masked + second.counts.masked_probes;
  }
  return true;
}

std::vector<std::string> LogBoard::unread() const {
  std::vector<std::string> names;
  for (const auto& [name, status] : logs_) {
    if (!hang_.empty() || !status.trouble.empty()) {
      names.push_back(name);
    }
  }
  return names;
}

void LogBoard::fill(Snapshot& snapshot) const {
  for (const auto& [name, status] : logs_) {
    LogStatus& shown = snapshot.logs.emplace_back(status);
    shown.trouble = hang_.empty() ? status.trouble : hang_;
  }
}

}  // namespace gatewatch::daemon
