// SPDX-License-Identifier: MIT
#include "daemon/machine.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "probe/http/http_transfer.h"
#include "probe/schedule/scheduler.h"

namespace gatewatch::daemon {
namespace {

// Descriptors kept for the database, the log, the control socket, web clients, channels and probes
// on request.
constexpr size_t kReservedDescriptors = 256 + probe::kMaxRequested;
constexpr size_t kMostDescriptors = 65'536;
constexpr size_t kLeastInFlight = 64;

}  // namespace

size_t max_in_flight() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) {
    return kLeastInFlight;
  }
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, kMostDescriptors);
  ::setrlimit(RLIMIT_NOFILE, &limit);
  const size_t descriptors = limit.rlim_cur;
  return std::min(
      probe::kMaxTransfers - probe::kMaxRequested,
      std::max(descriptors, kReservedDescriptors + kLeastInFlight) - kReservedDescriptors);
}

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) {
    return "unknown";
  }
  return name.data();
}

}  // namespace gatewatch::daemon
