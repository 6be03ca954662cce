// SPDX-License-Identifier: MIT
#include "web/metrics.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/text.h"

namespace gatewatch::web {
namespace {

using Label = std::pair<std::string_view, std::string_view>;

class Writer {
 public:
  explicit Writer(MetricsFormat format) : format_(format) {}

  // Begins a family; `type` is "counter", "gauge" or "histogram". A counter's name ends in
  // "_total".
  void family(std::string_view name, std::string_view type, std::string_view help) {
    std::string_view shown = name;
    if (format_ == MetricsFormat::OpenMetrics && type == "counter") {
      shown.remove_suffix(std::string_view("_total").size());
    }
    text_.append("# HELP ").append(shown).append(" ").append(help).append("\n");
    text_.append("# TYPE ").append(shown).append(" ").append(type).append("\n");
  }

  template <typename Number>
  void sample(std::string_view name, std::initializer_list<Label> labels, Number value) {
    text_.append(name);
    if (labels.size() != 0) {
      char separator = '{';
      for (const auto& [label, content] : labels) {
        text_ += separator;
        separator = ',';
        text_.append(label).append("=\"");
        append_escaped(content);
        text_ += '"';
      }
      text_ += '}';
    }
    text_ += ' ';
    append_number(value);
    text_ += '\n';
  }

  std::string finish() {
    if (format_ == MetricsFormat::OpenMetrics) {
      text_ += "# EOF\n";
    }
    return std::move(text_);
  }

 private:
  void append_escaped(std::string_view content) {
    for (const char c : content) {
      if (c == '\\' || c == '"') {
        text_ += '\\';
      }
      if (c == '\n') {
        text_ += "\\n";
      } else {
        text_ += c;
      }
    }
  }

  template <typename Number>
  void append_number(Number value) {
    std::array<char, 32> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
    text_.append(buffer.data(), end);
  }

  MetricsFormat format_;
  std::string text_;
};

std::string number_text(double value) {
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return {buffer.data(), end};
}

// The scheme of a target's url, which tells its kind.
std::string scheme_of(const Target& target) {
  return ascii_lower(std::string_view(target.url).substr(0, target.url.find("://")));
}

bool is_http(const Target& target) {
  const std::string scheme = scheme_of(target);
  return scheme == "http" || scheme == "https";
}

Duration known(const std::optional<Duration>& length) {
  return length.value_or(Duration::zero());
}

// Calls `use` with the name and the newest result of each target for which `is_wanted`.
template <typename IsWanted, typename Use>
void for_each_last(const Snapshot& snapshot, IsWanted is_wanted, Use use) {
  for (const TargetStatus& status : snapshot.targets) {
    if (status.last && is_wanted(status.target)) {
      use(status.target.name, status.last->result);
    }
  }
}

void write_last_probes(Writer& out, const Snapshot& snapshot) {
  const auto each = [&](auto use) {
    for_each_last(
        snapshot, [](const Target&) { return true; }, use);
  };
  out.family("probe_success", "gauge", "1 if the newest scheduled probe was ok.");
  each([&](const std::string& name, const ProbeResult& result) {
    out.sample("probe_success", {{"target", name}}, result.outcome == Outcome::Ok ? 1 : 0);
  });
  out.family("probe_duration_seconds", "gauge", "How long the newest scheduled probe took.");
  each([&](const std::string& name, const ProbeResult& result) {
    out.sample("probe_duration_seconds", {{"target", name}}, to_seconds(result.latency));
  });
  out.family("probe_dns_lookup_time_seconds", "gauge",
             "How long the newest scheduled probe looked up its host, 0 if it did not.");
  each([&](const std::string& name, const ProbeResult& result) {
    out.sample("probe_dns_lookup_time_seconds", {{"target", name}},
               to_seconds(known(result.phases.dns)));
  });
}

void write_certificates(Writer& out, const Snapshot& snapshot) {
  out.family("probe_ssl_earliest_cert_expiry", "gauge",
             "When the first certificate of the chain that the newest scheduled probe saw expires, "
             "seconds "
             "since 1970.");
  for (const TargetStatus& status : snapshot.targets) {
    if (status.last && status.last->result.certificate != nullptr) {
      out.sample("probe_ssl_earliest_cert_expiry", {{"target", status.target.name}},
                 std::chrono::floor<std::chrono::seconds>(
                     status.last->result.certificate->expires.time_since_epoch())
                     .count());
    }
  }
}

void write_last_http_probes(Writer& out, const Snapshot& snapshot) {
  out.family("probe_http_status_code", "gauge",
             "HTTP status of the newest scheduled probe, 0 if none came.");
  for_each_last(snapshot, is_http, [&](const std::string& name, const ProbeResult& result) {
    out.sample("probe_http_status_code", {{"target", name}}, result.status);
  });
  out.family("probe_http_duration_seconds", "gauge",
             "Length of each phase of the newest scheduled probe.");
  for_each_last(snapshot, is_http, [&](const std::string& name, const ProbeResult& result) {
    const Phases& phases = result.phases;
    Duration rest = result.latency;
    const auto phase = [&](std::string_view label, const std::optional<Duration>& length) {
      rest -= known(length);
      out.sample("probe_http_duration_seconds", {{"target", name}, {"phase", label}},
                 to_seconds(known(length)));
    };
    phase("resolve", phases.dns);
    phase("connect", phases.connect);
    phase("tls", phases.tls);
    phase("processing", phases.first_byte);
    const bool answered = phases.first_byte.has_value();
    out.sample("probe_http_duration_seconds", {{"target", name}, {"phase", "transfer"}},
               answered && rest > Duration::zero() ? to_seconds(rest) : 0.0);
  });
}

// Of the kinds that have no status; `answer` is what the exporter calls the wait for the answer,
// `rest` what it calls what remains.
void write_last_phases(Writer& out, const Snapshot& snapshot, std::string_view scheme,
                       std::string_view metric, std::string_view answer, std::string_view rest) {
  out.family(metric, "gauge", "Length of each phase of the newest scheduled probe.");
  for_each_last(
      snapshot, [&](const Target& target) { return scheme_of(target) == scheme; },
      [&](const std::string& name, const ProbeResult& result) {
        const Duration lookup = known(result.phases.dns);
        const Duration waited = known(result.phases.first_byte);
        const bool answered = result.phases.first_byte.has_value();
        const Duration remaining =
            answered ? std::max(result.latency - lookup - waited, Duration::zero())
                     : Duration::zero();
        out.sample(metric, {{"target", name}, {"phase", "resolve"}}, to_seconds(lookup));
        out.sample(metric, {{"target", name}, {"phase", rest}}, to_seconds(remaining));
        out.sample(metric, {{"target", name}, {"phase", answer}}, to_seconds(waited));
      });
}

void write_counters(Writer& out, const Snapshot& snapshot) {
  out.family("gatewatch_probes_total", "counter",
             "Scheduled probes since start, by outcome and HTTP status (0 if none came).");
  for (const TargetStatus& status : snapshot.targets) {
    for (const auto& [key, count] : status.probes) {
      const std::string code = std::to_string(key.second);
      out.sample(
          "gatewatch_probes_total",
          {{"target", status.target.name}, {"outcome", to_string(key.first)}, {"code", code}},
          count);
    }
  }
  out.family("gatewatch_probes_skipped_total", "counter",
             "Turns skipped because the probe before was still in flight.");
  for (const TargetStatus& status : snapshot.targets) {
    out.sample("gatewatch_probes_skipped_total", {{"target", status.target.name}}, status.skipped);
  }
  out.family("gatewatch_confirm_probes_total", "counter",
             "Probes of confirmation bursts since start, by outcome.");
  for (const TargetStatus& status : snapshot.targets) {
    for (const auto& [outcome, count] : status.confirm_probes) {
      out.sample("gatewatch_confirm_probes_total",
                 {{"target", status.target.name}, {"outcome", to_string(outcome)}}, count);
    }
  }
}

void write_incidents(Writer& out, const Snapshot& snapshot) {
  out.family("gatewatch_incident_open", "gauge", "1 for each open incident.");
  for (const Incident& incident : snapshot.open_incidents) {
    out.sample("gatewatch_incident_open",
               {{"target", incident.target},
                {"rule", incident.rule},
                {"severity", to_string(incident.severity)}},
               1);
  }
}

void write_logs(Writer& out, const Snapshot& snapshot) {
  struct Row {
    std::string_view name;
    std::string_view help;
    uint64_t LogStatus::*value;
  };
  static constexpr std::array<Row, 5> kRows{{
      {"gatewatch_log_requests_total",
       "Requests of real traffic that the log told of, since start.", &LogStatus::requests},
      {"gatewatch_log_bad_502_total", "Of these, those with status 502.", &LogStatus::bad_502},
      {"gatewatch_log_gateway_failures_total", "Of these, those whose upstream failed.",
       &LogStatus::gateway},
      {"gatewatch_log_masked_total",
       "Requests, also of probes, that failed at one upstream and went well at another.",
       &LogStatus::masked},
      {"gatewatch_log_failures_total", "Lines of an error log about a failed try.",
       &LogStatus::failures},
  }};
  for (const Row& row : kRows) {
    out.family(row.name, "counter", row.help);
    for (const LogStatus& log : snapshot.logs) {
      out.sample(row.name, {{"log", log.log}}, log.*row.value);
    }
  }
  out.family("gatewatch_log_read", "gauge", "1 while the log can be read.");
  for (const LogStatus& log : snapshot.logs) {
    out.sample("gatewatch_log_read", {{"log", log.log}}, log.trouble.empty() ? 1 : 0);
  }
}

void write_own_health(Writer& out, const Snapshot& snapshot) {
  const OwnHealth& health = snapshot.health;
  const auto gauge = [&](std::string_view name, std::string_view help, auto value) {
    out.family(name, "gauge", help);
    out.sample(name, {}, value);
  };
  const auto counter = [&](std::string_view name, std::string_view help, uint64_t value) {
    out.family(name, "counter", help);
    out.sample(name, {}, value);
  };
  out.family("gatewatch_build_info", "gauge", "Always 1; the version is a label.");
  out.sample("gatewatch_build_info", {{"version", snapshot.version}}, 1);
  gauge("gatewatch_start_time_seconds", "When the daemon started, in seconds since 1970.",
        std::chrono::duration<double>(snapshot.started_at.time_since_epoch()).count());
  gauge("gatewatch_probes_in_flight", "Probes under way.", health.probes_in_flight);
  gauge("gatewatch_offline", "1 while no control target answers.", health.offline ? 1 : 0);
  counter("gatewatch_stalls_total",
          "Times the probe loop stood still while probes were in flight, since start.",
          health.stalls);
  counter("gatewatch_suspensions_total", "Times the machine was suspended, since start.",
          health.suspensions);
  counter("gatewatch_clock_steps_total", "Times the wall clock was set, since start.",
          health.clock_steps);
  gauge("gatewatch_storage_ok", "1 while what is learnt can be stored.", health.storage_ok ? 1 : 0);
  gauge("gatewatch_storage_waiting", "Samples and changes not yet committed.",
        health.samples_waiting);
  counter("gatewatch_samples_stored_total", "Samples committed since start.",
          health.samples_stored);
  counter("gatewatch_samples_dropped_total",
          "Samples lost because the disk could not take them in time.", health.samples_dropped);
  gauge("gatewatch_notifications_pending", "Messages that have still to be delivered.",
        health.notifications_pending);
  counter("gatewatch_notifications_delivered_total", "Messages delivered since start.",
          health.notifications_delivered);
  gauge("gatewatch_dead_letters", "Messages that were given up.", health.dead_letters);

  out.family("gatewatch_probe_lateness_seconds", "histogram",
             "By how much scheduled probes started after their slot.");
  for (const auto& [bound, count] : health.lateness) {
    const std::string le = number_text(bound);
    out.sample("gatewatch_probe_lateness_seconds_bucket", {{"le", le}}, count);
  }
  out.sample("gatewatch_probe_lateness_seconds_bucket", {{"le", "+Inf"}}, health.lateness_count);
  out.sample("gatewatch_probe_lateness_seconds_sum", {}, health.lateness_sum_seconds);
  out.sample("gatewatch_probe_lateness_seconds_count", {}, health.lateness_count);
}

}  // namespace

std::string render_metrics(const Snapshot& snapshot, MetricsFormat format) {
  Writer out(format);
  write_last_probes(out, snapshot);
  write_last_http_probes(out, snapshot);
  write_certificates(out, snapshot);
  write_last_phases(out, snapshot, "dns", "probe_dns_duration_seconds", "request", "connect");
  write_last_phases(out, snapshot, "icmp", "probe_icmp_duration_seconds", "rtt", "setup");
  write_counters(out, snapshot);
  write_incidents(out, snapshot);
  if (!snapshot.logs.empty()) {
    write_logs(out, snapshot);
  }
  write_own_health(out, snapshot);
  return out.finish();
}

}  // namespace gatewatch::web
