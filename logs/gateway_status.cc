// SPDX-License-Identifier: MIT
#include "logs/gateway_status.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <string>
#include <vector>

#include "logs/line_pattern.h"
#include "logs/line_text.h"

namespace gatewatch::logs {
namespace {

std::optional<uint64_t> number_in(std::string_view text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value)
                                                                  : std::nullopt;
}

// Takes the next line from the front of `text`.
std::string_view take_line(std::string_view& text) {
  const size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) {
    line.remove_suffix(1);
  }
  return line;
}

// A line of comma-separated values; in quotation marks a comma stands for itself, and two of them
// for one.
std::vector<std::string> cells_of(std::string_view line) {
  std::vector<std::string> cells(1);
  bool is_quoted = false;
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"') {
      if (is_quoted && i + 1 < line.size() && line[i + 1] == '"') {
        cells.back() += line[++i];
      } else {
        is_quoted = !is_quoted;
      }
    } else if (line[i] == ',' && !is_quoted) {
      cells.emplace_back();
    } else {
      cells.back() += line[i];
    }
  }
  return cells;
}

// The places of columns, by their names.
using Columns = std::map<std::string, size_t, std::less<>>;

class Row {
 public:
  Row(const Columns& columns, std::vector<std::string> cells)
      : columns_(columns), cells_(std::move(cells)) {}

  [[nodiscard]] std::string_view text(std::string_view name) const {
    const auto column = columns_.find(name);
    return column != columns_.end() && column->second < cells_.size()
               ? std::string_view(cells_[column->second])
               : std::string_view();
  }
  [[nodiscard]] std::optional<uint64_t> number(std::string_view name) const {
    return number_in(text(name));
  }

 private:
  const Columns& columns_;
  std::vector<std::string> cells_;
};

ServerStatus server_of(const Row& row) {
  std::string check = kept(row.text("check_status"));
  if (const std::string_view code = row.text("check_code"); !code.empty() && !check.empty()) {
    check += "/" + kept(code);
  }
  return {.pool = kept(row.text("pxname")),
          .server = kept(row.text("svname")),
          .status = kept(row.text("status")),
          .check = check,
          .sessions = row.number("scur"),
          .queued = row.number("qcur"),
          .connect_errors = row.number("econ"),
          .response_errors = row.number("eresp"),
          .seconds_in_status = row.number("lastchg")};
}

void read_info(std::string_view info, GatewayStatus& status) {
  while (!info.empty()) {
    const std::string_view line = take_line(info);
    const size_t colon = line.find(": ");
    if (colon == std::string_view::npos) {
      continue;
    }
    const std::string_view name = line.substr(0, colon);
    const auto value = number_in(line.substr(colon + 2));
    if (name == "CurrConns") {
      status.connections = value;
    } else if (name == "Maxconn") {
      status.connections_limit = value;
    } else if (name == "CumConns") {
      status.accepted = value;
    } else if (name == "CumReq") {
      status.requests = value;
    } else if (name == "Uptime_sec") {
      status.uptime_seconds = value;
    }
  }
}

}  // namespace

std::optional<GatewayStatus> parse_stub_status(std::string_view page) {
  static const LinePattern kPage = LinePattern::built_in(
      R"(^Active connections: (\d+) *\r?\nserver accepts handled requests\r?\n)"
      R"( *(\d+) +(\d+) +(\d+) *\r?\nReading: (\d+) Writing: (\d+) Waiting: (\d+))");
  const auto groups = kPage.match(page);
  if (!groups) {
    return std::nullopt;
  }
  enum Group : size_t { Active = 1, Accepts, Handled, Requests, Reading, Writing, Waiting };
  GatewayStatus status;
  status.product = "nginx";
  status.connections = number_in((*groups)[Active]);
  status.accepted = number_in((*groups)[Accepts]);
  const auto handled = number_in((*groups)[Handled]);
  if (status.accepted && handled && *status.accepted >= *handled) {
    status.dropped = *status.accepted - *handled;
  }
  status.requests = number_in((*groups)[Requests]);
  status.waiting = number_in((*groups)[Waiting]);
  return status;
}

std::optional<GatewayStatus> parse_haproxy(std::string_view info, std::string_view stat) {
  std::string_view header = take_line(stat);
  if (!header.starts_with("# ")) {
    return std::nullopt;
  }
  header.remove_prefix(2);
  Columns columns;
  for (std::string& name : cells_of(header)) {
    columns.emplace(std::move(name), columns.size());
  }
  if (columns.size() > kMaxColumns || !columns.contains("pxname") || !columns.contains("svname") ||
      !columns.contains("status")) {
    return std::nullopt;
  }
  GatewayStatus status;
  status.product = "haproxy";
  while (!stat.empty() && !status.is_cut) {
    const std::string_view line = take_line(stat);
    if (line.empty()) {
      continue;
    }
    const Row row(columns, cells_of(line));
    const std::string_view server = row.text("svname");
    const std::string_view type = row.text("type");  // 2: a server, 3: a socket that it listens at
    if (server.empty() || server == "FRONTEND" || server == "BACKEND" ||
        (!type.empty() && type != "2")) {
      continue;
    }
    status.is_cut = status.servers.size() == kMaxServers;
    if (!status.is_cut) {
      status.servers.push_back(server_of(row));
    }
  }
  read_info(info, status);
  return status;
}

}  // namespace gatewatch::logs
