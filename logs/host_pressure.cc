// SPDX-License-Identifier: MIT
#include "logs/host_pressure.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <thread>

namespace gatewatch::logs {
namespace {

constexpr size_t kMaxFile = size_t{64} * 1024;

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kMaxFile, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(std::max<std::streamsize>(file.gcount(), 0)));
  return text;
}

template <typename Number>
std::optional<Number> number_at(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() ? std::optional(value) : std::nullopt;
}

// The number that follows `name`.
template <typename Number>
std::optional<Number> number_after(std::string_view text, std::string_view name) {
  const size_t at = text.find(name);
  return at == std::string_view::npos ? std::nullopt
                                      : number_at<Number>(text.substr(at + name.size()));
}

std::optional<uint64_t> bytes_of_kib(std::optional<uint64_t> kib) {
  constexpr uint64_t kKib = 1'024;
  return kib ? std::optional(*kib * kKib) : std::nullopt;
}

// "some avg10=1.50 avg60=0.75 …": 0.015 and 0.0075.
bool read_shares(std::string_view text, std::string_view line_name, double& in_10s,
                 double& in_60s) {
  constexpr double kPercent = 100;
  const size_t begin = text.find(line_name);
  if (begin == std::string_view::npos) {
    return false;
  }
  const std::string_view line = text.substr(begin, text.find('\n', begin) - begin);
  const auto ten = number_after<double>(line, "avg10=");
  const auto sixty = number_after<double>(line, "avg60=");
  in_10s = ten.value_or(0) / kPercent;
  in_60s = sixty.value_or(0) / kPercent;
  return ten && sixty;
}

}  // namespace

std::optional<Pressure> parse_pressure(std::string_view text) {
  Pressure pressure;
  if (!read_shares(text, "some ", pressure.some_10s, pressure.some_60s)) {
    return std::nullopt;
  }
  // Older kernels have no such line for the CPU.
  (void)read_shares(text, "full ", pressure.full_10s, pressure.full_60s);
  return pressure;
}

HostState read_host_state(WallTime now, const std::string& proc) {
  HostState state;
  state.at = now;
  state.cpu = parse_pressure(content_of(proc + "/pressure/cpu"));
  state.memory = parse_pressure(content_of(proc + "/pressure/memory"));
  state.io = parse_pressure(content_of(proc + "/pressure/io"));
  const std::string memory = content_of(proc + "/meminfo");
  state.memory_total_bytes = bytes_of_kib(number_after<uint64_t>(memory, "MemTotal:"));
  state.memory_available_bytes = bytes_of_kib(number_after<uint64_t>(memory, "MemAvailable:"));
  // "1312\t0\t9223372036854775807": in use, free, the most.
  const std::string files = content_of(proc + "/sys/fs/file-nr");
  const size_t second = files.find('\t');
  const size_t third = second == std::string::npos ? second : files.find('\t', second + 1);
  if (third != std::string::npos) {
    state.descriptors_used = number_at<uint64_t>(files);
    state.descriptors_limit = number_at<uint64_t>(std::string_view(files).substr(third));
  }
  state.load_1min = number_at<double>(content_of(proc + "/loadavg"));
  if (const unsigned count = std::thread::hardware_concurrency(); count > 0) {
    state.processors = count;
  }
  return state;
}

}  // namespace gatewatch::logs
