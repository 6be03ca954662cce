// SPDX-License-Identifier: MIT
#include "probe/kinds/evidence.h"

#include <gtest/gtest.h>

namespace gatewatch::probe {
namespace {

TEST(Evidence, KeepsTheHeadButNotItsCredentials) {
  const std::string head =
      "HTTP/1.1 502 Bad Gateway\r\n"
      "Server: nginx\r\n"
      "Set-Cookie: session=abc; HttpOnly\r\n"
      "SET-COOKIE: other=def\r\n"
      "Authentication-Info: nextnonce=x\r\n"
      "Content-Length: 5\r\n\r\n";
  EXPECT_EQ(evidence_head(head, {}),
            "HTTP/1.1 502 Bad Gateway\r\n"
            "Server: nginx\r\n"
            "Set-Cookie: ***\r\n"
            "SET-COOKIE: ***\r\n"
            "Authentication-Info: ***\r\n"
            "Content-Length: 5\r\n\r\n");
}

TEST(Evidence, MasksWhatWeSentWhereTheServerRepeatsIt) {
  HttpSettings settings;
  settings.headers = {{"Authorization", Secret("Bearer t0ken-of-ours")},
                      {"X-Api-Key", Secret("k3y-of-ours")},
                      {"User-Agent", Secret("our browser")},
                      {"X-Flag", Secret("on")}};
  settings.url.password = Secret("passw0rd");
  EXPECT_EQ(
      evidence_body("you sent t0ken-of-ours and k3y-of-ours, passw0rd, our browser, on", settings),
      "you sent *** and ***, ***, our browser, on");
  EXPECT_EQ(evidence_head("HTTP/1.1 400 k3y-of-ours\r\n\r\n", settings),
            "HTTP/1.1 400 ***\r\n\r\n");
}

TEST(Evidence, MasksLoginsAsTheyAreSent) {
  HttpSettings settings;
  settings.url = *parse_url("http://mon:passw0rd@shop.test/");
  settings.proxy = *parse_url("http://me:pr0xy-word@proxy.test/");
  settings.body = "user=me&word=f0rm-word";
  EXPECT_EQ(evidence_body("Authorization: Basic bW9uOnBhc3N3MHJk, bWU6cHIweHktd29yZA== pr0xy-word; "
                          "posted user=me&word=f0rm-word",
                          settings),
            "Authorization: Basic ***, *** ***; posted ***");
  EXPECT_EQ(evidence_words("field X is \"passw0rd\"", settings), "field X is \"***\"");
}

TEST(Evidence, MasksTheValuesOfTheQuery) {
  HttpSettings settings;
  settings.url = *parse_url("http://shop.test/health?token=very%2Dsecret&deep&key=an0ther+one");
  EXPECT_EQ(evidence_body("Cannot GET /health?token=very%2Dsecret&deep&key=an0ther+one", settings),
            "Cannot GET /health?token=***&deep&key=***");
  EXPECT_EQ(evidence_body("token very-secret, key 'an0ther one'", settings),
            "token ***, key '***'");
}

TEST(Evidence, IsCutToItsLimits) {
  EXPECT_EQ(evidence_body(std::string(5'000, 'x'), {}), std::string(kMaxEvidenceBody, 'x'));
  EXPECT_EQ(evidence_head(std::string(100'000, 'x'), {}).size(), kMaxEvidenceHead);
}

TEST(Evidence, IsTextWhateverTheServerSends) {
  using namespace std::string_literals;
  EXPECT_EQ(evidence_head("HTTP/1.1 502 Schl\xE4gt\r\nServer:\tx\0y\x1B[2J\r\n\r\n"s, {}),
            "HTTP/1.1 502 Schl\\xE4gt\r\nServer:\tx\\x00y\\x1B[2J\r\n\r\n");
  EXPECT_EQ(evidence_body("gut: é, schlecht: \xC3\x28 \xED\xA0\x80\n", {}),
            "gut: é, schlecht: \\xC3( \\xED\\xA0\\x80\n");
  EXPECT_EQ(evidence_body(std::string(5'000, '\xFF'), {}).size(), kMaxEvidenceBody);
}

TEST(Evidence, IsCutBetweenCharacters) {
  std::string body = "x";
  while (body.size() < 2 * kMaxEvidenceBody) {
    body += "é";
  }
  EXPECT_EQ(evidence_body(body, {}), body.substr(0, kMaxEvidenceBody - 1));
}

TEST(Evidence, LeavesNoHalfOfASecretAtTheCut) {
  HttpSettings settings;
  settings.headers = {{"X-Api-Key", Secret("k3y-of-ours")}};
  const std::string body = std::string(kMaxEvidenceBody - 4, 'x') + "k3y-of-ours";
  EXPECT_EQ(evidence_body(body, settings).find("k3y"), std::string::npos);
  // Where the answer itself was cut within it.
  EXPECT_EQ(evidence_body("you sent k3y-of-o", settings), "you sent ***");
}

}  // namespace
}  // namespace gatewatch::probe
