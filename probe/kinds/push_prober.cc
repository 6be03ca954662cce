// SPDX-License-Identifier: MIT
#include "probe/kinds/push_prober.h"

#include <algorithm>
#include <set>
#include <utility>

#include "core/assert.h"
#include "core/text.h"
#include "probe/loop/epoll_loop.h"

namespace gatewatch::probe {
namespace {

using namespace std::chrono_literals;

constexpr Duration kLeastEvery = 1s;
constexpr Duration kMostEvery = std::chrono::days(366);
constexpr Duration kMostDefaultGrace = 1h;
constexpr std::string_view kHowToMakeAToken = "make one with: openssl rand -hex 16";

bool is_hex_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool is_base64url(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
         c == '_';
}

}  // namespace

PushProber::PushProber(Loop& loop, PushRegistry* registry,
                       std::shared_ptr<const PushSettings> settings)
    : loop_(loop),
      settings_(std::move(settings)),
      watch_(registry == nullptr ? nullptr : registry->watch(settings_->target, settings_->token)) {
}

PushProber::~PushProber() {
  loop_.cancel(timer_);
}

void PushProber::start(SteadyTime /*deadline*/, Done done) {
  GW_ASSERT(!done_);
  done_ = std::move(done);
  timer_ = loop_.call_at(loop_.now(), [this] {
    timer_ = Loop::TimerId::None;
    tell(look());
  });
}

void PushProber::abort(std::string_view error) {
  if (done_) {
    loop_.cancel(std::exchange(timer_, Loop::TimerId::None));
    ProbeResult result;
    result.error = printable(error);
    tell(std::move(result));
  }
}

ProbeResult PushProber::look() const {
  ProbeResult result;
  if (watch_ == nullptr) {
    result.error = "only the running daemon hears what jobs report";
    return result;
  }
  const Duration silence = loop_.now() - watch_->silent_since;
  const Duration limit = settings_->every + settings_->grace;
  if (silence > limit) {
    result.outcome = Outcome::Timeout;
    result.error = (watch_->reported_at ? "no report for " : "no first report for ") +
                   humanize_duration(silence) + " (limit " + humanize_duration(limit) + ")";
    return result;
  }
  if (watch_->failure) {
    return failed_result(*watch_->failure);
  }
  if (watch_->untold) {
    return failed_result(*watch_->untold);
  }
  result.outcome = Outcome::Ok;
  return result;
}

void PushProber::tell(ProbeResult result) {
  Done done = std::exchange(done_, nullptr);
  done(std::move(result));
}

std::string weakness_of(std::string_view token) {
  if (!std::all_of(token.begin(), token.end(), is_base64url)) {
    return "has characters other than A-Z, a-z, 0-9, \"-\" and \"_\"";
  }
  const bool is_hex = std::all_of(token.begin(), token.end(), is_hex_digit);
  const size_t least = is_hex ? kMinHexTokenLength : kMinTokenLength;
  if (token.size() < least) {
    return "can be guessed: it has fewer than " + std::to_string(least) + " characters";
  }
  if (std::set<char>(token.begin(), token.end()).size() < kMinTokenVariety) {
    return "can be guessed: it has fewer than " + std::to_string(kMinTokenVariety) +
           " different characters";
  }
  if (token.size() > kMaxTokenLength) {
    return "has more than " + std::to_string(kMaxTokenLength) + " characters";
  }
  return {};
}

PushSettings read_push_keys(config::Table& settings) {
  PushSettings push;
  push.every = settings.duration("every", kMostEvery, kLeastEvery, kMostEvery);
  push.grace =
      settings.duration("grace", std::min(push.every / 2, kMostDefaultGrace), 0s, kMostEvery);
  return push;
}

MakeProber read_push(const Target& target, config::Table& settings) {
  PushSettings push = read_push_keys(settings);
  push.target = target.name;
  if (target.is_control) {
    settings.error("kind", "a push target cannot be a control: it tells nothing about our network");
  }
  if (!settings.has("every")) {
    settings.error("every", "this push target has no \"every\"",
                   "how often the job reports, as in every = \"24h\"");
  }
  const bool has_token = settings.is_own("token") || settings.is_own("token_file");
  if (has_token) {
    push.token = settings.secret("token").value_or(Secret());
  } else {
    settings.error("token", "this push target has no \"token\" of its own",
                   std::string(kHowToMakeAToken));
  }
  // Where the file could not be read, that has been told.
  if (!push.token.empty()) {
    if (const std::string weakness = weakness_of(push.token.reveal()); !weakness.empty()) {
      settings.error("token", "token " + weakness, std::string(kHowToMakeAToken));
    }
  }
  return [shared = std::make_shared<const PushSettings>(std::move(push))](
             const ProbeServices& services) -> std::unique_ptr<Prober> {
    return std::make_unique<PushProber>(services.loop, services.push, shared);
  };
}

}  // namespace gatewatch::probe
