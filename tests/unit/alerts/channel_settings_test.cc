// SPDX-License-Identifier: MIT
//
// The channel kinds' own keys, read from TOML as the daemon does it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "alerts/channel.h"
#include "config/config.h"
#include "tests/support/temp_dir.h"

namespace gatewatch::alerts {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Read {
  std::shared_ptr<Channel> channel;
  std::vector<std::string> told;  // "LINE:COL: message (hint)"
};

// Reads a configuration whose first four lines are the head of a channel, followed by `keys`.
Read read_channel(const std::string& kind, const std::string& keys,
                  const config::LoadOptions& options = {}) {
  const gatewatch::testing::TempDir directory;
  const std::string path = directory.file("gatewatch.toml");
  std::ofstream(path) << "target = [{name = \"a\", url = \"http://127.0.0.1/\"}]\n[[channel]]\n"
                      << "name = \"ops\"\nkind = \"" << kind << "\"\n"
                      << keys;
  config::Diagnostics diagnostics;
  std::optional<config::Config> loaded = config::load(path, options, diagnostics);
  Read read;
  if (loaded && loaded->channels.size() == 1) {
    config::ChannelConfig& channel = loaded->channels.front();
    read.channel = make_channel(channel.kind, channel.settings);
    channel.settings.finish();
  }
  for (const config::Diagnostic& diagnostic : diagnostics.sorted()) {
    read.told.push_back(config::to_string(diagnostic).substr(path.size() + 1));
  }
  return read;
}

constexpr const char* kGoodMail =
    "server = \"smtp://mail.example.com\"\nfrom = \"a@example.com\"\nto = [\"b@example.com\"]\n";

TEST(ChannelSettings, MakeAWebhook) {
  const Read read = read_channel("webhook",
                                 "url = \"https://hooks.example.com/T000?x=1\"\n"
                                 "secret = \"whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"\n"
                                 "headers = { Authorization = \"Bearer x\" }\n");
  EXPECT_THAT(read.told, IsEmpty());
  EXPECT_NE(read.channel, nullptr);
}

TEST(ChannelSettings, MakeAMailChannel) {
  const Read read =
      read_channel("email", std::string(kGoodMail) + "username = \"u\"\npassword = \"p\"\n");
  EXPECT_THAT(read.told, IsEmpty());
  EXPECT_NE(read.channel, nullptr);
}

TEST(ChannelSettings, NameTheNearestKind) {
  EXPECT_THAT(read_channel("webhok", "").told,
              ElementsAre(AllOf(HasSubstr("4:8: "), HasSubstr("webhok"), HasSubstr("webhook"))));
}

TEST(ChannelSettings, WantAUrlOfHttp) {
  EXPECT_THAT(read_channel("webhook", "").told, ElementsAre(HasSubstr("missing key \"url\"")));
  for (const std::string url : {"ftp://example.com/", "example.com/x", "https://", "http:// x/"}) {
    EXPECT_THAT(read_channel("webhook", "url = \"" + url + "\"\n").told,
                ElementsAre(HasSubstr("5:7: not an http:// or https:// address")))
        << url;
  }
}

TEST(ChannelSettings, WantASigningKeyAndSayHowToMakeOne) {
  const Read read =
      read_channel("webhook", "url = \"http://127.0.0.1/\"\nsecret = \"verysecret\"\n");
  EXPECT_THAT(read.told, ElementsAre(AllOf(HasSubstr("6:10: "), HasSubstr("openssl rand"))));
  EXPECT_THAT(read.told.front(), ::testing::Not(HasSubstr("verysecret")));
  EXPECT_EQ(read.channel, nullptr);
}

TEST(ChannelSettings, WantHeadersThatAreNotOurOwn) {
  for (const std::string name : {"Webhook-Id", "content-type", "HOST"}) {
    EXPECT_THAT(read_channel("webhook", "url = \"http://127.0.0.1/\"\nheaders = { \"" + name +
                                            "\" = \"x\" }\n")
                    .told,
                ElementsAre(HasSubstr("is set by gatewatch itself")));
  }
  EXPECT_THAT(
      read_channel("webhook", "url = \"http://127.0.0.1/\"\nheaders = { A = \"x\\r\\nB: y\" }\n")
          .told,
      ElementsAre(HasSubstr("line breaks")));
}

TEST(ChannelSettings, TellAllMistakesOfAMailChannelAtOnce) {
  EXPECT_THAT(read_channel("email",
                           "server = \"mail.example.com\"\nfrom = \"nobody\"\n"
                           "to = [\"b@example.com\", \"a@b\\r\\nRCPT TO:<c@d>\"]\n"
                           "starttls = \"sometimes\"\n")
                  .told,
              ElementsAre(HasSubstr("5:10: not the address of a mail server"),
                          HasSubstr("6:8: not a mail address"),
                          AllOf(HasSubstr("7:24: not a mail address"), HasSubstr("\\x0D")),
                          HasSubstr("8:12: ")));
}

TEST(ChannelSettings, WantRecipients) {
  EXPECT_THAT(
      read_channel("email", "server = \"smtp://localhost\"\nfrom = \"a@b\"\nto = []\n").told,
      ElementsAre(HasSubstr("needs 1 to 100 mail addresses")));
}

TEST(ChannelSettings, RefuseAPasswordInClearText) {
  const std::string login = "username = \"u\"\npassword = \"p\"\n";
  for (const std::string how : {"never", "when-offered"}) {
    EXPECT_THAT(read_channel("email", kGoodMail + login + "starttls = \"" + how + "\"\n").told,
                ElementsAre(HasSubstr("10:12: the password could be sent without encryption")));
  }
  EXPECT_THAT(read_channel("email",
                           "server = \"smtp://127.0.0.1\"\nfrom = \"a@b\"\n"
                           "to = [\"c@d\"]\n" +
                               login)
                  .told,
              IsEmpty());
}

TEST(ChannelSettings, WantUserNameAndPasswordTogether) {
  EXPECT_THAT(read_channel("email", std::string(kGoodMail) + "username = \"u\"\n").told,
              ElementsAre(HasSubstr("needs a password")));
  EXPECT_THAT(read_channel("email", std::string(kGoodMail) + "password = \"p\"\n").told,
              ElementsAre(HasSubstr("needs a user name")));
  EXPECT_THAT(read_channel("email",
                           "server = \"smtp://u:p@mail.example.com\"\n"
                           "from = \"a@b\"\nto = [\"c@d\"]\n")
                  .told,
              ElementsAre(HasSubstr("password_file")));
}

TEST(ChannelSettings, WarnThatStarttlsHasNoEffectBesideSmtps) {
  const Read read = read_channel("email",
                                 "server = \"smtps://mail.example.com\"\nfrom = \"a@b\"\n"
                                 "to = [\"c@d\"]\nstarttls = \"required\"\n");
  EXPECT_THAT(read.told, ElementsAre(AllOf(HasSubstr("warning"), HasSubstr("no effect"))));
  EXPECT_NE(read.channel, nullptr);
}

TEST(ChannelSettings, WantAnAbsoluteCaFileAndWarnOfAMissingOne) {
  EXPECT_THAT(read_channel("email", std::string(kGoodMail) + "ca_file = \"ca.pem\"\n").told,
              ElementsAre(HasSubstr("not an absolute path")));
  const Read read = read_channel("email", std::string(kGoodMail) + "ca_file = \"/none/ca.pem\"\n");
  EXPECT_THAT(read.told, ElementsAre(AllOf(HasSubstr("warning"), HasSubstr("/none/ca.pem"))));
  EXPECT_NE(read.channel, nullptr);
}

}  // namespace
}  // namespace gatewatch::alerts
