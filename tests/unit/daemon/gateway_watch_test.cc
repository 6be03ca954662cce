// SPDX-License-Identifier: MIT
#include "daemon/gateway_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "probe/loop/epoll_loop.h"
#include "tests/support/scripted_server.h"
#include "tests/support/sim_loop.h"

namespace gatewatch::daemon {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Target target_of(const std::string& name) {
  Target target;
  target.name = name;
  return target;
}

logs::GatewaySettings nginx(const std::string& name, const std::string& url = "http://127.0.0.1/") {
  logs::GatewaySettings gateway;
  gateway.name = name;
  gateway.stub_status = url;
  gateway.targets = {"*"};
  return gateway;
}

GatewayStatus status_with(uint64_t dropped) {
  GatewayStatus status;
  status.product = "nginx";
  status.connections = 5;
  status.accepted = 1'000;
  status.dropped = dropped;
  return status;
}

class GatewayWatchTest : public ::testing::Test {
 protected:
  struct Asked {
    std::string name;
    logs::GatewayReader::Done done;
  };

  // Answers the oldest question; its answer reaches the watch when the loop turns.
  void answer(const logs::GatewayAnswer& answer) {
    ASSERT_FALSE(asked_.empty());
    auto done = std::move(asked_.front().done);
    asked_.erase(asked_.begin());
    done(answer);
    loop_.advance(0ms);
  }
  std::vector<std::string> names_asked() const {
    std::vector<std::string> names;
    for (const Asked& one : asked_) {
      names.push_back(one.name);
    }
    return names;
  }
  void start_well() {
    watch_.configure({nginx("edge")}, {target_of("shop"), target_of("blog")});
    answer(status_with(0));
  }

  testing::SimLoop loop_;
  bool is_refusing_ = false;
  std::vector<Asked> asked_;
  std::vector<std::pair<std::string, GatewayWatch::Report>> told_;
  GatewayWatch watch_{
      loop_,
      [this](const std::string& target, GatewayWatch::Report report) {
        told_.emplace_back(target, std::move(report));
      },
      {.read = [this](const logs::GatewaySettings& gateway, logs::GatewayReader::Done done) {
        if (is_refusing_) {
          return false;
        }
        asked_.push_back({gateway.name, std::move(done)});
        return true;
      }}};
};

TEST_F(GatewayWatchTest, AsksOnceHoweverManyTargetsFail) {
  std::vector<Target> targets;
  for (int i = 0; i < 5'000; ++i) {
    targets.push_back(target_of("t" + std::to_string(i)));
  }
  watch_.configure({nginx("edge")}, targets);
  answer(status_with(0));
  loop_.advance(1min);
  for (const Target& target : targets) {
    EXPECT_THAT(watch_.ask(target.name), IsEmpty());
  }
  EXPECT_THAT(names_asked(), ElementsAre("edge"));
  answer(status_with(70));
  ASSERT_EQ(told_.size(), targets.size());
  EXPECT_EQ(told_.front().second, told_.back().second);
  EXPECT_TRUE(told_.front().second->drops_clients);
  EXPECT_THAT(told_.front().second->lines, ElementsAre(HasSubstr("70 accepted but not handled in "
                                                                 "the last 1 min")));
  EXPECT_THAT(asked_, IsEmpty());
}

TEST_F(GatewayWatchTest, TellsAFewTargetsInATurnOfTheLoop) {
  std::vector<Target> targets;
  for (size_t i = 0; i < kToldAtOnce + 1; ++i) {
    targets.push_back(target_of("t" + std::to_string(i)));
  }
  watch_.configure({nginx("edge")}, targets);
  for (const Target& target : targets) {
    EXPECT_THAT(watch_.ask(target.name), IsEmpty());
  }
  size_t told_in_one_turn = 0;
  asked_.front().done(status_with(0));
  loop_.post([&] { told_in_one_turn = told_.size(); });
  loop_.advance(0ms);
  EXPECT_EQ(told_in_one_turn, kToldAtOnce);
  EXPECT_EQ(told_.size(), targets.size());
}

TEST_F(GatewayWatchTest, TellsAtOnceWhatIsKnownAndAsksAgainLater) {
  start_well();
  loop_.advance(1min);
  EXPECT_THAT(watch_.ask("shop"), IsEmpty());
  answer(status_with(1));
  EXPECT_THAT(told_, SizeIs(1));
  loop_.advance(kAskAgain - 1ms);
  EXPECT_THAT(watch_.ask("blog"), SizeIs(1));
  EXPECT_THAT(asked_, IsEmpty());
  loop_.advance(1ms);
  EXPECT_THAT(watch_.ask("blog"), IsEmpty());
  EXPECT_THAT(names_asked(), ElementsAre("edge"));
}

TEST_F(GatewayWatchTest, AsksNoGatewayTwiceAtATime) {
  start_well();
  loop_.advance(1min);
  for (int i = 0; i < 5; ++i) {
    EXPECT_THAT(watch_.ask("shop"), IsEmpty());
    loop_.advance(kAskAgain);
  }
  EXPECT_THAT(asked_, SizeIs(1));
  answer(status_with(0));
  EXPECT_THAT(told_, SizeIs(1)) << "one target, however often it asked";
}

TEST_F(GatewayWatchTest, ComparesWithHowItWasBeforeTheTrouble) {
  start_well();
  loop_.advance(kAskWhileWell);
  answer(status_with(3));
  loop_.advance(1min);
  EXPECT_THAT(watch_.ask("shop"), IsEmpty());
  answer(status_with(5));
  loop_.advance(1min);
  EXPECT_THAT(watch_.ask("shop"), IsEmpty());
  answer(status_with(9));
  EXPECT_THAT(told_.at(0).second->lines, ElementsAre(HasSubstr("2 accepted but")));
  EXPECT_THAT(told_.at(1).second->lines, ElementsAre(HasSubstr("6 accepted but")));
}

TEST_F(GatewayWatchTest, AsksAtTimesOnlyWhileAllIsWell) {
  start_well();
  loop_.advance(kAskWhileWell - 1s);
  EXPECT_THAT(watch_.ask("shop"), IsEmpty());
  answer(status_with(1));
  loop_.advance(kWellAgain);
  EXPECT_THAT(asked_, IsEmpty());
  loop_.advance(kAskWhileWell);
  EXPECT_THAT(names_asked(), ElementsAre("edge"));
}

TEST_F(GatewayWatchTest, TellsWhyAGatewayDoesNotTell) {
  start_well();
  loop_.advance(1min);
  EXPECT_THAT(watch_.ask("shop"), IsEmpty());
  answer(std::unexpected("Permission denied"));
  ASSERT_THAT(told_, SizeIs(1));
  EXPECT_EQ(told_.front().first, "shop");
  EXPECT_EQ(told_.front().second->gateway, "edge");
  EXPECT_EQ(told_.front().second->product, "nginx");
  EXPECT_THAT(told_.front().second->lines,
              ElementsAre("does not tell how it is: Permission denied"));
}

TEST_F(GatewayWatchTest, AsksOnlyTheGatewaysBeforeATarget) {
  logs::GatewaySettings of_shop = nginx("shops");
  of_shop.targets = {"shop"};
  Target off = target_of("off");
  off.enabled = false;
  watch_.configure({of_shop, nginx("all")}, {target_of("shop"), target_of("blog"), off});
  answer(status_with(0));
  answer(status_with(0));
  loop_.advance(1min);
  EXPECT_THAT(watch_.ask("blog"), IsEmpty());
  EXPECT_THAT(names_asked(), ElementsAre("all"));
  EXPECT_THAT(watch_.ask("stranger"), IsEmpty());
  EXPECT_THAT(watch_.ask("off"), IsEmpty());
  EXPECT_THAT(watch_.ask("shop"), IsEmpty());
  EXPECT_THAT(names_asked(), ElementsAre("all", "shops"));
}

TEST_F(GatewayWatchTest, DropsTheAnswerOfAConfigurationThatIsGone) {
  start_well();
  loop_.advance(1min);
  EXPECT_THAT(watch_.ask("shop"), IsEmpty());
  watch_.configure({nginx("edge", "http://127.0.0.2/")}, {target_of("shop")});
  EXPECT_THAT(asked_, SizeIs(2));
  answer(status_with(1));
  EXPECT_THAT(told_, IsEmpty());
  EXPECT_THAT(watch_.ask("shop"), IsEmpty());
  answer(status_with(2));
  EXPECT_THAT(told_, SizeIs(1));
}

TEST_F(GatewayWatchTest, KeepsWhatItKnowsOfAGatewayThatStays) {
  start_well();
  watch_.configure({nginx("edge"), nginx("other")}, {target_of("shop")});
  EXPECT_THAT(names_asked(), ElementsAre("other"));
  watch_.configure({}, {target_of("shop")});
  EXPECT_EQ(loop_.timers(), 0U);
}

TEST(GatewayWatch, AsksRealGatewaysWithoutHoldingUpTheLoop) {
  testing::ScriptedServer server(
      {testing::answer("200 OK",
                       "Active connections: 291 \nserver accepts handled requests\n 16 15 31 \n"
                       "Reading: 6 Writing: 179 Waiting: 106 \n")});
  testing::ScriptedServer hanging({{testing::read_request(), testing::hang()}});
  probe::EpollLoop loop(system_clock());
  int beats = 0;  // of the loop, while one of them hangs
  std::function<void()> beat = [&] {
    ++beats;
    loop.call_at(loop.now() + 10ms, beat);
  };
  std::vector<std::string> lines;
  GatewayWatch watch(loop, [&](const std::string&, const GatewayWatch::Report& report) {
    lines.insert(lines.end(), report->lines.begin(), report->lines.end());
    if (lines.size() == 2) {
      loop.stop();
    }
  });
  loop.call_at(loop.now(), beat);
  loop.call_at(loop.now() + 20s, [&] { loop.stop(); });
  watch.configure({nginx("edge", server.url()), nginx("other", hanging.url())},
                  {target_of("shop")});
  EXPECT_THAT(watch.ask("shop"), IsEmpty());
  loop.run();
  EXPECT_THAT(lines, ElementsAre(HasSubstr("291 connections open"), HasSubstr("timed out")));
  EXPECT_GT(beats, 5);
}

TEST_F(GatewayWatchTest, DoesNotPassOffAnOldReportForANewOneWhereItCannotAsk) {
  start_well();
  loop_.advance(1min);
  is_refusing_ = true;
  EXPECT_THAT(watch_.ask("shop"), IsEmpty());
  EXPECT_THAT(watch_.ask("shop"), IsEmpty());
  is_refusing_ = false;
  EXPECT_THAT(watch_.ask("shop"), IsEmpty());
  EXPECT_THAT(names_asked(), ElementsAre("edge"));
}

TEST_F(GatewayWatchTest, ComparesWithNothingThatIsLongPast) {
  start_well();
  for (int i = 0; i < 4; ++i) {  // one target is always broken
    loop_.advance(kAskAgain);
    EXPECT_THAT(watch_.ask("blog"), IsEmpty());
    answer(status_with(70));
    EXPECT_TRUE(told_.back().second->drops_clients);
  }
  loop_.advance(kWellLasts);
  told_.clear();
  EXPECT_THAT(watch_.ask("shop"), IsEmpty());
  answer(status_with(70));
  ASSERT_THAT(told_, SizeIs(1));
  EXPECT_FALSE(told_.back().second->drops_clients);
}

TEST_F(GatewayWatchTest, AsksThoseThatAreWellHoweverOftenItIsConfigured) {
  start_well();
  for (int i = 0; i < 6; ++i) {
    loop_.advance(1min);
    watch_.configure({nginx("edge")}, {target_of("shop"), target_of("blog")});
  }
  EXPECT_THAT(names_asked(), ElementsAre("edge"));
}

TEST_F(GatewayWatchTest, AsksAFewGatewaysOfOneTargetTheFirstThatAreConfigured) {
  std::vector<logs::GatewaySettings> many;
  for (const char* name : {"f", "e", "d", "c", "b", "a"}) {
    many.push_back(nginx(name));
  }
  watch_.configure(many, {target_of("shop")});
  asked_.clear();
  watch_.configure({}, {});
  watch_.configure(many, {target_of("shop")});
  while (!asked_.empty()) {
    answer(status_with(0));
  }
  loop_.advance(1min);
  EXPECT_THAT(watch_.ask("shop"), IsEmpty());
  EXPECT_THAT(names_asked(), ElementsAre("f", "e", "d", "c"));
}

TEST(GatewayWatch, AsksLaterWhereItCannotAskNow) {
  testing::SimLoop loop;
  int refused = 0;
  GatewayWatch watch(loop, [](const std::string&, const GatewayWatch::Report&) {},
                     {.read = [&](const logs::GatewaySettings&, const logs::GatewayReader::Done&) {
                       ++refused;
                       return false;
                     }});
  watch.configure({nginx("edge")}, {target_of("shop")});
  EXPECT_THAT(watch.ask("shop"), IsEmpty());
  EXPECT_THAT(watch.ask("shop"), IsEmpty());
  EXPECT_EQ(refused, 3);
}

}  // namespace
}  // namespace gatewatch::daemon
