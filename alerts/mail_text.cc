// SPDX-License-Identifier: MIT
#include "alerts/mail_text.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "core/text.h"

namespace gatewatch::alerts {
namespace {

constexpr size_t kLabelWidth = 10;
constexpr size_t kMostEvidence = 20;

std::string_view state_of(MessageType type) {
  switch (type) {
    case MessageType::Opened:
      return "OPENED";
    case MessageType::Updated:
      return "UPDATED";
    case MessageType::Reopened:
      return "REOPENED";
    case MessageType::Resolved:
      return "RESOLVED";
    case MessageType::Test:
      break;
  }
  return "TEST";
}

// The right side of a message id: the host's name, as far as its letters may stand there.
std::string right_side(std::string host) {
  std::replace_if(
      host.begin(), host.end(),
      [](char c) {
        return !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                 c == '-' || c == '.');
      },
      '-');
  const bool has_empty_label =
      host.empty() || host.front() == '.' || host.back() == '.' || host.contains("..");
  return has_empty_label ? "gatewatch.invalid" : host;
}

std::string id_in_thread(const Message& message, int sequence) {
  return message.incident.id + '.' + std::to_string(sequence) + '@' +
         right_side(message.source.host);
}

class Lines {
 public:
  void line(const std::string& text) { text_ += text + '\n'; }

  void field(const std::string& label, const std::string& value) {
    if (!value.empty()) {
      const size_t gap = kLabelWidth - std::min(label.size() + 1, kLabelWidth - 1);
      line(label + ':' + std::string(gap, ' ') + value);
    }
  }

  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    text += text.empty() ? word : ", " + word;
  }
  return text;
}

std::string share_of(const Counts& counts, uint32_t part, double share) {
  return format_share(share) + " (" + std::to_string(part) + " of " +
         std::to_string(counts.probes) + ')';
}

void add_shares(Lines& lines, const Message& message) {
  const Counts& window = message.window;
  const Rule& rule = message.rule;
  if (!rule.has_window()) {
    lines.field("Rule", rule.name);
    return;
  }
  lines.field("Rule", rule.name + ": " + joined(rule.count_words) + ", at " +
                          format_share(rule.threshold) + " or more in " +
                          humanize_duration(rule.window));
  lines.field("Bad", share_of(window, window.bad, window.rate()));
  lines.field("502", share_of(window, window.bad_502, window.rate_502()) + "; " +
                         std::string(kGatewayFailures) + ": " +
                         share_of(window, window.gateway, window.rate_gateway()));
}

std::string incident_text(const Message& message) {
  const Incident& incident = message.incident;
  Lines lines;
  lines.line(std::string(state_of(message.type)) + ": " + message.text);
  lines.line("");
  lines.field("Target", incident.target);
  lines.field("URL", incident.url);
  lines.field("Tags", joined(incident.tags));
  lines.field("Severity", std::string(to_string(incident.severity)));
  lines.field("Since", format_local(incident.opened_at));
  if (incident.resolved_at) {
    const Duration length = *incident.resolved_at - incident.opened_at;
    lines.field("Until", format_local(*incident.resolved_at) + " (" +
                             humanize_duration(std::max(length, Duration::zero())) + ')');
  }
  if (incident.detected_by == kDetectedBySelf) {
    lines.field("Rule", incident.rule);
  } else {
    add_shares(lines, message);
  }
  lines.field("Class", std::string(to_string(incident.incident_class)) +
                           (incident.class_reason.empty() ? "" : ": " + incident.class_reason));
  lines.field("Fault", std::string(to_string(incident.verdict.fault)));
  lines.field("Verdict", incident.verdict.summary);
  const size_t shown = std::min(incident.verdict.evidence.size(), kMostEvidence);
  for (size_t i = 0; i < shown; ++i) {
    lines.line("  - " + incident.verdict.evidence[i]);
  }
  lines.line("");
  lines.line("Now:      gatewatch status");
  lines.line("More:     gatewatch incidents " + incident.id);
  lines.line("");
  lines.field("Incident", incident.id);
  lines.field("Message", message.id + ", " + format_local(message.at));
  return lines.take();
}

}  // namespace

MailText mail_text(const Message& message) {
  MailText mail;
  mail.date = message.at;
  if (message.type == MessageType::Test) {
    mail.subject = "[gatewatch] test message";
    mail.message_id = message.id + '@' + right_side(message.source.host);
    mail.body = std::string(state_of(message.type)) + ": " + message.text +
                "\n\nMessage: " + message.id + ", " + format_local(message.at) + '\n';
  } else {
    mail.subject = "[gatewatch] " + message.incident.target + ": " + message.incident.rule;
    mail.message_id = id_in_thread(message, message.sequence);
    if (message.sequence > 0) {
      mail.thread_root = id_in_thread(message, 0);
    }
    mail.body = incident_text(message);
    if (!message.diagnosis.empty()) {
      mail.attachment = message.diagnosis;
      mail.attachment_name = "diagnosis.txt";
    }
  }
  // What mail programs know as the beginning of a signature.
  mail.body += "\n-- \ngatewatch " + message.source.version + " on " + message.source.host + '\n';
  return mail;
}

}  // namespace gatewatch::alerts
