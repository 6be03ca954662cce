// SPDX-License-Identifier: MIT
#include "daemon/log_sink.h"

#include <spdlog/async.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace gatewatch::daemon {
namespace {

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::Debug:
      return spdlog::level::debug;
    case LogLevel::Info:
      return spdlog::level::info;
    case LogLevel::Warning:
      return spdlog::level::warn;
    case LogLevel::Error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

// "<6>" and so on: how sd-daemon(3) tells the journal a line's priority.
class PriorityFlag final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&,
              spdlog::memory_buf_t& out) override {
    std::string_view prefix = "<6>";
    if (message.level == spdlog::level::debug) {
      prefix = "<7>";
    } else if (message.level == spdlog::level::warn) {
      prefix = "<4>";
    } else if (message.level == spdlog::level::err) {
      prefix = "<3>";
    }
    out.append(prefix.data(), prefix.data() + prefix.size());
  }
  [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<PriorityFlag>();
  }
};

// Whether stderr is the journal: systemd names its device and inode in the environment.
bool stderr_is_journal() {
  const char* stream = std::getenv("JOURNAL_STREAM");  // NOLINT(concurrency-mt-unsafe): at start
  struct stat status {};
  if (stream == nullptr || ::fstat(STDERR_FILENO, &status) != 0) {
    return false;
  }
  return stream == std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
}

std::unique_ptr<spdlog::formatter> make_formatter() {
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  if (stderr_is_journal()) {
    formatter->add_flag<PriorityFlag>('*').set_pattern("%*%v");
  } else if (::isatty(STDERR_FILENO) == 1) {
    formatter->set_pattern("%H:%M:%S.%e %^%-7l%$ %v");
  } else {
    formatter->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  }
  return formatter;
}

void write_line(LogLevel level, std::string_view line) {
  spdlog::default_logger_raw()->log(spdlog_level(level),
                                    spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace

void open_log(LogLevel least) {
  spdlog::init_thread_pool(kMaxQueuedLines, 1);
  auto sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
  auto logger =
      std::make_shared<spdlog::async_logger>("gatewatch", std::move(sink), spdlog::thread_pool(),
                                             spdlog::async_overflow_policy::overrun_oldest);
  logger->set_level(spdlog::level::debug);  // core/log.h decides
  logger->set_formatter(make_formatter());
  spdlog::set_default_logger(std::move(logger));
  set_log_sink(write_line, least);
}

void close_log() {
  set_log_sink(nullptr, LogLevel::Error);
  spdlog::shutdown();
}

}  // namespace gatewatch::daemon
