// SPDX-License-Identifier: MIT
//
// The channel kind "webhook": a JSON document, posted as Standard Webhooks 1.0 has it.
//
// An answer of 2xx is Delivered, 410 StopChannel; 408, 425, 429, 5xx and everything that prevents
// an answer is Retry, any other answer RetrySlowly. The status decides as soon as the head of the
// answer is whole; its body is only read to be shown.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "alerts/channel.h"
#include "config/table.h"
#include "core/secret.h"

namespace gatewatch::alerts {

struct WebhookSettings {
  Secret url;  // http or https; may carry a token
  Secret key;  // the signing key's bytes; empty: messages are not signed
  std::vector<std::pair<std::string, Secret>> headers;  // further request headers
  std::string ca_file;                                  // empty: the system's authorities
};

// Requires: settings as make_webhook() checks them.
[[nodiscard]] std::shared_ptr<Channel> make_webhook(WebhookSettings settings);

// Reads `url`, `secret`, `headers` and `ca_file`.
[[nodiscard]] std::shared_ptr<Channel> read_webhook(config::Table& table);

}  // namespace gatewatch::alerts
