// SPDX-License-Identifier: MIT
//
// Reads one answer of HTTP/1.0 or 1.1 as it comes, in pieces of any size.
//
// Any split of the same bytes gives the same result. Bytes behind the end of the answer are never
// part of it and change nothing.
//
// Strict where two readers could disagree about where the answer ends or what a field says, lenient
// elsewhere: docs/decisions/0008-strictness-of-the-http-parser.md.
//
// Thread: any one. Memory: what is kept of head and body (std::string, so at most twice their
// limits), 1.6 kB for the places of the fields.
// Limits: those of http_limits.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/answered_by.h"
#include "core/outcome.h"
#include "probe/http/chunk_decoder.h"
#include "probe/http/http_framing.h"
#include "probe/http/http_limits.h"
#include "probe/http/http_line.h"

namespace gatewatch::probe {

inline constexpr int kFirstFinalStatus = 200;  // those below announce another head

class HttpParser {
 public:
  enum class State : uint8_t { Head, Body, Done, Failed };
  enum class End : uint8_t {
    Closed,  // in order, by FIN; over TLS with close_notify or, as many servers do it, without
    Reset,   // RST
  };
  struct Options {
    bool to_head_request = false;  // the answer to HEAD has no body
    size_t kept_body = 0;          // bytes of the body that body() keeps, at most kMaxBodyBytes
  };

  // Awaits a new answer, in state Head; nothing of the one before is left. Large buffers are freed.
  void begin(const Options& options);

  // Takes what came, and tells how many bytes of it belong to this answer: all of them, unless the
  // state is then Done or Failed. Of a wrong line or a wrong byte the last byte taken is the end.
  size_t take(std::string_view bytes);
  // The connection has ended. Nothing once the state is Done or Failed.
  void take_end(End end);

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] bool ended() const { return state_ == State::Done || state_ == State::Failed; }
  [[nodiscard]] bool begun() const { return head_bytes_ > 0; }  // anything came at all
  // The head of a final (not 1xx) answer is there, and nothing is wrong with it.
  [[nodiscard]] bool head_complete() const { return head_complete_; }

  // Of the latest status line, also of an interim answer; 0 and empty before there is one.
  [[nodiscard]] int status() const { return status_.status; }
  [[nodiscard]] const std::string& reason() const { return reason_; }  // printable

  // Of the latest head, as far as it has come, in order. Views hold until the next call that is not
  // const.
  [[nodiscard]] size_t field_count() const { return fields_.size(); }
  [[nodiscard]] HttpField field_at(size_t index) const;
  // The value of the first field of that name, in whatever case.
  [[nodiscard]] std::optional<std::string_view> field(std::string_view name) const;
  // The values of all fields of that name, with ", " between them; empty where there is none.
  [[nodiscard]] std::string joined_fields(std::string_view name) const;
  // The latest head as it came, without blank lines before it, as far as it has come: evidence. At
  // most kMaxHeadBytes.
  [[nodiscard]] std::string_view head() const { return head_; }

  // The first Options::kept_body bytes of the body, without the framing of chunks.
  [[nodiscard]] std::string_view body() const { return body_; }
  // The same, and leaves nothing of it here.
  [[nodiscard]] std::string take_body() { return std::exchange(body_, {}); }
  [[nodiscard]] size_t body_bytes() const { return body_bytes_; }  // at most kMaxBodyBytes
  // More than kMaxBodyBytes came, so the reading ended there; the rest may still come.
  [[nodiscard]] bool body_cut() const { return body_cut_; }
  // The connection cannot carry another answer behind this one. False before head_complete().
  [[nodiscard]] bool ends_connection() const;

  // Ok where Done. Where Failed: Protocol (not HTTP, or a limit on the head), Reset (the connection
  // ended before the head was complete; also without a byte), Body (of a complete head: cut short,
  // or wrong framing). Inconclusive otherwise.
  [[nodiscard]] Outcome failure() const;
  // One part of a sentence, printable; empty unless Failed.
  [[nodiscard]] const std::string& error() const { return error_; }
  // The same as ProbeResult::met; empty unless Failed.
  [[nodiscard]] CauseSet met() const { return met_; }

 private:
  struct FieldPlace {  // in head_
    uint32_t name = 0;
    uint32_t name_bytes = 0;
    uint32_t value = 0;
    uint32_t value_bytes = 0;
  };

  size_t take_head(std::string_view bytes);
  size_t take_body(std::string_view bytes);
  size_t keep(std::string_view data);
  void end_line();
  void begin_head(std::string_view line);
  void add_field(std::string_view line);
  void end_head();
  void fail(Outcome outcome, std::string_view error, CauseSet met);

  Options options_;
  State state_ = State::Head;
  Outcome failure_ = Outcome::Ok;
  bool in_status_line_ = true;
  bool head_complete_ = false;
  bool body_cut_ = false;
  uint8_t interim_answers_ = 0;
  uint8_t blank_lines_ = 0;
  uint32_t head_bytes_ = 0;  // of all heads
  uint32_t line_begin_ = 0;  // in head_
  uint32_t body_bytes_ = 0;
  StatusLine status_;  // without the reason
  HttpFraming framing_;
  BodyFraming body_framing_;
  ChunkDecoder chunks_;
  std::vector<FieldPlace> fields_;
  std::string head_;
  std::string body_;
  std::string reason_;
  std::string error_;
  CauseSet met_;
};

}  // namespace gatewatch::probe
