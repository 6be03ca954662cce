// SPDX-License-Identifier: MIT
#include "daemon/control_socket.h"

#include <httplib.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <thread>

namespace gatewatch::daemon {
namespace {

constexpr size_t kControlThreads = 4;
constexpr size_t kMaxBody = 256 * 1024;
constexpr const char* kSocketName = "control.sock";
constexpr const char* kPackagedRuntimeDirectory = "/run/gatewatch";
constexpr std::string_view kPackagedConfigDirectory = "/etc/gatewatch/";

[[noreturn]] void fail(const std::string& path, int reason) {
  throw std::runtime_error("cannot make control socket " + path + ": " +
                           std::generic_category().message(reason));
}

}  // namespace

std::string control_path(const std::string& database_path) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): the environment is never changed
  if (const char* runtime = std::getenv("RUNTIME_DIRECTORY"); runtime != nullptr && *runtime != 0) {
    const std::string all(runtime);
    return all.substr(0, all.find(':')) + "/" + kSocketName;
  }
  const std::filesystem::path folder = std::filesystem::path(database_path).parent_path();
  return (folder / kSocketName).string();
}

std::vector<std::string> control_paths(const std::string& config_path,
                                       const std::string& database_path) {
  std::vector<std::string> paths{control_path(database_path)};
  if (config_path.starts_with(kPackagedConfigDirectory)) {
    paths.push_back(std::string(kPackagedRuntimeDirectory) + "/" + kSocketName);
  }
  return paths;
}

class ControlServer::Impl {
 public:
  Impl(const std::string& path, const std::map<std::string, Handler>& handlers) : path_(path) {
    if (path.size() >= sizeof(sockaddr_un::sun_path)) {
      fail(path, ENAMETOOLONG);
    }
    server_.new_task_queue = [] { return new httplib::ThreadPool(kControlThreads); };
    server_.set_payload_max_length(kMaxBody);
    server_.set_socket_options([](int) {});
    server_.set_address_family(AF_UNIX);
    for (const auto& [request_path, handler] : handlers) {
      server_.Post(request_path, [answer = handler](const httplib::Request& request,
                                                    httplib::Response& response) {
        response.set_content(answer(request.body), "application/json");
      });
    }
    ::unlink(path.c_str());
    errno = 0;
    if (!server_.bind_to_port(path, 80)) {  // the port means nothing to a Unix socket
      fail(path, errno == 0 ? EADDRNOTAVAIL : errno);
    }
    if (::chmod(path.c_str(), S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP) != 0) {
      fail(path, errno);
    }
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    // stop() has no effect on a server that has not begun to listen.
    while (!server_.is_running()) {
      std::this_thread::yield();
    }
  }

  ~Impl() {
    server_.stop();
    thread_.join();
    ::unlink(path_.c_str());
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

 private:
  std::string path_;
  httplib::Server server_;
  std::thread thread_;
};

ControlServer::ControlServer(const std::string& path,
                             const std::map<std::string, Handler>& handlers)
    : impl_(std::make_unique<Impl>(path, handlers)) {}
ControlServer::~ControlServer() = default;

std::optional<std::string> ask_daemon(const std::vector<std::string>& socket_paths,
                                      const std::string& request_path, const std::string& body,
                                      Duration timeout, std::string& error) {
  for (const std::string& path : socket_paths) {
    if (path.size() >= sizeof(sockaddr_un::sun_path)) {
      error = path + ": the path is too long for a socket";
      continue;
    }
    httplib::Client client(path, 80);
    client.set_address_family(AF_UNIX);
    client.set_connection_timeout(std::chrono::seconds(2));
    client.set_read_timeout(std::chrono::ceil<std::chrono::seconds>(timeout));
    errno = 0;
    const httplib::Result result = client.Post(request_path, body, "application/json");
    if (result && result->status == 200) {
      return result->body;
    }
    const int reason = errno;
    error = "the daemon is not reachable at " + path + ": ";
    if (result) {
      error += "it answered " + std::to_string(result->status);
    } else {
      error += reason != 0 ? std::generic_category().message(reason)
                           : httplib::to_string(result.error());
    }
  }
  return std::nullopt;
}

}  // namespace gatewatch::daemon
