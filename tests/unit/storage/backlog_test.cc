// SPDX-License-Identifier: MIT
#include "storage/backlog.h"

#include <gtest/gtest.h>

#include "tests/unit/storage/test_data.h"

namespace gatewatch::storage::testing {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime kNow{1h};

std::string targets_of(const Batch& batch) {
  std::string joined;
  for (const Sample& sample : batch.samples) {
    joined += sample.target;
  }
  return joined;
}

TEST(Backlog, DropsTheOldestSamplesOverItsLimit) {
  Backlog backlog(3, 10);
  for (const char* target : {"a", "b", "c", "d", "e"}) {
    backlog.add(ok_sample(target, kMorning), kNow);
  }
  EXPECT_EQ(backlog.samples_dropped(), 2U);
  EXPECT_EQ(targets_of(backlog.take()), "cde");
}

TEST(Backlog, CountsABatchThatIsOutAgainstTheLimit) {
  Backlog backlog(3, 10);
  backlog.add(ok_sample("a", kMorning), kNow);
  backlog.add(ok_sample("b", kMorning), kNow);
  Batch batch = backlog.take();
  backlog.add(ok_sample("c", kMorning), kNow + 1s);
  backlog.add(ok_sample("d", kMorning), kNow + 1s);
  EXPECT_EQ(backlog.samples_dropped(), 1U);
  EXPECT_EQ(backlog.size(), 3U);
  EXPECT_EQ(backlog.oldest(), kNow);
  backlog.put_back(std::move(batch));
  EXPECT_EQ(targets_of(backlog.take()), "abd");
}

TEST(Backlog, PutsRefusedOnesBackInFront) {
  Backlog backlog(10, 10);
  backlog.add(ok_sample("a", kMorning), kNow);
  backlog.add(opening("1", kMorning), kNow);
  Batch batch = backlog.take();
  EXPECT_EQ(batch.complete_through, 2U);
  backlog.add(ok_sample("b", kMorning), kNow + 1s);
  backlog.add(opening("2", kMorning), kNow + 1s);
  backlog.put_back(std::move(batch));
  EXPECT_EQ(backlog.oldest(), kNow);
  batch = backlog.take();
  EXPECT_EQ(targets_of(batch), "ab");
  ASSERT_EQ(batch.transitions.size(), 2U);
  EXPECT_EQ(batch.transitions[0].incident.id, "1");
  EXPECT_EQ(batch.transitions[1].incident.id, "2");
}

TEST(Backlog, KeepsTheNewestStateOfEachJobWithinItsLimit) {
  const auto state = [](const std::string& target, WallTime noted_at) {
    PushState made;
    made.target = target;
    made.noted_at = noted_at;
    return made;
  };
  Backlog backlog(10, 2);
  backlog.add(state("backup", kMorning), kNow);
  Batch batch = backlog.take();
  EXPECT_TRUE(batch.has_changes());
  EXPECT_EQ(batch.size(), 1U);
  backlog.add(state("backup", kMorning + 1s), kNow);
  backlog.put_back(std::move(batch));
  batch = backlog.take();
  ASSERT_EQ(batch.pushes.size(), 1U);
  EXPECT_EQ(batch.pushes.at("backup").noted_at, kMorning + 1s);
  backlog.put_back({});
  for (const char* target : {"a", "b", "c"}) {
    backlog.add(state(target, kMorning), kNow);
  }
  EXPECT_EQ(backlog.size(), 2U);
}

TEST(Backlog, KeepsTheNewestSettlementAndCounts) {
  Backlog backlog(10, 10);
  const auto tried = [](int attempts) {
    DeliveryProgress progress;
    progress.attempts = attempts;
    return Settlement{"msg", progress};
  };
  const auto counted = [](uint32_t probes) {
    Incident incident = open_incident("1", kMorning);
    incident.total.probes = probes;
    return std::vector<Incident>{incident};
  };
  backlog.add(tried(1), kNow);
  backlog.add(counted(1), kNow);
  Batch batch = backlog.take();
  backlog.add(tried(2), kNow);
  backlog.add(counted(2), kNow);
  backlog.put_back(std::move(batch));
  batch = backlog.take();
  EXPECT_EQ(batch.settlements.at("msg").attempts, 2);
  EXPECT_EQ(batch.counts.at("1").total.probes, 2U);
}

TEST(Backlog, LetsATransitionReplaceOlderCounts) {
  Backlog backlog(10, 10);
  backlog.add(std::vector<Incident>{open_incident("1", kMorning)}, kNow);
  Batch batch = backlog.take();
  backlog.add(std::vector<Incident>{open_incident("1", kMorning)}, kNow);
  backlog.add(opening("1", kMorning), kNow);
  backlog.put_back(std::move(batch));
  EXPECT_TRUE(backlog.take().counts.empty());
}

TEST(Backlog, GivesLongQueuesInParts) {
  Backlog backlog(100'000, 10);
  for (size_t i = 0; i < Backlog::kMaxBatchSamples + 1; ++i) {
    backlog.add(ok_sample("a", kMorning), kNow);
  }
  Batch batch = backlog.take();
  EXPECT_EQ(batch.samples.size(), Backlog::kMaxBatchSamples);
  EXPECT_EQ(batch.complete_through, 0U);
  backlog.put_back({});
  batch = backlog.take();
  EXPECT_EQ(batch.samples.size(), 1U);
  EXPECT_EQ(batch.complete_through, Backlog::kMaxBatchSamples + 1);
}

TEST(Backlog, BoundsTransitionsAndSettlements) {
  Backlog backlog(10, 2);
  for (const char* id : {"1", "2", "3"}) {
    backlog.add(opening(id, kMorning), kNow);
    backlog.add(Settlement{id, {}}, kNow);
  }
  EXPECT_EQ(backlog.changes_dropped(), 2U);
  const Batch batch = backlog.take();
  EXPECT_EQ(batch.transitions.front().incident.id, "2");
  EXPECT_EQ(batch.settlements.size(), 2U);
}

TEST(Backlog, KeepsSamplesWithoutTheirAnswersWhereThoseAreTooMuch) {
  Backlog backlog(10, 10);
  const auto add = [&backlog](const char* target, size_t bytes) {
    Sample sample = bad_gateway_sample(target, kMorning);
    sample.result.head = std::string(bytes, 'h');
    backlog.add(std::move(sample), kNow);
  };
  add("a", Backlog::kMaxAnswerBytes - 1);
  add("b", 1'000);
  add("c", 1);
  Batch batch = backlog.take();
  EXPECT_EQ(targets_of(batch), "abc");
  EXPECT_EQ(batch.samples[0].result.head.size(), Backlog::kMaxAnswerBytes - 1);
  EXPECT_EQ(batch.samples[1].result.head, "");
  EXPECT_LT(batch.samples[1].result.head.capacity(), 100U) << "the memory goes, too";
  EXPECT_EQ(batch.samples[2].result.head, "h");
  backlog.put_back(std::move(batch));
  add("d", 1);
  EXPECT_EQ(backlog.take().samples[3].result.head, "") << "what was put back counts again";
}

}  // namespace
}  // namespace gatewatch::storage::testing
