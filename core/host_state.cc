// SPDX-License-Identifier: MIT
#include "core/host_state.h"

#include <array>
#include <cstdio>

namespace gatewatch {
namespace {

std::string with_tenths(double value) {
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.1f", value);
  return buffer.data();
}

std::string percent(double part, double whole) {
  return with_tenths(whole > 0 ? 100 * part / whole : 0) + " %";
}

void add(std::string& text, const std::string& part) {
  text.append(text.empty() ? "" : ", ").append(part);
}

void add_pressure(std::string& text, const char* name, const std::optional<Pressure>& pressure) {
  if (pressure) {
    add(text, std::string("pressure on ") + name + ' ' + percent(pressure->some_10s, 1));
  }
}

}  // namespace

std::string describe(const HostState& host) {
  std::string text;
  if (host.memory_total_bytes && host.memory_available_bytes) {
    add(text, percent(static_cast<double>(*host.memory_available_bytes),
                      static_cast<double>(*host.memory_total_bytes)) +
                  " of the memory available");
  }
  if (host.descriptors_used && host.descriptors_limit) {
    add(text, percent(static_cast<double>(*host.descriptors_used),
                      static_cast<double>(*host.descriptors_limit)) +
                  " of the descriptors in use");
  }
  if (host.load_1min && host.processors) {
    add(text, "load " + with_tenths(*host.load_1min) + " on " + std::to_string(*host.processors) +
                  (*host.processors == 1 ? " processor" : " processors"));
  }
  add_pressure(text, "CPU", host.cpu);
  add_pressure(text, "memory", host.memory);
  add_pressure(text, "I/O", host.io);
  return text;
}

}  // namespace gatewatch
