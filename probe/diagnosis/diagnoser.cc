// SPDX-License-Identifier: MIT
#include "probe/diagnosis/diagnoser.h"

#include <algorithm>
#include <utility>

namespace gatewatch::probe {

Diagnoser::Diagnoser(const ProbeServices& services, OnSample on_sample, Options options)
    : services_(services), on_sample_(std::move(on_sample)), options_(std::move(options)) {}

Diagnoser::~Diagnoser() = default;

Diagnoser::Id Diagnoser::start(DiagnosisRequest request, Done done) {
  if (running_.size() >= kMaxDiagnoses && waiting_.size() >= kMaxWaitingDiagnoses) {
    return Id::None;
  }
  Waiting next{++last_id_, std::move(request), std::move(done)};
  if (running_.size() < kMaxDiagnoses) {
    start_now(std::move(next));
  } else {
    waiting_.push_back(std::move(next));
  }
  return Id{last_id_};
}

void Diagnoser::start_now(Waiting next) {
  const uint64_t id = next.id;
  running_[id] = std::make_unique<DiagnosisRun>(
      services_, std::move(next.request), options_.limits, options_.name_servers, on_sample_,
      [this, id, tell = std::move(next.done)](Diagnosis diagnosis) mutable {
        Done done = std::move(tell);
        // It is on the stack, and needed no more once this returns.
        const auto ended = std::move(running_.at(id));
        running_.erase(id);
        start_next();
        done(std::move(diagnosis));
      });
}

void Diagnoser::start_next() {
  if (running_.size() < kMaxDiagnoses && !waiting_.empty()) {
    Waiting next = std::move(waiting_.front());
    waiting_.pop_front();
    start_now(std::move(next));
  }
}

void Diagnoser::cancel(Id id) {
  const auto number = static_cast<uint64_t>(id);
  std::erase_if(waiting_, [&](const Waiting& one) { return one.id == number; });
  if (running_.erase(number) > 0) {
    start_next();
  }
}

}  // namespace gatewatch::probe
