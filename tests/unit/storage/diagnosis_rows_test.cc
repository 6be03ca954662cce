// SPDX-License-Identifier: MIT
#include "storage/diagnosis_rows.h"

#include <gtest/gtest.h>

namespace gatewatch::storage {
namespace {

using namespace std::chrono_literals;

Diagnosis example() {
  Diagnosis diagnosis;
  diagnosis.target = "shop \"one\"";
  diagnosis.url = "https://shop.example.com/";
  diagnosis.at = WallTime(1'795'443'330'123ms);
  diagnosis.took = 3'200'450us;
  diagnosis.requests = 2;
  diagnosis.is_cut = true;
  diagnosis.add({.check = Check::Get,
                 .subject = "GET /",
                 .address = "192.0.2.1",
                 .result = FindingResult::Failed,
                 .outcome = Outcome::BadGateway,
                 .status = 502,
                 .duration = 2'004us,
                 .text = "502 Bad Gateway",
                 .evidence = "HTTP/1.1 502\r\n\tü\\"});
  diagnosis.add({.check = Check::Dns,
                 .subject = "192.0.2.53:53",
                 .result = FindingResult::Ok,
                 .outcome = Outcome::Ok,
                 .text = "2 addresses",
                 .addresses = {"192.0.2.1", "2001:db8::1"}});
  diagnosis.add({.check = Check::Head,
                 .subject = "HEAD /",
                 .address = "192.0.2.1",
                 .result = FindingResult::Ok,
                 .outcome = Outcome::Ok,
                 .status = 200,
                 .text = "200 OK"});
  return diagnosis;
}

TEST(DiagnosisRows, AreReadBackAsTheyWere) {
  Connection connection(":memory:", Connection::Mode::Write);
  EXPECT_EQ(diagnosis_from_json(connection, to_json(example())), example());
  EXPECT_EQ(diagnosis_from_json(connection, to_json(Diagnosis())), Diagnosis());
}

TEST(DiagnosisRows, TellWhatTheFindingsSayTogether) {
  const std::string json = to_json(example());
  EXPECT_NE(json.find(R"("conclusions":[{"kind":"get_fails_head_works",)"
                      R"("text":"GET answers 502, HEAD 200"}])"),
            std::string::npos)
      << json;
  EXPECT_NE(json.find(R"("at":"2026-11-23T14:15:30.123Z","took_ms":3200.450,"requests":2)"),
            std::string::npos)
      << json;
  EXPECT_NE(json.find(R"("status":502,"duration_ms":2.004)"), std::string::npos) << json;
}

TEST(DiagnosisRows, AreEmptyWhereTheTextIsNone) {
  Connection connection(":memory:", Connection::Mode::Write);
  for (const char* damaged : {"", "[]", "{", "null", "7"}) {
    EXPECT_EQ(diagnosis_from_json(connection, damaged), std::nullopt) << damaged;
  }
}

TEST(DiagnosisRows, DropAFindingWithAWordOfALaterVersion) {
  Connection connection(":memory:", Connection::Mode::Write);
  std::string json = to_json(example());
  json.replace(json.find("\"head\""), 6, "\"quic\"");
  const std::optional<Diagnosis> read = diagnosis_from_json(connection, json);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->findings.size(), 2U);
}

}  // namespace
}  // namespace gatewatch::storage
