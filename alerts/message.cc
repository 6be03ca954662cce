// SPDX-License-Identifier: MIT
#include "alerts/message.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <vector>

#include "alerts/change.h"
#include "alerts/early_warning.h"
#include "core/assert.h"
#include "core/text.h"

namespace gatewatch::alerts {
namespace {

bool is_only(const Rule& rule, std::string_view word) {
  return rule.count_words.size() == 1 && rule.count_words.front() == word;
}

bool is_status_word(const std::string& word) {
  return !word.empty() && word.front() >= '0' && word.front() <= '9';
}

// What the bad probes of a rule did: "answered 502".
std::string predicate_of(const Rule& rule) {
  if (is_only(rule, "gateway")) {
    return "met gateway failures (502, 503, 504)";
  }
  if (rule.count_words == std::vector<std::string>{"gateway", "502"}) {
    return "met gateway failures or answered 502";
  }
  if (is_only(rule, "masked")) {
    return "failed at one upstream and went well at another";
  }
  if (is_only(rule, "failure") || rule.count_words.empty()) {
    return "failed";
  }
  if (std::all_of(rule.count_words.begin(), rule.count_words.end(), is_status_word)) {
    return "answered " + list_of(rule.count_words, " or ");
  }
  return "ended in " + list_of(rule.count_words, " or ");
}

std::string count_of(const Counts& counts, uint32_t bad) {
  return '(' + std::to_string(bad) + " of " + std::to_string(counts.probes) + ')';
}

// "35% of probes answered 502 in the last 5 min (7 of 20); gateway failures (502, 503, 504): 40%."
std::string shares_of(const Message& message, bool time_first) {
  const Counts& window = message.window;
  const std::string in_time = "in the last " + humanize_duration(message.rule.window);
  std::string text = time_first ? in_time + ' ' : std::string();
  const std::string_view what =
      message.rule.source == RuleSource::Log ? " of logged requests " : " of probes ";
  text.append(format_share(window.rate())).append(what);
  text += predicate_of(message.rule) + ' ';
  text += time_first ? "" : in_time + ' ';
  text += count_of(window, window.bad);
  if (!is_only(message.rule, "502")) {
    text += "; strict 502: " + format_share(window.rate_502());
  }
  if (!is_only(message.rule, "gateway")) {
    text.append("; ").append(kGatewayFailures);
    text += ": " + format_share(window.rate_gateway());
  }
  return text + '.';
}

// "12 of 12 probes within 22 s answered 502. " where a trial found that, else nothing.
std::string trial_of(const Message& message) {
  if (!message.confirmed) {
    return {};
  }
  const Confirmed& found = *message.confirmed;
  return std::to_string(found.bad) + " of " + std::to_string(found.probes) + " probes within " +
         humanize_duration(found.length) + ' ' + predicate_of(message.rule) + ". By schedule: ";
}

// How long the incident lasted, or has lasted; a clock that was set back makes it zero.
std::string length_of(const Message& message) {
  const Incident& incident = message.incident;
  const Duration length = incident.resolved_at.value_or(message.at) - incident.opened_at;
  return humanize_duration(std::max(length, Duration::zero()));
}

std::string ending_of(const Message& message) {
  const std::string after = " after " + length_of(message);
  const std::string& reason = message.incident.reason;
  if (reason.empty()) {
    return "recovered" + after;
  }
  if (reason == "removed") {
    return "incident closed" + after +
           ", not because it recovered: its target, rule or log was removed from the configuration";
  }
  if (reason == kSilent) {
    return "incident closed" + after +
           ", not because it recovered: its logs tell of too few requests to judge by";
  }
  if (reason == "disabled") {
    return "incident closed" + after + ", not because it recovered: the target was disabled";
  }
  return "incident closed" + after + ", not because it recovered: " + reason;
}

std::string summary_of(const Message& message) {
  const std::string& summary = message.incident.verdict.summary;
  if (summary.empty()) {
    return {};
  }
  return summary.back() == '.' ? summary : summary + '.';
}

// gatewatch's own trouble, or what it foretells: no shares, nothing failed.
std::string describe_own(const Message& message) {
  std::string summary = summary_of(message);
  if (summary.empty()) {
    summary = message.incident.rule + '.';
  }
  switch (message.type) {
    case MessageType::Resolved:
      return ending_of(message) + ". It was: " + summary;
    case MessageType::Reopened:
      return "again: " + summary;
    case MessageType::Updated:
      return "still, after " + length_of(message) + ": " + summary;
    case MessageType::Opened:
    case MessageType::Test:
      break;
  }
  return summary;
}

std::string describe_target(const Message& message) {
  switch (message.type) {
    case MessageType::Resolved:
      return message.rule.has_window() ? ending_of(message) + "; " + shares_of(message, true)
                                       : ending_of(message) + '.';
    case MessageType::Reopened:
      return "bad again, the incident of " + length_of(message) +
             " ago goes on: " + trial_of(message) + shares_of(message, false);
    case MessageType::Updated: {
      const std::string& failing = message.incident.failing;
      std::string text = "still open after " + length_of(message) +
                         (failing.empty() ? "" : ", fails as " + failing + " now") + ", fault: ";
      text.append(to_string(message.incident.verdict.fault)).append(", class: ");
      text.append(to_string(message.incident.incident_class)).append(". ");
      const std::string summary = summary_of(message);
      text += summary.empty() ? "" : summary + ' ';
      return text + "Now " + shares_of(message, false);
    }
    case MessageType::Opened:
    case MessageType::Test:
      break;
  }
  return trial_of(message) + shares_of(message, false);
}

}  // namespace

std::string_view to_string(MessageType type) {
  switch (type) {
    case MessageType::Opened:
      return "incident.opened";
    case MessageType::Updated:
      return "incident.updated";
    case MessageType::Reopened:
      return "incident.reopened";
    case MessageType::Resolved:
      return "incident.resolved";
    case MessageType::Test:
      return "test";
  }
  GW_ASSERT(false);
}

std::string format_share(double share) {
  const double percent = share * 100;
  if (percent > 0 && percent < 0.1) {
    return "<0.1%";
  }
  if (percent < 100 && percent > 99.9) {
    return ">99.9%";
  }
  // Near the ends a tenth tells something; between them it is noise.
  const bool has_tenths =
      (percent < 9.95 || percent > 90) && std::abs(percent - std::round(percent)) >= 0.05;
  std::array<char, 16> buffer{};
  std::snprintf(buffer.data(), buffer.size(), has_tenths ? "%.1f%%" : "%.0f%%", percent);
  return buffer.data();
}

std::string describe(const Message& message) {
  if (message.type == MessageType::Test) {
    return "Test message from gatewatch " + message.source.version + " on " + message.source.host +
           ": this channel works. No target is concerned.";
  }
  const Incident& incident = message.incident;
  const bool is_own =
      incident.detected_by == kDetectedBySelf || incident.detected_by == kDetectedByForecast;
  std::string text =
      incident.target + ": " + (is_own ? describe_own(message) : describe_target(message));
  if (!incident.url.empty()) {
    text += ' ' + incident.url;
  }
  return text;
}

}  // namespace gatewatch::alerts
