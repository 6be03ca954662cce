// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/secret_file.h"
#include "tests/unit/config/fixture.h"

namespace gatewatch::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::TempDirectory;

constexpr std::string_view kChannel =
    "[[target]]\nname = \"a\"\nurl = \"http://127.0.0.1/\"\n"
    "[[channel]]\nname = \"ops\"\nkind = \"webhook\"\nurl = \"http://127.0.0.1/\"\n";

std::string channel_with(std::string_view line) {
  return std::string(kChannel).append(line);
}

std::optional<Secret> secret_of(const testing::Loaded& loaded, std::string_view key) {
  Table settings = loaded.config->channels.at(0).settings;
  return settings.secret(key);
}

TEST(SecretFile, IsLookedForInTheCredentialsFirstAndBesideTheConfigurationLast) {
  const TempDirectory directory;
  const std::string main = directory.write("gatewatch.toml", "");
  const LoadOptions options{
      .environment = {{"CREDENTIALS_DIRECTORY", directory.path() + "/credentials"}}};
  const auto content = [&] { return read_secret_file("key", main, options.environment).content; };
  directory.write("key", "beside");
  EXPECT_EQ(content(), "beside");
  directory.write("credentials/secret_key", "prefixed");
  EXPECT_EQ(content(), "prefixed");
  directory.write("credentials/key", "plain");
  EXPECT_EQ(content(), "plain");
}

TEST(SecretFile, ListsWhereItLooked) {
  const SecretFile file =
      read_secret_file("no-such-key", "/x/y/main.toml", {{"CREDENTIALS_DIRECTORY", "/c"}});
  EXPECT_EQ(file.result, SecretFile::Result::Missing);
  EXPECT_EQ(file.places,
            "/c/no-such-key, /c/secret_no-such-key, /etc/gatewatch/secrets/no-such-key, "
            "/x/y/no-such-key");
}

TEST(SecretFile, AnAbsoluteNameIsNotLookedForElsewhere) {
  const SecretFile file = read_secret_file("/no-such-key", "/x/main.toml", {});
  EXPECT_EQ(file.places, "/no-such-key");
}

TEST(SecretFile, LosesItsLastNewlineOnly) {
  const TempDirectory directory;
  const std::string path = directory.write("key", " a\n\n");
  EXPECT_EQ(read_secret_file(path, "", {}).content, " a\n");
}

TEST(SecretFile, WithoutContentIsUnfit) {
  const TempDirectory directory;
  const std::string path = directory.write("key", "\n");
  EXPECT_EQ(read_secret_file(path, "", {}).result, SecretFile::Result::Unfit);
}

TEST(SecretFile, TooLargeIsUnfit) {
  const TempDirectory directory;
  const std::string path = directory.write("key", std::string(kMaxSecretFile + 1, 'x'));
  EXPECT_EQ(read_secret_file(path, "", {}).result, SecretFile::Result::Unfit);
}

TEST(Secret, ComesFromItsKeyOrItsFile) {
  EXPECT_EQ(secret_of(testing::load_text(channel_with("secret = \"${S}\"\n"),
                                         {.environment = {{"S", "hush"}}}),
                      "secret")
                ->reveal(),
            "hush");
  const TempDirectory directory;
  directory.write("ops", "whisper\n");
  const std::string main = directory.write("main.toml", channel_with("secret_file = \"ops\"\n"));
  EXPECT_EQ(secret_of(testing::load_file(main), "secret")->reveal(), "whisper");
}

TEST(Secret, IsLookedForBesideTheFileThatNamesIt) {
  const TempDirectory directory;
  directory.write("conf.d/ops", "included\n");
  directory.write("conf.d/a.toml", channel_with("secret_file = \"ops\"\n"));
  const std::string main = directory.write("main.toml", "include = [\"conf.d/*.toml\"]\n");
  EXPECT_EQ(secret_of(testing::load_file(main), "secret")->reveal(), "included");
}

TEST(Secret, HeaderFilesAreReadInTheOrderOfTheTable) {
  const TempDirectory directory;
  directory.write("token", "Bearer x\n");
  const std::string main = directory.write(
      "main.toml",
      channel_with("headers = { Z = \"1\", Authorization_file = \"token\", A = \"2\" }\n"));
  const testing::Loaded loaded = testing::load_file(main);
  Table settings = loaded.config->channels.at(0).settings;
  const auto headers = settings.secrets_by_name("headers");
  ASSERT_EQ(headers.size(), 3U);
  EXPECT_EQ(headers[0].first, "Z");
  EXPECT_EQ(headers[1].first, "Authorization");
  EXPECT_EQ(headers[1].second.reveal(), "Bearer x");
  EXPECT_EQ(headers[2].first, "A");
  EXPECT_THAT(loaded.told, IsEmpty());
}

TEST(Secret, HeadersMayBeATableOfTheirOwn) {
  const testing::Loaded loaded =
      testing::load_text(channel_with("[channel.headers]\nX-A = \"1\"\nX-B = \"2\"\n"));
  Table settings = loaded.config->channels.at(0).settings;
  EXPECT_EQ(settings.secrets_by_name("headers").size(), 2U);
  EXPECT_THAT(loaded.told, IsEmpty());
}

TEST(Secret, FingerprintFollowsTheContentOfItsFile) {
  const TempDirectory directory;
  const std::string main = directory.write("main.toml", channel_with("secret_file = \"ops\"\n"));
  const auto print = [&](const char* content) {
    directory.write("ops", content);
    return testing::load_file(main).config->channels.at(0).settings.fingerprint();
  };
  const std::string first = print("one");
  EXPECT_EQ(print("one"), first);
  EXPECT_NE(print("two"), first);
}

TEST(Secret, NoDiagnosticShowsOne) {
  const TempDirectory directory;
  directory.write("huge", std::string(kMaxSecretFile + 1, 'q'));
  for (const char* line : {"secret = \"qqqq\"\nsecret_file = \"x\"\n", "secret_file = \"huge\"\n",
                           "secret = [\"qqqq\"]\n", "headers = { A = [\"qqqq\"] }\n"}) {
    const std::string main = directory.write("main.toml", channel_with(line));
    const std::vector<std::string> told = testing::load_file(main).told;
    ASSERT_FALSE(told.empty()) << line;
    EXPECT_THAT(told, ::testing::Each(Not(HasSubstr("qqqq")))) << line;
  }
}

// Reads the file as somebody else, since root may read everything.
class UnreadableSecret : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_.write("ops", "hush\n");
    main_ = directory_.write("main.toml", channel_with("secret_file = \"ops\"\n"));
    chmod(directory_.path().c_str(), 0755);
    chmod((directory_.path() + "/ops").c_str(), 0000);
    if (geteuid() == 0) {
      ASSERT_EQ(seteuid(kNobody), 0);
      lowered_ = true;
    }
  }
  void TearDown() override {
    if (lowered_) {
      ASSERT_EQ(seteuid(0), 0);
    }
  }

  static constexpr uid_t kNobody = 65534;
  TempDirectory directory_;
  std::string main_;
  bool lowered_ = false;
};

TEST_F(UnreadableSecret, IsAnErrorForTheDaemon) {
  EXPECT_THAT(testing::load_file(main_).told,
              ElementsAre(main_ + ":8:15: secret_file: " + directory_.path() +
                          "/ops cannot be read: Permission denied (looked for "
                          "/etc/gatewatch/secrets/ops, " +
                          directory_.path() + "/ops)"));
}

TEST_F(UnreadableSecret, IsAWarningForACheckWhichGoesOnWithAnEmptyOne) {
  const testing::Loaded loaded =
      testing::load_file(main_, {.environment = {}, .unreadable_secret_is_warning = true});
  ASSERT_EQ(loaded.told.size(), 1U);
  EXPECT_THAT(loaded.told[0], HasSubstr(":8:15: warning: secret_file: "));
  ASSERT_TRUE(secret_of(loaded, "secret").has_value());
  EXPECT_TRUE(secret_of(loaded, "secret")->empty());
}

}  // namespace
}  // namespace gatewatch::config
