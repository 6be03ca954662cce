// SPDX-License-Identifier: MIT
#include "probe/http/curl_failure.h"

#include <curl/curl.h>

#include "core/text.h"

namespace gatewatch::probe {
namespace {

constexpr int kTooLarge = 100;  // CURLE_TOO_LARGE, unknown to libcurl before 8.6

// Of a transfer that broke off while talking.
Outcome outcome_of_break(const TransferProgress& progress) {
  if (progress.head_complete) {
    return Outcome::Body;
  }
  return progress.connected && !progress.ready ? Outcome::Tls : Outcome::Reset;
}

}  // namespace

Outcome outcome_of_transfer(int code, const TransferProgress& progress) {
  if (progress.body_full) {
    return Outcome::Ok;
  }
  switch (code) {
    case CURLE_OK:
      // libcurl is content with a head that ends in the middle.
      return progress.head_complete ? Outcome::Ok : Outcome::Reset;
    case CURLE_COULDNT_CONNECT:
      return outcome_of_connect(progress.system_error, progress.told);
    case CURLE_OPERATION_TIMEDOUT:
      return Outcome::Timeout;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
      return Outcome::Tls;
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE:
      return outcome_of_break(progress);
    case CURLE_HTTP2_STREAM:
    case CURLE_HTTP2:
    case CURLE_UNSUPPORTED_PROTOCOL:  // an answer without a status line
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
    case kTooLarge:
    case CURLE_WRITE_ERROR:  // a limit of HttpHead
      return progress.head_complete ? Outcome::Body : Outcome::Protocol;
    case CURLE_OUT_OF_MEMORY:  // also a header line over libcurl's own limit
      return progress.ready ? Outcome::Protocol : Outcome::Inconclusive;
    default:
      return Outcome::Inconclusive;
  }
}

std::string describe_failure(int code, const TransferProgress& progress, const char* details) {
  if (code == CURLE_OK && !progress.head_complete) {
    return "the connection was closed within the header";
  }
  if (code == CURLE_OUT_OF_MEMORY && progress.ready) {
    return "a header line is too long";
  }
  const char* text = details[0] != '\0' ? details : curl_easy_strerror(static_cast<CURLcode>(code));
  return printable(text);
}

CauseSet met_by(Outcome failure, const TransferProgress& progress) {
  if (failure == Outcome::Refused) {
    return progress.system_error == 0 ? CauseSet{Cause::Refused, Cause::Unreachable}
                                      : cause_of_connect(progress.system_error);
  }
  if (failure == Outcome::Reset) {
    return {Cause::Closed, Cause::Reset};
  }
  if (failure == Outcome::Tls) {
    return {Cause::TlsCertificate, Cause::TlsProtocol};
  }
  if (failure == Outcome::Protocol) {
    return {Cause::Invalid, Cause::HeaderTooBig};
  }
  if (failure == Outcome::Body) {
    return {Cause::BodyTruncated, Cause::Invalid};
  }
  if (failure != Outcome::Timeout && failure != Outcome::Inconclusive) {
    return {};
  }
  if (!progress.ready) {
    return {Cause::TimeoutConnect};
  }
  return progress.head_complete ? CauseSet() : CauseSet{Cause::TimeoutRead};
}

const char* stage_of(const TransferProgress& progress) {
  if (!progress.connected) {
    return "connecting";
  }
  if (!progress.ready) {
    return "in the TLS handshake";
  }
  if (!progress.head_begun) {
    return "waiting for the answer";
  }
  return progress.head_complete ? "reading the body" : "reading the header";
}

}  // namespace gatewatch::probe
