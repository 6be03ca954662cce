// SPDX-License-Identifier: MIT
#include "core/diagnosis.h"

#include <gtest/gtest.h>

#include "core/diagnosis_text.h"

namespace gatewatch {
namespace {

using namespace std::chrono_literals;

TEST(Diagnosis, HasAWordForEachCheckAndResultAndReadsItBack) {
  for (const Check check : kAllChecks) {
    EXPECT_EQ(parse_check(to_string(check)), check);
  }
  EXPECT_EQ(to_string(Check::FreshConnection), "fresh_connection");
  EXPECT_EQ(parse_check("fresh"), std::nullopt);
  for (const auto result : {FindingResult::Ok, FindingResult::Failed, FindingResult::Skipped}) {
    EXPECT_EQ(parse_finding_result(to_string(result)), result);
  }
  EXPECT_EQ(parse_finding_result("fine"), std::nullopt);
}

TEST(Diagnosis, KeepsSixtyFourFindingsAndSaysThatThereWereMore) {
  Diagnosis diagnosis;
  for (size_t i = 0; i < kMaxFindings; ++i) {
    diagnosis.add({.check = Check::Ping});
  }
  EXPECT_FALSE(diagnosis.is_cut);
  diagnosis.add({.check = Check::Get});
  EXPECT_TRUE(diagnosis.is_cut);
  EXPECT_EQ(diagnosis.findings.size(), 64U);
  EXPECT_EQ(diagnosis.findings.back().check, Check::Ping);
}

TEST(Diagnosis, CutsTextsAtACharacter) {
  Diagnosis diagnosis;
  Finding finding;
  for (int i = 0; i < 3000; ++i) {
    finding.subject += "ü";
    finding.text += "ü";
    finding.evidence += "ü";
    finding.addresses.emplace_back("192.0.2.1");
  }
  diagnosis.add(finding);
  const Finding& kept = diagnosis.findings.front();
  EXPECT_LE(kept.subject.size(), 128U);
  EXPECT_TRUE(kept.subject.ends_with("ü…")) << kept.subject;
  EXPECT_LE(kept.text.size(), 256U);
  EXPECT_LE(kept.evidence.size(), 4096U);
  EXPECT_TRUE(kept.evidence.ends_with("ü…"));
  EXPECT_EQ(kept.addresses.size(), 32U);
}

TEST(DiagnosisText, AlignsChecksAndShowsTheirEvidenceBelow) {
  Diagnosis diagnosis;
  diagnosis.target = "shop";
  diagnosis.url = "https://shop.example.com/health";
  diagnosis.took = 3200ms;
  diagnosis.requests = 2;
  diagnosis.add({.check = Check::Ping,
                 .subject = "192.0.2.1",
                 .result = FindingResult::Skipped,
                 .text = "this process may not ping"});
  diagnosis.add({.check = Check::Get,
                 .subject = "GET /health",
                 .address = "192.0.2.1",
                 .result = FindingResult::Failed,
                 .outcome = Outcome::BadGateway,
                 .status = 502,
                 .duration = 2'340us,
                 .text = "502 Bad Gateway",
                 .evidence = "HTTP/1.1 502 Bad Gateway\r\nServer: \x1b[31mnginx\r\n"});
  diagnosis.add({.check = Check::Head,
                 .subject = "HEAD /health",
                 .address = "192.0.2.1",
                 .result = FindingResult::Ok,
                 .outcome = Outcome::Ok,
                 .status = 200,
                 .duration = 1200ms,
                 .text = "200 OK"});
  EXPECT_EQ(to_text(diagnosis),
            "Diagnosis of shop (https://shop.example.com/health)\n"
            "  begun " +
                format_local(WallTime()) +
                ", took 3 s, 2 requests\n"
                "\nSide by side\n"
                "  - GET answers 502, HEAD 200\n"
                "\nChecks\n"
                "  skipped  ping  192.0.2.1     -       "
                "this process may not ping\n"
                "  failed   get   GET /health   2.3 ms  502 Bad Gateway\n"
                "  ok       head  HEAD /health  1 s     200 OK\n"
                "\nget GET /health\n"
                "    HTTP/1.1 502 Bad Gateway\n"
                "    Server: \\x1B[31mnginx\n");
}

TEST(DiagnosisText, SaysWhereNothingDiffersAndWhereItWasCut) {
  Diagnosis diagnosis;
  diagnosis.url = "http://shop.test/";
  for (size_t i = 0; i <= kMaxFindings; ++i) {
    diagnosis.add({.check = Check::Ping, .result = FindingResult::Ok, .outcome = Outcome::Ok});
  }
  const std::string text = to_text(diagnosis);
  EXPECT_TRUE(text.starts_with("Diagnosis of http://shop.test/\n")) << text;
  EXPECT_NE(text.find("the checks do not contradict each other"), std::string::npos);
  EXPECT_NE(text.find("more than 64 findings"), std::string::npos);
}

}  // namespace
}  // namespace gatewatch
