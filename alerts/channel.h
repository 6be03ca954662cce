// SPDX-License-Identifier: MIT
//
// A way to notify, and the table of its kinds. A new kind is one new file and one line in
// channel_kinds.cc.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "alerts/message.h"
#include "config/table.h"
#include "core/notification.h"
#include "core/time.h"

namespace gatewatch::alerts {

// How one try to send ended.
struct SendResult {
  enum class Kind {
    Delivered,    // the receiver took responsibility
    Retry,        // may pass by itself: again on the short schedule
    RetrySlowly,  // refused: again every ten minutes
    StopChannel,  // the receiver wants nothing more from this channel (HTTP 410)
  };
  Kind kind = Kind::Retry;
  std::optional<Duration> retry_after;  // the receiver's own wish
  std::string detail;  // printable: what the receiver or the library said; shown as last_error
};

// Lifetime: shared between the loop thread and the channel's lane.
class Channel {
 public:
  virtual ~Channel() = default;

  // Whether a message of this kind is told on this channel.
  [[nodiscard]] virtual bool tells(MessageType type) const = 0;

  // The bytes that go over the wire for `message`: frozen, sent unchanged however often. Pure.
  // Thread: any.
  [[nodiscard]] virtual std::string render(const Message& message) const = 0;

  // One try to send, at most kSendTimeout long. Thread: one at a time (the lane's).
  virtual SendResult send(const Notification& notification, WallTime now) = 0;

  // Makes a send that is under way, and every later one, end within kCancelLatency with Retry. For
  // good: used when the daemon stops. Thread: any. A channel that never waits needs none.
  virtual void cancel() {}
};

inline constexpr Duration kSendTimeout = std::chrono::seconds(15);
inline constexpr Duration kCancelLatency = std::chrono::milliseconds(1500);

struct ChannelKind {
  std::string_view name;
  // Reads the kind's own keys; null where one is wrong, with the reason in the table's diagnostics.
  // No I/O, except the files that settings name.
  std::shared_ptr<Channel> (*make)(config::Table& settings);
};

[[nodiscard]] std::span<const ChannelKind> channel_kinds();

// A channel of that kind; null where the kind is unknown or a setting wrong, with the reason in the
// table's diagnostics.
[[nodiscard]] std::shared_ptr<Channel> make_channel(const std::string& kind,
                                                    config::Table& settings);

}  // namespace gatewatch::alerts
