// SPDX-License-Identifier: MIT
#include "storage/state_directory.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <optional>

#include "storage/error.h"
#include "storage/schema.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/storage/test_data.h"

namespace gatewatch::storage::testing {
namespace {

using gatewatch::testing::TempDir;

struct Refusal {
  StorageError::Kind kind;
  std::string message;
};

template <typename Action>
std::optional<Refusal> refusal_of(Action action) {
  try {
    action();
  } catch (const StorageError& error) {
    return Refusal{error.kind(), error.what()};
  }
  return std::nullopt;
}

TEST(StateLock, NamesAMissingFolder) {
  TempDir folder;
  const std::string missing = folder.file("none");
  const auto refusal = refusal_of([&] { StateLock lock(missing + "/gatewatch.db"); });
  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(refusal->kind, StorageError::Kind::Missing);
  EXPECT_EQ(refusal->message,
            "cannot use state directory " + missing + ": No such file or directory");
}

TEST(StateLock, NamesAForbiddenFolder) {
  if (geteuid() == 0) {
    GTEST_SKIP() << "root may write everywhere";
  }
  TempDir folder;
  chmod(folder.path().c_str(), 0500);
  const auto refusal = refusal_of([&] { StateLock lock(folder.file("gatewatch.db")); });
  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(refusal->kind, StorageError::Kind::Permission);
  EXPECT_EQ(refusal->message,
            "cannot use state directory " + folder.path() + ": Permission denied");
}

TEST(StateLock, KeepsASecondDaemonOut) {
  TempDir folder;
  const std::string path = folder.file("gatewatch.db");
  {
    const StateLock first(path);
    const auto refusal = refusal_of([&] { StateLock second(path); });
    ASSERT_TRUE(refusal.has_value());
    EXPECT_EQ(refusal->kind, StorageError::Kind::Locked);
    EXPECT_EQ(refusal->message,
              "database " + path + " is in use by process " + std::to_string(getpid()));
    const StateLock other_database(folder.file("other.db"));
  }
  EXPECT_FALSE(refusal_of([&] { StateLock next(path); }).has_value());
}

TEST(StateLock, KeepsOutWhatComesAfterADaemonThatHadNoRoomForItsFile) {
  TempDir folder;
  const int held = open(folder.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  ASSERT_EQ(flock(held, LOCK_EX | LOCK_NB), 0);  // what such a daemon holds
  const std::string path = folder.file("gatewatch.db");
  const auto refusal = refusal_of([&] { StateLock second(path); });
  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(refusal->kind, StorageError::Kind::Locked);
  close(held);
  EXPECT_FALSE(refusal_of([&] { StateLock next(path); }).has_value());
}

TEST(StateLock, KeepsItsFilePrivate) {
  TempDir folder;
  const StateLock lock(folder.file("gatewatch.db"));
  struct stat status {};
  ASSERT_EQ(stat(folder.file("gatewatch.db.lock").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST(CheckDatabase, PassesOursMissingEmptyAndCorruptOnes) {
  TempDir folder;
  const std::string path = folder.file("gatewatch.db");
  EXPECT_FALSE(refusal_of([&] { check_database(path); }).has_value());
  std::ofstream(path).close();
  EXPECT_FALSE(refusal_of([&] { check_database(path); }).has_value());
  std::ofstream(path) << std::string(8'192, 'x');
  EXPECT_FALSE(refusal_of([&] { check_database(path); }).has_value());
  std::ofstream(path).close();
  write_database(path, [](Writer&) {});
  EXPECT_FALSE(refusal_of([&] { check_database(path); }).has_value());
}

TEST(CheckDatabase, RefusesAFolder) {
  TempDir folder;
  const auto refusal = refusal_of([&] { check_database(folder.path()); });
  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(refusal->message,
            "cannot use database " + folder.path() + ": it is not a regular file");
}

TEST(CheckDatabase, RefusesANewerSchema) {
  TempDir folder;
  const std::string path = folder.file("gatewatch.db");
  write_database(path, [](Writer&) {});
  run_sql(path, "PRAGMA user_version = 7");
  const auto refusal = refusal_of([&] { check_database(path); });
  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(refusal->kind, StorageError::Kind::NewerSchema);
  EXPECT_EQ(refusal->message,
            path + ": written by a newer gatewatch (schema 7, this one knows up to " +
                std::to_string(migrations().back().version) + ")");
}

TEST(CheckDatabase, RefusesTheDatabaseOfAnotherProgram) {
  TempDir folder;
  const std::string path = folder.file("gatewatch.db");
  run_sql(path, "CREATE TABLE contacts(name)");
  const auto refusal = refusal_of([&] { check_database(path); });
  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(refusal->kind, StorageError::Kind::Foreign);

  const std::string marked = folder.file("marked.db");
  run_sql(marked, "PRAGMA application_id = 42; PRAGMA user_version = 1");
  ASSERT_TRUE(refusal_of([&] { check_database(marked); }).has_value());
}

TEST(CheckDatabase, LeavesTheFileOfAnotherProgramAloneWhenTheWriterMeetsIt) {
  TempDir folder;
  const std::string path = folder.file("gatewatch.db");
  run_sql(path, "CREATE TABLE contacts(name)");
  Writer writer(options_for(path), system_clock());
  writer.start();
  EXPECT_TRUE(eventually([&] { return !writer.health().ok; }));
  EXPECT_NE(writer.health().error.find("another program"), std::string::npos);
  EXPECT_EQ(ask_one(path, "SELECT group_concat(name) FROM sqlite_schema"), "contacts");
}

}  // namespace
}  // namespace gatewatch::storage::testing
