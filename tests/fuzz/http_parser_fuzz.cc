// SPDX-License-Identifier: MIT
//
// Any bytes through HttpParser: its limits hold, what it tells agrees with itself, and no split of
// the bytes makes a difference.
#include <algorithm>

#include "core/text.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/support/parsed_answer.h"

namespace gatewatch::fuzz {
namespace {

using probe::HttpParser;
using testing::Feed;
using testing::ParsedAnswer;
using State = HttpParser::State;

constexpr size_t kMostRepeated = size_t{400} * 1024;
constexpr size_t kShort = 4096;  // up to here byte by byte, too

Feed feed_of(unsigned control) {
  Feed feed;
  feed.options.to_head_request = (control & 1U) != 0;
  feed.options.kept_body = (control & 2U) != 0 ? 10 : probe::kMaxBodyBytes;
  if ((control & 4U) != 0) {
    feed.end = (control & 8U) != 0 ? HttpParser::End::Reset : HttpParser::End::Closed;
  }
  return feed;
}

// Without chunks all that is taken is head or body.
bool may_be_chunked(const ParsedAnswer& answer) {
  return std::any_of(answer.fields.begin(), answer.fields.end(), [](const auto& field) {
    return probe::equal_ignoring_case(field.first, "transfer-encoding");
  });
}

void check_limits(const ParsedAnswer& answer, const Feed& feed) {
  GW_ASSERT(answer.head.size() <= probe::kMaxHeadBytes);
  GW_ASSERT(may_be_chunked(answer) || answer.taken - answer.body_bytes <= probe::kMaxHeadBytes);
  GW_ASSERT(answer.fields.size() <= probe::kMaxHeadFields);
  GW_ASSERT(answer.body.size() == std::min(answer.body_bytes, feed.options.kept_body));
  GW_ASSERT(answer.body_bytes <= probe::kMaxBodyBytes);
  GW_ASSERT(!answer.body_cut || answer.body_bytes == probe::kMaxBodyBytes);
  GW_ASSERT(answer.reason.size() <= kMaxRemoteText && is_printable_utf8(answer.reason));
  GW_ASSERT(answer.error.size() <= kMaxRemoteText && is_printable_utf8(answer.error));
  GW_ASSERT(answer.status == 0 || (answer.status >= 100 && answer.status <= 999));
}

void check_agreement(const ParsedAnswer& answer, const Feed& feed, size_t fed) {
  const bool ended = answer.state == State::Done || answer.state == State::Failed;
  GW_ASSERT(ended || (answer.taken == fed && !feed.end));
  GW_ASSERT(ended == (answer.failure != Outcome::Inconclusive));
  GW_ASSERT((answer.state == State::Done) == (answer.failure == Outcome::Ok));
  GW_ASSERT((answer.state == State::Failed) == !answer.error.empty());
  const bool past_head = answer.state == State::Body || answer.failure == Outcome::Ok ||
                         answer.failure == Outcome::Body;
  GW_ASSERT(answer.head_complete == past_head);
  GW_ASSERT(!answer.head_complete || answer.status >= 200);
  GW_ASSERT(answer.head_complete || (answer.body_bytes == 0 && !answer.ends_connection));
  GW_ASSERT(!answer.body_cut || answer.ends_connection);
  GW_ASSERT(answer.begun == (answer.taken > 0));
}

}  // namespace
}  // namespace gatewatch::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace gatewatch::fuzz;
  static HttpParser parser;  // nothing of an answer may show in the next
  FuzzInput input(data, size);
  const Feed feed = feed_of(input.control());
  const unsigned split = input.control();
  const unsigned seed = input.control();
  const std::string bytes = with_repetition(input, kMostRepeated);

  const ParsedAnswer whole = parse_in_pieces(parser, bytes, feed, [](size_t left) { return left; });
  check_limits(whole, feed);
  check_agreement(whole, feed, bytes.size());

  const size_t first = std::max<size_t>(place_in(bytes.size(), split), 1);
  const auto halves = [&](size_t left) { return left == bytes.size() ? first : left; };
  GW_ASSERT(parse_in_pieces(parser, bytes, feed, halves) == whole);
  const size_t most = bytes.size() <= kShort ? 1 + seed % 16 : kShort;
  GW_ASSERT(parse_in_pieces(parser, bytes, feed, PieceSizes(seed, most)) == whole);
  if (whole.state == State::Done && !whole.body_cut) {
    const std::string_view own = std::string_view(bytes).substr(0, whole.taken);
    GW_ASSERT(parse_in_pieces(parser, own, feed, PieceSizes(seed, most)) == whole);
  }
  return 0;
}
