// SPDX-License-Identifier: MIT
//
// The floor that the daemon is measured against: the least that can be called an HTTP probe. Bare
// sockets on epoll, one thread, due probes released in slots of 5 ms, a new connection for each;
// nothing is parsed beyond the status, nothing stored.
//
//   floor TARGETS SECONDS PORT
//
// probes http://127.0.0.(2 + i % 100):PORT/t/i once a second each, and prints one line of JSON.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Steady = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto kSlot = 5ms;
constexpr auto kInterval = 1s;

struct Probe {
  sockaddr_in peer{};
  std::string request;
  int socket = -1;
  bool sent = false;
};

struct Totals {
  long done = 0;
  long failed = 0;
  long skipped = 0;
  std::vector<double> lateness_ms;
};

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

void start(Probe& probe, uint32_t index, int epoll, Totals& totals) {
  if (probe.socket >= 0) {
    ++totals.skipped;
    return;
  }
  probe.socket = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  probe.sent = false;
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): how sockets take addresses
  const auto* peer = reinterpret_cast<const sockaddr*>(&probe.peer);
  if (probe.socket < 0 ||
      (::connect(probe.socket, peer, sizeof probe.peer) != 0 && errno != EINPROGRESS)) {
    ++totals.failed;
    ::close(probe.socket);
    probe.socket = -1;
    return;
  }
  epoll_event event{.events = EPOLLOUT, .data = {.u32 = index}};
  ::epoll_ctl(epoll, EPOLL_CTL_ADD, probe.socket, &event);
}

void turn(Probe& probe, uint32_t index, int epoll, Totals& totals) {
  if (!probe.sent) {
    probe.sent = true;
    const auto length = static_cast<ssize_t>(probe.request.size());
    if (::send(probe.socket, probe.request.data(), probe.request.size(), MSG_NOSIGNAL) == length) {
      epoll_event event{.events = EPOLLIN, .data = {.u32 = index}};
      ::epoll_ctl(epoll, EPOLL_CTL_MOD, probe.socket, &event);
      return;
    }
  } else {
    std::array<char, 4096> answer{};
    const ssize_t got = ::recv(probe.socket, answer.data(), answer.size(), 0);
    if (got < 0 && errno == EAGAIN) {
      return;
    }
    if (got > 12 && std::string_view(answer.data(), 9) == "HTTP/1.1 ") {
      ++totals.done;
      ::close(probe.socket);
      probe.socket = -1;
      return;
    }
  }
  ++totals.failed;
  ::close(probe.socket);
  probe.socket = -1;
}

std::vector<Probe> make_probes(size_t count, uint16_t port) {
  std::vector<Probe> probes(count);
  for (size_t i = 0; i < count; ++i) {
    probes[i].peer.sin_family = AF_INET;
    probes[i].peer.sin_port = htons(port);
    probes[i].peer.sin_addr.s_addr = htonl(0x7F000002U + static_cast<uint32_t>(i % 100));
    probes[i].request = "GET /t/" + std::to_string(i) + " HTTP/1.1\r\nHost: 127.0.0." +
                        std::to_string(2 + i % 100) +
                        "\r\nConnection: close\r\nUser-Agent: floor\r\n\r\n";
  }
  return probes;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("usage: floor TARGETS SECONDS PORT\n", stderr);
    return 64;
  }
  const auto count = static_cast<size_t>(std::atol(argv[1]));
  const auto length = std::chrono::seconds(std::atol(argv[2]));
  std::vector<Probe> probes = make_probes(count, static_cast<uint16_t>(std::atoi(argv[3])));
  Totals totals;
  const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  const auto begin = Steady::now();
  const int64_t slots_per_interval = kInterval / kSlot;
  for (int64_t slot = 0; kSlot * slot < length; ++slot) {
    const auto due = begin + kSlot * slot;
    std::array<epoll_event, 256> events{};
    while (true) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(due - Steady::now()).count();
      const int ready = ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()),
                                     static_cast<int>(std::max<long>(left, 0)));
      for (int i = 0; i < ready; ++i) {
        const uint32_t index = events.at(static_cast<size_t>(i)).data.u32;
        if (probes[index].socket >= 0) {
          turn(probes[index], index, epoll, totals);
        }
      }
      if (left <= 0) {
        break;
      }
    }
    // Target i is due in the slot i mod 200 of each second.
    for (auto i = static_cast<size_t>(slot % slots_per_interval); i < count;
         i += static_cast<size_t>(slots_per_interval)) {
      totals.lateness_ms.push_back(
          std::chrono::duration<double, std::milli>(Steady::now() - due).count());
      start(probes[i], static_cast<uint32_t>(i), epoll, totals);
    }
  }
  std::sort(totals.lateness_ms.begin(), totals.lateness_ms.end());
  const double p99 =
      totals.lateness_ms.empty() ? 0 : totals.lateness_ms[totals.lateness_ms.size() * 99 / 100];
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  std::printf(
      "{\"probes\": %ld, \"failed\": %ld, \"skipped\": %ld, \"cpu_us_per_probe\": %.1f, "
      "\"lateness_p99_ms\": %.2f, \"rss_mb\": %.1f}\n",
      totals.done, totals.failed, totals.skipped,
      cpu_seconds() * 1e6 / static_cast<double>(std::max(totals.done, 1L)), p99,
      static_cast<double>(usage.ru_maxrss) / 1024);
  return 0;
}
