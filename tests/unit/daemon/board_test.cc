// SPDX-License-Identifier: MIT
#include "daemon/board.h"

#include <gtest/gtest.h>

namespace gatewatch::daemon {
namespace {

using namespace std::chrono_literals;

Sample sample(const std::string& target, int status, Duration lateness = 0ms) {
  Sample sample;
  sample.target = target;
  sample.lateness = lateness;
  sample.result.status = status;
  sample.result.outcome = status == 200 ? Outcome::Ok : Outcome::BadGateway;
  return sample;
}

Snapshot shown(const Board& board) {
  Snapshot snapshot;
  board.fill(snapshot);
  return snapshot;
}

TEST(Board, CountsByOutcomeAndStatusAndKeepsTheLastSample) {
  Board board;
  board.set_targets({{.name = "a"}});
  board.take(sample("a", 200));
  board.take(sample("a", 502));
  board.take(sample("a", 502));
  board.skip("a", 2);
  const Snapshot snapshot = shown(board);
  const TargetStatus& status = snapshot.targets.front();
  EXPECT_EQ(status.probes.at({Outcome::BadGateway, 502}), 2U);
  EXPECT_EQ(status.probes.at({Outcome::Ok, 200}), 1U);
  EXPECT_EQ(status.last->result.status, 502);
  EXPECT_EQ(status.skipped, 2U);
}

TEST(Board, ShowsTheWorstSampleOfAProbeOfSeveralAddresses) {
  Board board;
  board.set_targets({{.name = "a"}});
  const auto take_probe = [&board](std::vector<int> statuses) {
    for (size_t i = 0; i < statuses.size(); ++i) {
      Sample one = sample("a", statuses[i]);
      one.more_follow = i + 1 < statuses.size();
      board.take(one);
    }
    return shown(board).targets.front().last->result.status;
  };
  EXPECT_EQ(take_probe({502, 200, 200}), 502);
  EXPECT_EQ(take_probe({200, 502, 200}), 502);
  EXPECT_EQ(take_probe({200, 200, 502}), 502);
  EXPECT_EQ(take_probe({200, 200, 200}), 200);
  Sample first = sample("a", 502);
  first.more_follow = true;
  board.take(first);
  EXPECT_EQ(shown(board).targets.front().last->result.status, 200);  // until the probe has ended
}

TEST(Board, ShowsScheduledSamplesOfItsTargetsOnly) {
  Board board;
  board.set_targets({{.name = "a"}});
  board.take(sample("stranger", 502));
  Sample manual = sample("a", 502);
  manual.purpose = Purpose::Manual;
  board.take(manual);
  board.skip("stranger", 1);
  EXPECT_FALSE(shown(board).targets.front().last.has_value());
  EXPECT_EQ(shown(board).health.lateness_count, 0U);
}

TEST(Board, CountsProbesOfConfirmationBurstsByThemselves) {
  Board board;
  board.set_targets({{.name = "a"}});
  for (const int status : {502, 502, 200}) {
    Sample confirming = sample("a", status);
    confirming.purpose = Purpose::Confirm;
    board.take(confirming);
  }
  const Snapshot snapshot = shown(board);
  const TargetStatus& status = snapshot.targets.front();
  const std::map<Outcome, uint64_t> expected{{Outcome::Ok, 1}, {Outcome::BadGateway, 2}};
  EXPECT_EQ(status.confirm_probes, expected);
  EXPECT_TRUE(status.probes.empty());
  EXPECT_FALSE(status.last.has_value());
}

TEST(Board, KeepsWhatItKnowsOfTargetsThatStay) {
  Board board;
  board.set_targets({{.name = "a"}, {.name = "b"}});
  board.take(sample("b", 502));
  board.set_targets({{.name = "b", .url = "http://new/"}, {.name = "c"}});
  const Snapshot snapshot = shown(board);
  ASSERT_EQ(snapshot.targets.size(), 2U);
  EXPECT_EQ(snapshot.targets[0].target.url, "http://new/");
  EXPECT_TRUE(snapshot.targets[0].last.has_value());
  EXPECT_FALSE(snapshot.targets[1].last.has_value());
}

TEST(Board, LatenessIsACumulativeHistogram) {
  Board board;
  board.set_targets({{.name = "a"}});
  board.take(sample("a", 200, 1ms));  // on the bound of the first bucket
  board.take(sample("a", 200, 4ms));
  board.take(sample("a", 200, 1min));  // beyond the last
  const OwnHealth health = shown(board).health;
  EXPECT_EQ(health.lateness.front().second, 1U);
  EXPECT_EQ(health.lateness.back().second, 2U);
  EXPECT_EQ(health.lateness_count, 3U);
  EXPECT_NEAR(health.lateness_sum_seconds, 60.005, 1e-9);
}

}  // namespace
}  // namespace gatewatch::daemon
