// SPDX-License-Identifier: MIT
//
// `probe` makes one request itself, with its own loop, so that it shows what this machine and this
// person's configuration see; a probe of a configured target is handed to the daemon to be stored.
#include <algorithm>
#include <array>
#include <cstdio>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "core/certificate.h"
#include "core/text.h"
#include "daemon/control_messages.h"
#include "daemon/control_socket.h"
#include "daemon/one_probe.h"
#include "daemon/verb_diagnose.h"
#include "daemon/verbs.h"

namespace gatewatch::daemon {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kMaxLines = 40;  // of a head or a body that are shown
constexpr Duration kRecordTimeout = std::chrono::seconds(2);

bool is_url(std::string_view text) {
  return text.find("://") != std::string_view::npos;
}

Json json_of(const std::optional<Duration>& length) {
  return length ? Json(to_ms(*length)) : Json(nullptr);
}

Json json_of(const std::shared_ptr<const CertificateInfo>& certificate) {
  if (certificate == nullptr) {
    return nullptr;
  }
  return {{"fingerprint", certificate->fingerprint},
          {"subject", certificate->subject},
          {"issuer", certificate->issuer},
          {"names", certificate->names},
          {"not_before", format_utc(certificate->not_before)},
          {"not_after", format_utc(certificate->not_after)},
          {"chain_expires", format_utc(certificate->expires)}};
}

Json json_of(const AnsweredBy& by) {
  return {{"role", to_string(by.role)},
          {"product", by.product.empty() ? Json(nullptr) : Json(by.product)},
          {"rule", by.rule.empty() ? Json(nullptr) : Json(by.rule)}};
}

// The causes are those that the whole verdict leaves.
void print_json(const Target& target, const std::string& name, const ProbeResult& result,
                const Verdict& verdict) {
  const Json json = {
      {"target", name.empty() ? Json(nullptr) : Json(name)},
      {"url", target.url},
      {"outcome", to_string(result.outcome)},
      {"status", result.status == 0 ? Json(nullptr) : Json(result.status)},
      {"reason", result.reason},
      {"address", result.address.empty() ? Json(nullptr) : Json(result.address)},
      {"phases_ms",
       {{"dns", json_of(result.phases.dns)},
        {"connect", json_of(result.phases.connect)},
        {"tls", json_of(result.phases.tls)},
        {"first_byte", json_of(result.phases.first_byte)},
        {"total", to_ms(result.latency)}}},
      {"error", result.error.empty() ? Json(nullptr) : Json(result.error)},
      {"tls_resumed", result.tls_resumed},
      {"dns_stale", result.dns_stale},
      {"certificate", json_of(result.certificate)},
      {"head", result.head.empty() ? Json(nullptr) : Json(result.head)},
      {"body", result.body.empty() ? Json(nullptr) : Json(result.body)},
      {"answered_by", json_of(result.answered_by)},
      {"causes", verdict.causes.words()},
      {"verdict",
       {{"fault", to_string(verdict.fault)},
        {"summary", verdict.summary},
        {"evidence", verdict.evidence}}},
  };
  std::cout << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

std::string milliseconds(const std::optional<Duration>& length) {
  if (!length) {
    return "-";
  }
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.2f ms", to_ms(*length));
  return buffer.data();
}

// Lines of a peer, which may hold anything.
void print_lines(std::string_view text) {
  for (size_t lines = 0; !text.empty() && lines < kMaxLines; ++lines) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    line.remove_suffix(line.ends_with('\r') ? 1 : 0);
    std::cout << "    " << printable(line) << '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (!text.empty()) {
    std::cout << "    …\n";
  }
}

void print_maker(const AnsweredBy& by) {
  if (by.role != Role::Unknown) {
    std::cout << "  answered by " << to_string(by.role) << (by.product.empty() ? "" : " ")
              << by.product << " (" << by.rule << ")\n";
  }
}

void print_text(const Target& target, const ProbeResult& result) {
  std::cout << target.url << ": " << to_string(result.outcome);
  if (result.status != 0) {
    std::cout << " (" << result.status << (result.reason.empty() ? "" : " ") << result.reason
              << ')';
  }
  std::cout << "\n  address     " << (result.address.empty() ? "-" : result.address)
            << "\n  dns         " << milliseconds(result.phases.dns) << "\n  connect     "
            << milliseconds(result.phases.connect) << "\n  tls         "
            << milliseconds(result.phases.tls) << "\n  first byte  "
            << milliseconds(result.phases.first_byte) << "\n  total       "
            << milliseconds(result.latency) << '\n';
  if (result.certificate != nullptr) {
    const int days = days_left(*result.certificate, system_clock().wall());
    std::cout << "  certificate " << result.certificate->subject << ", until "
              << format_utc(result.certificate->expires) << " (" << days
              << (days == 1 ? " day" : " days") << (result.tls_resumed ? "; session resumed" : "")
              << ")\n";
  }
  print_maker(result.answered_by);
  if (result.dns_stale) {
    std::cout << "  stale       the address is of an answer whose TTL is over\n";
  }
  if (!result.error.empty()) {
    std::cout << "  error       " << result.error << '\n';
  }
  if (!result.head.empty()) {
    std::cout << "  answer\n";
    print_lines(result.head);
    print_lines(result.body);
  }
}

void print_verdict(const Verdict& verdict) {
  if (verdict.summary.empty()) {
    return;
  }
  std::cout << "  verdict     " << to_string(verdict.fault) << ": " << verdict.summary << '\n';
  for (const std::string& line : verdict.evidence) {
    std::cout << "    - " << line << '\n';
  }
}

ExitCode exit_code(const ProbeResult& result) {
  if (result.outcome == Outcome::Ok) {
    return ExitCode::Fine;
  }
  return is_conclusive(result.outcome) ? ExitCode::Bad : ExitCode::Inconclusive;
}

// The first that is bad, else the first that is not ok, else the first. Requires: there is one.
const ProbeResult& worst_of(const std::vector<Sample>& samples) {
  const auto worst =
      std::max_element(samples.begin(), samples.end(), [](const Sample& a, const Sample& b) {
        return is_worse(b.result.outcome, a.result.outcome);
      });
  return worst->result;
}

// As JSON only the worst, which decides the exit code.
ExitCode print(const Command& command, const Target& target, const std::string& name,
               const OneProbe& once) {
  const ProbeResult& worst = worst_of(once.samples);
  if (command.json) {
    print_json(target, name, worst, once.verdict);
  } else {
    for (const Sample& sample : once.samples) {
      print_text(target, sample.result);
    }
    print_verdict(once.verdict);
  }
  return exit_code(worst);
}

// A target of no configuration, with every key at its default.
LoadedSettings settings_for_url(const std::string& url) {
  const Json quoted = url;  // JSON's escapes are among those of TOML's basic strings
  const std::string text = "[[target]]\nname = \"command line\"\nurl = " +
                           quoted.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n";
  return load_settings_text("command line", text);
}

ExitCode probe_url(const Command& command) {
  const LoadedSettings loaded = settings_for_url(command.subject);
  if (!loaded.settings) {
    for (const config::Diagnostic& diagnostic : loaded.diagnostics) {
      std::cerr << "gatewatch: " << diagnostic.message
                << (diagnostic.hint.empty() ? "" : " (" + diagnostic.hint + ")") << '\n';
    }
    return ExitCode::Usage;
  }
  const ProbedTarget& probed = loaded.settings->targets.front();
  if (command.diagnose) {
    return diagnose(command, *loaded.settings, probed, "");
  }
  return print(command, probed.target, "", probe_once(*loaded.settings, probed));
}

void print_unknown(const Settings& settings, const std::string& name) {
  std::vector<std::string_view> names;
  for (const ProbedTarget& probed : settings.targets) {
    names.push_back(probed.target.name);
  }
  const std::string_view near = closest(name, names);
  std::cerr << "gatewatch: no target \"" << name << '"'
            << (near.empty() ? "" : " (did you mean \"" + std::string(near) + "\"?)") << '\n';
}

}  // namespace

ExitCode probe(const Command& command) {
  // A name wins over a URL; a URL needs no configuration.
  if (is_url(command.subject) && !command.config_given) {
    return probe_url(command);
  }
  const std::optional<Settings> settings = load_for_tool(command);
  if (!settings) {
    return ExitCode::Config;
  }
  const ProbedTarget* probed = settings->find_target(command.subject);
  if (probed == nullptr) {
    if (is_url(command.subject)) {
      return probe_url(command);
    }
    print_unknown(*settings, command.subject);
    return ExitCode::Usage;
  }
  if (command.diagnose) {
    return diagnose(command, *settings, *probed, probed->target.name);
  }
  const OneProbe once = probe_once(*settings, *probed);
  std::vector<Sample> samples = once.samples;
  samples.insert(samples.end(), once.origin.begin(), once.origin.end());
  for (const Sample& sample : samples) {
    std::string ignored;  // without a daemon there is nobody to store it
    (void)ask_daemon(control_paths(command.config_path, settings->storage.path), kRecordPath,
                     encode(sample), kRecordTimeout, ignored);
  }
  return print(command, probed->target, probed->target.name, once);
}

}  // namespace gatewatch::daemon
