// SPDX-License-Identifier: MIT
#include "storage/schema.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <vector>

#include "tests/support/temp_dir.h"
#include "tests/unit/storage/test_data.h"

namespace gatewatch::storage::testing {
namespace {

using gatewatch::testing::TempDir;

// The newest version that there is.
int64_t newest() {
  return migrations().back().version;
}

std::vector<Migration> with_one_more(const std::string& sql) {
  std::vector<Migration> steps(migrations().begin(), migrations().end());
  steps.push_back({newest() + 1, sql});
  return steps;
}

TEST(Schema, IsMadeOnce) {
  TempDir folder;
  Connection connection(folder.file("a.db"), Connection::Mode::Write);
  migrate(connection, migrations());
  migrate(connection, migrations());
  EXPECT_EQ(check_identity(connection, newest()), newest());
}

TEST(Schema, LeavesACopyBeforeItChangesAnExistingDatabase) {
  TempDir folder;
  const std::string path = folder.file("a.db");
  write_database(path, [](Writer& writer) { writer.add(opening("01A", kMorning)); });
  Connection connection(path, Connection::Mode::Write);
  migrate(connection, with_one_more("CREATE TABLE rollup(hour INTEGER) STRICT"));
  EXPECT_EQ(connection.integer("PRAGMA user_version"), newest() + 1);
  const std::string copy = path + ".before-v" + std::to_string(newest() + 1);
  EXPECT_EQ(ask_one(copy, "SELECT id FROM incidents"), "01A");
  EXPECT_EQ(ask_one(copy, "PRAGMA user_version"), std::to_string(newest()));
  EXPECT_EQ(ask_one(copy, "SELECT count(*) FROM sqlite_schema WHERE name = 'rollup'"), "0");
  EXPECT_FALSE(std::filesystem::exists(copy + ".tmp"));
}

TEST(Schema, MakesNoCopyOfANewDatabase) {
  TempDir folder;
  const std::string path = folder.file("a.db");
  Connection connection(path, Connection::Mode::Write);
  migrate(connection, with_one_more("CREATE TABLE rollup(hour INTEGER) STRICT"));
  EXPECT_FALSE(std::filesystem::exists(path + ".before-v" + std::to_string(newest() + 1)));
}

TEST(Schema, TakesNoHalfStep) {
  TempDir folder;
  const std::string path = folder.file("a.db");
  Connection connection(path, Connection::Mode::Write);
  migrate(connection, migrations());
  EXPECT_THROW(migrate(connection, with_one_more("CREATE TABLE rollup(a); CREATE nonsense")),
               SqliteError);
  EXPECT_EQ(connection.integer("PRAGMA user_version"), newest());
  EXPECT_EQ(connection.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'rollup'"), 0);
}

TEST(Schema, WritesTheNamesOfOutcomesAnew) {
  TempDir folder;
  Connection connection(folder.file("a.db"), Connection::Mode::Write);
  migrate(connection, migrations());
  connection.execute(
      "DELETE FROM outcome WHERE id = 12; UPDATE outcome SET name = 'x' WHERE id = 0");
  migrate(connection, migrations());
  EXPECT_EQ(connection.text("SELECT name FROM outcome WHERE id = 12"), "inconclusive");
  EXPECT_EQ(connection.text("SELECT name FROM outcome WHERE id = 0"), "ok");
}

}  // namespace
}  // namespace gatewatch::storage::testing
