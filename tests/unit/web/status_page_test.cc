// SPDX-License-Identifier: MIT
#include "web/status_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/web/example_snapshot.h"

namespace gatewatch::web {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(StatusPage, SpeaksOfRequestsWhereALogOpenedTheIncident) {
  Snapshot snapshot = gatewatch::testing::example_snapshot();
  snapshot.open_incidents.front().detected_by = kDetectedByLog;
  EXPECT_THAT(render_status_page(snapshot), HasSubstr("7 of 20 logged requests bad"));
}

TEST(StatusPage, ShowsTargetsAndOpenIncidents) {
  const std::string page = render_status_page(gatewatch::testing::example_snapshot());
  EXPECT_THAT(page, HasSubstr("bad-gateway"));
  EXPECT_THAT(page, HasSubstr("open for 5 min"));
  EXPECT_THAT(page, HasSubstr("7 of 20 probes bad"));
  EXPECT_THAT(page, HasSubstr("bad_gateway"));
  EXPECT_THAT(page, HasSubstr("15.0 ms"));
  EXPECT_THAT(page, HasSubstr("not probed yet"));
}

TEST(StatusPage, EscapesEveryName) {
  const std::string page = render_status_page(gatewatch::testing::example_snapshot());
  EXPECT_THAT(page, HasSubstr("shop &lt;&quot;&amp;&#39;&gt;"));
  EXPECT_THAT(page, Not(HasSubstr("shop <")));
}

TEST(StatusPage, SaysWhatGatewatchItselfSuffersFrom) {
  Snapshot snapshot = gatewatch::testing::example_snapshot();
  snapshot.open_incidents.clear();
  snapshot.health.storage_ok = false;
  snapshot.health.storage_error = "disk <full>";
  snapshot.health.dead_letters = 2;
  const std::string page = render_status_page(snapshot);
  EXPECT_THAT(page, HasSubstr("No open incident."));
  EXPECT_THAT(page, HasSubstr("disk &lt;full&gt;"));
  EXPECT_THAT(page, HasSubstr("2 messages could not be delivered"));
}

}  // namespace
}  // namespace gatewatch::web
