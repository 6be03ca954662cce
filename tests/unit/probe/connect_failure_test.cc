// SPDX-License-Identifier: MIT
#include "probe/net/connect_failure.h"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>

namespace gatewatch::probe {
namespace {

constexpr std::array kAlways{Told::ByCall, Told::Later, Told::Unknown};

TEST(OutcomeOfConnect, CountsWhatThisMachineLacksAsOurOwnTrouble) {
  for (const int ours :
       {ENETDOWN, EADDRNOTAVAIL, EAFNOSUPPORT, EMFILE, ENFILE, ENOBUFS, ENOMEM, EPERM}) {
    for (const Told told : kAlways) {
      EXPECT_EQ(outcome_of_connect(ours, told), Outcome::Inconclusive) << ours;
    }
  }
}

TEST(OutcomeOfConnect, CountsAMissingRouteAsOursAndARoutersWordAsTheTargets) {
  for (const int unreachable : {ENETUNREACH, EHOSTUNREACH, EACCES, EINVAL}) {
    EXPECT_EQ(outcome_of_connect(unreachable, Told::ByCall), Outcome::Inconclusive) << unreachable;
    EXPECT_EQ(outcome_of_connect(unreachable, Told::Later), Outcome::Refused) << unreachable;
  }
}

TEST(OutcomeOfConnect, GuessesTheUsualCauseWhereTheInstantIsUnknown) {
  EXPECT_EQ(outcome_of_connect(ENETUNREACH, Told::Unknown), Outcome::Inconclusive);
  EXPECT_EQ(outcome_of_connect(EACCES, Told::Unknown), Outcome::Inconclusive);
  EXPECT_EQ(outcome_of_connect(EHOSTUNREACH, Told::Unknown), Outcome::Refused);
}

TEST(OutcomeOfConnect, KnowsWhatThePeerDid) {
  for (const Told told : kAlways) {
    EXPECT_EQ(outcome_of_connect(ECONNREFUSED, told), Outcome::Refused);
    EXPECT_EQ(outcome_of_connect(EHOSTDOWN, told), Outcome::Refused);
    EXPECT_EQ(outcome_of_connect(ETIMEDOUT, told), Outcome::Timeout);
    EXPECT_EQ(outcome_of_connect(ECONNRESET, told), Outcome::Reset);
    EXPECT_EQ(outcome_of_connect(EPIPE, told), Outcome::Reset);
  }
}

TEST(OutcomeOfBreak, TellsWhatThisMachineLacksAndWhatThePeerDid) {
  for (const int ours : {ENETDOWN, ENOBUFS, ENOMEM, EPERM}) {
    EXPECT_EQ(outcome_of_break(ours), Outcome::Inconclusive) << ours;
  }
  for (const int theirs : {ECONNRESET, EPIPE, EHOSTUNREACH, ENETUNREACH, ECONNREFUSED}) {
    EXPECT_EQ(outcome_of_break(theirs), Outcome::Reset) << theirs;
  }
  EXPECT_EQ(outcome_of_break(ETIMEDOUT), Outcome::Timeout);
}

}  // namespace
}  // namespace gatewatch::probe
