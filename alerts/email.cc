// SPDX-License-Identifier: MIT
#include "alerts/email.h"

#include <algorithm>
#include <map>
#include <utility>

#include "alerts/mail_text.h"
#include "alerts/mime.h"
#include "core/assert.h"
#include "core/log.h"
#include "core/text.h"

namespace gatewatch::alerts {
namespace {

bool is_for_good(int code) {
  return code >= 500;
}

std::string detail_of(const MailAnswer& answer) {
  if (answer.is_accepted || answer.code >= 400) {
    return printable(answer.reply);
  }
  return printable(answer.error);
}

class Email final : public Channel {
 public:
  explicit Email(EmailSettings settings) : settings_(std::move(settings)) {}

  [[nodiscard]] bool tells(MessageType /*type*/) const override { return true; }

  [[nodiscard]] std::string render(const Message& message) const override {
    MailText mail = mail_text(message);
    mail.from = settings_.from;
    mail.to = settings_.to;
    return compose_mail(mail);
  }

  SendResult send(const Notification& notification, WallTime /*now*/) override {
    Mail mail{.from = settings_.from, .to = settings_.to, .content = notification.body};
    const auto left = left_.find(notification.id);
    if (left != left_.end()) {
      mail.to = left->second;
    }
    const MailAnswer answer = sender_.mail(settings_.server, mail);
    return answer.is_accepted ? accepted(notification.id, answer) : failed(answer);
  }

  void cancel() override { sender_.cancel(); }

 private:
  SendResult accepted(const std::string& id, const MailAnswer& answer) {
    std::vector<std::string> put_off;
    std::string refused;
    const Refusal* last = nullptr;
    for (const Refusal& refusal : answer.refused) {
      if (is_for_good(refusal.code)) {
        log(LogLevel::Warning, "mail server refused a recipient",
            {{"recipient", refusal.recipient}, {"notification", id}, {"reply", refusal.reply}});
        refused.append("; refused: ").append(refusal.recipient).append(": ").append(refusal.reply);
      } else {
        put_off.push_back(refusal.recipient);
        last = &refusal;
      }
    }
    if (put_off.empty()) {
      left_.erase(id);
      return {.kind = SendResult::Kind::Delivered,
              .retry_after = std::nullopt,
              .detail = detail_of(answer) + printable(refused)};
    }
    if (left_.contains(id) || left_.size() < kMaxPartlySent) {
      left_[id] = std::move(put_off);
    }
    return {.kind = SendResult::Kind::Retry,
            .retry_after = std::nullopt,
            .detail = printable(last->recipient + ": " + last->reply)};
  }

  static SendResult failed(const MailAnswer& answer) {
    // Where a recipient may be taken later, the others' refusal does not decide.
    const bool any_put_off =
        std::any_of(answer.refused.begin(), answer.refused.end(),
                    [](const Refusal& refusal) { return !is_for_good(refusal.code); });
    const bool is_refused = is_for_good(answer.code) || (answer.login_denied && answer.code < 400);
    return {.kind = is_refused && !any_put_off ? SendResult::Kind::RetrySlowly
                                               : SendResult::Kind::Retry,
            .retry_after = std::nullopt,
            .detail = detail_of(answer)};
  }

  EmailSettings settings_;
  CurlSender sender_;
  // Who still has to get a message that others have already, by its id.
  std::map<std::string, std::vector<std::string>> left_;
};

}  // namespace

std::shared_ptr<Channel> make_email(EmailSettings settings) {
  GW_ASSERT(!settings.to.empty());
  return std::make_shared<Email>(std::move(settings));
}

}  // namespace gatewatch::alerts
