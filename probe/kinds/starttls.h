// SPDX-License-Identifier: MIT
//
// What is said in the clear before TLS begins on a connection: bytes of the server in, bytes to
// send and a verdict out. No I/O.
//
// - smtp (RFC 3207): greeting 220, EHLO 250 with STARTTLS among its lines, STARTTLS 220;
// - imap (RFC 9051): greeting OK, STARTTLS OK;
// - pop3 (RFC 2595): greeting +OK, STLS +OK;
// - ftp (RFC 4217): greeting 220, AUTH TLS 234;
// - postgres (its protocol 3): an SSLRequest, the byte S.
//
// An answer that comes before what it answers was taken to be sent is a failure. The client speaks
// first once the server has told it to go ahead. So every byte that comes behind
// the go-ahead was sent by somebody who wants it to be taken for part of the encrypted talk
// ("STARTTLS injection"): a failure.
//
// Thread: any, one at a time. Limits: kMaxStartTlsBytes and kMaxStartTlsLines in all that the
// server says; more is a failure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace gatewatch::probe {

inline constexpr size_t kMaxStartTlsBytes = size_t{16} * 1024;
inline constexpr size_t kMaxStartTlsLines = 128;

enum class StartTls : uint8_t { Smtp, Imap, Pop3, Ftp, Postgres };

class StartTlsTalk {
 public:
  explicit StartTlsTalk(StartTls protocol);

  enum class State : uint8_t {
    Talking,  // more has to come
    Go,       // the server awaits the handshake
    Failed    // error() says why
  };

  // Takes what the server said, in any pieces. Requires: not failed.
  State take(std::string_view bytes);

  // What is to be sent now; each byte is given once. To be called after the constructor and after
  // each take().
  [[nodiscard]] std::string take_output();

  [[nodiscard]] State state() const { return state_; }
  // What is awaited, as in "timed out, waiting for the greeting".
  [[nodiscard]] std::string_view awaited() const;
  // Of a failed talk: printable, with the server's words.
  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  enum class Stage : uint8_t { Greeting, Capabilities, GoAhead };

  void take_line(std::string_view line);
  void take_reply_line(std::string_view line);
  void take_reply(std::string_view code, std::string_view line);
  void take_imap(std::string_view line);
  void take_pop3(std::string_view line);
  void take_answer(char answer);  // of postgres
  void send(Stage stage, std::string_view command);
  void refuse(std::string_view what, std::string_view line);
  void fail(std::string error);

  const StartTls protocol_;
  State state_ = State::Talking;
  Stage stage_ = Stage::Greeting;
  std::string output_;
  std::string line_;  // has no end yet
  size_t bytes_ = 0;
  size_t lines_ = 0;
  std::string code_;      // of the reply of several lines that has not ended
  bool offered_ = false;  // STARTTLS was among the lines of the answer to EHLO
  std::string error_;
};

}  // namespace gatewatch::probe
