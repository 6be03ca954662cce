// SPDX-License-Identifier: MIT
//
// `gatewatch probe --diagnose`: the whole diagnosis of one target, by hand.
#pragma once

#include <string>

#include "core/diagnosis.h"
#include "daemon/cli.h"
#include "daemon/exit_code.h"
#include "daemon/settings.h"
#include "probe/kinds/diagnosis_subject.h"

namespace gatewatch::daemon {

// Makes it, prints it, and hands its requests to the daemon to be stored where the target has a
// `name`. Usage where nothing of this kind of target can be diagnosed.
[[nodiscard]] ExitCode diagnose(const Command& command, const Settings& settings,
                                const ProbedTarget& probed, const std::string& name);

// As `probe` would say it: bad where a check of what the target's probes do failed, else fine where
// one is ok, else inconclusive. Pure.
[[nodiscard]] ExitCode exit_code(const Diagnosis& diagnosis,
                                 const probe::DiagnosisSubject& subject);

}  // namespace gatewatch::daemon
