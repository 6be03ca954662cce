// SPDX-License-Identifier: MIT
//
// What a mail is, from a message to the bytes that are frozen.
#include "alerts/mail_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "alerts/email.h"
#include "alerts/mime.h"
#include "tests/unit/alerts/sample_message.h"

namespace gatewatch::alerts {
namespace {

using namespace std::chrono_literals;
using gatewatch::testing::resolved_message;
using gatewatch::testing::sample_message;
using ::testing::HasSubstr;
using ::testing::Not;

std::string rendered(const Message& message) {
  EmailSettings settings;
  settings.from = "gatewatch@example.com";
  settings.to = {"oncall@example.com", "boss@example.com"};
  return make_email(settings)->render(message);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  size_t begin = 0;
  while (begin < text.size()) {
    const size_t end = std::min(text.find('\n', begin), text.size() - 1);
    lines.push_back(text.substr(begin, end + 1 - begin));
    begin = end + 1;
  }
  return lines;
}

// The value of a header field, unfolded; empty where there is none.
std::string field(const std::string& mail, const std::string& name) {
  std::string value;
  bool is_inside = false;
  for (const std::string& line : lines_of(mail)) {
    if (line == "\r\n") {
      break;
    }
    const bool goes_on = line.starts_with(' ') || line.starts_with('\t');
    is_inside = goes_on ? is_inside : line.starts_with(name + ": ");
    if (is_inside) {
      value += line.substr(goes_on ? 0 : name.size() + 2,
                           line.find_first_of("\r\n") - (goes_on ? 0 : name.size() + 2));
    }
  }
  return value;
}

// The text, with quoted-printable undone.
std::string text_of(const std::string& mail) {
  const std::string body = mail.substr(mail.find("\r\n\r\n") + 4);
  std::string text;
  for (size_t i = 0; i < body.size(); ++i) {
    if (body[i] != '=') {
      text += body[i];
    } else if (body.compare(i, 3, "=\r\n") == 0) {
      i += 2;
    } else {
      text += static_cast<char>(std::stoi(body.substr(i + 1, 2), nullptr, 16));
      i += 2;
    }
  }
  return text;
}

void expect_fit_for_the_wire(const std::string& mail) {
  for (const std::string& line : lines_of(mail)) {
    EXPECT_TRUE(line.ends_with("\r\n")) << line;
    EXPECT_LE(line.size(), 1000U);
    EXPECT_EQ(line.find('\r'), line.size() - 2) << line;
    for (const char c : line) {
      EXPECT_LT(static_cast<unsigned char>(c), 0x80) << line;
    }
  }
}

TEST(MailText, IsAWellFormedMail) {
  const std::string mail = rendered(sample_message());
  expect_fit_for_the_wire(mail);
  EXPECT_EQ(field(mail, "From"), "gatewatch@example.com");
  EXPECT_EQ(field(mail, "To"), "oncall@example.com, boss@example.com");
  EXPECT_EQ(field(mail, "Subject"), "[gatewatch] shop: bad-gateway");
  EXPECT_EQ(field(mail, "Date"), "Sun, 22 Nov 2026 10:15:30 +0000");
  EXPECT_EQ(field(mail, "Message-Id"), "<01KAMP0000000000000000SHOP.0@mon1>");
  EXPECT_EQ(field(mail, "MIME-Version"), "1.0");
  EXPECT_EQ(field(mail, "Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(field(mail, "Content-Transfer-Encoding"), "quoted-printable");
  EXPECT_EQ(field(mail, "Auto-Submitted"), "auto-generated");
  EXPECT_EQ(field(mail, "X-Auto-Response-Suppress"), "All");
  EXPECT_EQ(field(mail, "In-Reply-To"), "");
}

TEST(MailText, IsTheSameBytesForTheSameMessage) {
  EXPECT_EQ(rendered(sample_message()), rendered(sample_message()));
}

TEST(MailText, ThreadsTheMessagesOfAnIncident) {
  const std::string opened = rendered(sample_message());
  const std::string resolved = rendered(resolved_message(12min));
  EXPECT_EQ(field(resolved, "Message-Id"), "<01KAMP0000000000000000SHOP.1@mon1>");
  EXPECT_EQ(field(resolved, "In-Reply-To"), field(opened, "Message-Id"));
  EXPECT_EQ(field(resolved, "References"), field(opened, "Message-Id"));
  EXPECT_EQ(field(resolved, "Subject"), field(opened, "Subject"));
}

TEST(MailText, SaysEverythingAboutTheIncident) {
  setenv("TZ", "Europe/Berlin", 1);
  tzset();
  const std::string text = text_of(rendered(resolved_message(12min + 5s)));
  unsetenv("TZ");
  tzset();
  for (const std::string line : {
           "RESOLVED: what happened\r\n",
           "Target:   shop\r\n",
           "URL:      https://shop.example.com/health\r\n",
           "Tags:     prod\r\n",
           "Severity: critical\r\n",
           "Since:    2026-11-22 11:15:30 +01:00\r\n",
           "Until:    2026-11-22 11:27:35 +01:00 (12 min 5 s)\r\n",
           "Rule:     bad-gateway: 502, at 20% or more in 5 min\r\n",
           "Bad:      0% (0 of 20)\r\n",
           "502:      0% (0 of 20); gateway failures (502, 503, 504): 5% (1 of 20)\r\n",
           "Class:    undetermined\r\n",
           "Fault:    unknown\r\n",
           "Verdict:  Not enough is known to say where the fault lies.\r\n",
           "  - 7 of 20 probes answered 502\r\n",
           "Now:      gatewatch status\r\n",
           "More:     gatewatch incidents 01KAMP0000000000000000SHOP\r\n",
           "Incident: 01KAMP0000000000000000SHOP\r\n",
           "-- \r\ngatewatch 0.1.0 on mon1\r\n",
       }) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(MailText, AttachesADiagnosis) {
  Message message = sample_message();
  EXPECT_TRUE(field(rendered(message), "Content-Type").starts_with("text/plain"));
  message.diagnosis = "Checks\n  failed  get  ünd \x1b[31m\n";
  const std::string mail = rendered(message);
  EXPECT_EQ(field(mail, "Content-Type"),
            "multipart/mixed; boundary=\"=_01KAMP0000000000000000SHOP.0\"");
  EXPECT_THAT(mail, HasSubstr("Content-Disposition: attachment; filename=diagnosis.txt\r\n"));
  EXPECT_THAT(mail, HasSubstr("OPENED: what happened")) << "the text is still there";
  EXPECT_THAT(mail, HasSubstr("  failed  get  =C3=BCnd "));
  EXPECT_THAT(mail, Not(HasSubstr("\x1b")));
  EXPECT_TRUE(mail.ends_with("--=_01KAMP0000000000000000SHOP.0--\r\n"));
  EXPECT_EQ(mail, rendered(message)) << "frozen";
}

TEST(MailText, EncodesAnySubject) {
  Message message = sample_message();
  message.incident.target.clear();
  for (int i = 0; i < 42; ++i) {
    message.incident.target += "ü🛒ñ";
  }
  const std::string mail = rendered(message);
  expect_fit_for_the_wire(mail);
  EXPECT_THAT(field(mail, "Subject"), ::testing::StartsWith("=?UTF-8?B?"));
  for (const std::string& line : lines_of(mail)) {
    EXPECT_LE(line.size(), 78U) << line;  // RFC 2047, section 2: 76 and the line end
  }
  EXPECT_THAT(text_of(mail), HasSubstr("Target:   " + message.incident.target));
}

TEST(MailText, LetsNoForeignTextOutOfItsPlace) {
  Message message = sample_message();
  message.incident.target = "shop\r\nBcc: all@example.com";
  message.incident.verdict.summary = "\xFF\x1B[2J\r\n.\r\nMAIL FROM:<x@example.com>";
  message.text = std::string(5000, 'x');
  message.source.host = "mon 1\r\nX: y";
  const std::string mail = rendered(message);
  expect_fit_for_the_wire(mail);
  EXPECT_EQ(field(mail, "Bcc"), "");
  EXPECT_EQ(field(mail, "X"), "");
  EXPECT_EQ(field(mail, "Message-Id"), "<01KAMP0000000000000000SHOP.0@mon-1--X--y>");
  EXPECT_THAT(text_of(mail), Not(HasSubstr("\x1B")));
}

TEST(MailText, SendsATestOutsideAnyThread) {
  const std::string mail = rendered(sample_message(MessageType::Test));
  EXPECT_EQ(field(mail, "Subject"), "[gatewatch] test message");
  EXPECT_EQ(field(mail, "Message-Id"), "<msg_01KAMP0000000000000000TEST@mon1>");
  EXPECT_EQ(field(mail, "References"), "");
  EXPECT_TRUE(text_of(mail).starts_with("TEST: what happened\r\n"));
}

}  // namespace
}  // namespace gatewatch::alerts
