// SPDX-License-Identifier: MIT
//
// What is known of gateways' answers: two tables, read from top to bottom, of which the first row
// that fits decides. They are data; signatures.h is what reads them.
//
// kMakers tells who made an answer, kSayings what an answer of that maker says of the cause. A page
// is known by its body, since gateways in front change header fields and leave bodies alone.
#pragma once

#include <span>
#include <string_view>

#include "core/answered_by.h"

namespace gatewatch::probe {

// Everything that is told must hold; what is empty holds for every answer. Patterns are RE2's and
// are looked for anywhere in their text.
struct SignatureConditions {
  std::string_view statuses;  // "502", "500-599", "502,504"
  std::string_view field;     // a header field that is there, by its name in lower case …
  std::string_view value;     // … and the pattern of the last one's value
  std::string_view head;      // of the status line and the fields, for their order
  std::string_view reason;    // of the reason phrase
  std::string_view body;
  bool no_body = false;         // it ended where it should, with nothing in it
  bool whole_body = false;      // it ended where it should
  bool one_server = false;      // one Server field alone: nobody who passed this on added another
  bool foreign_server = false;  // the last Server field names none of the known gateways
};

// Names that gateways give themselves in Server, as a pattern: what passed such a gateway may bear
// its name whoever made it.
[[nodiscard]] std::string_view gateway_names();

struct MakerRow {
  std::string_view name;  // unique
  std::string_view product;
  Role role = Role::Gateway;
  SignatureConditions when;
};

struct SayingRow {
  std::string_view product;
  SignatureConditions when;
  CauseSet causes;
};

[[nodiscard]] std::span<const MakerRow> maker_rows();
[[nodiscard]] std::span<const SayingRow> saying_rows();

}  // namespace gatewatch::probe
