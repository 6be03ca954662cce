// SPDX-License-Identifier: MIT
//
// The floor that the daemon is measured against: the least that can be called an HTTP probe. Bare
// sockets on epoll, one thread, due probes released in slots of 5 ms, a new connection for each;
// nothing is parsed beyond the status line's beginning, nothing stored.
//
//   floor --targets N --port P --seconds S [--warm-up S] [--ca FILE [--full-every K]]
//         [--hung N --hung-port P] [--timeout S] [--addresses N]
//
// probes http://127.0.0.(2 + i % ADDRESSES):PORT/t/i, by default 100 of them, once a second each,
// with --ca https://, and prints one line of JSON about the time after the warm-up. Hung targets
// are probed as the others are and are in neither the counts nor the lateness.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "bench/floor/probe.h"

namespace {

using gatewatch::bench::Probe;
using Steady = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto kSlot = 5ms;
constexpr auto kInterval = 1s;
constexpr size_t kSlotsPerInterval = kInterval / kSlot;
constexpr uint32_t kFirstAddress = 0x7F000002;  // 127.0.0.2

struct Options {
  size_t targets = 0;
  size_t hung = 0;
  uint16_t port = 0;
  uint16_t hung_port = 0;
  uint32_t full_every = 1;
  uint32_t addresses = 100;
  std::chrono::seconds length{};
  std::chrono::seconds warm_up{};
  std::chrono::seconds timeout = 10s;
  std::string ca_file;
};

struct Totals {
  long done = 0;
  long failed = 0;
  long skipped = 0;
  double cpu_seconds = 0;  // at the beginning of the window
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

double resident_mb() {
  std::ifstream file("/proc/self/statm");
  double size = 0;
  double resident = 0;
  file >> size >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE)) / 1048576;
}

class Floor {
 public:
  Floor(const Options& options, SSL_CTX* tls) : options_(options), epoll_(::epoll_create1(0)) {
    for (size_t i = 0; i < options.targets + options.hung; ++i) {
      sockaddr_in peer{};
      peer.sin_family = AF_INET;
      peer.sin_port = htons(i < options.targets ? options.port : options.hung_port);
      peer.sin_addr.s_addr = htonl(kFirstAddress + static_cast<uint32_t>(i % options.addresses));
      probes_.push_back(
          std::make_unique<Probe>(peer, "/t/" + std::to_string(i), tls, options.full_every));
    }
    starts_.resize(probes_.size());
  }

  void run() {
    const double idle_mb = resident_mb();
    begin_ = Steady::now();
    const auto whole = options_.warm_up + options_.length;
    for (int64_t slot = 0; kSlot * slot < whole; ++slot) {
      serve_until(begin_ + kSlot * slot);
      if (kSlot * slot == options_.warm_up) {
        totals_ = Totals{};
        totals_.cpu_seconds = cpu_seconds();
      }
      release(slot);
    }
    report(idle_mb);
  }

 private:
  void serve_until(Steady::time_point due) {
    std::array<epoll_event, 256> events{};
    while (true) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(due - Steady::now()).count();
      const int ready = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()),
                                     static_cast<int>(std::max<long>(left, 0)));
      for (int i = 0; i < ready; ++i) {
        const uint32_t index = events.at(static_cast<size_t>(i)).data.u32;
        if (probes_[index]->is_going()) {
          count(index, probes_[index]->advance());
        }
      }
      if (left <= 0) {
        return;
      }
    }
  }

  // Target i is due in the slot i mod 200 of each second.
  void release(int64_t slot) {
    const auto due = begin_ + kSlot * slot;
    while (!deadlines_.empty() && deadlines_.front().when <= Steady::now()) {
      const Deadline deadline = deadlines_.front();
      deadlines_.pop_front();
      if (starts_[deadline.index] == deadline.start && probes_[deadline.index]->is_going()) {
        probes_[deadline.index]->close();
        count(deadline.index, Probe::State::Failed);
      }
    }
    for (auto i = static_cast<size_t>(slot) % kSlotsPerInterval; i < probes_.size();
         i += kSlotsPerInterval) {
      const auto index = static_cast<uint32_t>(i);
      const auto now = Steady::now();
      if (is_healthy(index)) {
        totals_.lateness_ms.push_back(std::chrono::duration<double, std::milli>(now - due).count());
      }
      if (probes_[i]->is_going()) {
        totals_.skipped += is_healthy(index) ? 1 : 0;
        continue;
      }
      deadlines_.push_back({now + options_.timeout, index, ++starts_[index]});
      count(index, probes_[i]->start(epoll_, index));
    }
  }

  [[nodiscard]] bool is_healthy(uint32_t index) const { return index < options_.targets; }

  void count(uint32_t index, Probe::State state) {
    if (is_healthy(index)) {
      totals_.done += state == Probe::State::Done ? 1 : 0;
      totals_.failed += state == Probe::State::Failed ? 1 : 0;
    }
  }

  void report(double idle_mb) {
    std::vector<double>& late = totals_.lateness_ms;
    std::sort(late.begin(), late.end());
    const auto at = [&](size_t percent) {
      return late.empty() ? 0 : late[std::min(late.size() * percent / 100, late.size() - 1)];
    };
    const auto going = std::count_if(probes_.begin(), probes_.end(),
                                     [](const auto& probe) { return probe->is_going(); });
    std::printf(
        "{\"probes\": %ld, \"failed\": %ld, \"skipped\": %ld, \"cpu_us_per_probe\": %.1f, "
        "\"lateness_p50_ms\": %.2f, \"lateness_p99_ms\": %.2f, \"lateness_max_ms\": %.2f, "
        "\"idle_mb\": %.2f, \"rss_mb\": %.2f, \"in_flight\": %ld}\n",
        totals_.done, totals_.failed, totals_.skipped,
        (cpu_seconds() - totals_.cpu_seconds) * 1e6 /
            static_cast<double>(std::max(totals_.done, 1L)),
        at(50), at(99), at(100), idle_mb, resident_mb(), static_cast<long>(going));
  }

  struct Deadline {
    Steady::time_point when;
    uint32_t index;
    uint32_t start;
  };

  Options options_;
  int epoll_;
  Steady::time_point begin_;
  std::vector<std::unique_ptr<Probe>> probes_;
  std::vector<uint32_t> starts_;    // of each probe, how many
  std::deque<Deadline> deadlines_;  // in the order of time
  Totals totals_;
};

// False where an argument is unknown or lacks its value.
bool read(int argc, char** argv, Options& options) {
  const auto number = [](const char* text) { return std::strtoul(text, nullptr, 10); };
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    const char* value = argv[i + 1];
    if (name == "--targets") {
      options.targets = number(value);
    } else if (name == "--hung") {
      options.hung = number(value);
    } else if (name == "--port") {
      options.port = static_cast<uint16_t>(number(value));
    } else if (name == "--hung-port") {
      options.hung_port = static_cast<uint16_t>(number(value));
    } else if (name == "--full-every") {
      options.full_every = static_cast<uint32_t>(number(value));
    } else if (name == "--addresses") {
      options.addresses = static_cast<uint32_t>(number(value));
    } else if (name == "--seconds") {
      options.length = std::chrono::seconds(number(value));
    } else if (name == "--warm-up") {
      options.warm_up = std::chrono::seconds(number(value));
    } else if (name == "--timeout") {
      options.timeout = std::chrono::seconds(number(value));
    } else if (name == "--ca") {
      options.ca_file = value;
    } else {
      return false;
    }
  }
  return argc % 2 == 1 && options.targets > 0 && options.port != 0 && options.length > 0s &&
         options.full_every > 0 && options.addresses > 0;
}

void raise_descriptor_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!read(argc, argv, options)) {
    std::fputs("usage: see the head of bench/floor/floor.cc\n", stderr);
    return 64;
  }
  raise_descriptor_limit();
  std::signal(SIGPIPE, SIG_IGN);
  SSL_CTX* tls = nullptr;
  if (!options.ca_file.empty()) {
    tls = gatewatch::bench::make_tls_context(options.ca_file);
    if (tls == nullptr) {
      std::fputs("floor: cannot read the authorities\n", stderr);
      return 1;
    }
  }
  Floor(options, tls).run();
  return 0;
}
