// SPDX-License-Identifier: MIT
//
// What waits to be committed, within bounds.
//
// A part of it is taken out as a Batch, and what of that could not be committed is put back. Of
// settlements, counts and states of jobs only the newest per notification, incident and target is
// kept.
//
// Thread: one at a time. Limits: max_samples, and max_changes each of transitions, settlements,
// counts and states; the oldest goes first, and any of the settlements, counts or states. Samples
// keep the answers that they carry (head and body) as long as those waiting are kMaxAnswerBytes
// together; later ones lose theirs.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "storage/writer.h"

namespace gatewatch::storage {

struct Batch {
  std::deque<Sample> samples;
  std::deque<Transition> transitions;
  std::unordered_map<std::string, DeliveryProgress> settlements;  // by notification
  std::unordered_map<std::string, Incident> counts;               // by incident
  std::unordered_map<std::string, PushState> pushes;              // by target
  std::unordered_map<std::string, LogPosition> positions;         // by log
  std::unordered_map<std::string, IncidentDiagnosis> diagnoses;   // by incident
  // How many additions there were when the batch was taken; 0 where it is not all that waited.
  uint64_t complete_through = 0;

  [[nodiscard]] bool has_changes() const { return size() > samples.size(); }
  [[nodiscard]] bool empty() const { return samples.empty() && !has_changes(); }
  [[nodiscard]] size_t size() const {
    return samples.size() + transitions.size() + settlements.size() + counts.size() +
           pushes.size() + positions.size() + diagnoses.size();
  }
};

class Backlog {
 public:
  // The most samples in one batch, so that one transaction stays short.
  static constexpr size_t kMaxBatchSamples = 20'000;
  static constexpr size_t kMaxDiagnoses = 200;  // some 100 KiB each
  static constexpr size_t kMaxAnswerBytes = size_t{16} << 20U;

  Backlog(size_t max_samples, size_t max_changes)
      : max_samples_(max_samples), max_changes_(max_changes) {}

  void add(Sample sample, SteadyTime now);
  void add(Transition transition, SteadyTime now);
  void add(Settlement settlement, SteadyTime now);
  void add(std::vector<Incident> counts, SteadyTime now);
  void add(PushState state, SteadyTime now);
  void add(LogPosition position, SteadyTime now);
  void add(IncidentDiagnosis diagnosis, SteadyTime now);

  // Requires: the batch taken before was put back.
  [[nodiscard]] Batch take();
  // Takes back what is left of the newest batch, which may be nothing.
  void put_back(Batch rest);

  // Questions about what waits, a batch taken out included in size() and oldest() only.
  [[nodiscard]] bool empty() const { return waiting_.empty(); }
  [[nodiscard]] bool has_transitions() const { return !waiting_.transitions.empty(); }
  [[nodiscard]] size_t size() const { return waiting_.size() + taken_; }
  // When the oldest came. Requires: size() > 0.
  [[nodiscard]] SteadyTime oldest() const { return taken_ > 0 ? taken_since_ : since_; }
  // How many additions there were ever.
  [[nodiscard]] uint64_t added() const { return added_; }
  // Counts as an addition of nothing; returns its number.
  uint64_t mark() { return ++added_; }

  [[nodiscard]] uint64_t samples_dropped() const { return samples_dropped_; }
  [[nodiscard]] uint64_t changes_dropped() const { return changes_dropped_; }

 private:
  void note_addition(SteadyTime now);
  void keep_bounds();

  size_t max_samples_;
  size_t max_changes_;
  Batch waiting_;
  size_t answer_bytes_ = 0;  // of the samples in waiting_, at most
  SteadyTime since_;         // of the oldest in waiting_
  size_t taken_ = 0;         // the size of the batch out there
  size_t taken_samples_ = 0;
  SteadyTime taken_since_;
  uint64_t added_ = 0;
  uint64_t samples_dropped_ = 0;
  uint64_t changes_dropped_ = 0;
};

}  // namespace gatewatch::storage
