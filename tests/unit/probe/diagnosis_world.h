// SPDX-License-Identifier: MIT
//
// What tests of diagnoses share.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/diagnosis.h"
#include "probe/diagnosis/diagnoser.h"
#include "probe/diagnosis/step.h"
#include "tests/support/scripted_server.h"
#include "tests/unit/probe/probe_world.h"

namespace gatewatch::probe {

// Runs one step to its end.
Findings run_step(ProbeWorld& world, Step& step, Duration timeout = std::chrono::seconds(5));

// Answers each request on a connection, until it returns nothing: a script for ScriptedServer.
using Answerer = std::function<std::string(const std::string& request)>;
testing::Script answering(Answerer answerer);
// A whole answer that leaves the connection open.
std::string kept_answer(const std::string& status, const std::string& body = "hello");

struct Diagnosed {
  Diagnosis diagnosis;
  std::vector<Sample> samples;

  // The findings of that check.
  [[nodiscard]] std::vector<Finding> of(Check check) const;
  // Of the first; fails the test where there is none.
  [[nodiscard]] Finding one(Check check) const;
  // Their words, with blanks between.
  [[nodiscard]] std::string conclusions() const;
};

Diagnosed diagnose(ProbeWorld& world, DiagnosisRequest request, const DiagnosisLimits& limits = {});
Diagnosed diagnose(ProbeWorld& world, const HttpSettings& settings,
                   const DiagnosisLimits& limits = {});
Diagnosed diagnose(ProbeWorld& world, const std::string& url, const DiagnosisLimits& limits = {});

DiagnosisRequest request_for(const HttpSettings& settings);

}  // namespace gatewatch::probe
