// SPDX-License-Identifier: MIT
#include "daemon/gateway_watch.h"

#include <algorithm>

#include "core/log.h"
#include "logs/gateway_words.h"

namespace gatewatch::daemon {
namespace {

// Reads by a GatewayReader, which is made when it is first asked.
class Threads {
 public:
  bool read(const logs::GatewaySettings& gateway, logs::GatewayReader::Done done) {
    if (reader_ == nullptr) {
      reader_ = std::make_unique<logs::GatewayReader>();
    }
    return reader_->read(gateway, std::move(done));
  }
  bool stop(Duration patience) { return reader_ == nullptr || reader_->stop(patience); }

 private:
  std::unique_ptr<logs::GatewayReader> reader_;
};

GatewayWatch::Reading read_on_threads() {
  const auto threads = std::make_shared<Threads>();
  return {.read =
              [threads](const logs::GatewaySettings& gateway, logs::GatewayReader::Done done) {
                return threads->read(gateway, std::move(done));
              },
          .stop = [threads](Duration patience) { return threads->stop(patience); }};
}

}  // namespace

GatewayWatch::GatewayWatch(probe::Loop& loop, OnReport on_report, Reading reading)
    : loop_(loop), on_report_(std::move(on_report)), reading_(std::move(reading)) {}

GatewayWatch::GatewayWatch(probe::Loop& loop, OnReport on_report)
    : GatewayWatch(loop, std::move(on_report), read_on_threads()) {}

GatewayWatch::~GatewayWatch() {
  stop(logs::kEndReads);
}

bool GatewayWatch::stop(Duration patience) {
  loop_.cancel(std::exchange(timer_, probe::Loop::TimerId::None));
  return reading_.stop == nullptr || reading_.stop(patience);
}

void GatewayWatch::configure(const std::vector<logs::GatewaySettings>& gateways,
                             const std::vector<Target>& targets) {
  std::map<std::string, Gateway> known = std::exchange(gateways_, {});
  before_.clear();
  for (const logs::GatewaySettings& settings : gateways) {
    Gateway& gateway = gateways_[settings.name];
    const auto old = known.find(settings.name);
    if (old != known.end() && old->second.settings == settings) {
      gateway = std::move(old->second);
    } else {
      gateway.id = ++last_id_;
      gateway.settings = settings;
    }
    for (const Target& target : targets) {
      std::vector<std::string>& before = before_[target.name];
      if (target.enabled && !target.is_control && before.size() < kMaxGatewaysOfTarget &&
          settings.applies_to(target)) {
        before.push_back(settings.name);
      }
    }
    if (!gateway.asked_at) {
      start(gateway);
    }
  }
  // A timer that runs goes on, however often this is called.
  if (gateways_.empty()) {
    loop_.cancel(std::exchange(timer_, probe::Loop::TimerId::None));
  } else if (timer_ == probe::Loop::TimerId::None) {
    timer_ = loop_.call_at(loop_.now() + kAskWhileWell, [this] { ask_all_that_are_well(); });
  }
}

std::vector<GatewayWatch::Report> GatewayWatch::ask(const std::string& target) {
  std::vector<Report> told;
  const auto found = before_.find(target);
  if (found == before_.end()) {
    return told;
  }
  for (const std::string& name : found->second) {
    Gateway& gateway = gateways_.at(name);
    gateway.failing_at = loop_.now();
    if (!gateway.is_reading && gateway.newest != nullptr &&
        loop_.now() - *gateway.asked_at < kAskAgain) {
      told.push_back(gateway.newest);
      continue;
    }
    if (!gateway.is_reading) {
      start(gateway);
    }
    if (gateway.is_reading) {
      gateway.waiting.insert(target);
    }
  }
  return told;
}

void GatewayWatch::start(Gateway& gateway) {
  gateway.is_reading = reading_.read(
      gateway.settings,
      [this, name = gateway.settings.name, id = gateway.id](logs::GatewayAnswer answer) {
        loop_.post([this, name, id, answer = std::move(answer)]() mutable {
          take(name, id, std::move(answer));
        });
      });
  if (gateway.is_reading) {
    gateway.asked_at = loop_.now();
  }
}

bool GatewayWatch::is_well(const Gateway& gateway) const {
  return !gateway.failing_at || loop_.now() - *gateway.failing_at > kWellAgain;
}

void GatewayWatch::ask_all_that_are_well() {
  for (auto& [name, gateway] : gateways_) {
    if (is_well(gateway) && !gateway.is_reading) {
      start(gateway);
    }
  }
  timer_ = loop_.call_at(loop_.now() + kAskWhileWell, [this] { ask_all_that_are_well(); });
}

void GatewayWatch::take(const std::string& name, uint64_t id, logs::GatewayAnswer answer) {
  const auto found = gateways_.find(name);
  if (found == gateways_.end() || found->second.id != id) {
    return;  // of a configuration that is gone
  }
  Gateway& gateway = found->second;
  gateway.is_reading = false;
  gateway.newest = report_of(gateway, answer);
  log_error(gateway, answer ? std::string() : answer.error());
  if (answer && is_well(gateway)) {
    gateway.well = Gateway::Known{.status = std::move(*answer), .at = loop_.now()};
  }
  const bool is_telling = !untold_.empty();
  for (const std::string& target : std::exchange(gateway.waiting, {})) {
    untold_.emplace_back(target, gateway.newest);
  }
  if (!is_telling) {
    tell_some();
  }
}

GatewayWatch::Report GatewayWatch::report_of(Gateway& gateway,
                                             const logs::GatewayAnswer& answer) const {
  if (!answer) {
    return std::make_shared<const GatewayReport>(
        logs::silent_report(gateway.settings, answer.error()));
  }
  std::optional<logs::EarlierStatus> before;
  if (gateway.well && loop_.now() - gateway.well->at <= kWellLasts) {
    before = {.status = gateway.well->status, .age = loop_.now() - gateway.well->at};
  }
  return std::make_shared<const GatewayReport>(
      logs::report_of(gateway.settings.name, *answer, before, gateway.settings.backends));
}

void GatewayWatch::tell_some() {
  for (size_t i = 0; i < kToldAtOnce && !untold_.empty(); ++i) {
    const auto [target, report] = std::move(untold_.front());
    untold_.pop_front();
    on_report_(target, report);
  }
  if (!untold_.empty()) {
    loop_.post([this] { tell_some(); });
  }
}

void GatewayWatch::log_error(Gateway& gateway, const std::string& error) const {
  if (error == std::exchange(gateway.told_error, error)) {
    return;
  }
  if (error.empty()) {
    log(LogLevel::Info, "a gateway tells again how it is", {{"gateway", gateway.settings.name}});
  } else {
    log(LogLevel::Warning, "a gateway does not tell how it is",
        {{"gateway", gateway.settings.name}, {"reason", error}});
  }
}

}  // namespace gatewatch::daemon
