// SPDX-License-Identifier: MIT
#include "alerts/repair_history.h"

#include <gtest/gtest.h>

namespace gatewatch::alerts {
namespace {

using namespace std::chrono_literals;

const WallTime kStart(1'000'000h);

Incident lasting(std::chrono::minutes length, const std::string& target = "shop") {
  Incident incident;
  incident.target = target;
  incident.rule = "bad-gateway";
  incident.opened_at = kStart;
  incident.resolved_at = kStart + length;
  return incident;
}

Change change_of(Change::Kind kind, const Incident& incident) {
  return {.kind = kind, .incident = incident, .rule = nullptr, .window = {}};
}

TEST(RepairHistory, TellsOfTheTargetsOwnPastOnly) {
  RepairHistory history;
  for (const auto length : {5min, 10min, 60min}) {
    history.add(lasting(length));
  }
  const Incident open = lasting(0min);
  EXPECT_EQ(history.beside(open, kStart + 20min),
            "3 incidents before: half were over after 10 min; of 1 that lasted as long as this "
            "one, 0 ended within 30 min more");
  EXPECT_EQ(history.beside(lasting(0min, "other"), kStart + 20min), "");
}

TEST(RepairHistory, OneThatDidNotRecoverTellsNothing) {
  RepairHistory history;
  Incident removed = lasting(5min);
  removed.reason = "removed";
  Incident open = lasting(5min);
  open.resolved_at.reset();
  for (int i = 0; i < 5; ++i) {
    history.add(removed);
    history.add(open);
  }
  EXPECT_EQ(history.beside(open, kStart), "");
}

TEST(RepairHistory, AReopenedOneWasNotOver) {
  RepairHistory history;
  history.add(lasting(5min));
  history.add(lasting(6min));
  history.take(change_of(Change::Kind::Resolved, lasting(7min)));
  EXPECT_NE(history.beside(lasting(0min), kStart), "");
  history.take(change_of(Change::Kind::Reopened, lasting(7min)));
  EXPECT_EQ(history.beside(lasting(0min), kStart), "");
}

}  // namespace
}  // namespace gatewatch::alerts
