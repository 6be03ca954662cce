// SPDX-License-Identifier: MIT
#include "daemon/verb_diagnose.h"

#include <gtest/gtest.h>

namespace gatewatch::daemon {
namespace {

using enum FindingResult;

Diagnosis found(std::vector<std::pair<Check, FindingResult>> findings) {
  Diagnosis diagnosis;
  for (const auto& [check, result] : findings) {
    diagnosis.add({.check = check, .result = result});
  }
  return diagnosis;
}

TEST(DiagnosisExit, GoesByTheRequestsOfAnHttpTarget) {
  probe::DiagnosisSubject subject{.has_tcp = true};
  subject.http = std::make_shared<const probe::HttpSettings>();
  EXPECT_EQ(exit_code(found({{Check::Get, Ok}, {Check::Head, Failed}}), subject), ExitCode::Fine);
  EXPECT_EQ(exit_code(found({{Check::Get, Ok}, {Check::Ipv6, Failed}}), subject), ExitCode::Bad);
  EXPECT_EQ(exit_code(found({{Check::Get, Skipped}, {Check::Ping, Ok}}), subject),
            ExitCode::Inconclusive);
}

TEST(DiagnosisExit, IsBadWhereTheNameIsNotResolved) {
  EXPECT_EQ(exit_code(found({{Check::Dns, Failed}, {Check::Connect, Skipped}}), {.has_tcp = true}),
            ExitCode::Bad);
}

TEST(DiagnosisExit, GoesByWhatTheProbesOfOtherKindsDo) {
  EXPECT_EQ(exit_code(found({{Check::Connect, Ok}, {Check::Tls, Failed}}), {.has_tcp = true}),
            ExitCode::Bad);
  EXPECT_EQ(
      exit_code(found({{Check::Connect, Ok}, {Check::Traceroute, Failed}}), {.has_tcp = true}),
      ExitCode::Fine);
  EXPECT_EQ(exit_code(found({{Check::Ping, Ok}}), {}), ExitCode::Fine);
  EXPECT_EQ(
      exit_code(found({{Check::Ping, Ok}, {Check::Answer, Failed}}), {.asked_name = "shop.test"}),
      ExitCode::Bad);
}

}  // namespace
}  // namespace gatewatch::daemon
