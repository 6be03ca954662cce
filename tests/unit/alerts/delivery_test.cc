// SPDX-License-Identifier: MIT
#include "alerts/delivery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace gatewatch::alerts {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Kind = SendResult::Kind;

constexpr Duration kPatience = 20s;

// A mutex and a condition that tests wait on, with a deadline.
class Watched {
 public:
  template <typename Change>
  void change(const Change& change) {
    const MutexLock lock(mutex_);
    change();
    changed_.notify_all();
  }
  template <typename Condition>
  [[nodiscard]] bool wait_for(const Condition& condition) {
    const SteadyTime deadline = system_clock().steady() + kPatience;
    const MutexLock lock(mutex_);
    while (!condition()) {
      if (system_clock().steady() >= deadline) {
        return false;
      }
      changed_.wait_until(mutex_, deadline);
    }
    return true;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
};

// Notes what it is to send; answers as told, and not before the gate is open.
class FakeChannel final : public Channel {
 public:
  explicit FakeChannel(Watched& world) : world_(world) {}

  bool tells(MessageType) const override { return true; }
  std::string render(const Message&) const override { return {}; }
  SendResult send(const Notification& notification, WallTime) override {
    SendResult result;
    world_.change([&] {
      sent.push_back(notification.id);
      result = {.kind = answers.empty() ? Kind::Delivered : answers.front(),
                .retry_after = retry_after,
                .detail = "its words"};
      if (!answers.empty()) {
        answers.erase(answers.begin());
      }
    });
    bool was_cancelled = false;  // cancel() may be called again after the wait
    const bool is_through = world_.wait_for([&] {
      was_cancelled = is_cancelled;
      return is_open || is_cancelled;
    });
    EXPECT_TRUE(is_through);
    return was_cancelled
               ? SendResult{.kind = Kind::Retry, .retry_after = std::nullopt, .detail = "cancelled"}
               : result;
  }
  void cancel() override {
    world_.change([&] { is_cancelled = true; });
  }

  std::vector<Kind> answers;  // then Delivered
  std::optional<Duration> retry_after;
  bool is_open = true;
  bool is_cancelled = false;
  std::vector<std::string> sent;

 private:
  Watched& world_;
};

Notification test_notification() {
  return {.id = "test",
          .incident_id = {},
          .channel = "ops",
          .type = "test",
          .body = "{}",
          .created_at = {}};
}

struct Settled {
  std::string id;
  DeliveryState state;
  int attempts;
  std::string error;
  bool operator==(const Settled&) const = default;
};
void PrintTo(const Settled& settled, std::ostream* out) {
  *out << settled.id << ' ' << to_string(settled.state) << ' ' << settled.attempts << ' '
       << settled.error;
}

class DeliveryTest : public ::testing::Test {
 protected:
  std::shared_ptr<FakeChannel> make_channel() { return std::make_shared<FakeChannel>(world); }

  void add(const std::string& channel, const std::string& id, const std::string& incident,
           bool is_durable = true) {
    delivery.add({.id = id,
                  .incident_id = incident,
                  .channel = channel,
                  .type = "incident.opened",
                  .body = "{}",
                  .created_at = system_clock().wall()},
                 {}, is_durable);
  }
  bool wait_settled(size_t count) {
    return world.wait_for([&] { return settled.size() >= count; });
  }

  Watched world;
  std::vector<Settled> settled;
  Delivery delivery{
      system_clock(), [this](const std::string& id, DeliveryProgress progress) {
        world.change([&] {
          settled.push_back({id, progress.state, progress.attempts, progress.last_error});
        });
      }};
};

TEST_F(DeliveryTest, SendsInOrderAndSettles) {
  const auto ops = make_channel();
  delivery.set_channels({{"ops", ops}});
  add("ops", "opened", "A");
  add("ops", "resolved", "A");
  ASSERT_TRUE(wait_settled(2));
  EXPECT_THAT(settled, ElementsAre(Settled{"opened", DeliveryState::Delivered, 1, ""},
                                   Settled{"resolved", DeliveryState::Delivered, 1, ""}));
  EXPECT_THAT(ops->sent, ElementsAre("opened", "resolved"));
  EXPECT_EQ(delivery.health().delivered, 2U);
  EXPECT_EQ(delivery.health().pending, 0U);
}

TEST_F(DeliveryTest, SettlesFailedTriesToo) {
  const auto ops = make_channel();
  ops->answers = {Kind::Retry};
  ops->retry_after = 1s;
  delivery.set_channels({{"ops", ops}});
  add("ops", "opened", "A");
  ASSERT_TRUE(wait_settled(2));
  EXPECT_THAT(settled, ElementsAre(Settled{"opened", DeliveryState::Pending, 1, "its words"},
                                   Settled{"opened", DeliveryState::Delivered, 2, ""}));
}

TEST_F(DeliveryTest, LetsNoSlowChannelDelayAnother) {
  const auto slow = make_channel();
  slow->is_open = false;
  delivery.set_channels({{"slow", slow}, {"mail", make_channel()}});
  add("slow", "to-slow", "A");
  add("mail", "to-mail", "A");
  ASSERT_TRUE(wait_settled(1));
  EXPECT_EQ(settled.front().id, "to-mail");
  EXPECT_EQ(delivery.health().pending, 1U);
  slow->cancel();
}

TEST_F(DeliveryTest, SendsOnceCommitted) {
  const auto ops = make_channel();
  delivery.set_channels({{"ops", ops}});
  add("ops", "opened", "A", false);
  add("ops", "other", "B");
  ASSERT_TRUE(wait_settled(1));
  EXPECT_EQ(settled.front().id, "other");
  delivery.release({"opened"});
  ASSERT_TRUE(wait_settled(2));
  EXPECT_EQ(settled.back().id, "opened");
}

TEST_F(DeliveryTest, DropsWhatIsForAnUnknownChannel) {
  add("gone", "opened", "A");
  EXPECT_THAT(settled, ElementsAre(Settled{"opened", DeliveryState::Dropped, 0, ""}));
}

TEST_F(DeliveryTest, DropsWhatWaitsInARemovedChannel) {
  const auto ops = make_channel();
  ops->answers = {Kind::RetrySlowly};
  delivery.set_channels({{"ops", ops}});
  add("ops", "opened", "A");
  add("ops", "resolved", "A");
  ASSERT_TRUE(wait_settled(1));
  delivery.set_channels({});
  ASSERT_TRUE(wait_settled(3));
  EXPECT_THAT(settled, ElementsAre(Settled{"opened", DeliveryState::Pending, 1, "its words"},
                                   Settled{"opened", DeliveryState::Dropped, 1, "its words"},
                                   Settled{"resolved", DeliveryState::Dropped, 0, ""}));
}

TEST_F(DeliveryTest, SendsByTheNewChannelWhatTheOldOneCouldNot) {
  const auto before = make_channel();
  before->answers = {Kind::RetrySlowly};
  delivery.set_channels({{"ops", before}});
  add("ops", "opened", "A");
  ASSERT_TRUE(wait_settled(1));
  const auto after = make_channel();
  delivery.set_channels({{"ops", after}});
  ASSERT_TRUE(wait_settled(2));
  EXPECT_THAT(settled, Contains(Settled{"opened", DeliveryState::Delivered, 2, ""}));
  EXPECT_THAT(before->sent, ElementsAre("opened"));
  EXPECT_THAT(after->sent, ElementsAre("opened"));
}

TEST_F(DeliveryTest, SwapsAChannelWithoutWaitingForItsSend) {
  const auto before = make_channel();
  before->is_open = false;
  delivery.set_channels({{"ops", before}});
  add("ops", "opened", "A");
  ASSERT_TRUE(world.wait_for([&] { return !before->sent.empty(); }));
  const auto after = make_channel();
  delivery.set_channels({{"ops", after}});
  add("ops", "other", "B");
  world.change([&] { before->is_open = true; });
  ASSERT_TRUE(wait_settled(2));
  EXPECT_THAT(before->sent, ElementsAre("opened"));
  EXPECT_THAT(after->sent, ElementsAre("other"));
}

TEST_F(DeliveryTest, MakesDeadLettersOfAllOnceAReceiverStopsTheChannelUntilAReload) {
  const auto ops = make_channel();
  ops->answers = {Kind::StopChannel};
  delivery.set_channels({{"ops", ops}});
  add("ops", "first", "A");
  ASSERT_TRUE(wait_settled(1));
  add("ops", "second", "B");
  ASSERT_TRUE(wait_settled(2));
  EXPECT_EQ(settled[0].state, DeliveryState::Dead);
  EXPECT_EQ(settled[1].state, DeliveryState::Dead);
  EXPECT_THAT(settled[1].error, HasSubstr("stopped"));
  EXPECT_EQ(delivery.health().died, 2U);
  delivery.set_channels({{"ops", ops}});
  add("ops", "third", "C");
  ASSERT_TRUE(wait_settled(3));
  EXPECT_EQ(settled[2].state, DeliveryState::Delivered);
  EXPECT_THAT(ops->sent, ElementsAre("first", "third"));
}

TEST_F(DeliveryTest, SendsATestPastTheQueueWithoutSettlingIt) {
  const auto ops = make_channel();
  ops->answers = {Kind::RetrySlowly};
  delivery.set_channels({{"ops", ops}});
  add("ops", "opened", "A");
  ASSERT_TRUE(wait_settled(1));
  std::vector<Kind> answers;
  const auto note = [&](SendResult result) {
    world.change([&] { answers.push_back(result.kind); });
  };
  Notification test = test_notification();
  EXPECT_TRUE(delivery.send_test(test, note));
  ASSERT_TRUE(world.wait_for([&] { return !answers.empty(); }));
  EXPECT_THAT(answers, ElementsAre(Kind::Delivered));
  EXPECT_EQ(settled.size(), 1U);
  test.channel = "gone";
  EXPECT_FALSE(delivery.send_test(test, note));
}

TEST_F(DeliveryTest, AnswersEveryTestThoughTheChannelGoes) {
  const auto ops = make_channel();
  ops->is_open = false;
  delivery.set_channels({{"ops", ops}});
  size_t answered = 0;
  const Notification test = test_notification();
  for (size_t i = 0; i < kMaxTestsPerLane; ++i) {
    EXPECT_TRUE(delivery.send_test(test, [&](SendResult) { world.change([&] { ++answered; }); }));
  }
  delivery.set_channels({});
  world.change([&] { ops->is_open = true; });
  EXPECT_TRUE(world.wait_for([&] { return answered == kMaxTestsPerLane; }));
}

TEST_F(DeliveryTest, LetsASendEndWhenItStops) {
  const auto ops = make_channel();
  ops->is_open = false;
  delivery.set_channels({{"ops", ops}});
  add("ops", "opened", "A");
  add("ops", "other", "B");
  ASSERT_TRUE(world.wait_for([&] { return !ops->sent.empty(); }));
  world.change([&] { ops->is_open = true; });
  delivery.stop(system_clock().steady() + kPatience);
  EXPECT_FALSE(ops->is_cancelled);
  ASSERT_FALSE(settled.empty());
  EXPECT_EQ(settled.front(), (Settled{"opened", DeliveryState::Delivered, 1, ""}));
}

TEST_F(DeliveryTest, CancelsAHangingSendWhenItStopsAndLeavesTheMessagePending) {
  const auto ops = make_channel();
  ops->is_open = false;
  delivery.set_channels({{"ops", ops}});
  add("ops", "opened", "A");
  ASSERT_TRUE(world.wait_for([&] { return !ops->sent.empty(); }));
  const SteadyTime deadline = system_clock().steady() + kCancelLatency;
  delivery.stop(deadline);
  EXPECT_LE(system_clock().steady(), deadline);
  EXPECT_TRUE(ops->is_cancelled);
  EXPECT_TRUE(settled.empty());
}

TEST_F(DeliveryTest, IgnoresWhatComesAfterItStopped) {
  delivery.set_channels({{"ops", make_channel()}});
  delivery.stop(system_clock().steady());
  add("ops", "opened", "A");
  EXPECT_TRUE(settled.empty()) << "it stays pending in the database";
}

// A clock that a test sets forward by hand.
class SettableClock final : public Clock {
 public:
  [[nodiscard]] SteadyTime steady() const override {
    return system_clock().steady() + ahead_.load();
  }
  [[nodiscard]] WallTime wall() const override { return system_clock().wall(); }
  void go_ahead(std::chrono::seconds by) { ahead_ = ahead_.load() + by; }

 private:
  std::atomic<std::chrono::seconds> ahead_{0s};
};

TEST(DeliveryHealth, SaysWhenALaneIsStuckInOneStep) {
  Watched world;
  SettableClock clock;
  Delivery delivery(clock, [](const std::string&, const DeliveryProgress&) {});
  const auto ops = std::make_shared<FakeChannel>(world);
  ops->is_open = false;
  delivery.set_channels({{"ops", ops}});
  clock.go_ahead(100s);
  EXPECT_TRUE(delivery.health().turning) << "waiting for work is no step";
  delivery.add({.id = "opened",
                .incident_id = "A",
                .channel = "ops",
                .type = "incident.opened",
                .body = "{}",
                .created_at = clock.wall()},
               {}, true);
  ASSERT_TRUE(world.wait_for([&] { return !ops->sent.empty(); }));
  EXPECT_TRUE(delivery.health().turning);
  clock.go_ahead(31s);
  EXPECT_FALSE(delivery.health().turning);
  ops->cancel();
}

}  // namespace
}  // namespace gatewatch::alerts
