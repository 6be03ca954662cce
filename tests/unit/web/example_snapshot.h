// SPDX-License-Identifier: MIT
//
// A snapshot with a bit of everything, for the tests of what is made of snapshots.
#pragma once

#include "core/snapshot.h"

namespace gatewatch::testing {

inline Snapshot example_snapshot() {
  using namespace std::chrono_literals;
  Snapshot snapshot;
  snapshot.at = WallTime(1'763'806'530'000'000us);
  snapshot.started_at = snapshot.at - 1h;
  snapshot.version = "9.9.9";

  TargetStatus shop;
  shop.target = {.name = "shop <\"&'>", .url = "https://shop.example.com/?a=1&b=2"};
  shop.probes = {{{Outcome::Ok, 200}, 90}, {{Outcome::BadGateway, 502}, 10}};
  shop.skipped = 3;
  shop.confirm_probes = {{Outcome::BadGateway, 4}};
  Sample last;
  last.target = shop.target.name;
  last.at = snapshot.at - 2s;
  last.result.outcome = Outcome::BadGateway;
  last.result.status = 502;
  last.result.reason = "Bad Gateway";
  last.result.latency = 15ms;
  last.result.phases = {.dns = 1ms, .connect = 2ms, .tls = 3ms, .first_byte = 4ms};
  last.result.address = "192.0.2.7";
  shop.last = last;

  TargetStatus fresh;
  fresh.target = {.name = "fresh", .url = "http://fresh.example.com/"};
  snapshot.targets = {shop, fresh};

  Incident incident;
  incident.id = "01K0";
  incident.target = shop.target.name;
  incident.url = shop.target.url;
  incident.rule = "bad-gateway";
  incident.opened_at = snapshot.at - 5min;
  incident.total = {.probes = 20, .bad = 7, .bad_502 = 7, .gateway = 7};
  snapshot.open_incidents = {incident};

  snapshot.health.lateness = {{0.001, 95}, {0.005, 100}};
  snapshot.health.lateness_count = 100;
  snapshot.health.lateness_sum_seconds = 0.05;
  return snapshot;
}

}  // namespace gatewatch::testing
