// SPDX-License-Identifier: MIT
#include "daemon/machine.h"

#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>

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

void give_back_startup_memory() {
  const auto give_back = [](dl_phdr_info* object, size_t /*size*/, void* /*nothing*/) {
    const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
    for (size_t i = 0; i < object->dlpi_phnum; ++i) {
      const ElfW(Phdr)& segment = object->dlpi_phdr[i];
      if (segment.p_type == PT_LOAD && (segment.p_flags & PF_W) == 0) {
        const uintptr_t begin = (object->dlpi_addr + segment.p_vaddr) & ~(page - 1);
        const uintptr_t end = object->dlpi_addr + segment.p_vaddr + segment.p_memsz;
        madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
      }
    }
    return 0;
  };
  dl_iterate_phdr(give_back, nullptr);
  malloc_trim(0);
}

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) {
    return "unknown";
  }
  return name.data();
}

}  // namespace gatewatch::daemon
