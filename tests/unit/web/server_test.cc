// SPDX-License-Identifier: MIT
#include "web/server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/assert.h"
#include "tests/support/manual_clock.h"
#include "tests/unit/web/example_snapshot.h"
#include "web/bounded_server.h"

namespace gatewatch::web {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kHealth = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";

class Client {
 public:
  explicit Client(int port, std::string_view begun = {})
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const int few = 4096;
    setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &few, sizeof few);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    GW_ASSERT(connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    send(begun);
  }
  ~Client() { close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void send(std::string_view bytes) const {
    static_cast<void>(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
  }

  // Waits for as long; true once the server has ended the connection.
  bool is_answered_within(Duration wait) {
    std::array<char, 4096> bytes{};
    pollfd wanted{.fd = socket_, .events = POLLIN, .revents = 0};
    const auto most = std::chrono::ceil<std::chrono::milliseconds>(wait).count();
    if (poll(&wanted, 1, static_cast<int>(most)) <= 0) {
      return false;
    }
    const ssize_t count = recv(socket_, bytes.data(), bytes.size(), 0);
    if (count > 0) {
      answer_.append(bytes.data(), static_cast<size_t>(count));
    }
    return count <= 0;
  }

  // All that the server sends until it ends the connection, for at most ten seconds.
  std::string answer() {
    const SteadyTime end = system_clock().steady() + 10s;
    while (system_clock().steady() < end && !is_answered_within(100ms)) {
    }
    return answer_;
  }

 private:
  int socket_;
  std::string answer_;
};

// The library makes its statics with the first request. It is not built for ThreadSanitizer, which
// so does not see how they are guarded: here that request is over before there are others.
bool warm_up() {
  Server server(
      {.host = "127.0.0.1", .port = 0, .auth = {}}, system_clock(),
      [] { return std::make_shared<Snapshot>(); },
      [](const PushReport&) { return PushAnswer::Taken; });
  Client(server.port(), kHealth).answer();
  Client(server.port(), "POST /push/a HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na").answer();
  return true;
}

struct Site {
  explicit Site(const Clock& clock = system_clock())
      : server(
            {.host = "127.0.0.1", .port = 0, .auth = {}}, clock,
            [this] { return std::make_shared<Snapshot>(page); },
            [this](PushReport report) {
              reported = std::move(report.message);
              return PushAnswer::Taken;
            }) {
    [[maybe_unused]] static const bool is_warm = warm_up();
  }

  // How long it takes until /healthz has answered while the others send a byte now and then.
  Duration time_of_health(const std::vector<std::unique_ptr<Client>>& others) const {
    const SteadyTime began = system_clock().steady();
    Client client(server.port(), kHealth);
    while (!client.is_answered_within(20ms) && system_clock().steady() - began < 30s) {
      for (const std::unique_ptr<Client>& other : others) {
        other->send("a");
      }
    }
    EXPECT_TRUE(client.answer().starts_with("HTTP/1.1 200 ")) << client.answer();
    return system_clock().steady() - began;
  }

  Snapshot page = testing::example_snapshot();
  std::string reported;
  Server server;
};

TEST(Server, AnswersQuickClientsBesideManySlowOnes) {
  for (const std::string_view begun :
       {std::string_view("GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "), std::string_view("G"),
        std::string_view(""),
        std::string_view("POST /push/0123456789abcdef HTTP/1.1\r\nHost: x\r\n"
                         "Content-Length: 60000\r\n\r\n")}) {
    Site site;
    std::vector<std::unique_ptr<Client>> slow;
    for (int i = 0; i < 40; ++i) {
      slow.push_back(std::make_unique<Client>(site.server.port(), begun));
    }
    EXPECT_LT(site.time_of_health(slow), 2s) << begun;
  }
}

TEST(Server, AnswersQuickClientsBesideManyThatDoNotReadTheirAnswers) {
  Site site;
  site.page.targets.back().target.url += std::string(size_t{5} << 20U, 'x');
  std::vector<std::unique_ptr<Client>> deaf;
  for (int i = 0; i < 12; ++i) {
    deaf.push_back(
        std::make_unique<Client>(site.server.port(), "GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
  }
  EXPECT_LT(site.time_of_health(deaf), 12s);  // three turns of four, a second and more each
}

TEST(Server, GivesASlowRequestItsTimeWhereNobodyWaits) {
  testing::ManualClock clock;
  Site site(clock);
  Client slow(site.server.port(), "POST /push/0123456789abcdef HTTP/1.1\r\nHost: x\r\n");
  clock.advance(kMaxRequestTime - 1s);
  EXPECT_FALSE(slow.is_answered_within(200ms));
  slow.send("Content-Length: 4\r\n\r\nwell");
  EXPECT_TRUE(slow.answer().starts_with("HTTP/1.1 204 "));
  EXPECT_EQ(site.reported, "well");
}

TEST(Server, EndsARequestThatTakesTooLong) {
  testing::ManualClock clock;
  Site site(clock);
  Client slow(site.server.port(), "GET / HTTP/1.1\r\nHost: x\r\n");
  EXPECT_FALSE(slow.is_answered_within(200ms));
  clock.advance(kMaxRequestTime);
  EXPECT_EQ(slow.answer().find(" 200 "), std::string::npos);
}

TEST(Server, EndsAHeaderWithoutEnd) {
  Site site;
  Client client(site.server.port(), "GET /healthz HTTP/1.1\r\n");
  std::string line = "X-More: " + std::string(1'000, 'x') + "\r\n";
  for (size_t sent = 0; sent < kMaxRequestBytes + 8'192; sent += line.size()) {
    client.send(line);
  }
  client.send("\r\n");
  EXPECT_EQ(client.answer().find(" 200 "), std::string::npos);
}

TEST(Server, SaysThatAConnectionIsForOneRequest) {
  Site site;
  Client client(site.server.port(), kHealth);
  EXPECT_NE(client.answer().find("Connection: close\r\n"), std::string::npos);
}

TEST(Server, StopsAtOnceWhileClientsAreSlow) {
  Site site;
  std::vector<std::unique_ptr<Client>> slow;
  for (int i = 0; i < 40; ++i) {
    slow.push_back(std::make_unique<Client>(site.server.port(), "GET / HTTP/1.1\r\n"));
  }
  const SteadyTime began = system_clock().steady();
  site.server.stop();
  EXPECT_LT(system_clock().steady() - began, 2s);
}

}  // namespace
}  // namespace gatewatch::web
