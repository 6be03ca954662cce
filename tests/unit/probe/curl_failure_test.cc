// SPDX-License-Identifier: MIT
//
// Only what the prober's tests cannot bring about on loopback.
#include "probe/http/curl_failure.h"

#include <curl/curl.h>
#include <gtest/gtest.h>

#include <cerrno>

namespace gatewatch::probe {
namespace {

Outcome of_connect(int system_error) {
  return outcome_of_transfer(CURLE_COULDNT_CONNECT, {.system_error = system_error});
}

TEST(OutcomeOfTransfer, KeepsOurOwnTroubleApartFromTheTargets) {
  for (const int ours : {ENETUNREACH, ENETDOWN, EADDRNOTAVAIL, EMFILE, ENFILE, ENOBUFS, ENOMEM,
                         EACCES, EPERM, EAFNOSUPPORT}) {
    EXPECT_EQ(of_connect(ours), Outcome::Inconclusive) << ours;
  }
  EXPECT_EQ(of_connect(ECONNREFUSED), Outcome::Refused);
  EXPECT_EQ(of_connect(EHOSTUNREACH), Outcome::Refused);
  EXPECT_EQ(of_connect(ETIMEDOUT), Outcome::Timeout);
  EXPECT_EQ(of_connect(ECONNRESET), Outcome::Reset);
}

TEST(OutcomeOfTransfer, TakesAMissingRouteForOurOwnTroubleWhereTheCallTold) {
  for (const int ours : {EHOSTUNREACH, EINVAL, ENETUNREACH, EACCES}) {
    EXPECT_EQ(
        outcome_of_transfer(CURLE_COULDNT_CONNECT, {.system_error = ours, .told = Told::ByCall}),
        Outcome::Inconclusive)
        << ours;
  }
}

TEST(OutcomeOfTransfer, DoesNotBlameTheTargetForOurCertificateFiles) {
  for (const int code : {CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM, CURLE_FAILED_INIT}) {
    EXPECT_EQ(outcome_of_transfer(code, {.connected = true}), Outcome::Inconclusive);
  }
}

TEST(OutcomeOfTransfer, CountsABreakInTheHandshakeAsTls) {
  EXPECT_EQ(outcome_of_transfer(CURLE_RECV_ERROR, {.connected = true}), Outcome::Tls);
  EXPECT_EQ(outcome_of_transfer(CURLE_RECV_ERROR, {.connected = true, .ready = true}),
            Outcome::Reset);
}

TEST(OutcomeOfTransfer, CountsABrokenStreamAgainstTheServer) {
  for (const int code : {CURLE_HTTP2, CURLE_HTTP2_STREAM}) {
    EXPECT_EQ(outcome_of_transfer(code, {.connected = true, .ready = true}), Outcome::Protocol);
    EXPECT_EQ(
        outcome_of_transfer(
            code, {.connected = true, .ready = true, .head_begun = true, .head_complete = true}),
        Outcome::Body);
  }
}

TEST(StageOf, NamesHowFarItCame) {
  EXPECT_STREQ(stage_of({}), "connecting");
  EXPECT_STREQ(stage_of({.connected = true}), "in the TLS handshake");
  EXPECT_STREQ(stage_of({.connected = true, .ready = true}), "waiting for the answer");
  EXPECT_STREQ(stage_of({.connected = true, .ready = true, .head_begun = true}),
               "reading the header");
  EXPECT_STREQ(
      stage_of({.connected = true, .ready = true, .head_begun = true, .head_complete = true}),
      "reading the body");
}

}  // namespace
}  // namespace gatewatch::probe
