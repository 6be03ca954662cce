// SPDX-License-Identifier: MIT
#include "web/push_request.h"

#include <algorithm>
#include <charconv>

#include "core/text.h"

namespace gatewatch::web {
namespace {

constexpr int kMostExitStatus = 255;

using Parameters = std::multimap<std::string, std::string>;

std::string first_of(const Parameters& parameters, const std::string& name) {
  const auto found = parameters.find(name);
  return found == parameters.end() ? "" : found->second;
}

std::string_view without_last_blanks(std::string_view text) {
  return text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
}

// What follows the token in the path. False for what means nothing.
bool read_ending(std::string_view ending, PushReport& report) {
  if (ending.empty()) {
    return true;
  }
  if (ending == "fail") {
    report.failed = true;
    return true;
  }
  int status = -1;
  const auto [end, error] = std::from_chars(ending.data(), ending.data() + ending.size(), status);
  if (error != std::errc() || end != ending.data() + ending.size() || status < 0 ||
      status > kMostExitStatus) {
    return false;
  }
  report.failed = status != 0;
  report.message = report.failed ? "exit status " + std::to_string(status) : "";
  return true;
}

bool read_status(const Parameters& parameters, PushReport& report) {
  const std::string status = first_of(parameters, "status");
  if (status == "down" || status == "fail") {
    report.failed = true;
  }
  return report.failed || status.empty() || status == "up" || status == "ok";
}

}  // namespace

std::optional<PushReport> read_push(std::string_view path, const Parameters& parameters,
                                    std::string_view body) {
  path.remove_prefix(kPushPath.size());
  const size_t slash = std::min(path.find('/'), path.size());
  PushReport report;
  report.token = path.substr(0, slash);
  path.remove_prefix(std::min(slash + 1, path.size()));
  if (!read_ending(path, report) || !read_status(parameters, report)) {
    return std::nullopt;
  }
  for (const std::string& words : {first_of(parameters, "message"), first_of(parameters, "msg"),
                                   std::string(without_last_blanks(body))}) {
    if (!words.empty()) {
      report.message += (report.message.empty() ? "" : ": ") + words;
      break;
    }
  }
  report.message = printable(report.message);
  return report;
}

}  // namespace gatewatch::web
