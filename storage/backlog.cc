// SPDX-License-Identifier: MIT
#include "storage/backlog.h"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

#include "core/assert.h"

namespace gatewatch::storage {
namespace {

template <typename Container>
uint64_t cut_front(Container& container, size_t limit) {
  uint64_t cut = 0;
  while (container.size() > limit) {
    container.erase(container.begin());
    ++cut;
  }
  return cut;
}

template <typename Item>
void put_before(std::deque<Item>& waiting, std::deque<Item>&& older) {
  if (waiting.size() < older.size()) {
    older.insert(older.end(), std::make_move_iterator(waiting.begin()),
                 std::make_move_iterator(waiting.end()));
    waiting.swap(older);
  } else {
    waiting.insert(waiting.begin(), std::make_move_iterator(older.begin()),
                   std::make_move_iterator(older.end()));
  }
}

size_t answer_bytes(const Sample& sample) {
  return sample.result.head.size() + sample.result.body.size();
}

size_t answer_bytes(const std::deque<Sample>& samples) {
  return std::accumulate(
      samples.begin(), samples.end(), size_t{0},
      [](size_t sum, const Sample& sample) { return sum + answer_bytes(sample); });
}

}  // namespace

void Backlog::note_addition(SteadyTime now) {
  ++added_;
  if (waiting_.empty()) {
    since_ = now;
  }
}

void Backlog::add(Sample sample, SteadyTime now) {
  note_addition(now);
  if (answer_bytes_ + answer_bytes(sample) > kMaxAnswerBytes) {
    std::string().swap(sample.result.head);  // with their memory
    std::string().swap(sample.result.body);
  }
  answer_bytes_ += answer_bytes(sample);
  waiting_.samples.push_back(std::move(sample));
  keep_bounds();
}

void Backlog::add(Transition transition, SteadyTime now) {
  note_addition(now);
  waiting_.counts.erase(transition.incident.id);  // the transition carries newer ones
  waiting_.transitions.push_back(std::move(transition));
  keep_bounds();
}

void Backlog::add(Settlement settlement, SteadyTime now) {
  note_addition(now);
  waiting_.settlements.insert_or_assign(std::move(settlement.notification_id),
                                        std::move(settlement.progress));
  keep_bounds();
}

void Backlog::add(std::vector<Incident> counts, SteadyTime now) {
  if (counts.empty()) {
    return;
  }
  note_addition(now);
  for (Incident& incident : counts) {
    std::string id = incident.id;
    waiting_.counts.insert_or_assign(std::move(id), std::move(incident));
  }
  keep_bounds();
}

void Backlog::add(PushState state, SteadyTime now) {
  note_addition(now);
  std::string target = state.target;
  waiting_.pushes.insert_or_assign(std::move(target), std::move(state));
  keep_bounds();
}

void Backlog::add(LogPosition position, SteadyTime now) {
  note_addition(now);
  std::string log = position.log;
  waiting_.positions.insert_or_assign(std::move(log), std::move(position));
  keep_bounds();
}

void Backlog::add(IncidentDiagnosis diagnosis, SteadyTime now) {
  note_addition(now);
  std::string id = diagnosis.incident_id;
  waiting_.diagnoses.insert_or_assign(std::move(id), std::move(diagnosis));
  keep_bounds();
}

Batch Backlog::take() {
  GW_ASSERT(taken_ == 0);
  Batch batch;
  std::swap(batch, waiting_);
  taken_since_ = since_;
  if (batch.samples.size() <= kMaxBatchSamples) {
    batch.complete_through = added_;
  } else {
    const auto end = batch.samples.begin() + kMaxBatchSamples;
    waiting_.samples.assign(std::make_move_iterator(end),
                            std::make_move_iterator(batch.samples.end()));
    batch.samples.erase(end, batch.samples.end());
  }
  answer_bytes_ = answer_bytes(waiting_.samples);
  taken_ = batch.size();
  taken_samples_ = batch.samples.size();
  return batch;
}

void Backlog::put_back(Batch rest) {
  taken_ = 0;
  taken_samples_ = 0;
  if (rest.empty()) {
    return;
  }
  since_ = taken_since_;
  answer_bytes_ += answer_bytes(rest.samples);
  put_before(waiting_.samples, std::move(rest.samples));
  // What is waiting is newer than what comes back.
  waiting_.settlements.merge(rest.settlements);
  waiting_.pushes.merge(rest.pushes);
  waiting_.positions.merge(rest.positions);
  waiting_.diagnoses.merge(rest.diagnoses);
  for (const Transition& newer : waiting_.transitions) {
    rest.counts.erase(newer.incident.id);
  }
  waiting_.counts.merge(rest.counts);
  put_before(waiting_.transitions, std::move(rest.transitions));
  keep_bounds();
}

void Backlog::keep_bounds() {
  const size_t room = max_samples_ - std::min(max_samples_, taken_samples_);
  samples_dropped_ += cut_front(waiting_.samples, room);
  changes_dropped_ += cut_front(waiting_.transitions, max_changes_);
  changes_dropped_ += cut_front(waiting_.settlements, max_changes_);
  cut_front(waiting_.counts, max_changes_);
  cut_front(waiting_.pushes, max_changes_);
  cut_front(waiting_.positions, max_changes_);
  cut_front(waiting_.diagnoses, kMaxDiagnoses);
}

}  // namespace gatewatch::storage
