// SPDX-License-Identifier: MIT
//
// All that an HttpParser tells of an answer, as a value: to compare one way of feeding it with
// another.
#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/assert.h"
#include "probe/http/http_parser.h"

namespace gatewatch::testing {

struct ParsedAnswer {
  probe::HttpParser::State state{};
  Outcome failure{};
  std::string error;
  size_t taken = 0;  // of all bytes fed
  bool begun = false;
  bool head_complete = false;
  int status = 0;
  std::string reason;
  std::vector<std::pair<std::string, std::string>> fields;
  std::string head;
  std::string body;
  size_t body_bytes = 0;
  bool body_cut = false;
  bool ends_connection = false;

  friend bool operator==(const ParsedAnswer&, const ParsedAnswer&) = default;
  friend std::ostream& operator<<(std::ostream& out, const ParsedAnswer& answer) {
    out << "state " << static_cast<int>(answer.state) << ", " << to_string(answer.failure) << " \""
        << answer.error << "\", " << answer.taken << " bytes taken, status " << answer.status << " "
        << answer.reason << ", " << answer.fields.size() << " fields, head of "
        << answer.head.size() << ", body of " << answer.body_bytes << ", kept "
        << answer.body.size() << (answer.body_cut ? ", cut" : "");
    return out << (answer.head_complete ? ", head complete" : "")
               << (answer.ends_connection ? ", ends the connection" : "");
  }
};

struct Feed {
  probe::HttpParser::Options options;
  std::optional<probe::HttpParser::End> end;  // after all bytes; empty: the connection stays open
};

// Feeds `parser` with pieces whose sizes `next_size(bytes left)` tells, each at least 1, until the
// bytes or the answer are at their end.
template <typename NextSize>
ParsedAnswer parse_in_pieces(probe::HttpParser& parser, std::string_view bytes, const Feed& feed,
                             NextSize next_size) {
  ParsedAnswer answer;
  parser.begin(feed.options);
  while (answer.taken < bytes.size() && !parser.ended()) {
    const std::string_view rest = bytes.substr(answer.taken);
    const std::string_view piece = rest.substr(0, next_size(rest.size()));
    const size_t taken = parser.take(piece);
    GW_ASSERT(taken == piece.size() || (taken < piece.size() && parser.ended()));
    answer.taken += taken;
  }
  if (feed.end) {
    parser.take_end(*feed.end);
  }
  if (parser.ended()) {
    GW_ASSERT(parser.take("HTTP/1.1 200 OK\r\n\r\n") == 0);
    parser.take_end(probe::HttpParser::End::Reset);
  }
  answer.state = parser.state();
  answer.failure = parser.failure();
  answer.error = parser.error();
  answer.begun = parser.begun();
  answer.head_complete = parser.head_complete();
  answer.status = parser.status();
  answer.reason = parser.reason();
  for (size_t i = 0; i < parser.field_count(); ++i) {
    answer.fields.emplace_back(parser.field_at(i).name, parser.field_at(i).value);
  }
  answer.head = parser.head();
  answer.body = parser.body();
  answer.body_bytes = parser.body_bytes();
  answer.body_cut = parser.body_cut();
  answer.ends_connection = parser.ends_connection();
  return answer;
}

}  // namespace gatewatch::testing
