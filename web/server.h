// SPDX-License-Identifier: MIT
//
// The HTTP side: status page, metrics, health, all read-only; and the door at which jobs report in.
//
// Thread: its own, as many as web/bounded_server.h says, where its clients' limits stand, too.
// Lifetime: what it is given and calls must outlive the server. Fails: the constructor throws
// std::runtime_error with one line that names the address and the reason.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/push_report.h"
#include "core/secret.h"
#include "core/snapshot.h"
#include "core/time.h"

namespace gatewatch::web {

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
  Server(const ServerOptions& options, const Clock& clock, SnapshotSource source, PushTaker push);
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
