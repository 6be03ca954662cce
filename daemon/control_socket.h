// SPDX-License-Identifier: MIT
//
// The way from the command line into the running daemon: HTTP with JSON over a Unix socket of mode
// 0660, so that its folder and group decide who may change state.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/time.h"

namespace gatewatch::daemon {

// Where a daemon with this database listens: $RUNTIME_DIRECTORY/control.sock, else beside the
// database.
[[nodiscard]] std::string control_path(const std::string& database_path);

// Where the command line looks for the daemon of this configuration, in order: as above, then
// /run/gatewatch where the configuration is the packaged one in /etc/gatewatch.
[[nodiscard]] std::vector<std::string> control_paths(const std::string& config_path,
                                                     const std::string& database_path);

// Answers requests on threads of its own. A handler gets the request's body and returns the
// answer's; it may block.
//
// Fails: the constructor throws std::runtime_error with one line. An old socket file of a daemon
// that died is replaced: the state lock must be held.
class ControlServer {
 public:
  using Handler = std::function<std::string(const std::string& body)>;

  // `handlers` by path ("/reload").
  ControlServer(const std::string& path, const std::map<std::string, Handler>& handlers);
  // Ends after the requests under way; removes the socket.
  ~ControlServer();
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// Asks the first daemon that answers at one of `socket_paths`. Empty where none does, with the
// reason in `error`.
[[nodiscard]] std::optional<std::string> ask_daemon(const std::vector<std::string>& socket_paths,
                                                    const std::string& request_path,
                                                    const std::string& body, Duration timeout,
                                                    std::string& error);

}  // namespace gatewatch::daemon
