// SPDX-License-Identifier: MIT
#include "alerts/announcer.h"

#include <utility>

#include "core/assert.h"

namespace gatewatch::alerts {
namespace {

MessageType type_of(Change::Kind kind) {
  switch (kind) {
    case Change::Kind::Opened:
      return MessageType::Opened;
    case Change::Kind::Updated:
      return MessageType::Updated;
    case Change::Kind::Reopened:
      return MessageType::Reopened;
    case Change::Kind::Resolved:
      return MessageType::Resolved;
  }
  return MessageType::Opened;
}

}  // namespace

void Announcer::configure(Channels channels,
                          std::map<std::string, std::vector<std::string>> channels_of_rule) {
  channels_ = std::move(channels);
  channels_of_rule_ = std::move(channels_of_rule);
}

std::vector<std::string> Announcer::told_of(const Change& change) const {
  const auto known = channels_of_rule_.find(change.rule->name);
  if (known != channels_of_rule_.end() && change.incident.detected_by != kDetectedBySelf) {
    return known->second;
  }
  std::vector<std::string> all;
  for (const auto& [name, channel] : channels_) {
    all.push_back(name);
  }
  return all;
}

Notification Announcer::render(const std::string& channel, Message message) {
  message.id = "msg_" + make_ulid(message.at, ids_);
  message.source = source_;
  message.text = describe(message);
  return {.id = message.id,
          .incident_id = message.incident.id,
          .channel = channel,
          .type = std::string(to_string(message.type)),
          .body = channels_.at(channel)->render(message),
          .created_at = message.at};
}

std::vector<Notification> Announcer::announce(const Change& change, WallTime now,
                                              const std::string& diagnosis) {
  std::vector<Notification> notifications;
  for (const std::string& name : told_of(change)) {
    const auto channel = channels_.find(name);
    if (channel == channels_.end() || !channel->second->tells(type_of(change.kind))) {
      continue;
    }
    Message message;
    message.type = type_of(change.kind);
    message.at = now;
    message.incident = change.incident;
    message.rule = *change.rule;
    message.window = change.window;
    message.confirmed = change.confirmed;
    message.sequence = change.incident.transitions - 1;
    message.diagnosis = diagnosis;
    notifications.push_back(render(name, std::move(message)));
  }
  return notifications;
}

Notification Announcer::test(const std::string& channel, WallTime now) {
  GW_ASSERT(channels_.contains(channel));
  Message message;
  message.type = MessageType::Test;
  message.at = now;
  return render(channel, std::move(message));
}

}  // namespace gatewatch::alerts
