// SPDX-License-Identifier: MIT
//
// What an answer has to be beyond its status, and whether it is.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/outcome.h"
#include "core/time.h"
#include "probe/expect/json_check.h"
#include "probe/expect/pattern.h"
#include "probe/http/http_transfer.h"

namespace gatewatch::probe {

// The most checks of each sort.
inline constexpr size_t kMaxChecks = 32;
// Patterns look at no more bytes than this divided by their instructions, those of the body taken
// together and those of the head: at 7 ns each, an answer costs at most some 0.1 s for either. 64
// instructions may look at 256 KiB.
inline constexpr size_t kMaxPatternWork = size_t{64} * 256 * 1024;

struct HeaderCheck {
  std::string name;                               // as written
  std::string part;                               // the field's value contains this …
  std::optional<Pattern> pattern = std::nullopt;  // … or, where set, matches this
};

struct Expectations {
  std::vector<HeaderCheck> headers;  // one field of that name has to satisfy each
  std::vector<std::string> body_has;
  std::vector<std::string> body_lacks;
  std::vector<Pattern> body_matches;
  std::vector<Pattern> body_avoids;
  std::vector<JsonCheck> json;
  std::optional<Duration> max_latency;
  std::optional<int> min_certificate_days;

  // Only then need the body of an answer be kept, and be decoded from gzip.
  [[nodiscard]] bool needs_body() const;
  // How many bytes from the body's start its patterns look at.
  [[nodiscard]] size_t body_reach() const;
  // How many bytes of the values of its field each header pattern looks at.
  [[nodiscard]] size_t header_reach() const;
};

// The last answer of a probe: complete, and with an expected status. What is viewed lives on.
struct AnswerView {
  std::span<const Field>
      fields;             // names in any case, values without blanks around them, as they came
  std::string_view body;  // decoded; only where needs_body()
  bool body_cut = false;  // `body` is its beginning
  Duration latency{};     // of the whole probe
  std::optional<int> certificate_days;  // whole days until it expires, negative after; if known
};

struct Unmet {
  Outcome outcome = Outcome::Ok;
  std::string text;  // what came and what was expected: printable, at most kMaxRemoteText bytes
};

// The first expectation that is not met, in the order header, body, latency, certificate; empty
// where all are. Where the certificate's days are asked for and not known: outcome inconclusive.
// Values of fields that carry credentials are not told.
[[nodiscard]] std::optional<Unmet> check(const Expectations& expected, const AnswerView& answer);

}  // namespace gatewatch::probe
