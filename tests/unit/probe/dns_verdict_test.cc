// SPDX-License-Identifier: MIT
#include "probe/dns/dns_verdict.h"

#include <gtest/gtest.h>

namespace gatewatch::probe {
namespace {

constexpr DnsServersSeen kOursAnswering{.are_ours = true, .answered = true, .have_route = true};
constexpr DnsServersSeen kOursSilent{.are_ours = true, .answered = false, .have_route = true};
constexpr DnsServersSeen kNamedAnswering{.are_ours = false, .answered = true, .have_route = true};
constexpr DnsServersSeen kNamedSilent{.are_ours = false, .answered = false, .have_route = true};
constexpr DnsServersSeen kNamedFarOff{.are_ours = false, .answered = false, .have_route = false};

void expect(const DnsVerdict& verdict, Outcome outcome, bool resolver_is_down) {
  EXPECT_EQ(to_string(verdict.outcome), to_string(outcome));
  EXPECT_EQ(verdict.resolver_is_down, resolver_is_down);
}

TEST(DnsVerdict, ANameThatDoesNotExistIsTheTargetsTroubleWhoeverSaysSo) {
  for (const DnsServersSeen& servers : {kOursAnswering, kOursSilent, kNamedSilent}) {
    expect(judge(DnsFault::NoSuchName, servers), Outcome::Dns, false);
    expect(judge(DnsFault::NoAddress, servers), Outcome::Dns, false);
  }
}

TEST(DnsVerdict, AFailureForOneNameIsTheNames) {
  expect(judge(DnsFault::Failed, kOursAnswering), Outcome::DnsFailure, false);
  expect(judge(DnsFault::Silent, kOursAnswering), Outcome::DnsTimeout, false);
}

TEST(DnsVerdict, AFailureForEveryNameIsOurs) {
  expect(judge(DnsFault::Failed, kOursSilent), Outcome::Inconclusive, true);
  expect(judge(DnsFault::Silent, kOursSilent), Outcome::Inconclusive, true);
}

TEST(DnsVerdict, TheTroubleOfANamedServerIsTheTargets) {
  expect(judge(DnsFault::Failed, kNamedAnswering), Outcome::DnsFailure, false);
  expect(judge(DnsFault::Failed, kNamedSilent), Outcome::DnsFailure, false);
  expect(judge(DnsFault::Silent, kNamedAnswering), Outcome::DnsTimeout, false);
  expect(judge(DnsFault::Silent, kNamedSilent), Outcome::DnsTimeout, true);
}

TEST(DnsVerdict, ANamedServerWithoutARouteIsOurTrouble) {
  expect(judge(DnsFault::Silent, kNamedFarOff), Outcome::Inconclusive, true);
}

TEST(DnsVerdict, AQuestionThatCouldNotBePutIsOurTrouble) {
  for (const DnsServersSeen& servers : {kOursAnswering, kNamedAnswering}) {
    expect(judge(DnsFault::Local, servers), Outcome::Inconclusive, true);
  }
}

}  // namespace
}  // namespace gatewatch::probe
