// SPDX-License-Identifier: MIT
#include "daemon/signals.h"

#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

namespace gatewatch::daemon {
namespace {

sigset_t watched_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  return signals;
}

}  // namespace

void block_signals() {
  const sigset_t signals = watched_signals();
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

SignalWatch::SignalWatch(probe::EpollLoop& loop, std::function<void()> on_terminate,
                         std::function<void()> on_reload)
    : loop_(loop), on_terminate_(std::move(on_terminate)), on_reload_(std::move(on_reload)) {
  const sigset_t signals = watched_signals();
  descriptor_ = ::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
  if (descriptor_ < 0) {
    throw std::system_error(errno, std::generic_category(), "signalfd");
  }
  loop_.watch(descriptor_, EPOLLIN, [this](uint32_t) { read_one(); });
}

SignalWatch::~SignalWatch() {
  loop_.unwatch(descriptor_);
  ::close(descriptor_);
}

void SignalWatch::read_one() {
  signalfd_siginfo info{};
  if (::read(descriptor_, &info, sizeof info) != static_cast<ssize_t>(sizeof info)) {
    return;
  }
  if (info.ssi_signo == static_cast<uint32_t>(SIGHUP)) {
    on_reload_();
  } else {
    on_terminate_();
  }
}

}  // namespace gatewatch::daemon
