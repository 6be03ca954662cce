// SPDX-License-Identifier: MIT
//
// The threads share their state with the object, and so may outlive it.
#include "logs/gateway_reader.h"

#include <pthread.h>

#include <deque>
#include <optional>
#include <utility>

#include "core/mutex.h"
#include "core/text.h"
#include "logs/gateway_status.h"
#include "logs/stats_socket.h"
#include "logs/status_page.h"

namespace gatewatch::logs {
namespace {

GatewayAnswer read_nginx(const std::string& url) {
  const auto page = get_status_page(url);
  if (!page) {
    return std::unexpected(page.error());
  }
  if (auto status = parse_stub_status(*page)) {
    return std::move(*status);
  }
  return std::unexpected("what it answers is no page of stub_status");
}

GatewayAnswer read_haproxy(const std::string& path) {
  const auto info = ask_stats_socket(path, "show info");
  if (!info) {
    return std::unexpected(printable(info.error()));
  }
  const auto stat = ask_stats_socket(path, "show stat");
  if (!stat) {
    return std::unexpected(printable(stat.error()));
  }
  if (auto status = parse_haproxy(*info, *stat)) {
    return std::move(*status);
  }
  return std::unexpected("what it answers is no \"show stat\" of HAProxy");
}

}  // namespace

GatewayAnswer read_gateway(const GatewaySettings& gateway) {
  return gateway.stub_status.empty() ? read_haproxy(gateway.stats_socket)
                                     : read_nginx(gateway.stub_status);
}

struct GatewayReader::State {
  struct Read {
    GatewaySettings gateway;
    Done done;
  };

  // The next to be read; none: it is to end.
  std::optional<Read> next() {
    const MutexLock lock(mutex);
    while (waiting.empty() && !is_stopping) {
      changed.wait(mutex);
    }
    if (is_stopping) {
      return std::nullopt;
    }
    Read read = std::move(waiting.front());
    waiting.pop_front();
    return read;
  }
  void hand_over(const Done& done, GatewayAnswer answer) {
    const MutexLock lock(mutex);
    if (!is_stopping) {
      done(std::move(answer));
    }
  }
  void end() {
    const MutexLock lock(mutex);
    --running;
    changed.notify_all();
  }

  Mutex mutex;
  CondVar changed;
  std::deque<Read> waiting GW_GUARDED_BY(mutex);
  size_t running GW_GUARDED_BY(mutex) = kGatewaysAtOnce;
  bool is_stopping GW_GUARDED_BY(mutex) = false;
};

GatewayReader::GatewayReader() : state_(std::make_shared<State>()) {
  for (size_t i = 0; i < kGatewaysAtOnce; ++i) {
    threads_.emplace_back([state = state_] { run(*state); });
  }
}

GatewayReader::~GatewayReader() {
  stop(kEndReads);
}

bool GatewayReader::stop(Duration patience) {
  bool have_ended = false;
  {
    const MutexLock lock(state_->mutex);
    state_->is_stopping = true;
    state_->waiting.clear();
    state_->changed.notify_all();
    const SteadyTime deadline = system_clock().steady() + patience;
    while (!threads_.empty() && state_->running > 0 && system_clock().steady() < deadline) {
      state_->changed.wait_until(state_->mutex, deadline);
    }
    have_ended = state_->running == 0;
  }
  for (std::thread& thread : std::exchange(threads_, {})) {
    have_ended ? thread.join() : thread.detach();
  }
  return have_ended;
}

bool GatewayReader::read(GatewaySettings gateway, Done done) {
  const MutexLock lock(state_->mutex);
  if (state_->waiting.size() >= kMaxGatewaysWaiting) {
    return false;
  }
  state_->waiting.push_back({.gateway = std::move(gateway), .done = std::move(done)});
  state_->changed.notify_all();
  return true;
}

void GatewayReader::run(State& state) {
  pthread_setname_np(pthread_self(), "gw-gateway");
  while (std::optional<State::Read> next = state.next()) {
    state.hand_over(next->done, read_gateway(next->gateway));
  }
  state.end();
}

}  // namespace gatewatch::logs
