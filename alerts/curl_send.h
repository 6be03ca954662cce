// SPDX-License-Identifier: MIT
//
// One request to a webhook, or one mail to a mail server, through libcurl.
//
// No proxy is taken from the environment, no redirect followed, certificates are verified unless
// the request says otherwise.
//
// Limits: kSendTimeout for everything from the name's resolution to the last byte; 16 KiB of an
// answer's body are read.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/secret.h"
#include "core/time.h"

namespace gatewatch::alerts {

struct Url {
  std::string scheme;  // lower case
  std::string host;    // an IPv6 address in brackets
  int port = 0;        // 0: none written
  bool has_credentials = false;
  bool has_path = false;  // a path other than "/", a query or a fragment

  // 127.0.0.0/8, ::1, localhost and the names below it.
  [[nodiscard]] bool is_loopback() const;
};

// Reads an absolute URL; empty where it is none. Pure.
[[nodiscard]] std::optional<Url> parse_url(const std::string& text);

struct HttpRequest {
  std::string url;
  std::vector<std::string> headers;  // "name: value"
  std::string body;                  // posted
  std::string ca_file;               // empty: the system's
};

struct HttpAnswer {
  int status = 0;  // of the final answer, whose whole head arrived; 0 where none did
  std::optional<Duration> retry_after;
  std::string body;   // its beginning
  std::string error;  // in libcurl's words where status is 0
};

enum class TlsUse {
  Never,
  WhenOffered,  // STARTTLS where the server offers it; unverified unless a ca_file is given
  Required,     // STARTTLS, or nothing is sent
  Implicit,     // from the first byte (smtps)
};

struct MailServer {
  std::string host;
  int port = 0;
  TlsUse tls = TlsUse::Required;
  std::string username;  // empty: no authentication
  Secret password;
  std::string ca_file;  // empty: the system's
};

struct Mail {
  std::string from;             // bare addresses, without < >
  std::vector<std::string> to;  // at least one
  std::string content;          // header and body, CRLF line ends, no dot-stuffing
};

// What the mail server made of one recipient.
struct Refusal {
  std::string recipient;
  int code = 0;       // SMTP reply code, 400 to 599
  std::string reply;  // as the server wrote it
};

struct MailAnswer {
  bool is_accepted = false;  // the server took the mail for all that were not refused
  int code = 0;       // the SMTP reply to the last thing sent, QUIT left out; 0 where none came
  std::string reply;  // its line, as the server wrote it
  std::string error;  // in libcurl's words where not accepted
  bool login_denied = false;
  std::vector<Refusal> refused;  // recipients, in the order of Mail::to
};

// Thread: one at a time, except cancel(). Keeps its connection to a webhook for the next request.
class CurlSender {
 public:
  CurlSender();
  ~CurlSender();
  CurlSender(const CurlSender&) = delete;
  CurlSender& operator=(const CurlSender&) = delete;

  HttpAnswer post(const HttpRequest& request);
  MailAnswer mail(const MailServer& server, const Mail& mail);

  // Makes what is under way, and everything later, fail within about a second. Thread: any.
  void cancel() { is_cancelled_ = true; }

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
  std::atomic<bool> is_cancelled_ = false;
};

}  // namespace gatewatch::alerts
