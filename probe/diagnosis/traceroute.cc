// SPDX-License-Identifier: MIT
//
// Each hop has a socket of its own, so that whose error it is needs no decoding of what the error
// quotes. A socket that has told is closed at once; one that has not is closed after kHopWait. The
// kernel repeats the first packet of a TCP connection after 1 s, which is when it is closed.
#include "probe/diagnosis/traceroute.h"

#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "core/text.h"
#include "probe/diagnosis/finding_text.h"
#include "probe/kinds/icmp_reason.h"
#include "probe/net/connect_failure.h"
#include "probe/net/loop_socket.h"
#include "probe/net/network_error.h"
#include "probe/net/socket_address.h"

namespace gatewatch::probe {
namespace {

// RFC 792 and RFC 4443.
constexpr uint8_t kTimeExceeded4 = 11;
constexpr uint8_t kTimeExceeded6 = 3;
constexpr uint8_t kUnreachable4 = 3;
constexpr uint8_t kPort4 = 3;
constexpr uint8_t kUnreachable6 = 1;
constexpr uint8_t kPort6 = 4;

constexpr int kMaxErrorsPerTurn = 4;

bool is_end(const Hop& hop) {
  return hop.state == Hop::State::Reached || hop.state == Hop::State::Ended;
}

std::string line_of(size_t ttl, const Hop& hop) {
  std::string line = (ttl < 10 ? " " : "") + std::to_string(ttl) + "  ";
  if (hop.address.empty()) {
    return line + "*";
  }
  line += hop.address + "  " + short_ms(hop.time);
  return hop.state == Hop::State::Ended ? line + "  " + hop.reason : line;
}

std::string count_of(size_t hops) {
  return std::to_string(hops) + (hops == 1 ? " hop" : " hops");
}

// What an error of the network says of a hop; empty where it says nothing of it.
std::optional<Hop> hop_of(const NetworkError& error, Address::Family family, bool by_udp) {
  const bool v4 = family == Address::Family::V4;
  Hop hop;
  hop.address = error.told_by;
  if (error.is_local) {
    return std::nullopt;
  }
  if (error.type == (v4 ? kTimeExceeded4 : kTimeExceeded6)) {
    hop.state = Hop::State::Passed;
    return hop;
  }
  const bool is_port =
      error.type == (v4 ? kUnreachable4 : kUnreachable6) && error.code == (v4 ? kPort4 : kPort6);
  if (is_port && by_udp) {
    hop.state = Hop::State::Reached;
    return hop;
  }
  if (icmp_says_unreachable(family, error.type, error.code)) {
    hop.state = Hop::State::Ended;
    hop.reason = icmp_reason(family, error.type, error.code);
    return hop;
  }
  return std::nullopt;
}

}  // namespace

Finding judged(Finding planned, const std::vector<Hop>& hops) {
  const auto end = std::find_if(hops.begin(), hops.end(), is_end);
  const size_t count =
      static_cast<size_t>(end - hops.begin()) + (end == hops.end() ? size_t{0} : size_t{1});
  size_t known = count;  // hops up to the last that told who it is
  while (known > 0 && hops[known - 1].address.empty()) {
    --known;
  }
  for (size_t i = 0; i < known; ++i) {
    planned.evidence += (i == 0 ? "" : "\n") + line_of(i + 1, hops[i]);
  }
  if (end == hops.end()) {
    planned.outcome = Outcome::Timeout;
    planned.text =
        known == 0 ? "no router and no host answers"
                   : "silent behind " + hops[known - 1].address + ", hop " + std::to_string(known);
  } else if (end->state == Hop::State::Reached) {
    planned.outcome = Outcome::Ok;
    planned.text = "reached in " + count_of(count);
    planned.duration = end->time;
  } else {
    planned.outcome = Outcome::Refused;
    planned.text = end->reason + ", told by " + end->address + ", hop " + std::to_string(count);
  }
  planned.result = result_of(planned.outcome);
  return planned;
}

struct Traceroute::Flight {
  Flight(EpollLoop& loop, int its_ttl) : ttl(its_ttl), socket(loop) {}

  const int ttl;
  int tries = 0;
  LoopSocket socket;
  SteadyTime sent_at;
  Loop::TimerId timer = Loop::TimerId::None;
};

Traceroute::Traceroute(EpollLoop& loop, const Address& to, uint16_t port)
    : Step({{.check = Check::Traceroute, .subject = to.text, .address = to.text}}),
      loop_(loop),
      to_(to),
      port_(port) {}

Traceroute::~Traceroute() {
  loop_.cancel(timer_);
  for (const std::unique_ptr<Flight>& flight : flights_) {
    loop_.cancel(flight->timer);
  }
}

void Traceroute::start(SteadyTime deadline, Done done) {
  done_ = std::move(done);
  deadline_ = deadline;
  timer_ = loop_.call_at(loop_.now(), [this] {
    timer_ = Loop::TimerId::None;
    launch_more();
  });
}

void Traceroute::launch_more() {
  const auto waiting = [this] {
    return std::count_if(hops_.begin(), hops_.end(),
                         [](const Hop& hop) { return hop.state == Hop::State::Waiting; });
  };
  while (done_ && hops_.size() < size_t{kMaxHops} && waiting() < kHopsAtOnce &&
         std::none_of(hops_.begin(), hops_.end(), is_end)) {
    hops_.emplace_back();
    launch(static_cast<int>(hops_.size()));
  }
}

void Traceroute::launch(int ttl) {
  flights_.push_back(std::make_unique<Flight>(loop_, ttl));
  Flight& flight = *flights_.back();
  if (const int error = send_off(flight); error != 0) {
    Finding finding = plan().front();
    finding.text = printable(std::generic_category().message(error));
    finish(std::move(finding));
    return;
  }
  wait_for(flight);
}

void Traceroute::wait_for(Flight& flight) {
  flight.timer = loop_.call_at(std::min(loop_.now() + kHopWait, deadline_), [this, &flight] {
    flight.timer = Loop::TimerId::None;
    on_silence(flight);
  });
}

void Traceroute::on_silence(Flight& flight) {
  const auto before = hops_.begin() + flight.ttl;
  const bool is_beyond = std::any_of(hops_.begin(), before, is_end);
  if (!is_beyond && flight.tries < kTriesPerHop && loop_.now() < deadline_ &&
      send_off(flight) == 0) {
    wait_for(flight);
  } else {
    land(flight, {.state = Hop::State::Silent});
  }
}

int Traceroute::send_off(Flight& flight) {
  ++flight.tries;
  flight.sent_at = loop_.precise_now();
  const bool v4 = to_.family == Address::Family::V4;
  const bool by_udp = port_ == 0;
  const auto peer =
      to_socket_address(to_.text, by_udp ? static_cast<uint16_t>(kTracePort + flight.ttl) : port_);
  if (!peer) {
    return ENODEV;
  }
  if (const int error = flight.socket.open(peer->family(), by_udp ? SOCK_DGRAM : SOCK_STREAM, 0);
      error != 0) {
    return error;
  }
  const int descriptor = flight.socket.descriptor();
  const int on = 1;
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  if (setsockopt(descriptor, v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_TTL : IPV6_UNICAST_HOPS,
                 &flight.ttl, sizeof flight.ttl) != 0 ||
      setsockopt(descriptor, v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_RECVERR : IPV6_RECVERR, &on,
                 sizeof on) != 0 ||
      setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) != 0) {
    return errno;
  }
  const bool is_told = connect(descriptor, peer->get(), peer->length) != 0 && errno != EINPROGRESS;
  if (is_told && errno != ECONNREFUSED) {
    return errno;
  }
  if (by_udp && send(descriptor, "", 1, MSG_NOSIGNAL) < 0 && errno != ECONNREFUSED) {
    return errno;
  }
  const uint32_t events = by_udp ? EPOLLIN : EPOLLOUT;
  return flight.socket.watch(events, [this, &flight](uint32_t told) { on_ready(flight, told); })
             ? 0
             : ENOMEM;
}

void Traceroute::on_ready(Flight& flight, uint32_t events) {
  const int descriptor = flight.socket.descriptor();
  for (int i = 0; i < kMaxErrorsPerTurn; ++i) {
    const std::optional<NetworkError> error = take_network_error_of(descriptor);
    if (!error) {
      break;
    }
    if (std::optional<Hop> hop = hop_of(*error, to_.family, port_ == 0)) {
      land(flight, std::move(*hop));
      return;
    }
  }
  const int error = take_error(descriptor);
  const bool is_answered =
      (events & (port_ == 0 ? EPOLLIN : EPOLLOUT)) != 0 && (events & (EPOLLERR | EPOLLHUP)) == 0;
  if (error == ECONNREFUSED || (error == 0 && is_answered)) {
    land(flight, {.state = Hop::State::Reached, .address = to_.text});
  } else if (port_ != 0) {
    land(flight, {.state = Hop::State::Silent});  // the connection has failed in another way
  }
}

void Traceroute::land(Flight& flight, Hop hop) {
  loop_.cancel(std::exchange(flight.timer, Loop::TimerId::None));
  flight.socket.close();
  hop.time = loop_.precise_now() - flight.sent_at;
  hops_[static_cast<size_t>(flight.ttl) - 1] = std::move(hop);
  go_on();
}

void Traceroute::go_on() {
  for (const Hop& hop : hops_) {
    if (hop.state == Hop::State::Waiting) {
      break;
    }
    if (is_end(hop)) {
      finish(judged(plan().front(), hops_));
      return;
    }
  }
  const bool all_back = std::none_of(
      hops_.begin(), hops_.end(), [](const Hop& hop) { return hop.state == Hop::State::Waiting; });
  if (all_back && (hops_.size() >= size_t{kMaxHops} || loop_.now() >= deadline_)) {
    finish(judged(plan().front(), hops_));
  } else if (loop_.now() < deadline_) {
    launch_more();
  }
}

// The flights stay until the end, for one of them is on the stack.
void Traceroute::finish(Finding finding) {
  for (const std::unique_ptr<Flight>& flight : flights_) {
    loop_.cancel(std::exchange(flight->timer, Loop::TimerId::None));
    flight->socket.close();
  }
  if (Done done = std::exchange(done_, nullptr)) {
    done({std::move(finding)});
  }
}

}  // namespace gatewatch::probe
