// SPDX-License-Identifier: MIT
#include "probe/kinds/starttls.h"

#include <gtest/gtest.h>

#include <vector>

namespace gatewatch::probe {
namespace {

using namespace std::string_literals;
using State = StartTlsTalk::State;

// What the server says, and what we say to it then; the first saying of ours before the first of
// the server's.
struct Exchange {
  std::string theirs;
  std::string ours;
};

struct Ending {
  State state = State::Talking;
  std::string error;
};

// Plays the exchanges, the server's sayings in pieces of `piece` bytes.
Ending play(StartTls protocol, const std::string& first, const std::vector<Exchange>& exchanges,
            size_t piece = 1000) {
  StartTlsTalk talk(protocol);
  EXPECT_EQ(talk.take_output(), first);
  for (const auto& [theirs, ours] : exchanges) {
    std::string said;
    for (size_t at = 0; at < theirs.size() && talk.state() != State::Failed; at += piece) {
      talk.take(theirs.substr(at, piece));
      said += talk.take_output();
    }
    EXPECT_EQ(said, ours) << theirs;
  }
  return {talk.state(), talk.error()};
}

std::string error_of(StartTls protocol, const std::string& first,
                     const std::vector<Exchange>& exchanges) {
  const Ending ending = play(protocol, first, exchanges);
  EXPECT_EQ(ending.state, State::Failed);
  return ending.error;
}

const std::vector<Exchange> kSmtp{
    {"220-mail.test\r\n220 ESMTP\r\n", "EHLO gatewatch\r\n"},
    {"250-mail.test\r\n250-SIZE 1000\r\n250-STARTTLS\r\n250 HELP\r\n", "STARTTLS\r\n"},
    {"220 go ahead\r\n", ""}};
const std::vector<Exchange> kImap{
    {"* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n", "gw1 STARTTLS\r\n"},
    {"* CAPABILITY IMAP4rev1\r\ngw1 ok begin\r\n", ""}};
const std::vector<Exchange> kPop3{{"+OK ready\r\n", "STLS\r\n"}, {"+OK\r\n", ""}};
const std::vector<Exchange> kFtp{
    {"220-Welcome\r\nto 220 files\r\n 220 indented\r\n220 ready\r\n", "AUTH TLS\r\n"},
    {"234 proceed\r\n", ""}};
const std::string kSslRequest = "\x00\x00\x00\x08\x04\xD2\x16\x2F"s;

TEST(StartTls, IsAgreedOnInEachProtocol) {
  EXPECT_EQ(play(StartTls::Smtp, "", kSmtp).state, State::Go);
  EXPECT_EQ(play(StartTls::Imap, "", kImap).state, State::Go);
  EXPECT_EQ(play(StartTls::Pop3, "", kPop3).state, State::Go);
  EXPECT_EQ(play(StartTls::Ftp, "", kFtp).state, State::Go);
  EXPECT_EQ(play(StartTls::Postgres, kSslRequest, {{"S", ""}}).state, State::Go);
}

TEST(StartTls, IsTheSameInPiecesOfAnySize) {
  for (const size_t piece : {1U, 2U, 3U, 7U}) {
    EXPECT_EQ(play(StartTls::Smtp, "", kSmtp, piece).state, State::Go) << piece;
    EXPECT_EQ(play(StartTls::Imap, "", kImap, piece).state, State::Go) << piece;
    EXPECT_EQ(play(StartTls::Ftp, "", kFtp, piece).state, State::Go) << piece;
  }
}

TEST(StartTls, NeedsTheWordStarttlsAmongTheLinesOfEhlo) {
  EXPECT_EQ(play(StartTls::Smtp, "",
                 {kSmtp[0], {"250-mail.test\r\n250 starttls\r\n", "STARTTLS\r\n"}, kSmtp[2]})
                .state,
            State::Go);
  EXPECT_EQ(error_of(StartTls::Smtp, "", {kSmtp[0], {"250-mail.test\r\n250 XSTARTTLS\r\n", ""}}),
            "the server does not offer STARTTLS");
}

TEST(StartTls, TellsARefusalInTheServersWords) {
  EXPECT_EQ(error_of(StartTls::Smtp, "", {{"554 go \x01 away\r\n", ""}}),
            R"(the server does not welcome us: "554 go \x01 away")");
  EXPECT_EQ(error_of(StartTls::Smtp, "", {kSmtp[0], {"502 what?\r\n", ""}}),
            R"(the server refuses EHLO: "502 what?")");
  EXPECT_EQ(error_of(StartTls::Smtp, "", {kSmtp[0], kSmtp[1], {"454 not now\r\n", ""}}),
            R"(the server refuses STARTTLS: "454 not now")");
  EXPECT_EQ(error_of(StartTls::Imap, "", {kImap[0], {"gw1 NO not here\r\n", ""}}),
            R"(the server refuses STARTTLS: "gw1 NO not here")");
  EXPECT_EQ(error_of(StartTls::Imap, "", {{"* BYE full\r\n", ""}}),
            R"(the server does not welcome us: "* BYE full")");
  EXPECT_EQ(error_of(StartTls::Pop3, "", {kPop3[0], {"-ERR no\r\n", ""}}),
            R"(the server refuses STLS: "-ERR no")");
  EXPECT_EQ(error_of(StartTls::Ftp, "", {kFtp[0], {"500 no\r\n", ""}}),
            R"(the server refuses AUTH TLS: "500 no")");
  EXPECT_EQ(error_of(StartTls::Postgres, kSslRequest, {{"N", ""}}),
            "the server does not offer TLS");
}

TEST(StartTls, TellsAServerOfAnotherProtocol) {
  EXPECT_EQ(error_of(StartTls::Smtp, "", {{"SSH-2.0-OpenSSH_9.2\r\n", ""}}),
            R"(the server does not speak SMTP, it says "SSH-2.0-OpenSSH_9.2")");
  EXPECT_EQ(error_of(StartTls::Smtp, "", {{"22\r\n", ""}}),
            R"(the server does not speak SMTP, it says "22")");
  EXPECT_EQ(error_of(StartTls::Imap, "", {{"+OK POP3\r\n", ""}}),
            R"(the server does not speak IMAP, it says "+OK POP3")");
  EXPECT_EQ(error_of(StartTls::Pop3, "", {{"* OK IMAP\r\n", ""}}),
            R"(the server does not speak POP3, it says "* OK IMAP")");
  EXPECT_EQ(error_of(StartTls::Postgres, kSslRequest, {{"\x15", ""}}),
            R"(the server does not speak the protocol of PostgreSQL, it says "\x15")");
}

TEST(StartTls, RefusesWhatComesBehindTheGoAhead) {
  const std::string error = "the server sent more behind its go-ahead, before TLS";
  EXPECT_EQ(error_of(StartTls::Smtp, "", {kSmtp[0], kSmtp[1], {"220 go\r\n250 injected\r\n", ""}}),
            error);
  EXPECT_EQ(error_of(StartTls::Smtp, "", {kSmtp[0], kSmtp[1], kSmtp[2], {"2", ""}}), error);
  EXPECT_EQ(error_of(StartTls::Imap, "", {kImap[0], {"gw1 OK\r\n* ", ""}}), error);
  EXPECT_EQ(error_of(StartTls::Postgres, kSslRequest, {{"SE", ""}}), error);
}

TEST(StartTls, RefusesAnswersToWhatWasNotAsked) {
  StartTlsTalk talk(StartTls::Smtp);
  EXPECT_EQ(talk.take("220 hi\r\n250 STARTTLS\r\n220 go\r\n"), State::Failed);
  EXPECT_EQ(talk.error(), R"(the server answers before it is asked: "250 STARTTLS")");
  StartTlsTalk postgres(StartTls::Postgres);
  EXPECT_EQ(postgres.take("S"), State::Failed);
}

TEST(StartTls, RefusesAReplyWithDifferentCodes) {
  EXPECT_EQ(error_of(StartTls::Smtp, "", {{"220-a\r\n250 b\r\n", ""}}),
            "the lines of one reply have different codes, 220 and 250");
}

TEST(StartTls, HasLimits) {
  const std::string line = "220-more\r\n";
  StartTlsTalk lines(StartTls::Smtp);
  for (size_t i = 0; i < kMaxStartTlsLines; ++i) {
    ASSERT_EQ(lines.take(line), State::Talking) << i;
  }
  EXPECT_EQ(lines.take(line), State::Failed);
  EXPECT_EQ(lines.error(), "the server said more than 128 lines before TLS");

  StartTlsTalk bytes(StartTls::Pop3);
  EXPECT_EQ(bytes.take(std::string(kMaxStartTlsBytes, 'x')), State::Talking);
  EXPECT_EQ(bytes.take("x"), State::Failed);
  EXPECT_EQ(bytes.error(), "the server said more than 16384 bytes before TLS");
}

TEST(StartTls, SaysWhatItAwaits) {
  StartTlsTalk talk(StartTls::Smtp);
  EXPECT_EQ(talk.awaited(), "the server's greeting");
  talk.take(kSmtp[0].theirs);
  EXPECT_EQ(talk.awaited(), "the answer to EHLO");
  EXPECT_EQ(StartTlsTalk(StartTls::Postgres).awaited(), "the go-ahead for TLS");
}

}  // namespace
}  // namespace gatewatch::probe
