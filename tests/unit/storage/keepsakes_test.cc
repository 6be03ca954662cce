// SPDX-License-Identifier: MIT
#include "storage/keepsakes.h"

#include <gtest/gtest.h>

#include "storage/diagnosis_rows.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/storage/test_data.h"

namespace gatewatch::storage {
namespace {

using testing::in_seconds;
using testing::kMorning;
using testing::options_for;

class KeepsakesTest : public ::testing::Test {
 protected:
  KeepsakesTest() { writer_.start(); }
  void flush() { ASSERT_TRUE(writer_.flush(in_seconds(10))) << writer_.health().error; }

  gatewatch::testing::TempDir folder_;
  std::string path_ = folder_.file("gatewatch.db");
  Writer writer_{options_for(path_), system_clock()};
};

TEST_F(KeepsakesTest, RememberHowFarLogsWereRead) {
  writer_.add(LogPosition{.log = "edge", .text = "one"});
  writer_.add(LogPosition{.log = "edge", .text = "two"});
  writer_.add(LogPosition{.log = "other", .text = "three"});
  flush();
  EXPECT_EQ(remember_log_positions(path_),
            (std::map<std::string, std::string>{{"edge", "two"}, {"other", "three"}}));
  writer_.add(LogPosition{.log = "edge", .text = ""});
  flush();
  EXPECT_EQ(remember_log_positions(path_),
            (std::map<std::string, std::string>{{"other", "three"}}));
}

TEST_F(KeepsakesTest, KeepTheNewestDiagnosisOfAnIncident) {
  Diagnosis diagnosis;
  diagnosis.target = "shop";
  diagnosis.at = kMorning;
  EXPECT_FALSE(has_diagnosis(path_, "01A"));
  writer_.add(IncidentDiagnosis{.incident_id = "01A", .at = kMorning, .json = to_json(diagnosis)});
  flush();
  diagnosis.requests = 7;
  writer_.add(IncidentDiagnosis{.incident_id = "01A", .at = kMorning, .json = to_json(diagnosis)});
  flush();
  EXPECT_TRUE(has_diagnosis(path_, "01A"));
  ASSERT_TRUE(find_diagnosis(path_, "01A"));
  EXPECT_EQ(find_diagnosis(path_, "01A")->target, "shop");
  EXPECT_EQ(find_diagnosis(path_, "01A")->requests, 7);
  EXPECT_FALSE(find_diagnosis(path_, "01B"));
}

TEST(Keepsakes, AreNoneWhereThereIsNoDatabase) {
  const gatewatch::testing::TempDir folder;
  EXPECT_TRUE(remember_log_positions(folder.file("none.db")).empty());
  EXPECT_FALSE(find_diagnosis(folder.file("none.db"), "01A"));
}

}  // namespace
}  // namespace gatewatch::storage
