// SPDX-License-Identifier: MIT
#include "tests/unit/probe/probe_world.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <utility>

namespace gatewatch::probe {

using namespace std::chrono_literals;

void ProbeWorld::run_until(const std::function<bool()>& done) {
  const SteadyTime deadline = loop.precise_now() + 20s;
  std::function<void()> check = [&] {
    if (done()) {
      loop.stop();
    } else if (loop.now() > deadline) {
      ADD_FAILURE() << "condition not met in 20 s";
      loop.stop();
    } else if (jumped) {
      loop.post([&] { check(); });  // the kernel's timers know nothing of a jump
    } else {
      loop.call_at(loop.now() + 200us, [&] { check(); });
    }
  };
  loop.call_at(loop.now(), [&] { check(); });
  loop.run();
}

void ProbeWorld::jump(JumpingClock& clock, Duration by) {
  clock.jumped += by;
  jumped = true;
  run_until([] { return true; });  // the loop reads the clock once a turn
}

ProbeResult ProbeWorld::probe(Prober& prober, Duration timeout) {
  std::optional<ProbeResult> result;
  bool within_start = true;
  prober.start(loop.precise_now() + timeout, [&](ProbeResult told) {
    EXPECT_FALSE(within_start);
    EXPECT_FALSE(result);
    result = std::move(told);
  });
  within_start = false;
  run_until([&] { return result.has_value(); });
  return result.value_or(ProbeResult());
}

ProbeResult ProbeWorld::probe(const HttpSettings& settings, Duration timeout) {
  HttpProber prober(services, std::make_shared<const HttpSettings>(settings));
  return probe(prober, timeout);
}

ProbeResult ProbeWorld::probe(const std::string& url, Duration timeout) {
  return probe(settings_for(url), timeout);
}

Resolution resolve(ProbeWorld& world, Resolver::Query query) {
  std::optional<Resolution> resolution;
  bool within = true;
  world.resolver.resolve(std::move(query), [&](Resolution told) {
    EXPECT_FALSE(within);
    resolution = std::move(told);
  });
  within = false;
  world.run_until([&] { return resolution.has_value(); });
  return resolution.value_or(Resolution());
}

Resolution resolve(ProbeWorld& world, const std::string& host) {
  Resolver::Query query;
  query.host = host;
  return resolve(world, std::move(query));
}

std::vector<std::string> texts(const Resolution& resolution) {
  std::vector<std::string> all;
  for (const Address& address : resolution.addresses) {
    all.push_back(address.text);
  }
  return all;
}

HttpSettings settings_for(const std::string& url) {
  HttpSettings settings;
  auto parsed = parse_url(url);
  EXPECT_TRUE(parsed) << url;
  settings.url = parsed.value_or(Url());
  settings.expected = StatusSet::parse("200-399").value_or(StatusSet());
  return settings;
}

size_t open_descriptors() {
  const std::filesystem::directory_iterator entries("/proc/self/fd");
  return static_cast<size_t>(std::distance(begin(entries), end(entries)));
}

ClosedPort::ClosedPort() : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  EXPECT_EQ(bind(socket_, generic, length), 0);
  EXPECT_EQ(getsockname(socket_, generic, &length), 0);
  port_ = ntohs(address.sin_port);
}

ClosedPort::~ClosedPort() {
  close(socket_);
}

std::string ClosedPort::url() const {
  return "http://127.0.0.1:" + std::to_string(port_) + "/";
}

}  // namespace gatewatch::probe
