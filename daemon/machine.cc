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

namespace gatewatch::daemon {
namespace {

// Descriptors kept for the database, the log, the control socket, web clients and channels.
constexpr size_t kReservedDescriptors = 256;
constexpr size_t kMostDescriptors = 65'536;
constexpr size_t kLeastInFlight = 64;

}  // namespace

size_t max_in_flight(size_t beside) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) {
    return kLeastInFlight;
  }
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, kMostDescriptors);
  ::setrlimit(RLIMIT_NOFILE, &limit);
  const size_t descriptors = limit.rlim_cur;
  const size_t reserved = kReservedDescriptors + beside;
  return std::min(probe::kMaxTransfers - beside,
                  std::max(descriptors, reserved + kLeastInFlight) - reserved);
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
