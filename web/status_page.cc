// SPDX-License-Identifier: MIT
#include "web/status_page.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

namespace gatewatch::web {
namespace {

constexpr std::string_view kHead =
    "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<meta http-equiv=\"refresh\" content=\"10\">\n<title>gatewatch</title>\n<style>\n"
    ":root{color-scheme:light dark}\n"
    "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}\n"
    "table{border-collapse:collapse;width:100%}\n"
    "th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid #8884}\n"
    "td.number{text-align:right;font-variant-numeric:tabular-nums}\n"
    ".good{color:#1a7f37}.bad{color:#cf222e;font-weight:600}.quiet{color:#888}\n"
    ".incident{border-left:4px solid #cf222e;padding:.2rem 1rem;margin:1rem 0}\n"
    "</style>\n</head>\n<body>\n";

void append_escaped(std::string& page, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&':
        page += "&amp;";
        break;
      case '<':
        page += "&lt;";
        break;
      case '>':
        page += "&gt;";
        break;
      case '"':
        page += "&quot;";
        break;
      case '\'':
        page += "&#39;";
        break;
      default:
        page += c;
    }
  }
}

void append_cell(std::string& page, std::string_view css_class, std::string_view text) {
  page.append("<td class=\"").append(css_class).append("\">");
  append_escaped(page, text);
  page += "</td>";
}

std::string milliseconds(Duration length) {
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.1f ms", to_ms(length));
  return buffer.data();
}

std::string_view color_of(Outcome outcome) {
  if (outcome == Outcome::Ok) {
    return "good";
  }
  return is_conclusive(outcome) ? "bad" : "quiet";
}

void append_incident(std::string& page, const Incident& incident, WallTime now) {
  page += "<section class=\"incident\"><h3>";
  append_escaped(page, incident.target);
  page += " · ";
  append_escaped(page, incident.rule);
  page += "</h3><p>";
  append_escaped(page, std::string(to_string(incident.severity)) + ", open for " +
                           humanize_duration(now - incident.opened_at) + ", since " +
                           format_local(incident.opened_at));
  if (incident.total.probes > 0) {
    const bool of_log = incident.detected_by == kDetectedByLog;
    append_escaped(page, "; " + std::to_string(incident.total.bad) + " of " +
                             std::to_string(incident.total.probes) +
                             (of_log ? " logged requests bad" : " probes bad"));
  }
  if (incident.recovering) {
    page += "; <span class=\"good\">recovering</span>";
  }
  page += "</p>";
  if (!incident.class_reason.empty()) {
    page += "<p>";
    append_escaped(page,
                   std::string(to_string(incident.incident_class)) + ": " + incident.class_reason);
    page += "</p>";
  }
  if (!incident.repair_times.empty()) {
    page += "<p class=\"quiet\">";
    append_escaped(page, incident.repair_times);
    page += "</p>";
  }
  if (!incident.verdict.summary.empty()) {
    page += "<p>";
    append_escaped(page, incident.verdict.summary);
    page += "</p>";
  }
  if (!incident.verdict.evidence.empty()) {
    page += "<ul>";
    for (const std::string& line : incident.verdict.evidence) {
      page += "<li>";
      append_escaped(page, line);
      page += "</li>";
    }
    page += "</ul>";
  }
  page += "</section>\n";
}

void append_target(std::string& page, const TargetStatus& status, WallTime now) {
  page += "<tr>";
  append_cell(page, "", status.target.name + (status.target.is_control ? " (control)" : ""));
  append_cell(page, "", status.target.url);
  if (!status.target.enabled) {
    page += "<td class=\"quiet\" colspan=\"4\">disabled</td></tr>\n";
    return;
  }
  if (!status.last) {
    page += "<td class=\"quiet\" colspan=\"4\">not probed yet</td></tr>\n";
    return;
  }
  const ProbeResult& result = status.last->result;
  append_cell(page, color_of(result.outcome), to_string(result.outcome));
  append_cell(page, "number", result.status == 0 ? "–" : std::to_string(result.status));
  append_cell(page, "number", milliseconds(result.latency));
  append_cell(
      page, "number",
      humanize_duration(std::max<Duration>(now - status.last->at, Duration::zero())) + " ago");
  page += "</tr>\n";
}

void append_logs(std::string& page, const std::vector<LogStatus>& logs) {
  page +=
      "<h2>Logs of gateways, since start</h2>\n<table>\n<thead><tr><th>Log</th><th>Requests</th>"
      "<th>502</th><th>Gateway failures</th><th>Masked</th><th>Failed tries</th></tr></thead>\n"
      "<tbody>\n";
  for (const LogStatus& log : logs) {
    page += "<tr>";
    append_cell(page, "", log.log);
    if (log.trouble.empty()) {
      for (const uint64_t number :
           {log.requests, log.bad_502, log.gateway, log.masked, log.failures}) {
        append_cell(page, "number", std::to_string(number));
      }
    } else {
      page += "<td class=\"bad\" colspan=\"5\">";
      append_escaped(page, log.trouble);
      page += "</td>";
    }
    page += "</tr>\n";
  }
  page += "</tbody>\n</table>\n";
}

}  // namespace

std::string render_status_page(const Snapshot& snapshot) {
  std::string page(kHead);
  page += "<h1>gatewatch</h1>\n";
  if (snapshot.open_incidents.empty()) {
    page += "<p class=\"good\">No open incident.</p>\n";
  } else {
    page += "<h2>Open incidents</h2>\n";
    for (const Incident& incident : snapshot.open_incidents) {
      append_incident(page, incident, snapshot.at);
    }
  }
  if (!snapshot.health.storage_ok) {
    page += "<p class=\"bad\">";
    append_escaped(page, snapshot.health.storage_error);
    page += "</p>\n";
  }
  if (snapshot.health.dead_letters > 0) {
    page += "<p class=\"bad\">";
    append_escaped(page, std::to_string(snapshot.health.dead_letters) +
                             " messages could not be delivered and were given up.");
    page += "</p>\n";
  }
  page +=
      "<h2>Targets</h2>\n<table>\n<thead><tr><th>Target</th><th>URL</th><th>Outcome</th>"
      "<th>Status</th><th>Latency</th><th>Probed</th></tr></thead>\n<tbody>\n";
  for (const TargetStatus& status : snapshot.targets) {
    append_target(page, status, snapshot.at);
  }
  page += "</tbody>\n</table>\n";
  if (!snapshot.logs.empty()) {
    append_logs(page, snapshot.logs);
  }
  page += "<p class=\"quiet\">";
  append_escaped(page, "gatewatch " + snapshot.version + ", " + format_local(snapshot.at));
  page += "</p>\n</body>\n</html>\n";
  return page;
}

}  // namespace gatewatch::web
