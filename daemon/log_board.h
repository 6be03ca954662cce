// SPDX-License-Identifier: MIT
//
// What the logs of gateways have told since start, for who looks on.
//
// Thread: one at a time.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/snapshot.h"
#include "logs/log_follower.h"
#include "logs/log_settings.h"

namespace gatewatch::daemon {

class LogBoard {
 public:
  // Shows these from now on; the numbers of those that stay are kept.
  void configure(const std::vector<logs::LogSettings>& logs);

  // False for a log that is not there. Says to the daemon's own log where one cannot be read.
  bool take(const logs::LogBatch& batch);

  // None is read, for this reason, until it is empty.
  void set_hang(std::string why) { hang_ = std::move(why); }

  // The names of those that are not read now.
  [[nodiscard]] std::vector<std::string> unread() const;

  void fill(Snapshot& snapshot) const;

 private:
  std::map<std::string, LogStatus> logs_;  // by name
  std::string hang_;
};

}  // namespace gatewatch::daemon
