// SPDX-License-Identifier: MIT
//
// What users see through their own SQL while the daemon writes.
#include <gtest/gtest.h>

#include "storage/history.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/storage/test_data.h"

namespace gatewatch::storage::testing {
namespace {

using namespace std::chrono_literals;
using gatewatch::testing::TempDir;

class Views : public ::testing::Test {
 protected:
  void SetUp() override { writer_.start(); }
  void flush() { ASSERT_TRUE(writer_.flush(in_seconds(10))) << writer_.health().error; }

  std::string columns_of(const std::string& view) {
    return ask_one(path_, "SELECT group_concat(name, ' ') FROM pragma_table_info('" + view + "')");
  }

  TempDir folder_;
  std::string path_ = folder_.file("gatewatch.db");
  Writer writer_{options_for(path_), system_clock()};
};

TEST_F(Views, HaveTheirContractedColumns) {
  flush();
  const std::string samples =
      "target at at_ms status outcome latency_ms dns_ms connect_ms tls_ms first_byte_ms address "
      "purpose confirm late_ms tls_resumed dns_stale answered_by product causes reason error";
  EXPECT_EQ(columns_of("samples"), samples);
  EXPECT_EQ(columns_of("origin_samples"), samples);
  EXPECT_EQ(
      columns_of("incidents"),
      "id target rule severity opened_at resolved_at class fault summary bad probes detected_by "
      "class_reason failing causes evidence");
  EXPECT_EQ(columns_of("diagnoses"), "incident_id at json");
  EXPECT_EQ(columns_of("notifications"),
            "id incident_id channel type created_at delivered_at attempts last_error state");
  EXPECT_EQ(columns_of("jobs"), "target watched_since silent_since reported_at failed message");
}

TEST_F(Views, ShowAnOkSample) {
  writer_.add(ok_sample("shop", kMorning));
  flush();
  EXPECT_EQ(ask_one(path_,
                    "SELECT target, at, status, outcome, latency_ms, dns_ms, connect_ms, tls_ms, "
                    "first_byte_ms, address, purpose, confirm, late_ms, reason, error "
                    "FROM samples"),
            "shop|2026-11-22T10:15:30.123Z|200|ok|12.5|1.0|2.0|NULL|9.0|192.0.2.1|scheduled|0|"
            "0.25|NULL|NULL");
  EXPECT_EQ(ask_one(path_,
                    "SELECT at_ms = 1795342530123.456, typeof(at_ms), typeof(latency_ms), "
                    "typeof(status) FROM samples"),
            "1|real|real|integer");
  EXPECT_EQ(ask_one(path_, "SELECT count(*) FROM origin_samples"), "0");
}

TEST_F(Views, ShowWhoMadeAnAnswerAndItsPossibleCauses) {
  Sample sample = ok_sample("shop", kMorning);
  sample.result.outcome = Outcome::BadGateway;
  sample.result.status = 502;
  sample.result.answered_by = {
      Role::Gateway, "haproxy", "haproxy-page", {Cause::Reset, Cause::Closed}};
  writer_.add(sample);
  sample.at += 1s;
  sample.result.answered_by = {Role::Application, "", "say \"no\"", {Cause::Application}};
  writer_.add(sample);
  writer_.add(ok_sample("shop", kMorning + 2s));
  flush();
  EXPECT_EQ(ask(path_, "SELECT answered_by, product, causes FROM samples ORDER BY at"),
            (std::vector<std::string>{R"(gateway|haproxy|["upstream_closed","upstream_reset"])",
                                      R"(application|NULL|["app_error"])", "NULL|NULL|NULL"}));
}

TEST_F(Views, KeepOriginsApartFromTargets) {
  Sample origin = ok_sample("shop", kMorning);  // the same instant as the target's
  origin.is_origin = true;
  origin.result.outcome = Outcome::Refused;
  origin.result.error = "nobody listens";
  origin.result.head = "HTTP/1.1 500 No";
  writer_.add(ok_sample("shop", kMorning));
  writer_.add(origin);
  flush();
  EXPECT_EQ(ask_one(path_, "SELECT target, outcome, error FROM samples"), "shop|ok|NULL");
  EXPECT_EQ(ask_one(path_, "SELECT target, outcome, error FROM origin_samples"),
            "shop|refused|nobody listens");
  EXPECT_EQ(ask_one(path_, "SELECT is_origin, head FROM answers"), "1|HTTP/1.1 500 No");
  int remembered = 0;
  for_each_sample(path_, kMorning - 1s, kMorning + 1s, [&](const Sample&) { ++remembered; });
  EXPECT_EQ(remembered, 1) << "what is replayed into rules is of targets alone";
}

TEST_F(Views, ShowAConfirmedTimeoutWithItsWords) {
  Sample sample;
  sample.target = "shop";
  sample.at = kMorning;
  sample.purpose = Purpose::Confirm;
  sample.result.outcome = Outcome::Timeout;
  sample.result.latency = 10s;
  sample.result.error = "no answer within 10s";
  writer_.add(sample);
  flush();
  EXPECT_EQ(ask_one(path_,
                    "SELECT status, outcome, latency_ms, address, purpose, confirm, reason, "
                    "error FROM samples"),
            "NULL|timeout|10000.0|NULL|confirm|1|NULL|no answer within 10s");
}

TEST_F(Views, NeverShowAnInstantBeforeItWas) {
  const WallTime minute = std::chrono::floor<std::chrono::minutes>(kMorning);
  writer_.add(ok_sample("shop", minute + 59'999'600us));
  writer_.add(ok_sample("shop", minute + 60'000'000us));
  writer_.add(ok_sample("shop", minute + 60'005'000us));
  flush();
  EXPECT_EQ(ask(path_, "SELECT at FROM samples ORDER BY at_ms"),
            (std::vector<std::string>{"2026-11-22T10:15:59.999Z", "2026-11-22T10:16:00.000Z",
                                      "2026-11-22T10:16:00.005Z"}));
}

TEST_F(Views, ShowIncidentsAndNotifications) {
  Transition transition = opening("01A", kMorning);
  transition.incident.resolved_at = kMorning + 90s;
  writer_.add(std::move(transition));
  DeliveryProgress progress;
  progress.state = DeliveryState::Delivered;
  progress.attempts = 3;
  progress.delivered_at = kMorning + 5s;
  writer_.add(Settlement{"msg_01A", progress});
  flush();
  EXPECT_EQ(ask_one(path_,
                    "SELECT id, target, rule, severity, opened_at, resolved_at, class, fault, "
                    "summary, bad, probes FROM incidents"),
            "01A|shop|bad-gateway|warning|2026-11-22T10:15:30.123Z|2026-11-22T10:17:00.123Z|"
            "intermittent|origin|consistent with a dead origin|7|20");
  EXPECT_EQ(ask_one(path_, "SELECT * FROM notifications"),
            "msg_01A|01A|ops|incident.opened|2026-11-22T10:15:30.123Z|2026-11-22T10:15:35.123Z|3|"
            "NULL|delivered");
}

TEST_F(Views, ShowATestMessageWithoutAnIncident) {
  writer_.add(Transition{Incident{}, {message("msg_test", "")}});
  flush();
  EXPECT_EQ(ask_one(path_, "SELECT id, incident_id, state FROM notifications"),
            "msg_test|NULL|pending");
  EXPECT_EQ(ask_one(path_, "SELECT count(*) FROM incidents"), "0");
}

TEST_F(Views, NameEveryOutcomeAndPurpose) {
  flush();
  EXPECT_EQ(
      ask_one(path_, "SELECT group_concat(name, ' ') FROM (SELECT name FROM outcome ORDER BY id)"),
      "ok bad_gateway unavailable gateway_timeout http_error timeout refused reset dns tls "
      "protocol body inconclusive dns_failure dns_timeout slow header certificate_expiring");
  EXPECT_EQ(
      ask_one(path_, "SELECT group_concat(name, ' ') FROM (SELECT name FROM purpose ORDER BY id)"),
      "scheduled confirm diagnosis manual");
}

TEST_F(Views, CarryOurMarks) {
  flush();
  EXPECT_EQ(ask_one(path_, "PRAGMA application_id"), "1196901192");
  EXPECT_EQ(ask_one(path_, "PRAGMA user_version"), "5");
  EXPECT_EQ(ask_one(path_, "PRAGMA journal_mode"), "wal");
  EXPECT_EQ(ask_one(path_, "PRAGMA auto_vacuum"), "2");
  EXPECT_EQ(ask_one(path_,
                    "SELECT count(*) FROM pragma_table_list WHERE type = 'table' AND "
                    "schema = 'main' AND strict = 0 AND name NOT LIKE 'sqlite_%'"),
            "0");
}

TEST_F(Views, ShowHowAConnectionCameAboutAndWhatAFailingServerAnswered) {
  Sample sample = bad_gateway_sample("shop", kMorning);
  sample.result.tls_resumed = true;
  sample.result.dns_stale = true;
  sample.result.head = "HTTP/1.1 502 Bad Gateway\r\n\r\n";
  sample.result.body = "<h1>502</h1>";
  writer_.add(sample);
  writer_.add(ok_sample("shop", kMorning + 1s));
  flush();
  EXPECT_EQ(ask(path_, "SELECT tls_resumed, dns_stale FROM samples ORDER BY at"),
            (std::vector<std::string>{"1|1", "0|0"}));
  EXPECT_EQ(ask(path_,
                "SELECT target, at, is_origin, status, outcome, address, trim(head), body "
                "FROM answers"),
            std::vector<std::string>{"shop|2026-11-22T10:15:30.123Z|0|502|bad_gateway|192.0.2.1|"
                                     "HTTP/1.1 502 Bad Gateway\r\n\r\n|<h1>502</h1>"});
}

TEST_F(Views, GiveWordsThatAreUtf8WhateverTheyWere) {
  Sample sample = bad_gateway_sample("shop", kMorning);
  sample.result.reason = "Schl\xE4gt fehl";
  sample.result.error = "\xFF";
  writer_.add(sample);
  flush();
  EXPECT_EQ(ask(path_, "SELECT reason, error FROM samples"),
            std::vector<std::string>{"Schl\\xE4gt fehl|\\xFF"});
}

}  // namespace
}  // namespace gatewatch::storage::testing
