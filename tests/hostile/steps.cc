// SPDX-License-Identifier: MIT
#include "tests/hostile/steps.h"

#include <poll.h>
#include <sys/socket.h>

#include <utility>

namespace gatewatch::testing {
namespace {

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) {
      return false;
    }
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return true;
}

}  // namespace

bool wait_unless_closed(int socket, Duration time) {
  pollfd waiting{socket, POLLRDHUP, 0};
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(time).count();
  return poll(&waiting, 1, static_cast<int>(milliseconds)) == 0;
}

Step drip(std::string bytes, Duration every) {
  return perform([bytes = std::move(bytes), every](int socket) {
    for (const char byte : bytes) {
      if (!send_all(socket, {&byte, 1}) || !wait_unless_closed(socket, every)) {
        return false;
      }
    }
    return true;
  });
}

Step flood(std::string bytes) {
  return perform([bytes = std::move(bytes)](int socket) {
    while (send_all(socket, bytes)) {
    }
    return false;
  });
}

Step read_nothing() {
  return perform([](int socket) {
    pollfd waiting{socket, POLLRDHUP, 0};
    poll(&waiting, 1, -1);
    return false;
  });
}

Script says(std::string text) {
  return {read_request(), send(std::move(text))};
}

Script says_and_waits(std::string text) {
  return {read_request(), send(std::move(text)), hang()};
}

Script says_and_floods(std::string text, std::string more) {
  return {read_request(), send(std::move(text)), flood(std::move(more))};
}

std::string repeated(std::string_view text, size_t times) {
  std::string all;
  all.reserve(text.size() * times);
  for (size_t i = 0; i < times; ++i) {
    all += text;
  }
  return all;
}

}  // namespace gatewatch::testing
