// SPDX-License-Identifier: MIT
//
// A list of tokens or strings with parameters, of which `error` alone is wanted. Parameters' values
// are skipped by their form: a string may hold the signs that separate.
#include "probe/signature/proxy_status.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/text.h"
#include "probe/http/http_line.h"

namespace gatewatch::probe {
namespace {

// RFC 9209 section 2.3.
constexpr std::array<std::pair<std::string_view, CauseSet>, 26> kErrors{{
    {"dns_timeout", {Cause::Dns}},
    {"dns_error", {Cause::Dns}},
    {"destination_not_found", {Cause::MarkedDown}},
    {"destination_unavailable", {Cause::MarkedDown}},
    {"destination_ip_prohibited", {Cause::Unreachable}},
    {"destination_ip_unroutable", {Cause::Unreachable}},
    {"connection_refused", {Cause::Refused}},
    {"connection_terminated", {Cause::Closed, Cause::Reset}},
    {"connection_timeout", {Cause::TimeoutConnect}},
    {"connection_read_timeout", {Cause::TimeoutRead}},
    {"connection_write_timeout", {Cause::TimeoutRead}},
    {"connection_limit_reached", {Cause::GatewayExhausted}},
    {"tls_protocol_error", {Cause::TlsProtocol}},
    {"tls_certificate_error", {Cause::TlsCertificate}},
    {"tls_alert_received", {Cause::TlsProtocol}},
    {"http_response_incomplete", {Cause::Closed, Cause::BodyTruncated}},
    {"http_response_header_section_size", {Cause::HeaderTooBig}},
    {"http_response_header_size", {Cause::HeaderTooBig}},
    {"http_response_body_size", {Cause::Invalid}},
    {"http_response_trailer_section_size", {Cause::Invalid}},
    {"http_response_trailer_size", {Cause::Invalid}},
    {"http_response_transfer_coding", {Cause::Invalid}},
    {"http_response_content_coding", {Cause::Invalid}},
    {"http_response_timeout", {Cause::TimeoutRead}},
    {"http_upgrade_failed", {Cause::Invalid}},
    {"http_protocol_error", {Cause::Invalid}},
}};

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  [[nodiscard]] bool at_end() const { return text_.empty(); }

  void skip_blanks() {
    while (!text_.empty() && (text_.front() == ' ' || text_.front() == '\t')) {
      text_.remove_prefix(1);
    }
  }

  // Takes `sign` if it is next.
  bool take(char sign) {
    if (text_.empty() || text_.front() != sign) {
      return false;
    }
    text_.remove_prefix(1);
    return true;
  }

  // A string without its quotes, or what stands before the next sign that separates.
  std::optional<std::string> item() {
    if (take('"')) {
      return quoted();
    }
    const size_t end = std::min(text_.find_first_of(" \t,;="), text_.size());
    if (end == 0) {
      return std::nullopt;
    }
    std::string taken(text_.substr(0, end));
    text_.remove_prefix(end);
    return taken;
  }

 private:
  std::optional<std::string> quoted() {
    std::string content;
    while (!text_.empty()) {
      const char sign = text_.front();
      text_.remove_prefix(1);
      if (sign == '"') {
        return content;
      }
      if (sign == '\\') {
        if (text_.empty()) {
          return std::nullopt;
        }
        content += text_.front();
        text_.remove_prefix(1);
      } else {
        content += sign;
      }
    }
    return std::nullopt;
  }

  std::string_view text_;
};

struct Member {
  std::string proxy;
  std::optional<std::string> error;
};

std::optional<Member> read_member(Reader& reader) {
  std::optional<std::string> proxy = reader.item();
  if (!proxy) {
    return std::nullopt;
  }
  Member member{std::move(*proxy), std::nullopt};
  while (reader.take(';')) {
    reader.skip_blanks();
    const std::optional<std::string> name = reader.item();
    if (!name) {
      return std::nullopt;
    }
    std::optional<std::string> value;
    if (reader.take('=')) {
      value = reader.item();
      if (!value) {
        return std::nullopt;
      }
    }
    if (*name == "error") {
      member.error = std::move(value);
    }
  }
  return member;
}

CauseSet causes_of(std::string_view error) {
  const auto* known = std::find_if(kErrors.begin(), kErrors.end(),
                                   [&](const auto& row) { return row.first == error; });
  return known == kErrors.end() ? CauseSet() : known->second;
}

}  // namespace

// The first member is nearest to the origin (section 2).
std::optional<ProxyStatus> read_proxy_status(std::string_view value) {
  Reader reader(value);
  std::optional<ProxyStatus> found;
  for (;;) {
    reader.skip_blanks();
    const std::optional<Member> member = read_member(reader);
    if (!member) {
      return std::nullopt;
    }
    if (member->error && !found) {
      found = ProxyStatus{printable(member->proxy), causes_of(*member->error)};
    }
    reader.skip_blanks();
    if (reader.at_end()) {
      return found;
    }
    if (!reader.take(',')) {
      return std::nullopt;
    }
  }
}

}  // namespace gatewatch::probe
