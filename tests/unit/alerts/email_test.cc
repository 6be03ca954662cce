// SPDX-License-Identifier: MIT
#include "alerts/email.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/alerts/tcp_peer.h"

namespace gatewatch::alerts {
namespace {

using gatewatch::testing::Connection;
using gatewatch::testing::TcpPeer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Kind = SendResult::Kind;

EmailSettings settings(int port = 25, TlsUse tls = TlsUse::WhenOffered) {
  return {.server = {.host = "127.0.0.1",
                     .port = port,
                     .tls = tls,
                     .username = {},
                     .password = {},
                     .ca_file = {}},
          .from = "gatewatch@example.com",
          .to = {"oncall@example.com", "boss@example.com"}};
}

TEST(MailAddress, IsOnlyWhatCanStandInACommand) {
  EXPECT_TRUE(is_mail_address("oncall@example.com"));
  EXPECT_TRUE(is_mail_address("on-call+web@münchen.example"));
  EXPECT_TRUE(is_mail_address("root@localhost"));
  for (const std::string text :
       {"", "oncall", "@example.com", "oncall@", "a@b@c", "a b@c", "a@b\r\nRCPT TO:<x@y>", "<a@b>",
        "a@b>", "\"a\"@b", "a@b,c@d", "a\xFF@b"}) {
    EXPECT_FALSE(is_mail_address(text)) << text;
  }
}

// A mail server with a scripted tongue: for a command that begins with a key of `replies`, that
// reply; else what a good server says.
using Replies = std::vector<std::pair<std::string, std::string>>;

class MailPeer {
 public:
  explicit MailPeer(Replies replies = {}, std::string extensions = "250 peer")
      : replies_(std::move(replies)),
        extensions_(std::move(extensions)),
        peer_([this](Connection& connection) { serve(connection); }) {}

  int port() const { return peer_.port(); }
  std::vector<std::string> commands() const {
    const std::lock_guard lock(mutex_);
    return commands_;
  }
  std::string mail() const {
    const std::lock_guard lock(mutex_);
    return mail_;
  }
  std::vector<std::string> recipients() const {
    std::vector<std::string> found;
    for (const std::string& command : commands()) {
      if (command.starts_with("RCPT TO:")) {
        found.push_back(command.substr(8));
      }
    }
    return found;
  }

 private:
  void serve(Connection& connection) {
    connection.write(reply_to("(greeting)", "220 peer") + "\r\n");
    while (!connection.is_closed()) {
      const std::string command = connection.read_line();
      {
        const std::lock_guard lock(mutex_);
        commands_.push_back(command);
      }
      const std::string reply = reply_to(command, usual_reply(command));
      if (reply == "(hang)") {
        connection.wait_closed();
        return;
      }
      if (reply == "(close)") {
        return;
      }
      connection.write(reply + "\r\n");
      if (reply.starts_with("354") && !take_mail(connection)) {
        return;
      }
    }
  }

  // False where the connection is to be closed.
  bool take_mail(Connection& connection) {
    std::string mail;
    while (!connection.is_closed()) {
      const std::string line = connection.read_line();
      if (line == ".") {
        break;
      }
      mail += line + "\r\n";
    }
    {
      const std::lock_guard lock(mutex_);
      mail_ = mail;
    }
    const std::string reply = reply_to("(mail)", "250 2.0.0 queued as 42");
    if (reply == "(close)") {
      return false;
    }
    connection.write(reply + "\r\n");
    return true;
  }

  std::string usual_reply(const std::string& command) const {
    return command.starts_with("EHLO")   ? extensions_
           : command.starts_with("DATA") ? "354 go on"
           : command.starts_with("QUIT") ? "221 bye"
                                         : "250 fine";
  }

  std::string reply_to(const std::string& command, const std::string& usual) const {
    for (const auto& [begin, reply] : replies_) {
      if (command.starts_with(begin)) {
        return reply;
      }
    }
    return usual;
  }

  const Replies replies_;
  const std::string extensions_;
  mutable std::mutex mutex_;
  std::vector<std::string> commands_;
  std::string mail_;
  TcpPeer peer_;
};

Notification notification(const std::string& body = "Subject: x\r\n\r\n.dot\r\ntext\r\n") {
  return {.id = "msg_1",
          .incident_id = "A",
          .channel = "mail",
          .type = "incident.opened",
          .body = body,
          .created_at = {}};
}

SendResult send_to(const MailPeer& peer, EmailSettings how) {
  how.server.port = peer.port();
  return make_email(how)->send(notification(), {});
}

TEST(Email, HandsTheFrozenMailToTheServer) {
  const MailPeer peer;
  const SendResult result = send_to(peer, settings());
  EXPECT_EQ(result.kind, Kind::Delivered);
  EXPECT_EQ(result.detail, "250 2.0.0 queued as 42");
  EXPECT_EQ(peer.mail(), "Subject: x\r\n\r\n..dot\r\ntext\r\n");
  EXPECT_THAT(peer.recipients(), ElementsAre("<oncall@example.com>", "<boss@example.com>"));
  EXPECT_THAT(peer.commands(), ::testing::Contains("MAIL FROM:<gatewatch@example.com>"));
}

TEST(Email, SendsNothingInClearTextWhereTlsIsRequired) {
  const MailPeer peer;
  EmailSettings how = settings(0, TlsUse::Required);
  how.server.username = "gatewatch";
  how.server.password = Secret("geheim");
  EXPECT_EQ(send_to(peer, how).kind, Kind::Retry);
  EXPECT_EQ(peer.mail(), "");
  for (const std::string& command : peer.commands()) {
    EXPECT_FALSE(command.starts_with("AUTH") || command.starts_with("MAIL")) << command;
  }
}

TEST(Email, TriesSlowlyWhereTheServerRefusesStarttls) {
  const MailPeer peer(Replies{{"STARTTLS", "502 no TLS here"}}, "250-peer\r\n250 STARTTLS");
  const SendResult result = send_to(peer, settings(0, TlsUse::Required));
  EXPECT_EQ(result.kind, Kind::RetrySlowly);
  EXPECT_EQ(result.detail, "502 no TLS here");
  EXPECT_EQ(peer.mail(), "");
}

TEST(Email, GoesOnInClearTextWhereTlsIsOnlyWelcome) {
  const MailPeer peer(Replies{{"STARTTLS", "454 not now"}}, "250-peer\r\n250 STARTTLS");
  EXPECT_EQ(send_to(peer, settings(0, TlsUse::WhenOffered)).kind, Kind::Delivered);
  EXPECT_THAT(peer.commands(), ::testing::Contains("STARTTLS"));
}

struct Case {
  std::string command;
  std::string reply;
  Kind kind;
};

TEST(Email, DecidesByTheServersReply) {
  for (const Case& one : std::vector<Case>{
           {"(greeting)", "554 go away", Kind::RetrySlowly},
           {"(greeting)", "421 busy", Kind::Retry},
           {"MAIL", "550 not from you", Kind::RetrySlowly},
           {"MAIL", "451 later", Kind::Retry},
           {"RCPT", "550 unknown", Kind::RetrySlowly},
           {"RCPT", "450 greylisted", Kind::Retry},
           {"DATA", "503 no", Kind::RetrySlowly},
           {"(mail)", "554 spam", Kind::RetrySlowly},
           {"(mail)", "452 disk full", Kind::Retry},
       }) {
    const MailPeer peer(Replies{{one.command, one.reply}});
    const SendResult result = send_to(peer, settings());
    EXPECT_EQ(result.kind, one.kind) << one.command << ' ' << one.reply;
    EXPECT_EQ(result.detail, one.reply);
  }
}

TEST(Email, RetriesWhereTheConnectionBreaks) {
  for (const std::string command : {"EHLO", "MAIL", "RCPT TO:<boss", "DATA", "(mail)"}) {
    // A refusal before the break must not be taken for the answer.
    const MailPeer peer(Replies{{"RCPT TO:<oncall", "550 unknown"}, {command, "(close)"}});
    const SendResult result = send_to(peer, settings());
    EXPECT_EQ(result.kind, Kind::Retry) << command;
    EXPECT_NE(result.detail, "") << command;
  }
}

TEST(Email, TriesSlowlyWhereTheLoginIsDenied) {
  const MailPeer peer(Replies{{"AUTH", "535 5.7.8 wrong password"}}, "250-peer\r\n250 AUTH PLAIN");
  EmailSettings how = settings();
  how.server.username = "gatewatch";
  how.server.password = Secret("geheim");
  const SendResult result = send_to(peer, how);
  EXPECT_EQ(result.kind, Kind::RetrySlowly);
  EXPECT_EQ(result.detail, "535 5.7.8 wrong password");
}

TEST(Email, RetriesWhereTheLoginIsPutOff) {
  const MailPeer peer(Replies{{"AUTH", "454 4.7.0 later"}}, "250-peer\r\n250 AUTH PLAIN");
  EmailSettings how = settings();
  how.server.username = "gatewatch";
  how.server.password = Secret("geheim");
  EXPECT_EQ(send_to(peer, how).kind, Kind::Retry);
}

TEST(Email, IsDeliveredThoughOneRecipientIsWrong) {
  const MailPeer peer(Replies{{"RCPT TO:<oncall", "550 unknown"}});
  const SendResult result = send_to(peer, settings());
  EXPECT_EQ(result.kind, Kind::Delivered);
  EXPECT_THAT(result.detail, HasSubstr("; refused: oncall@example.com: 550 unknown"));
  EXPECT_THAT(peer.mail(), HasSubstr("text"));
}

TEST(Email, TriesAgainOnlyForRecipientsThatWerePutOff) {
  const MailPeer peer(Replies{{"RCPT TO:<boss", "450 greylisted"}});
  EmailSettings how = settings(peer.port());
  const auto channel = make_email(how);
  const SendResult first = channel->send(notification(), {});
  EXPECT_EQ(first.kind, Kind::Retry);
  EXPECT_EQ(first.detail, "boss@example.com: 450 greylisted");
  EXPECT_EQ(channel->send(notification(), {}).kind, Kind::Retry);
  EXPECT_THAT(peer.recipients(),
              ElementsAre("<oncall@example.com>", "<boss@example.com>", "<boss@example.com>"));
  Notification other = notification();
  other.id = "msg_2";
  channel->send(other, {});
  EXPECT_EQ(peer.recipients().size(), 5U);
}

TEST(Email, IsDeliveredThoughTheServerDoesNotSayGoodbye) {
  const MailPeer peer(Replies{{"QUIT", "(hang)"}});
  const SteadyTime begin = system_clock().steady();
  EXPECT_EQ(send_to(peer, settings()).kind, Kind::Delivered);
  EXPECT_LT(system_clock().steady() - begin, kSendTimeout / 2);
}

}  // namespace
}  // namespace gatewatch::alerts
