// SPDX-License-Identifier: MIT
//
// What systemd is told (sd_notify). Without a service manager every verb does nothing.
//
// Thread: any.
#pragma once

#include <optional>
#include <string>

#include "core/time.h"

namespace gatewatch::daemon::service {

void tell_ready(const std::string& status);
void tell_reloading(SteadyTime now);
void tell_stopping();
void tell_status(const std::string& status);
void tell_watchdog();

// How often the watchdog wants to hear from us; empty where there is none.
[[nodiscard]] std::optional<Duration> watchdog_interval();

}  // namespace gatewatch::daemon::service
