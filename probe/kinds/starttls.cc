// SPDX-License-Identifier: MIT
#include "probe/kinds/starttls.h"

#include <algorithm>
#include <utility>

#include "core/assert.h"
#include "core/text.h"

namespace gatewatch::probe {
namespace {

using namespace std::string_view_literals;

constexpr size_t kMaxShown = 80;          // of a line of the server's
constexpr size_t kReplyDigits = 3;        // of a code of SMTP and FTP
constexpr std::string_view kTag = "gw1";  // of our one command of IMAP

// Length 8, then the number that stands for "SSL, please".
constexpr std::string_view kSslRequest = "\x00\x00\x00\x08\x04\xD2\x16\x2F"sv;

std::string quoted(std::string_view line) {
  return '"' + printable(line, kMaxShown) + '"';
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Whether `line` is `word`, or begins with it and a blank; in any case of letters.
bool begins_with_word(std::string_view line, std::string_view word) {
  return ascii_lower(line.substr(0, word.size())) == ascii_lower(word) &&
         (line.size() == word.size() || line[word.size()] == ' ');
}

}  // namespace

StartTlsTalk::StartTlsTalk(StartTls protocol) : protocol_(protocol) {
  if (protocol == StartTls::Postgres) {
    send(Stage::GoAhead, kSslRequest);
  }
}

std::string StartTlsTalk::take_output() {
  return std::exchange(output_, {});
}

std::string_view StartTlsTalk::awaited() const {
  switch (stage_) {
    case Stage::Greeting:
      return "the server's greeting";
    case Stage::Capabilities:
      return "the answer to EHLO";
    case Stage::GoAhead:
      break;
  }
  return "the go-ahead for TLS";
}

StartTlsTalk::State StartTlsTalk::take(std::string_view bytes) {
  GW_ASSERT(state_ != State::Failed);
  for (const char c : bytes) {
    if (state_ == State::Failed) {
      break;
    }
    if (state_ == State::Go) {
      fail("the server sent more behind its go-ahead, before TLS");
    } else if (++bytes_ > kMaxStartTlsBytes) {
      fail("the server said more than " + std::to_string(kMaxStartTlsBytes) + " bytes before TLS");
    } else if (protocol_ == StartTls::Postgres) {
      take_answer(c);
    } else if (c != '\n') {
      line_ += c;
    } else if (++lines_ > kMaxStartTlsLines) {
      fail("the server said more than " + std::to_string(kMaxStartTlsLines) + " lines before TLS");
    } else {
      std::string line = std::exchange(line_, {});
      if (line.ends_with('\r')) {
        line.pop_back();
      }
      take_line(line);
    }
  }
  return state_;
}

void StartTlsTalk::take_line(std::string_view line) {
  const bool may_be_unasked = protocol_ == StartTls::Imap && line.starts_with("* ");
  if (!output_.empty() && !may_be_unasked) {
    fail("the server answers before it is asked: " + quoted(line));
    return;
  }
  switch (protocol_) {
    case StartTls::Smtp:
    case StartTls::Ftp:
      take_reply_line(line);
      return;
    case StartTls::Imap:
      take_imap(line);
      return;
    case StartTls::Pop3:
      take_pop3(line);
      return;
    case StartTls::Postgres:
      return;  // has no lines
  }
}

// "250-more to come" or "250 the end". Within a reply FTP allows lines of any kind.
void StartTlsTalk::take_reply_line(std::string_view line) {
  const std::string_view code = line.substr(0, kReplyDigits);
  const bool has_code =
      code.size() == kReplyDigits && std::all_of(code.begin(), code.end(), is_digit);
  const char mark = line.size() > kReplyDigits ? line[kReplyDigits] : ' ';
  const bool is_free_text =
      protocol_ == StartTls::Ftp && !code_.empty() && (!has_code || code != code_ || mark != ' ');
  if (is_free_text) {
    return;
  }
  if (!has_code || (mark != ' ' && mark != '-')) {
    fail("the server does not speak " + std::string(protocol_ == StartTls::Smtp ? "SMTP" : "FTP") +
         ", it says " + quoted(line));
    return;
  }
  if (!code_.empty() && code != code_) {
    fail("the lines of one reply have different codes, " + code_ + " and " + std::string(code));
    return;
  }
  if (stage_ == Stage::Capabilities && line.size() > kReplyDigits &&
      begins_with_word(line.substr(kReplyDigits + 1), "STARTTLS")) {
    offered_ = true;
  }
  if (mark == '-') {
    code_ = code;
    return;
  }
  code_.clear();
  take_reply(code, line);
}

// The last line of a whole reply.
void StartTlsTalk::take_reply(std::string_view code, std::string_view line) {
  const bool is_smtp = protocol_ == StartTls::Smtp;
  switch (stage_) {
    case Stage::Greeting:
      if (code != "220") {
        refuse("does not welcome us", line);
      } else if (is_smtp) {
        send(Stage::Capabilities, "EHLO gatewatch\r\n");
      } else {
        send(Stage::GoAhead, "AUTH TLS\r\n");
      }
      return;
    case Stage::Capabilities:
      if (code != "250") {
        refuse("refuses EHLO", line);
      } else if (!offered_) {
        fail("the server does not offer STARTTLS");
      } else {
        send(Stage::GoAhead, "STARTTLS\r\n");
      }
      return;
    case Stage::GoAhead:
      if (code == (is_smtp ? "220" : "234")) {
        state_ = State::Go;
      } else {
        refuse(is_smtp ? "refuses STARTTLS" : "refuses AUTH TLS", line);
      }
      return;
  }
}

void StartTlsTalk::take_imap(std::string_view line) {
  if (stage_ == Stage::Greeting) {
    if (begins_with_word(line, "* OK")) {
      send(Stage::GoAhead, std::string(kTag) + " STARTTLS\r\n");
    } else if (begins_with_word(line, "* PREAUTH")) {
      refuse("has logged us in already, and so refuses STARTTLS", line);
    } else if (begins_with_word(line, "* BYE")) {
      refuse("does not welcome us", line);
    } else {
      fail("the server does not speak IMAP, it says " + quoted(line));
    }
  } else if (begins_with_word(line, std::string(kTag) + " OK")) {
    state_ = State::Go;
  } else if (begins_with_word(line, "* BYE") || !line.starts_with("* ")) {
    refuse("refuses STARTTLS", line);
  }
}

void StartTlsTalk::take_pop3(std::string_view line) {
  const bool is_good = begins_with_word(line, "+OK");
  if (!is_good && !begins_with_word(line, "-ERR")) {
    fail("the server does not speak POP3, it says " + quoted(line));
  } else if (!is_good) {
    refuse(stage_ == Stage::Greeting ? "does not welcome us" : "refuses STLS", line);
  } else if (stage_ == Stage::Greeting) {
    send(Stage::GoAhead, "STLS\r\n");
  } else {
    state_ = State::Go;
  }
}

void StartTlsTalk::take_answer(char answer) {
  if (!output_.empty()) {
    fail("the server answers before it is asked");
  } else if (answer == 'S') {
    state_ = State::Go;
  } else if (answer == 'N') {
    fail("the server does not offer TLS");
  } else if (answer == 'E') {
    fail("the server answers the request for TLS with an error");
  } else {
    fail("the server does not speak the protocol of PostgreSQL, it says " +
         quoted(std::string_view(&answer, 1)));
  }
}

void StartTlsTalk::send(Stage stage, std::string_view command) {
  stage_ = stage;
  output_ += command;
}

void StartTlsTalk::refuse(std::string_view what, std::string_view line) {
  fail("the server " + std::string(what) + ": " + quoted(line));
}

void StartTlsTalk::fail(std::string error) {
  state_ = State::Failed;
  error_ = std::move(error);
}

}  // namespace gatewatch::probe
