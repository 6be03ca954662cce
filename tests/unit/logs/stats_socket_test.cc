// SPDX-License-Identifier: MIT
#include "logs/stats_socket.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <thread>

#include "tests/support/temp_dir.h"

namespace gatewatch::logs {
namespace {

// A socket that takes one connection, reads a line, and writes an answer.
class OneAnswer {
 public:
  OneAnswer(const std::string& path, std::string answer, bool closes)
      : listener_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::copy(path.begin(), path.end(), address.sun_path);
    EXPECT_EQ(bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(listen(listener_, 1), 0);
    thread_ = std::thread([this, answer = std::move(answer), closes] {
      peer_ = accept(listener_, nullptr, nullptr);
      std::array<char, 100> line{};
      const ssize_t got = recv(peer_, line.data(), line.size(), 0);
      asked_.assign(line.data(), static_cast<size_t>(std::max<ssize_t>(got, 0)));
      size_t sent = 0;
      while (sent < answer.size()) {
        const ssize_t wrote = send(peer_, answer.data() + sent, answer.size() - sent, MSG_NOSIGNAL);
        if (wrote <= 0) {
          break;
        }
        sent += static_cast<size_t>(wrote);
      }
      if (closes) {
        close(std::exchange(peer_, -1));
      }
    });
  }
  ~OneAnswer() {
    join();
    close(listener_);
    if (peer_ >= 0) {
      close(peer_);
    }
  }
  void join() {
    if (thread_.joinable()) {
      thread_.join();
    }
  }

  std::string asked_;  // once joined

 private:
  int listener_;
  int peer_ = -1;
  std::thread thread_;
};

class StatsSocketTest : public ::testing::Test {
 protected:
  testing::TempDir dir_;
  std::string path_ = dir_.file("admin.sock");
};

TEST_F(StatsSocketTest, GivesTheWholeAnswer) {
  const std::string answer = std::string(300'000, 'x') + "\nend\n";
  OneAnswer server(path_, answer, true);
  const auto got = ask_stats_socket(path_, "show stat", std::chrono::seconds(10));
  ASSERT_TRUE(got.has_value()) << got.error();
  EXPECT_TRUE(*got == answer);
  server.join();
  EXPECT_EQ(server.asked_, "show stat\n");
}

TEST_F(StatsSocketTest, GivesUpOnOneThatDoesNotEnd) {
  OneAnswer server(path_, "beginning", false);
  const auto got = ask_stats_socket(path_, "show stat", std::chrono::milliseconds(50));
  EXPECT_EQ(got.error(), "timed out");
}

TEST_F(StatsSocketTest, RefusesAnAnswerWithoutEnd) {
  OneAnswer server(path_, std::string(kMaxStatsAnswer + 1, 'x'), true);
  const auto got = ask_stats_socket(path_, "show stat", std::chrono::seconds(10));
  EXPECT_EQ(got.error(), "the answer is over 4194304 bytes");
}

TEST_F(StatsSocketTest, TellsWhyThereIsNone) {
  EXPECT_EQ(ask_stats_socket(path_, "show stat").error(), "No such file or directory");
  EXPECT_EQ(ask_stats_socket(std::string(200, 'a'), "show stat").error(),
            "the path of a socket has 1 to 107 bytes");
}

}  // namespace
}  // namespace gatewatch::logs
