// SPDX-License-Identifier: MIT
#include "probe/loop/timer_heap.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <utility>

namespace gatewatch::probe {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime kNow{1h};

TEST(TimerHeap, GivesTimersInOrderOfTimeThenOfBeingAdded) {
  TimerHeap heap;
  std::string ran;
  heap.add(kNow + 2s, [&] { ran += 'd'; });
  heap.add(kNow, [&] { ran += 'a'; });
  heap.add(kNow + 1s, [&] { ran += 'b'; });
  heap.add(kNow + 1s, [&] { ran += 'c'; });
  while (auto callback = heap.take_due(kNow + 2s)) {
    (*callback)();
  }
  EXPECT_EQ(ran, "abcd");
  EXPECT_EQ(heap.earliest(), SteadyTime::max());
}

TEST(TimerHeap, KeepsWhatIsNotDue) {
  TimerHeap heap;
  heap.add(kNow + 1ns, [] {});
  EXPECT_FALSE(heap.take_due(kNow));
  EXPECT_TRUE(heap.take_due(kNow + 1ns));
}

TEST(TimerHeap, LeavesTimersBeyondTheLimitForLater) {
  TimerHeap heap;
  heap.add(kNow, [] {});
  const uint64_t limit = heap.added();
  heap.add(kNow, [] {});
  EXPECT_TRUE(heap.take_due(kNow, limit));
  EXPECT_FALSE(heap.take_due(kNow, limit));
  EXPECT_EQ(heap.size(), 1U);
}

TEST(TimerHeap, ForgetsARemovedTimerAndWhatItOwns) {
  TimerHeap heap;
  const auto owned = std::make_shared<int>(1);
  const Loop::TimerId timer = heap.add(kNow, [owned] {});
  EXPECT_EQ(owned.use_count(), 2);
  heap.remove(timer);
  EXPECT_EQ(owned.use_count(), 1);
  EXPECT_TRUE(heap.empty());
}

TEST(TimerHeap, DoesNotRemoveALaterTimerInTheSamePlace) {
  TimerHeap heap;
  const Loop::TimerId first = heap.add(kNow, [] {});
  heap.remove(first);
  const Loop::TimerId second = heap.add(kNow, [] {});
  heap.remove(first);
  heap.remove(Loop::TimerId::None);
  EXPECT_EQ(heap.size(), 1U);
  heap.remove(second);
  EXPECT_TRUE(heap.empty());
}

// Compared with a plain ordered map through 20,000 random steps.
TEST(TimerHeap, AgreesWithAnOrderedMap) {
  TimerHeap heap;
  std::map<std::pair<SteadyTime, int>, Loop::TimerId> model;
  std::mt19937 random(7);
  int next = 0;
  int taken = -1;
  for (int step = 0; step < 20'000; ++step) {
    const auto choice = random() % 5;
    if (choice < 3) {
      const SteadyTime when = kNow + Duration(random() % 50);
      const int number = next++;
      model[{when, number}] = heap.add(when, [&taken, number] { taken = number; });
    } else if (choice == 3 && !model.empty()) {
      const auto victim = std::next(model.begin(), static_cast<long>(random() % model.size()));
      heap.remove(victim->second);
      model.erase(victim);
    } else if (!model.empty()) {
      auto callback = heap.take_due(SteadyTime::max());
      ASSERT_TRUE(callback);
      (*callback)();
      ASSERT_EQ(taken, model.begin()->first.second);
      model.erase(model.begin());
    }
    ASSERT_EQ(heap.size(), model.size());
    ASSERT_EQ(heap.earliest(), model.empty() ? SteadyTime::max() : model.begin()->first.first);
  }
}

}  // namespace
}  // namespace gatewatch::probe
