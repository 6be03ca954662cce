// SPDX-License-Identifier: MIT
//
// Tells who made an answer and what it says of the cause, by Proxy-Status (RFC 9209), by the user's
// own rows, and by the tables of signature_table.h, in this order.
//
// It claims no more than it knows: an answer that nothing fits has role unknown, and one of which a
// part is missing is never taken for an application's.
//
// Thread: one at a time. Costs at most a pass over the body for each row.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/answered_by.h"

namespace gatewatch::probe {

// Of an answer that is HTTP: those below say nothing of a failed upstream.
inline constexpr int kLeastStatusRead = 500;

struct AnswerText {
  int status = 0;
  std::string_view reason;
  std::string_view head;  // with its status line, as it came
  std::string_view body;  // its beginning, decoded from chunks
  bool is_whole = false;  // the answer ended where it should
  bool is_http = true;    // else what came is none; `head` holds its beginning
};

// A row that the user wrote: of both tables at once.
struct OwnSignature {
  std::string name;
  std::string product;
  Role role = Role::Gateway;
  std::string statuses;  // conditions as in SignatureConditions
  std::string field;
  std::string value;
  std::string reason;
  std::string body;
  CauseSet causes;
};

class Signatures {
 public:
  Signatures();
  ~Signatures();
  Signatures(const Signatures&) = delete;
  Signatures& operator=(const Signatures&) = delete;

  // Replaces the user's rows. Requires: their statuses and patterns are good.
  void set_own(const std::vector<OwnSignature>& rows);

  [[nodiscard]] AnsweredBy read(const AnswerText& answer) const;

 private:
  struct Own;
  std::unique_ptr<Own> own_;
};

// What a gateway met whose upstream gave this answer with a status of 500 or above, as in
// ProbeResult::met; of the answer only status, head and is_whole are looked at. Whoever stands
// where an upstream was expected is the application, or the server that it runs in, unless the
// answer tells of a gateway, which tells nothing of what is behind it: one by its signature; or, of
// an answer with a status that gateways give (502 to 504, 520 and above), by a Via or a Server that
// names one; such an answer of which a part is missing may be a gateway's page, too.
[[nodiscard]] CauseSet met_in_server_error(const AnswerText& answer, const AnsweredBy& by);

}  // namespace gatewatch::probe
