// SPDX-License-Identifier: MIT
#include <array>
#include <vector>

#include "alerts/channel.h"
#include "alerts/email.h"
#include "alerts/webhook.h"
#include "core/text.h"

namespace gatewatch::alerts {
namespace {

constexpr std::array kKinds{
    ChannelKind{"webhook", read_webhook},
    ChannelKind{"email", read_email},
};

}  // namespace

std::span<const ChannelKind> channel_kinds() {
  return kKinds;
}

std::shared_ptr<Channel> make_channel(const std::string& kind, config::Table& settings) {
  if (kind.empty() && !settings.has("kind")) {
    return nullptr;  // whoever read the outline has told that it is missing
  }
  std::vector<std::string_view> names;
  for (const ChannelKind& known : kKinds) {
    if (known.name == kind) {
      return known.make(settings);
    }
    names.push_back(known.name);
  }
  const std::string_view near = closest(kind, names);
  std::string hint;
  if (near.empty()) {
    for (const std::string_view name : names) {
      hint.append(hint.empty() ? "one of " : ", ").append(name);
    }
  } else {
    hint.append("did you mean \"").append(near).append("\"?");
  }
  settings.error("kind", "unknown channel kind \"" + printable(kind) + '"', std::move(hint));
  return nullptr;
}

}  // namespace gatewatch::alerts
