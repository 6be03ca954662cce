// SPDX-License-Identifier: MIT
//
// Reads the settings of an e-mail channel.
#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "alerts/channel_settings.h"
#include "alerts/email.h"
#include "core/text.h"

namespace gatewatch::alerts {
namespace {

constexpr int kSubmissionPort = 587;
constexpr int kLoopbackPort = 25;
constexpr int kSmtpsPort = 465;
constexpr size_t kMostRecipients = 100;
constexpr size_t kLongestAddress = 254;

constexpr std::array<std::string_view, 3> kStarttlsWords{"required", "when-offered", "never"};
constexpr std::string_view kServerHint =
    "smtp://HOST or smtps://HOST, with :PORT where it is not the usual one";
constexpr std::string_view kAddressHint = "such as oncall@example.com";

std::optional<Url> read_server(config::Table& table) {
  const std::optional<std::string> text = table.required_string("server");
  if (!text) {
    return std::nullopt;
  }
  const std::optional<Url> url = parse_url(*text);
  if (!url || (url->scheme != "smtp" && url->scheme != "smtps") || url->has_path) {
    table.error("server", "not the address of a mail server", std::string(kServerHint));
    return std::nullopt;
  }
  if (url->has_credentials) {
    table.error("server", "a mail server's address holds no user name or password",
                "use username and password_file");
    return std::nullopt;
  }
  return url;
}

TlsUse read_tls(config::Table& table, const Url& url) {
  const std::string_view usual = url.is_loopback() ? "when-offered" : "required";
  const std::string word = table.one_of("starttls", usual, kStarttlsWords);
  if (url.scheme == "smtps") {
    if (table.has("starttls")) {
      table.warning("starttls", "has no effect: smtps:// uses TLS from the first byte");
    }
    return TlsUse::Implicit;
  }
  return word == "never" ? TlsUse::Never
                         : (word == "required" ? TlsUse::Required : TlsUse::WhenOffered);
}

bool read_login(config::Table& table, bool is_loopback, MailServer& server) {
  const bool has_username = table.has("username");
  const std::optional<std::string> username = table.string("username");
  const SecretState state = read_secret(table, "password", server.password);
  if (has_username && state == SecretState::Missing) {
    table.error("username", "a user name needs a password", "add password_file");
    return false;
  }
  if (!has_username) {
    if (state != SecretState::Missing) {
      table.error("password", "a password needs a user name", "add username");
    }
    return state == SecretState::Missing;
  }
  if (!username || state == SecretState::Wrong) {
    return false;
  }
  if (username->empty() || !is_printable_utf8(*username)) {
    table.error("username", "empty, or has line breaks or control characters");
    return false;
  }
  const bool is_safe = server.tls == TlsUse::Required || server.tls == TlsUse::Implicit;
  if (!is_safe && !is_loopback) {
    table.error("starttls", "the password could be sent without encryption",
                "starttls = \"required\", or a server on loopback");
    return false;
  }
  server.username = *username;
  return true;
}

bool read_addresses(config::Table& table, EmailSettings& settings) {
  bool is_good = true;
  const std::optional<std::string> from = table.required_string("from");
  if (from && !is_mail_address(*from)) {
    table.error("from", "not a mail address", std::string(kAddressHint));
  }
  is_good = from && is_mail_address(*from);
  settings.from = from.value_or("");
  const bool has_to = table.has("to");
  settings.to = table.strings("to");
  if (settings.to.empty() || settings.to.size() > kMostRecipients) {
    table.error("to",
                has_to ? "needs 1 to " + std::to_string(kMostRecipients) + " mail addresses"
                       : "missing key \"to\"",
                "to = [\"oncall@example.com\"]");
    is_good = false;
  }
  for (size_t i = 0; i < settings.to.size(); ++i) {
    if (!is_mail_address(settings.to[i])) {
      table.error_at("to", i, "not a mail address: \"" + printable(settings.to[i]) + '"',
                     std::string(kAddressHint));
      is_good = false;
    }
  }
  return is_good;
}

}  // namespace

bool is_mail_address(const std::string& text) {
  if (text.size() > kLongestAddress || !is_printable_utf8(text) ||
      text.find_first_of(" <>()[],;:\\\"") != std::string::npos) {
    return false;
  }
  const size_t at = text.find('@');
  return at != std::string::npos && at == text.rfind('@') && at > 0 && at + 1 < text.size();
}

std::shared_ptr<Channel> read_email(config::Table& table) {
  EmailSettings settings;
  bool is_good = false;
  const std::optional<Url> url = read_server(table);
  const bool is_loopback = url && url->is_loopback();
  settings.server.tls = read_tls(table, url.value_or(Url{}));
  if (url) {
    settings.server.host = url->host;
    const int usual =
        url->scheme == "smtps" ? kSmtpsPort : (is_loopback ? kLoopbackPort : kSubmissionPort);
    settings.server.port = url->port != 0 ? url->port : usual;
    is_good = true;
  }
  is_good &= read_login(table, is_loopback || !url, settings.server);
  is_good &= read_addresses(table, settings);
  is_good &= read_ca_file(table, settings.server.ca_file);
  return is_good ? make_email(std::move(settings)) : nullptr;
}

}  // namespace gatewatch::alerts
