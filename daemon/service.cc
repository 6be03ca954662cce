// SPDX-License-Identifier: MIT
#include "daemon/service.h"

#include <systemd/sd-daemon.h>

#include <cstdint>

namespace gatewatch::daemon::service {

void tell_ready(const std::string& status) {
  sd_notify(0, ("READY=1\nSTATUS=" + status).c_str());
}

void tell_reloading(SteadyTime now) {
  const auto stamp =
      std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch()).count();
  sd_notify(0, ("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(stamp)).c_str());
}

void tell_stopping() {
  sd_notify(0, "STOPPING=1\nSTATUS=stopping");
}

void tell_status(const std::string& status) {
  sd_notify(0, ("STATUS=" + status).c_str());
}

void tell_watchdog() {
  sd_notify(0, "WATCHDOG=1");
}

std::optional<Duration> watchdog_interval() {
  uint64_t limit_us = 0;
  if (sd_watchdog_enabled(0, &limit_us) <= 0) {
    return std::nullopt;
  }
  return std::chrono::microseconds(limit_us) / 3;
}

}  // namespace gatewatch::daemon::service
