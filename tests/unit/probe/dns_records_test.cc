// SPDX-License-Identifier: MIT
#include "probe/dns/dns_records.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace gatewatch::probe {
namespace {

const std::string kDocumentation("\xC0\x00\x02\x01", 4);  // 192.0.2.1
const std::string kLoopback("\x7F\x00\x00\x01", 4);       // 127.0.0.1

// A name as messages hold it: "a.test" becomes 1 a 4 test 0.
std::string wire_name(const std::string& name) {
  std::string wire;
  size_t at = 0;
  while (at < name.size()) {
    const size_t dot = std::min(name.find('.', at), name.size());
    wire += static_cast<char>(dot - at);
    wire += name.substr(at, dot - at);
    at = dot + 1;
  }
  return wire + '\0';
}

std::string two_bytes(unsigned number) {
  return {static_cast<char>(number >> 8U), static_cast<char>(number & 0xFFU)};
}

// A message that answers a question for a.test, with records of one type.
std::string message(unsigned type, const std::vector<std::string>& records, unsigned rcode = 0) {
  const std::string name = wire_name("a.test");
  std::string text = two_bytes(0x1234) + '\x81' + static_cast<char>(0x80U | rcode) + two_bytes(1) +
                     two_bytes(static_cast<unsigned>(records.size())) + std::string(4, '\0') +
                     name + two_bytes(type) + two_bytes(1);
  for (const std::string& record : records) {
    text += "\xC0\x0C" + two_bytes(type) + two_bytes(1) + std::string(4, '\0') +
            two_bytes(static_cast<unsigned>(record.size())) + record;
  }
  return text;
}

DnsReply read(RecordType type, const std::string& bytes) {
  return read_reply(type, {reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()});
}

// The records of a message with the given ones.
std::vector<std::string> records_of(RecordType type, const std::vector<std::string>& records) {
  const DnsReply reply = read(type, message(static_cast<unsigned>(type), records));
  EXPECT_EQ(reply.outcome, Outcome::Ok) << reply.error;
  EXPECT_EQ(reply.rcode, 0);
  return reply.records;
}

using Texts = std::vector<std::string>;

TEST(ReadReply, GivesRecordsOfEachTypeInNormalForm) {
  EXPECT_EQ(records_of(RecordType::A, {kDocumentation, kLoopback}),
            (Texts{"192.0.2.1", "127.0.0.1"}));
  EXPECT_EQ(records_of(RecordType::Aaaa, {"\x20\x01\x0D\xB8" + std::string(11, '\0') + '\x01'}),
            Texts{"2001:db8::1"});
  EXPECT_EQ(records_of(RecordType::Mx, {two_bytes(10) + wire_name("Mail.Test")}),
            Texts{"10 mail.test"});
  EXPECT_EQ(records_of(RecordType::Ns, {wire_name("ns1.test"), wire_name("NS2.test")}),
            (Texts{"ns1.test", "ns2.test"}));
  EXPECT_EQ(records_of(RecordType::Ptr, {wire_name("host.test")}), Texts{"host.test"});
  EXPECT_EQ(records_of(RecordType::Srv,
                       {two_bytes(1) + two_bytes(5) + two_bytes(5060) + wire_name("sip.test")}),
            Texts{"1 5 5060 sip.test"});
  EXPECT_EQ(records_of(RecordType::Txt, {"\x03v=1\x02 x", "\x05other"}), (Texts{"v=1 x", "other"}));
  EXPECT_EQ(records_of(RecordType::Caa, {std::string("\0\x05", 2) + "issueca.test"}),
            Texts{"0 issue ca.test"});
}

TEST(ReadReply, TellsTheLeastTtlOfAddresses) {
  std::string answer = message(1, {kDocumentation, kLoopback});
  const size_t second = answer.rfind("\xC0\x0C");
  answer.replace(answer.find("\xC0\x0C") + 6, 4, two_bytes(0) + two_bytes(300));
  answer.replace(second + 6, 4, two_bytes(0) + two_bytes(60));
  EXPECT_EQ(read(RecordType::A, answer).ttl_s, 60U);
  EXPECT_EQ(read(RecordType::A, message(1, {})).ttl_s, std::nullopt);
}

TEST(ReadReply, GivesTheRcodeAndNoRecordsWhereItIsAnError) {
  for (const int rcode : {1, 2, 3, 4, 5, 9}) {
    const DnsReply reply =
        read(RecordType::A, message(1, {kDocumentation}, static_cast<unsigned>(rcode)));
    EXPECT_EQ(reply.outcome, Outcome::Ok);
    EXPECT_EQ(reply.rcode, rcode);
    EXPECT_TRUE(reply.records.empty());
  }
}

TEST(ReadReply, TakesAQuestionForNoAnswer) {
  std::string echo = message(1, {kDocumentation});
  echo[2] = '\x01';
  EXPECT_EQ(read(RecordType::A, echo).outcome, Outcome::Protocol);
}

TEST(ReadReply, GivesNoRecordsWhereThereAreNoneOfThatType) {
  EXPECT_EQ(records_of(RecordType::A, {}), Texts());
  const DnsReply other =
      read(RecordType::A, message(static_cast<unsigned>(RecordType::Txt), {"\x01x"}));
  EXPECT_EQ(other.outcome, Outcome::Ok) << other.error;
  EXPECT_TRUE(other.records.empty());
}

TEST(ReadReply, GivesAtMostSixtyFourRecords) {
  EXPECT_EQ(records_of(RecordType::A, Texts(100, kDocumentation)).size(), 64U);
  EXPECT_EQ(records_of(RecordType::Txt, Texts(100, "\x01x")).size(), 64U);
}

TEST(ReadReply, CallsAMessageThatIsCutShortMalformed) {
  for (const RecordType type : {RecordType::A, RecordType::Mx, RecordType::Txt, RecordType::Srv}) {
    const std::string whole =
        message(static_cast<unsigned>(type),
                {two_bytes(1) + two_bytes(5) + two_bytes(5060) + wire_name("sip.test")});
    for (size_t length = 0; length < whole.size(); ++length) {
      const DnsReply reply = read(type, whole.substr(0, length));
      EXPECT_EQ(reply.outcome, Outcome::Protocol) << length;
      EXPECT_EQ(reply.error, "malformed answer");
    }
  }
}

TEST(NormalRecord, WritesRecordsAsAnswersDo) {
  const auto normal = [](RecordType type, std::string_view text) {
    return normal_record(type, text).value_or("none");
  };
  EXPECT_EQ(normal(RecordType::A, "192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(normal(RecordType::Aaaa, "2001:DB8:0::1"), "2001:db8::1");
  EXPECT_EQ(normal(RecordType::Mx, "10 Mail.Test."), "10 mail.test");
  EXPECT_EQ(normal(RecordType::Txt, "V=1."), "V=1.");
  EXPECT_EQ(normal(RecordType::A, "2001:db8::1"), "none");
  EXPECT_EQ(normal(RecordType::Aaaa, "192.0.2.1"), "none");
  EXPECT_EQ(normal(RecordType::A, "shop.test"), "none");
  EXPECT_EQ(normal(RecordType::Txt, ""), "none");
}

TEST(RecordType, HasAWordEach) {
  for (const std::string_view word : record_type_words()) {
    const auto type = parse_record_type(word);
    ASSERT_TRUE(type) << word;
    EXPECT_EQ(to_string(*type), word);
  }
  EXPECT_FALSE(parse_record_type("a"));
  EXPECT_FALSE(parse_record_type("CNAME"));
  EXPECT_EQ(rcode_word(0), "NOERROR");
  EXPECT_EQ(rcode_word(3), "NXDOMAIN");
  EXPECT_EQ(rcode_word(9), "rcode 9");
}

}  // namespace
}  // namespace gatewatch::probe
