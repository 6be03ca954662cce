// SPDX-License-Identifier: MIT
//
// Answers of name servers as text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/outcome.h"

namespace gatewatch::probe {

inline constexpr size_t kMaxDnsRecords = 64;  // that are kept of one answer

// As IANA numbers them.
enum class RecordType : uint16_t {
  A = 1,
  Ns = 2,
  Ptr = 12,
  Mx = 15,
  Txt = 16,
  Aaaa = 28,
  Srv = 33,
  Caa = 257,
};

// "A", "AAAA", …: of all types there are.
[[nodiscard]] std::span<const std::string_view> record_type_words();
[[nodiscard]] std::optional<RecordType> parse_record_type(std::string_view word);
[[nodiscard]] std::string_view to_string(RecordType type);

// The word for a response code ("NOERROR", "NXDOMAIN"); "rcode 9" where there is none.
[[nodiscard]] std::string rcode_word(int rcode);

// A record as answers give it: an address in its shortest form, names in lower case without the
// last dot. Empty where `text` cannot be one of that type.
[[nodiscard]] std::optional<std::string> normal_record(RecordType type, std::string_view text);

struct DnsReply {
  // Ok: the server answered, whatever the rcode. Refused: nobody listens there, or the network says
  // so. Protocol: the answer is malformed. Inconclusive: our own trouble.
  Outcome outcome = Outcome::Ok;
  std::string error;  // why it is not ok, printable
  int rcode = 0;
  // Of the type asked for, in normal form, in the order of the answer, at most kMaxDnsRecords:
  // "192.0.2.1", "10 mail.example.com" (MX), "0 5 5060 sip.example.com" (SRV), "0 issue ca.example"
  // (CAA), the joined text of TXT.
  std::vector<std::string> records;
  std::optional<uint32_t> ttl_s;  // of A and AAAA: the least of their records
};

// What a whole message of DNS says, read by c-ares. Any bytes may be given.
[[nodiscard]] DnsReply read_reply(RecordType type, std::span<const unsigned char> message);

}  // namespace gatewatch::probe
