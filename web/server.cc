// SPDX-License-Identifier: MIT
#include "web/server.h"

#include <httplib.h>
#include <netinet/in.h>
#include <openssl/crypto.h>
#include <sys/socket.h>

#include <cerrno>
#include <system_error>
#include <thread>
#include <utility>

#include "web/bounded_server.h"
#include "web/metrics.h"
#include "web/push_request.h"
#include "web/status_page.h"

namespace gatewatch::web {
namespace {

constexpr size_t kMaxRequestBody = 64 * 1024;
constexpr int kBacklog = 128;

constexpr const char* kText = "text/plain; charset=utf-8";

// Equal in time that depends on the lengths alone.
bool same_secret(const std::string& given, const std::string& wanted) {
  return given.size() == wanted.size() &&
         CRYPTO_memcmp(given.data(), wanted.data(), wanted.size()) == 0;
}

bool wants_open_metrics(const httplib::Request& request) {
  return request.get_header_value("Accept").find("application/openmetrics-text") !=
         std::string::npos;
}

}  // namespace

class Server::Impl {
 public:
  Impl(const ServerOptions& options, const Clock& clock, SnapshotSource source, PushTaker push)
      : source_(std::move(source)), push_(std::move(push)), server_(make_bounded_server(clock)) {
    configure();
    add_checks(options);
    add_routes();
    add_push_routes();
    listen(options);
  }

  ~Impl() { stop(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void stop() {
    if (thread_.joinable()) {
      server_->stop();
      thread_.join();
    }
  }

  int port = 0;

 private:
  void configure() {
    // Only SO_REUSEADDR: with SO_REUSEPORT a second daemon could share the port unnoticed.
    server_->set_socket_options([this](int socket) {
      listening_ = socket;
      const int on = 1;
      ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    });
    server_->set_payload_max_length(kMaxRequestBody);
    server_->set_default_headers({
        {"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"},
        {"X-Content-Type-Options", "nosniff"},
        {"Cache-Control", "no-store"},
    });
  }

  void add_checks(const ServerOptions& options) {
    std::string wanted;
    if (options.auth) {
      const std::string& pair = options.auth->reveal();
      const size_t colon = pair.find(':');
      wanted =
          httplib::make_basic_authentication_header(pair.substr(0, colon), pair.substr(colon + 1))
              .second;
    }
    server_->set_pre_routing_handler(
        [wanted](const httplib::Request& request, httplib::Response& response) {
          if (request.has_header("Range")) {
            // cpp-httplib would put all ranges together in memory, however often they overlap.
            response.status = 416;
            response.set_content("ranges are not served\n", kText);
            return httplib::Server::HandlerResponse::Handled;
          }
          const bool is_push = request.path.starts_with(kPushPath);
          if (is_push && request.path.size() > kMaxPushPath) {
            response.status = 404;  // before a regular expression of the library's gets to see it
            return httplib::Server::HandlerResponse::Handled;
          }
          if (wanted.empty() || request.path == "/healthz" || is_push ||
              same_secret(request.get_header_value("Authorization"), wanted)) {
            return httplib::Server::HandlerResponse::Unhandled;
          }
          response.status = 401;
          response.set_header("WWW-Authenticate", "Basic realm=\"gatewatch\", charset=\"UTF-8\"");
          response.set_content("authentication required\n", kText);
          return httplib::Server::HandlerResponse::Handled;
        });
  }

  void add_routes() {
    server_->Get("/healthz", [this](const httplib::Request&, httplib::Response& response) {
      const std::shared_ptr<const Snapshot> snapshot = source_();
      if (snapshot == nullptr) {
        response.status = 503;
        response.set_content("the probe loop does not answer\n", kText);
      } else if (!snapshot->health.storage_ok) {
        response.status = 503;
        response.set_content(snapshot->health.storage_error + "\n", kText);
      } else {
        response.set_content("ok\n", kText);
      }
    });
    server_->Get("/metrics", [this](const httplib::Request& request, httplib::Response& response) {
      const bool open_metrics = wants_open_metrics(request);
      with_snapshot(response, [&](const Snapshot& snapshot) {
        response.set_content(render_metrics(snapshot, open_metrics ? MetricsFormat::OpenMetrics
                                                                   : MetricsFormat::Prometheus),
                             open_metrics
                                 ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                                 : "text/plain; version=0.0.4; charset=utf-8");
      });
    });
    server_->Get("/", [this](const httplib::Request&, httplib::Response& response) {
      with_snapshot(response, [&](const Snapshot& snapshot) {
        response.set_content(render_status_page(snapshot), "text/html; charset=utf-8");
      });
    });
  }

  // Both verbs, as the peers have it: a job's last line is often a plain "curl URL".
  void add_push_routes() {
    const auto take = [this](const httplib::Request& request, httplib::Response& response) {
      answer_push(request, response);
    };
    server_->Get(std::string(kPushPath) + ".*", take);
    server_->Post(std::string(kPushPath) + ".*", take);
  }

  void answer_push(const httplib::Request& request, httplib::Response& response) {
    const bool is_form =
        request.get_header_value("Content-Type").starts_with("application/x-www-form-urlencoded");
    std::optional<PushReport> report =
        read_push(request.path, request.params, is_form ? std::string() : request.body);
    if (request.method == "HEAD" || !report) {  // who only looks reports nothing
      response.status = 400;
      response.set_content("not a report; see \"push targets\" in the configuration's reference\n",
                           kText);
      return;
    }
    switch (push_(std::move(*report))) {
      case PushAnswer::Taken:
        response.status = 204;
        return;
      case PushAnswer::Unknown:
        response.status = 404;
        response.set_content("no target has this token\n", kText);
        return;
      case PushAnswer::TooMany:
        response.status = 429;
        response.set_header("Retry-After", "1");
        response.set_content("too many reports in this second\n", kText);
        return;
      case PushAnswer::NoAnswer:
        response.status = 503;
        response.set_content("the probe loop does not answer\n", kText);
        return;
    }
  }

  template <typename Use>
  void with_snapshot(httplib::Response& response, Use use) {
    const std::shared_ptr<const Snapshot> snapshot = source_();
    if (snapshot == nullptr) {
      response.status = 503;
      response.set_content("the probe loop does not answer\n", kText);
      return;
    }
    use(*snapshot);
  }

  void listen(const ServerOptions& options) {
    errno = 0;
    if (options.port == 0) {
      port = server_->bind_to_any_port(options.host);
    } else {
      port = server_->bind_to_port(options.host, options.port) ? options.port : -1;
    }
    if (port < 0) {
      const int reason = errno == 0 ? EADDRNOTAVAIL : errno;
      throw std::runtime_error("cannot listen on " + options.host + " port " +
                               std::to_string(options.port) + ": " +
                               std::generic_category().message(reason));
    }
    // The library's backlog is full at the sixth connection that comes at once; the system then
    // lets the next ones wait for a second.
    ::listen(listening_, kBacklog);
    thread_ = std::thread([this] { server_->listen_after_bind(); });
    // stop() has no effect on a server that has not begun to listen.
    while (!server_->is_running()) {
      std::this_thread::yield();
    }
  }

  SnapshotSource source_;
  PushTaker push_;
  std::unique_ptr<httplib::Server> server_;
  int listening_ = -1;
  std::thread thread_;
};

Server::Server(const ServerOptions& options, const Clock& clock, SnapshotSource source,
               PushTaker push)
    : impl_(std::make_unique<Impl>(options, clock, std::move(source), std::move(push))) {}
Server::~Server() = default;
int Server::port() const {
  return impl_->port;
}
void Server::stop() {
  impl_->stop();
}

}  // namespace gatewatch::web
