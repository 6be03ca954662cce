// SPDX-License-Identifier: MIT
//
// The channel kind "email": one mail to all recipients, handed to a mail server by SMTP.
//
// A mail that the server took is Delivered, also where it refused some of several recipients for
// good (5xx), which is logged; recipients it put off (4xx) make the try a Retry, and the next one
// goes only to them. Refused as a whole (5xx, also of a login) is RetrySlowly, anything else Retry.
//
// A frozen message is the mail itself, header included; sender and recipients of the envelope are
// those of the settings at the time of sending.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "alerts/channel.h"
#include "alerts/curl_send.h"
#include "config/table.h"

namespace gatewatch::alerts {

struct EmailSettings {
  MailServer server;
  std::string from;
  std::vector<std::string> to;
};

// The most messages of which is remembered who has them already; beyond, they may get one twice.
inline constexpr size_t kMaxPartlySent = 1000;

// Whether `text` is an address that can be put into an SMTP command and a header as it stands: one
// "@" with something on both sides, no white space, control character, or any of <>()[],;:\".
[[nodiscard]] bool is_mail_address(const std::string& text);

// Requires: settings as read_email() checks them.
[[nodiscard]] std::shared_ptr<Channel> make_email(EmailSettings settings);

// Reads `server`, `starttls`, `username`, `password`, `from`, `to` and `ca_file`.
[[nodiscard]] std::shared_ptr<Channel> read_email(config::Table& table);

}  // namespace gatewatch::alerts
