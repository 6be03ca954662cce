// SPDX-License-Identifier: MIT
#include "probe/dns/dns_records.h"

#include <ares.h>
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <memory>

#include "core/text.h"

namespace gatewatch::probe {
namespace {

constexpr size_t kFlagsOffset = 2;
constexpr unsigned char kIsAnswer = 0x80;
constexpr size_t kRcodeOffset = 3;  // in its lower four bits (RFC 1035, 4.1.1)

constexpr std::array<std::string_view, 8> kTypeWords{"A",  "AAAA", "CAA", "MX",
                                                     "NS", "PTR",  "SRV", "TXT"};
constexpr std::array<RecordType, 8> kTypes{RecordType::A,   RecordType::Aaaa, RecordType::Caa,
                                           RecordType::Mx,  RecordType::Ns,   RecordType::Ptr,
                                           RecordType::Srv, RecordType::Txt};

constexpr std::array<std::string_view, 6> kRcodeWords{"NOERROR",  "FORMERR", "SERVFAIL",
                                                      "NXDOMAIN", "NOTIMP",  "REFUSED"};

template <typename List>
using AresList = std::unique_ptr<List, decltype(&ares_free_data)>;
using Host = std::unique_ptr<hostent, decltype(&ares_free_hostent)>;

using Bytes = std::span<const unsigned char>;
using Records = std::vector<std::string>;

std::string lower_name(std::string_view name) {
  if (name.size() > 1 && name.ends_with('.')) {
    name.remove_suffix(1);
  }
  return ascii_lower(name);
}

void keep_least(std::optional<uint32_t>& least, int ttl_s) {
  const auto seconds = static_cast<uint32_t>(std::max(ttl_s, 0));
  least = std::min(least.value_or(seconds), seconds);
}

int read_a(Bytes answer, DnsReply& reply) {
  std::array<ares_addrttl, kMaxDnsRecords> found{};
  int count = found.size();
  const int status = ares_parse_a_reply(answer.data(), static_cast<int>(answer.size()), nullptr,
                                        found.data(), &count);
  for (int i = 0; status == ARES_SUCCESS && i < count; ++i) {
    const auto& record = found[static_cast<size_t>(i)];
    std::array<char, INET_ADDRSTRLEN> text{};
    reply.records.emplace_back(inet_ntop(AF_INET, &record.ipaddr, text.data(), text.size()));
    keep_least(reply.ttl_s, record.ttl);
  }
  return status;
}

int read_aaaa(Bytes answer, DnsReply& reply) {
  std::array<ares_addr6ttl, kMaxDnsRecords> found{};
  int count = found.size();
  const int status = ares_parse_aaaa_reply(answer.data(), static_cast<int>(answer.size()), nullptr,
                                           found.data(), &count);
  for (int i = 0; status == ARES_SUCCESS && i < count; ++i) {
    const auto& record = found[static_cast<size_t>(i)];
    std::array<char, INET6_ADDRSTRLEN> text{};
    reply.records.emplace_back(inet_ntop(AF_INET6, &record.ip6addr, text.data(), text.size()));
    keep_least(reply.ttl_s, record.ttl);
  }
  return status;
}

// NS and PTR.
int read_names(RecordType type, Bytes answer, Records& records) {
  hostent* host = nullptr;
  const in_addr unused{};  // the address that a PTR is asked for; only repeated in the result
  const int length = static_cast<int>(answer.size());
  const int status = type == RecordType::Ns ? ares_parse_ns_reply(answer.data(), length, &host)
                                            : ares_parse_ptr_reply(answer.data(), length, &unused,
                                                                   sizeof unused, AF_INET, &host);
  const Host owner(host, &ares_free_hostent);
  for (char** alias = status == ARES_SUCCESS ? host->h_aliases : nullptr;
       alias != nullptr && *alias != nullptr; ++alias) {
    records.push_back(lower_name(*alias));
  }
  return status;
}

// The others come as a list, of which `text_of` makes a record.
template <typename Item, typename Parse, typename TextOf>
int read_list(Bytes answer, Parse parse, TextOf text_of, Records& records) {
  Item* first = nullptr;
  const int status = parse(answer.data(), static_cast<int>(answer.size()), &first);
  const AresList<Item> owner(first, &ares_free_data);
  for (const Item* item = status == ARES_SUCCESS ? first : nullptr; item != nullptr;
       item = item->next) {
    records.push_back(text_of(*item));
  }
  return status;
}

int read_txt(Bytes answer, Records& records) {
  ares_txt_ext* first = nullptr;
  const int status =
      ares_parse_txt_reply_ext(answer.data(), static_cast<int>(answer.size()), &first);
  const AresList<ares_txt_ext> owner(first, &ares_free_data);
  for (const ares_txt_ext* part = status == ARES_SUCCESS ? first : nullptr; part != nullptr;
       part = part->next) {
    if (part->record_start != 0 || records.empty()) {
      records.emplace_back();
    }
    records.back().append(reinterpret_cast<const char*>(part->txt), part->length);
  }
  return status;
}

std::string bytes_of(const unsigned char* text, size_t length) {
  return {reinterpret_cast<const char*>(text), length};
}

// Returns a status of c-ares; ARES_ENODATA where there is no record of that type.
int read_records(RecordType type, Bytes answer, DnsReply& reply) {
  Records& records = reply.records;
  switch (type) {
    case RecordType::A:
      return read_a(answer, reply);
    case RecordType::Aaaa:
      return read_aaaa(answer, reply);
    case RecordType::Ns:
    case RecordType::Ptr:
      return read_names(type, answer, records);
    case RecordType::Txt:
      return read_txt(answer, records);
    case RecordType::Mx:
      return read_list<ares_mx_reply>(
          answer, &ares_parse_mx_reply,
          [](const auto& mx) { return std::to_string(mx.priority) + ' ' + lower_name(mx.host); },
          records);
    case RecordType::Srv:
      return read_list<ares_srv_reply>(
          answer, &ares_parse_srv_reply,
          [](const auto& srv) {
            return std::to_string(srv.priority) + ' ' + std::to_string(srv.weight) + ' ' +
                   std::to_string(srv.port) + ' ' + lower_name(srv.host);
          },
          records);
    case RecordType::Caa:
      return read_list<ares_caa_reply>(
          answer, &ares_parse_caa_reply,
          [](const auto& caa) {
            return std::to_string(caa.critical) + ' ' + bytes_of(caa.property, caa.plength) + ' ' +
                   bytes_of(caa.value, caa.length);
          },
          records);
  }
  return ARES_ENOTIMP;
}

}  // namespace

std::span<const std::string_view> record_type_words() {
  return kTypeWords;
}

std::optional<RecordType> parse_record_type(std::string_view word) {
  const auto* const found = std::find(kTypeWords.begin(), kTypeWords.end(), word);
  if (found == kTypeWords.end()) {
    return std::nullopt;
  }
  return kTypes[static_cast<size_t>(found - kTypeWords.begin())];
}

std::string_view to_string(RecordType type) {
  const auto* const found = std::find(kTypes.begin(), kTypes.end(), type);
  return kTypeWords[static_cast<size_t>(found - kTypes.begin())];
}

std::string rcode_word(int rcode) {
  if (rcode >= 0 && static_cast<size_t>(rcode) < kRcodeWords.size()) {
    return std::string(kRcodeWords[static_cast<size_t>(rcode)]);
  }
  return "rcode " + std::to_string(rcode);
}

std::optional<std::string> normal_record(RecordType type, std::string_view text) {
  if (text.empty()) {
    return std::nullopt;
  }
  switch (type) {
    case RecordType::A:
    case RecordType::Aaaa: {
      const int family = type == RecordType::A ? AF_INET : AF_INET6;
      in6_addr address{};
      std::array<char, INET6_ADDRSTRLEN> shortest{};
      if (inet_pton(family, std::string(text).c_str(), &address) != 1) {
        return std::nullopt;
      }
      return inet_ntop(family, &address, shortest.data(), shortest.size());
    }
    case RecordType::Txt:
    case RecordType::Caa:
      return std::string(text);
    case RecordType::Mx:
    case RecordType::Ns:
    case RecordType::Ptr:
    case RecordType::Srv:
      return lower_name(text);
  }
  return std::nullopt;
}

DnsReply read_reply(RecordType type, std::span<const unsigned char> message) {
  DnsReply answer;
  if (message.size() <= kRcodeOffset) {
    answer.outcome = Outcome::Protocol;
    answer.error = "malformed answer";
    return answer;
  }
  if ((message[kFlagsOffset] & kIsAnswer) == 0) {
    answer.outcome = Outcome::Protocol;
    answer.error = "malformed answer: a question";
    return answer;
  }
  answer.rcode = message[kRcodeOffset] & 0x0F;
  if (answer.rcode != 0) {
    return answer;
  }
  const int status = read_records(type, message, answer);
  if (answer.records.size() > kMaxDnsRecords) {
    answer.records.resize(kMaxDnsRecords);
  }
  if (status == ARES_EBADRESP || status == ARES_EBADNAME) {
    answer.outcome = Outcome::Protocol;
    answer.error = "malformed answer";
  } else if (status != ARES_SUCCESS && status != ARES_ENODATA) {
    answer.outcome = Outcome::Inconclusive;
    answer.error = printable(ares_strerror(status));
  }
  return answer;
}

}  // namespace gatewatch::probe
