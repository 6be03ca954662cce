// SPDX-License-Identifier: MIT
#include "web/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "tests/unit/web/example_snapshot.h"

namespace gatewatch::web {
namespace {

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
