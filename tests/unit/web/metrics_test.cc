// SPDX-License-Identifier: MIT
#include "web/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "tests/unit/web/example_snapshot.h"

namespace gatewatch::web {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

std::string metrics(MetricsFormat format = MetricsFormat::Prometheus) {
  return render_metrics(gatewatch::testing::example_snapshot(), format);
}

TEST(Metrics, CountsProbesByOutcomeAndCode) {
  EXPECT_THAT(metrics(),
              HasSubstr(R"(gatewatch_probes_total{target="shop <\"&'>",outcome="bad_gateway",)"
                        R"(code="502"} 10)"));
  EXPECT_THAT(metrics(), HasSubstr(R"(gatewatch_probes_skipped_total{target="fresh"} 0)"));
  EXPECT_THAT(metrics(), HasSubstr(R"(gatewatch_confirm_probes_total{target="shop <\"&'>",)"
                                   R"(outcome="bad_gateway"} 4)"));
}

TEST(Metrics, UsesTheNamesOfBlackboxExporter) {
  const std::string text = metrics();
  EXPECT_THAT(text, HasSubstr(R"(probe_success{target="shop <\"&'>"} 0)"));
  EXPECT_THAT(text, HasSubstr(R"(probe_duration_seconds{target="shop <\"&'>"} 0.015)"));
  EXPECT_THAT(text, HasSubstr(R"(probe_http_status_code{target="shop <\"&'>"} 502)"));
  EXPECT_THAT(text, HasSubstr(R"(phase="processing"} 0.004)"));
  EXPECT_THAT(text, HasSubstr(R"(phase="transfer"} 0.005)"));
  EXPECT_THAT(text, Not(HasSubstr(R"(probe_success{target="fresh"})")));
}

TEST(Metrics, GivesEachKindItsOwnPhases) {
  Snapshot snapshot;
  for (const char* url : {"tcp://x:25", "DNS://x/a.test", "icmp://x", "icmp://gone"}) {
    TargetStatus status;
    status.target = {.name = url, .url = url};
    status.last.emplace();
    status.last->result.latency = 15ms;
    status.last->result.phases.dns = 1ms;
    if (std::string_view(url) != "icmp://gone") {
      status.last->result.phases.first_byte = 4ms;
    }
    snapshot.targets.push_back(status);
  }
  const std::string text = render_metrics(snapshot, MetricsFormat::Prometheus);
  EXPECT_THAT(text, HasSubstr(R"(probe_duration_seconds{target="tcp://x:25"} 0.015)"));
  EXPECT_THAT(text, HasSubstr(R"(probe_dns_lookup_time_seconds{target="tcp://x:25"} 0.001)"));
  EXPECT_THAT(text, Not(HasSubstr("probe_http_status_code{")));
  EXPECT_THAT(text, Not(HasSubstr("probe_http_duration_seconds{")));
  const std::string dns = R"(probe_dns_duration_seconds{target="DNS://x/a.test",phase=)";
  EXPECT_THAT(text, HasSubstr(dns + R"("resolve"} 0.001)"));
  EXPECT_THAT(text, HasSubstr(dns + R"("connect"} 0.01)"));
  EXPECT_THAT(text, HasSubstr(dns + R"("request"} 0.004)"));
  const std::string icmp = R"(probe_icmp_duration_seconds{target="icmp://x",phase=)";
  EXPECT_THAT(text, HasSubstr(icmp + R"("setup"} 0.01)"));
  EXPECT_THAT(text, HasSubstr(icmp + R"("rtt"} 0.004)"));
  const std::string gone = R"(probe_icmp_duration_seconds{target="icmp://gone",phase=)";
  EXPECT_THAT(text, HasSubstr(gone + R"("setup"} 0)"));
  EXPECT_THAT(text, HasSubstr(gone + R"("rtt"} 0)"));
}

TEST(Metrics, TellWhenTheCertificateOfTheNewestProbeExpires) {
  Snapshot snapshot;
  for (const bool has_one : {true, false}) {
    TargetStatus status;
    status.target = {.name = has_one ? "with" : "without", .url = "https://x/"};
    status.last.emplace();
    if (has_one) {
      status.last->result.certificate = std::make_shared<const CertificateInfo>(
          CertificateInfo{.expires = WallTime(1'800'000'000s)});
    }
    snapshot.targets.push_back(status);
  }
  const std::string text = render_metrics(snapshot, MetricsFormat::Prometheus);
  EXPECT_THAT(text, HasSubstr("probe_ssl_earliest_cert_expiry{target=\"with\"} 1800000000\n"));
  EXPECT_THAT(text, Not(HasSubstr("probe_ssl_earliest_cert_expiry{target=\"without\"}")));
}

TEST(Metrics, EveryFamilyIsDeclaredOnceBeforeItsSamples) {
  std::istringstream lines(metrics());
  std::set<std::string> declared;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string hash;
    std::string kind;
    std::string name;
    words >> hash >> kind >> name;
    if (hash != "#") {
      name = hash.substr(0, hash.find('{'));
      for (const std::string_view suffix : {"_bucket", "_sum", "_count"}) {
        if (name.ends_with(suffix) && !declared.contains(name)) {
          name.resize(name.size() - suffix.size());
        }
      }
      EXPECT_TRUE(declared.contains(name)) << line;
    } else if (kind == "TYPE") {
      EXPECT_TRUE(declared.insert(name).second) << line;
    }
  }
  EXPECT_GT(declared.size(), 10U);
}

TEST(Metrics, OpenMetricsNamesCounterFamiliesWithoutTotalAndEnds) {
  const std::string text = metrics(MetricsFormat::OpenMetrics);
  EXPECT_THAT(text, HasSubstr("# TYPE gatewatch_probes counter\n"));
  EXPECT_THAT(text, HasSubstr("gatewatch_probes_total{"));
  EXPECT_TRUE(text.ends_with("# EOF\n"));
  EXPECT_THAT(metrics(), Not(HasSubstr("# EOF")));
}

}  // namespace
}  // namespace gatewatch::web
