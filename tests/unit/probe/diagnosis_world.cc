// SPDX-License-Identifier: MIT
#include "tests/unit/probe/diagnosis_world.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <utility>

#include "core/diagnosis_conclusions.h"

namespace gatewatch::probe {

Findings run_step(ProbeWorld& world, Step& step, Duration timeout) {
  std::optional<Findings> told;
  bool within_start = true;
  step.start(world.loop.precise_now() + timeout, [&](Findings findings) {
    EXPECT_FALSE(within_start);
    EXPECT_FALSE(told);
    told = std::move(findings);
  });
  within_start = false;
  world.run_until([&] { return told.has_value(); });
  return told.value_or(Findings());
}

testing::Script answering(Answerer answerer) {
  return {testing::perform([answerer = std::move(answerer)](int socket) {
    std::string request;
    std::array<char, 4096> buffer{};
    while (true) {
      const ssize_t count = recv(socket, buffer.data(), buffer.size(), 0);
      if (count <= 0) {
        return false;
      }
      request.append(buffer.data(), static_cast<size_t>(count));
      const size_t end = request.find("\r\n\r\n");
      if (end == std::string::npos) {
        continue;
      }
      const std::string answer = answerer(request.substr(0, end + 4));
      request.erase(0, end + 4);
      if (answer.empty() ||
          send(socket, answer.data(), answer.size(), MSG_NOSIGNAL) < ssize_t(answer.size())) {
        return false;
      }
    }
  })};
}

std::string kept_answer(const std::string& status, const std::string& body) {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         body;
}

std::vector<Finding> Diagnosed::of(Check check) const {
  std::vector<Finding> some;
  for (const Finding& finding : diagnosis.findings) {
    if (finding.check == check) {
      some.push_back(finding);
    }
  }
  return some;
}

Finding Diagnosed::one(Check check) const {
  const std::vector<Finding> some = of(check);
  EXPECT_FALSE(some.empty()) << to_string(check);
  return some.empty() ? Finding() : some.front();
}

std::string Diagnosed::conclusions() const {
  std::string words;
  for (const Conclusion& conclusion : conclusions_of(diagnosis)) {
    words += (words.empty() ? "" : " ") + std::string(to_string(conclusion.kind));
  }
  return words;
}

Diagnosed diagnose(ProbeWorld& world, DiagnosisRequest request, const DiagnosisLimits& limits) {
  Diagnosed told;
  Diagnoser diagnoser(world.services,
                      [&](Sample sample) { told.samples.push_back(std::move(sample)); },
                      {limits, world.dns.servers()});
  bool done = false;
  bool within_start = true;
  const Diagnoser::Id id = diagnoser.start(std::move(request), [&](Diagnosis diagnosis) {
    EXPECT_FALSE(within_start);
    told.diagnosis = std::move(diagnosis);
    done = true;
  });
  within_start = false;
  EXPECT_NE(id, Diagnoser::Id::None);
  world.run_until([&] { return done; });
  EXPECT_EQ(diagnoser.running(), 0U);
  return told;
}

DiagnosisRequest request_for(const HttpSettings& settings) {
  DiagnosisRequest request;
  request.target = "shop";
  request.url = settings.url.text.substr(0, settings.url.text.find('?'));
  request.subject = subject_of(std::make_shared<const HttpSettings>(settings));
  return request;
}

Diagnosed diagnose(ProbeWorld& world, const HttpSettings& settings, const DiagnosisLimits& limits) {
  return diagnose(world, request_for(settings), limits);
}

Diagnosed diagnose(ProbeWorld& world, const std::string& url, const DiagnosisLimits& limits) {
  return diagnose(world, settings_for(url), limits);
}

}  // namespace gatewatch::probe
