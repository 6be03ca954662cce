// SPDX-License-Identifier: MIT
//
// Turns a state change into the messages that tell it: who is told, in each channel's own format,
// frozen.
//
// Thread: one at a time (the loop's). No I/O.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "alerts/change.h"
#include "alerts/channel.h"
#include "alerts/message.h"
#include "core/id.h"
#include "core/notification.h"
#include "core/time.h"

namespace gatewatch::alerts {

using Channels = std::map<std::string, std::shared_ptr<Channel>>;

class Announcer {
 public:
  // Requires: `ids` outlives it.
  Announcer(Source source, Rng& ids) : source_(std::move(source)), ids_(ids) {}

  // `channels_of_rule`: names of channels by rule name; a rule that is not in it, and
  // gatewatch's own incidents, are told to every channel.
  void configure(Channels channels,
                 std::map<std::string, std::vector<std::string>> channels_of_rule);

  // One notification per channel that tells such a change, in the order of the channels' names.
  // `diagnosis`: as in Message.
  [[nodiscard]] std::vector<Notification> announce(const Change& change, WallTime now,
                                                   const std::string& diagnosis = {});

  // A test message for one channel. Requires: the channel exists.
  [[nodiscard]] Notification test(const std::string& channel, WallTime now);

 private:
  [[nodiscard]] std::vector<std::string> told_of(const Change& change) const;
  [[nodiscard]] Notification render(const std::string& channel, Message message);

  Source source_;
  Rng& ids_;
  Channels channels_;
  std::map<std::string, std::vector<std::string>> channels_of_rule_;
};

}  // namespace gatewatch::alerts
