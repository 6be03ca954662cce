// SPDX-License-Identifier: MIT
//
// Makes diagnoses: what a person would try first, done at the time of the trouble.
// docs/diagnosis.md tells what each check says.
//
// Thread: the loop's. Lifetime: the services outlive it; destroying it ends all diagnoses without a
// result. Limits: DiagnosisLimits for each, kMaxDiagnoses at once, kMaxWaitingDiagnoses behind
// them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "core/diagnosis.h"
#include "core/sample.h"
#include "probe/diagnosis/diagnosis_request.h"
#include "probe/diagnosis/diagnosis_run.h"
#include "probe/kinds/kinds.h"

namespace gatewatch::probe {

inline constexpr size_t kMaxDiagnoses = 2;
inline constexpr size_t kMaxWaitingDiagnoses = 16;

class Diagnoser {
 public:
  using OnSample = DiagnosisRun::OnSample;
  using Done = DiagnosisRun::Done;
  enum class Id : uint64_t { None = 0 };

  struct Options {
    DiagnosisLimits limits;
    // "127.0.0.1:5353,…" instead of those of /etc/resolv.conf, where a target names none; for
    // tests.
    std::string name_servers;
  };

  // `on_sample` gets a sample of purpose diagnosis for each request to a target's URL, as it is
  // answered. It must not call back.
  Diagnoser(const ProbeServices& services, OnSample on_sample, Options options);
  ~Diagnoser();
  Diagnoser(const Diagnoser&) = delete;
  Diagnoser& operator=(const Diagnoser&) = delete;

  // Calls `done` once, never from within start(); it may start and cancel others. None, and nothing
  // happens, where kMaxWaitingDiagnoses wait.
  [[nodiscard]] Id start(DiagnosisRequest request, Done done);
  // Its `done` is not called. Nothing happens for None or for one that has ended.
  void cancel(Id id);

  [[nodiscard]] size_t running() const { return running_.size(); }
  [[nodiscard]] size_t waiting() const { return waiting_.size(); }

 private:
  struct Waiting {
    uint64_t id = 0;
    DiagnosisRequest request;
    Done done;
  };

  void start_next();
  void start_now(Waiting next);

  const ProbeServices services_;
  const OnSample on_sample_;
  const Options options_;
  uint64_t last_id_ = 0;
  std::deque<Waiting> waiting_;
  std::map<uint64_t, std::unique_ptr<DiagnosisRun>> running_;
};

}  // namespace gatewatch::probe
