// SPDX-License-Identifier: MIT
//
// One step of a diagnosis: what it will find out is known before it starts, so that a step that
// cannot run can say so.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/diagnosis.h"
#include "core/sample.h"
#include "core/time.h"
#include "probe/kinds/prober.h"

namespace gatewatch::probe {

using Findings = std::vector<Finding>;

// Thread: the loop's. Lifetime: destroying a step ends it without findings.
class Step {
 public:
  using Done = std::move_only_function<void(Findings)>;

  // `plan` has check, subject and address of each finding. `requests`: how many HTTP requests it
  // sends.
  explicit Step(Findings plan, int requests = 0) : plan_(std::move(plan)), requests_(requests) {}
  virtual ~Step() = default;
  Step(const Step&) = delete;
  Step& operator=(const Step&) = delete;

  // Calls `done` once, never from within start(), at the latest shortly after `deadline`; `done`
  // must not destroy the step.
  virtual void start(SteadyTime deadline, Done done) = 0;

  // What it would have found, each as skipped for this reason.
  [[nodiscard]] Findings skipped(const std::string& why) const {
    Findings findings = plan_;
    for (Finding& finding : findings) {
      finding.text = why;
    }
    return findings;
  }

  [[nodiscard]] int requests() const { return requests_; }

 protected:
  [[nodiscard]] const Findings& plan() const { return plan_; }

 private:
  const Findings plan_;
  const int requests_;
};

// A probe, and what it means.
class ProbeStep final : public Step {
 public:
  // Gets the plan to fill in.
  using Judge = std::move_only_function<Findings(Findings plan, ProbeResult result)>;

  ProbeStep(Findings plan, std::unique_ptr<Prober> prober, Judge judge, int requests = 0)
      : Step(std::move(plan), requests), prober_(std::move(prober)), judge_(std::move(judge)) {}

  void start(SteadyTime deadline, Done done) override {
    prober_->start(deadline, [this, tell = std::move(done)](ProbeResult result) mutable {
      tell(judge_(plan(), std::move(result)));
    });
  }

 private:
  const std::unique_ptr<Prober> prober_;
  Judge judge_;
};

}  // namespace gatewatch::probe
