// SPDX-License-Identifier: MIT
//
// The head is kept as it comes. A line is judged when its end is there; only whether it is HTTP at
// all is judged byte by byte, since a peer that speaks something else may never end a line. The
// body goes through, and as much of it as is wanted is kept.
#include "probe/http/http_parser.h"

#include <algorithm>

#include "core/assert.h"
#include "core/text.h"

namespace gatewatch::probe {
namespace {

// A server that awaits TLS may answer with an alert, or end the connection at once: a race.
CauseSet met_by_banner(std::string_view begin) {
  return begins_tls_record(begin) ? CauseSet{Cause::Invalid, Cause::Closed, Cause::Reset}
                                  : CauseSet{Cause::Invalid};
}

constexpr size_t kMaxSpareBytes = 4096;  // that a buffer keeps between two answers
constexpr int kSwitchingProtocols = 101;

void recycle(std::string& buffer) {
  buffer.clear();
  if (buffer.capacity() > kMaxSpareBytes) {
    buffer.shrink_to_fit();
  }
}

bool may_begin_status_line(std::string_view text) {
  return text == "\n" || text == "\r" || text == "\r\n" || why_no_status_line(text).empty();
}

// How much of `piece` can go on a status line of which `before` has come, with the first byte that
// cannot.
size_t plausible_bytes(std::string_view before, std::string_view piece) {
  std::string begin(before.substr(0, kVersionBytes));
  for (size_t i = 0; i < piece.size() && begin.size() < kVersionBytes; ++i) {
    begin += piece[i];
    if (!may_begin_status_line(begin)) {
      return i + 1;
    }
  }
  return piece.size();
}

std::string_view without_line_end(std::string_view line) {
  for (const char end : {'\n', '\r'}) {
    if (line.ends_with(end)) {
      line.remove_suffix(1);
    }
  }
  return line;
}

}  // namespace

void HttpParser::begin(const Options& options) {
  GW_ASSERT(options.kept_body <= kMaxBodyBytes);
  HttpParser fresh;
  fresh.options_ = options;
  recycle(head_);
  recycle(body_);
  fields_.clear();
  fresh.head_.swap(head_);
  fresh.body_.swap(body_);
  fresh.fields_.swap(fields_);
  *this = std::move(fresh);
}

size_t HttpParser::take(std::string_view bytes) {
  size_t taken = 0;
  while (taken < bytes.size() && !ended()) {
    const std::string_view rest = bytes.substr(taken);
    taken += state_ == State::Head ? take_head(rest) : take_body(rest);
  }
  return taken;
}

// Takes at most one line.
size_t HttpParser::take_head(std::string_view bytes) {
  const size_t room = kMaxHeadBytes - head_bytes_;
  if (room == 0) {
    fail(Outcome::Protocol, "more than 64 KiB of header", {Cause::HeaderTooBig});
    return 0;
  }
  const size_t line_feed = bytes.find('\n');
  std::string_view piece = bytes.substr(0, line_feed == bytes.npos ? line_feed : line_feed + 1);
  piece = piece.substr(0, room);
  if (in_status_line_) {
    piece = piece.substr(0, plausible_bytes(head_, piece));
  }
  head_ += piece;
  head_bytes_ += static_cast<uint32_t>(piece.size());
  if (in_status_line_ && !may_begin_status_line(head_)) {
    fail(Outcome::Protocol, why_no_status_line(head_), met_by_banner(head_));
  } else if (piece.ends_with('\n')) {
    end_line();
  }
  return piece.size();
}

void HttpParser::end_line() {
  const std::string_view line = without_line_end(std::string_view(head_).substr(line_begin_));
  if (in_status_line_) {
    begin_head(line);
  } else if (line.empty()) {
    end_head();
  } else {
    add_field(line);
  }
  line_begin_ = static_cast<uint32_t>(head_.size());
}

void HttpParser::begin_head(std::string_view line) {
  if (line.empty()) {
    head_.clear();
    if (++blank_lines_ > kMaxBlankLines) {
      fail(Outcome::Protocol, "more than 4 blank lines before a status line", {Cause::Invalid});
    }
    return;
  }
  const auto parsed = parse_status_line(line);
  if (!parsed) {
    return fail(Outcome::Protocol, parsed.error(), {Cause::Invalid});
  }
  in_status_line_ = false;
  status_ = *parsed;
  status_.reason = {};
  reason_ = printable(parsed->reason);
}

void HttpParser::add_field(std::string_view line) {
  if (fields_.size() == kMaxHeadFields) {
    return fail(Outcome::Protocol, "more than 500 header fields", {Cause::HeaderTooBig});
  }
  const auto parsed = parse_field_line(line);
  if (!parsed) {
    return fail(Outcome::Protocol, parsed.error(), {Cause::Invalid});
  }
  const auto place = [this](std::string_view text) {
    return text.empty() ? 0 : static_cast<uint32_t>(text.data() - head_.data());
  };
  fields_.push_back({.name = place(parsed->name),
                     .name_bytes = static_cast<uint32_t>(parsed->name.size()),
                     .value = place(parsed->value),
                     .value_bytes = static_cast<uint32_t>(parsed->value.size())});
  framing_.add_field(*parsed);
}

void HttpParser::end_head() {
  if (status_.status == kSwitchingProtocols) {
    return fail(Outcome::Protocol, "a switch to another protocol", {Cause::Invalid});
  }
  if (status_.status < kFirstFinalStatus) {
    if (++interim_answers_ > kMaxInterimAnswers) {
      return fail(Outcome::Protocol, "more than 10 interim answers", {Cause::Invalid});
    }
    in_status_line_ = true;
    head_.clear();
    fields_.clear();
    framing_ = {};
    return;
  }
  const auto framing = framing_.body(options_.to_head_request, status_);
  if (!framing) {
    return fail(Outcome::Protocol, framing.error(), {Cause::Invalid});
  }
  head_complete_ = true;
  body_framing_ = *framing;
  state_ = framing->kind == BodyFraming::Kind::None ? State::Done : State::Body;
}

size_t HttpParser::take_body(std::string_view bytes) {
  switch (body_framing_.kind) {
    case BodyFraming::Kind::Length: {
      const size_t kept = keep(bytes.substr(0, body_framing_.length - body_bytes_));
      state_ = body_bytes_ == body_framing_.length ? State::Done : state_;
      return kept;
    }
    case BodyFraming::Kind::Chunked: {
      const ChunkDecoder::Piece piece = chunks_.take(bytes);
      const size_t kept = keep(piece.data);
      if (chunks_.failed()) {
        fail(Outcome::Body, chunks_.error(), {Cause::Invalid});
      } else if (chunks_.done()) {
        state_ = State::Done;
      }
      return piece.taken - piece.data.size() + kept;
    }
    case BodyFraming::Kind::UntilClose:
      return keep(bytes);
    case BodyFraming::Kind::None:
      break;
  }
  GW_ASSERT(false);
  return 0;
}

// Counts what belongs to the body up to its limit, where the answer ends; tells how much that is.
size_t HttpParser::keep(std::string_view data) {
  const size_t counted = std::min(data.size(), kMaxBodyBytes - body_bytes_);
  const size_t wanted = options_.kept_body - body_.size();
  body_ += data.substr(0, std::min(counted, wanted));
  body_bytes_ += static_cast<uint32_t>(counted);
  if (counted < data.size()) {
    body_cut_ = true;
    state_ = State::Done;
  }
  return counted;
}

void HttpParser::take_end(End end) {
  if (ended()) {
    return;
  }
  const bool was_closed = end == End::Closed;
  const std::string verb = was_closed ? "closed" : "reset";
  if (state_ == State::Head) {
    return fail(
        Outcome::Reset,
        "the connection was " + verb + (begun() ? " within the header" : " before an answer came"),
        {was_closed ? Cause::Closed : Cause::Reset});
  }
  if (body_framing_.kind == BodyFraming::Kind::UntilClose && end == End::Closed) {
    state_ = State::Done;
    return;
  }
  std::string error = "the connection was " + verb + " after " + std::to_string(body_bytes_);
  if (body_framing_.kind == BodyFraming::Kind::Length) {
    error += " of " + std::to_string(body_framing_.length);
  }
  fail(Outcome::Body, error + " bytes of the body", {Cause::BodyTruncated});
}

HttpField HttpParser::field_at(size_t index) const {
  GW_ASSERT(index < fields_.size());
  const FieldPlace& place = fields_[index];
  const std::string_view head = head_;
  return {.name = head.substr(place.name, place.name_bytes),
          .value = head.substr(place.value, place.value_bytes)};
}

std::optional<std::string_view> HttpParser::field(std::string_view name) const {
  for (size_t i = 0; i < fields_.size(); ++i) {
    const HttpField found = field_at(i);
    if (equal_ignoring_case(found.name, name)) {
      return found.value;
    }
  }
  return std::nullopt;
}

std::string HttpParser::joined_fields(std::string_view name) const {
  std::string joined;
  bool first = true;
  for (size_t i = 0; i < fields_.size(); ++i) {
    const HttpField found = field_at(i);
    if (equal_ignoring_case(found.name, name)) {
      joined.append(first ? "" : ", ").append(found.value);
      first = false;
    }
  }
  return joined;
}

bool HttpParser::ends_connection() const {
  return head_complete_ && (body_cut_ || state_ == State::Failed || framing_.says_close(status_) ||
                            body_framing_.kind == BodyFraming::Kind::UntilClose);
}

Outcome HttpParser::failure() const {
  return state_ == State::Done || state_ == State::Failed ? failure_ : Outcome::Inconclusive;
}

void HttpParser::fail(Outcome outcome, std::string_view error, CauseSet met) {
  state_ = State::Failed;
  failure_ = outcome;
  met_ = met;
  error_ = error;
}

}  // namespace gatewatch::probe
