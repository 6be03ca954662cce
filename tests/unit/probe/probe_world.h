// SPDX-License-Identifier: MIT
//
// Everything a prober needs, with the real loop and libcurl, and no name server but a test's own.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/sample.h"
#include "probe/dns/resolver.h"
#include "probe/http/curl_engine.h"
#include "probe/http/http_engine.h"
#include "probe/kinds/http_prober.h"
#include "probe/kinds/http_settings.h"
#include "probe/loop/epoll_loop.h"
#include "probe/signature/signatures.h"
#include "tests/support/scripted_dns.h"

namespace gatewatch::probe {

// The machine's clocks, as if time had passed that the process did not see.
class JumpingClock final : public Clock {
 public:
  [[nodiscard]] SteadyTime steady() const override { return system_clock().steady() + jumped; }
  [[nodiscard]] WallTime wall() const override { return system_clock().wall(); }

  Duration jumped{};
};

struct ProbeWorld {
  // `name_servers` ("127.0.0.1:PORT") are asked instead of `dns`, unless empty.
  explicit ProbeWorld(std::map<std::string, testing::DnsAnswer> names = {},
                      const Clock& clock = system_clock(), const std::string& name_servers = {})
      : dns(std::move(names)),
        loop(clock),
        resolver(loop, {name_servers.empty() ? dns.servers() : name_servers}),
        http(loop, clock),
        curl(loop),
        services{loop, resolver, http, curl, signatures} {}

  // Turns the loop until `done`; fails the test after 20 s.
  void run_until(const std::function<bool()>& done);

  // Lets time pass at one blow. `clock` is the one that this world was made with.
  void jump(JumpingClock& clock, Duration by);

  // Probes once and returns what the prober reported.
  ProbeResult probe(Prober& prober, Duration timeout = std::chrono::seconds(10));
  ProbeResult probe(const HttpSettings& settings, Duration timeout = std::chrono::seconds(10));
  // With the default settings.
  ProbeResult probe(const std::string& url, Duration timeout = std::chrono::seconds(10));

  testing::ScriptedDns dns;
  EpollLoop loop;
  Resolver resolver;
  HttpEngine http;
  CurlEngine curl;
  Signatures signatures;
  ProbeServices services;
  bool jumped = false;
};

// What the resolver of `world` answers.
Resolution resolve(ProbeWorld& world, Resolver::Query query);
Resolution resolve(ProbeWorld& world, const std::string& host);
std::vector<std::string> texts(const Resolution& resolution);

// GET, 200-399 expected, 5 redirects, certificates verified.
HttpSettings settings_for(const std::string& url);

// The descriptors that are open now.
size_t open_descriptors();

// A port of 127.0.0.1 that nobody listens on.
class ClosedPort {
 public:
  ClosedPort();
  ~ClosedPort();
  ClosedPort(const ClosedPort&) = delete;
  ClosedPort& operator=(const ClosedPort&) = delete;
  [[nodiscard]] std::string url() const;
  [[nodiscard]] uint16_t port() const { return port_; }

 private:
  int socket_ = -1;  // bound, not listening
  uint16_t port_ = 0;
};

}  // namespace gatewatch::probe
