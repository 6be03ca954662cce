// SPDX-License-Identifier: MIT
//
// The HTTP side: status page, metrics, health, all read-only; and the door at which jobs report in.
//
// Thread: kServerThreads of its own. Lifetime: what it calls must outlive the server. Fails: the
// constructor throws std::runtime_error with one line that names the address and the reason.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/push_report.h"
#include "core/secret.h"
#include "core/snapshot.h"

namespace gatewatch::web {

inline constexpr int kServerThreads = 4;

// Gives the newest snapshot, at most a second old; null where the loop does not answer.
// Thread: any.
using SnapshotSource = std::function<std::shared_ptr<const Snapshot>()>;

// Takes what a job reports and tells what became of it.
// Thread: any.
using PushTaker = std::function<PushAnswer(PushReport)>;

struct ServerOptions {
  std::string host;            // a name or address, IPv6 without brackets
  int port = 0;                // 0: any free one
  std::optional<Secret> auth;  // "USER:PASSWORD"; asked for but at /healthz and below /push/
};

class Server {
 public:
  Server(const ServerOptions& options, SnapshotSource source, PushTaker push);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // The port it listens on.
  [[nodiscard]] int port() const;

  // Answers nothing more. Called by the destructor too.
  void stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gatewatch::web
