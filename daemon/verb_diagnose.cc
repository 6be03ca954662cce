// SPDX-License-Identifier: MIT
#include "daemon/verb_diagnose.h"

#include <algorithm>
#include <iostream>
#include <utility>
#include <vector>

#include "core/diagnosis_text.h"
#include "core/sample.h"
#include "daemon/control_messages.h"
#include "daemon/control_socket.h"
#include "probe/diagnosis/diagnoser.h"
#include "probe/dns/resolver.h"
#include "probe/http/curl_engine.h"
#include "probe/http/http_engine.h"
#include "probe/loop/epoll_loop.h"
#include "storage/diagnosis_rows.h"

namespace gatewatch::daemon {
namespace {

constexpr Duration kRecordTimeout = std::chrono::seconds(2);

struct Result {
  Diagnosis diagnosis;
  std::vector<Sample> samples;
  probe::DiagnosisSubject subject;
};

Result run_diagnosis(const Settings& settings, const ProbedTarget& probed) {
  probe::EpollLoop loop(system_clock());
  probe::Resolver resolver(loop, {});
  probe::HttpEngine http(loop, system_clock());
  probe::CurlEngine curl(loop);
  probe::Signatures signatures;
  signatures.set_own(settings.signatures);
  const probe::ProbeServices services{loop, resolver, http, curl, signatures};
  Result result;
  result.subject = probed.make_prober(services)->subject();
  if (result.subject.host.empty()) {
    return result;
  }
  probe::Diagnoser diagnoser(
      services, [&](Sample sample) { result.samples.push_back(std::move(sample)); }, {});
  const probe::Diagnoser::Id id = diagnoser.start({.target = probed.target.name,
                                                   .url = probed.target.url,
                                                   .subject = result.subject,
                                                   .timeout = probed.target.timeout},
                                                  [&](Diagnosis diagnosis) {
                                                    result.diagnosis = std::move(diagnosis);
                                                    loop.stop();
                                                  });
  if (id != probe::Diagnoser::Id::None) {
    loop.run();
  }
  return result;
}

// What the target's own probes do.
std::vector<Check> own_checks(const probe::DiagnosisSubject& subject) {
  if (subject.http) {
    return {Check::Get, Check::FreshConnection, Check::Ipv4, Check::Ipv6};
  }
  if (!subject.asked_name.empty()) {
    return {Check::Answer};
  }
  return subject.has_tcp ? std::vector{Check::Connect, Check::Tls} : std::vector{Check::Ping};
}

}  // namespace

ExitCode exit_code(const Diagnosis& diagnosis, const probe::DiagnosisSubject& subject) {
  const std::vector<Check> checks = own_checks(subject);
  const auto has = [&](FindingResult result, bool own_only) {
    return std::any_of(
        diagnosis.findings.begin(), diagnosis.findings.end(), [&](const Finding& finding) {
          return finding.result == result &&
                 (!own_only ||
                  std::find(checks.begin(), checks.end(), finding.check) != checks.end());
        });
  };
  if (has(FindingResult::Failed, true)) {
    return ExitCode::Bad;
  }
  if (has(FindingResult::Ok, true)) {
    return ExitCode::Fine;
  }
  // They were not even tried: the name was not resolved, for one.
  return has(FindingResult::Failed, false) ? ExitCode::Bad : ExitCode::Inconclusive;
}

ExitCode diagnose(const Command& command, const Settings& settings, const ProbedTarget& probed,
                  const std::string& name) {
  Result result = run_diagnosis(settings, probed);
  if (result.subject.host.empty()) {
    std::cerr << "gatewatch: " << probed.target.url
              << ": nothing of this kind of target can be diagnosed\n";
    return ExitCode::Usage;
  }
  for (const Sample& sample : name.empty() ? std::vector<Sample>() : result.samples) {
    std::string ignored;  // without a daemon there is nobody to store it
    (void)ask_daemon(control_paths(command.config_path, settings.storage.path), kRecordPath,
                     encode(sample), kRecordTimeout, ignored);
  }
  const ExitCode code = exit_code(result.diagnosis, result.subject);
  result.diagnosis.target = name;
  std::cout << (command.json ? storage::to_json(result.diagnosis) + '\n'
                             : to_text(result.diagnosis));
  return code;
}

}  // namespace gatewatch::daemon
