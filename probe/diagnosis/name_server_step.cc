// SPDX-License-Identifier: MIT
#include "probe/diagnosis/name_server_step.h"

#include <algorithm>
#include <utility>

#include "core/text.h"
#include "probe/diagnosis/finding_text.h"

namespace gatewatch::probe {
namespace {

constexpr uint16_t kDomainPort = 53;
constexpr int kNameError = 3;  // NXDOMAIN

Outcome outcome_of(const ServerAnswer& answer) {
  if (!answer.reply) {
    return Outcome::DnsTimeout;
  }
  if (answer.reply->outcome != Outcome::Ok) {
    return answer.reply->outcome;
  }
  if (answer.reply->rcode != 0 && answer.reply->rcode != kNameError) {
    return Outcome::DnsFailure;
  }
  return answer.reply->records.empty() ? Outcome::Dns : Outcome::Ok;
}

std::string ttl_text(const std::optional<uint32_t>& seconds) {
  return seconds ? ", TTL " + std::to_string(*seconds) + " s" : "";
}

std::string text_of(const ServerAnswer& answer) {
  if (!answer.reply) {
    return "no answer in time";
  }
  if (!answer.reply->error.empty()) {
    return answer.reply->error;
  }
  if (answer.reply->rcode != 0) {
    return rcode_word(answer.reply->rcode);
  }
  return answer.reply->records.empty() ? "no record" : "";
}

std::string line_of(const ServerAnswer& answer) {
  std::string line(to_string(answer.type));
  const std::string text = text_of(answer);
  if (!text.empty()) {
    return line + "  " + text;
  }
  const char* before = "  ";
  for (const std::string& record : answer.reply->records) {
    line += std::exchange(before, " ") + printable(record);
  }
  return line + ttl_text(answer.reply->ttl_s);
}

}  // namespace

Finding judged(Finding planned, const std::vector<ServerAnswer>& answers) {
  planned.outcome = Outcome::Ok;
  std::optional<uint32_t> ttl;
  std::string trouble;
  for (const ServerAnswer& answer : answers) {
    planned.evidence += (planned.evidence.empty() ? "" : "\n") + line_of(answer);
    const Outcome outcome = outcome_of(answer);
    if (outcome == Outcome::Ok) {
      for (const std::string& record : answer.reply->records) {
        planned.addresses.push_back(printable(record));
      }
      ttl = std::min(ttl.value_or(UINT32_MAX), answer.reply->ttl_s.value_or(UINT32_MAX));
    } else if (outcome != Outcome::Dns || answer.reply->rcode != 0) {
      trouble += (trouble.empty() ? "" : ", ") + std::string(to_string(answer.type)) + ": " +
                 text_of(answer);
    }
    // The name may well have addresses of one family only.
    if (planned.outcome == Outcome::Ok || planned.outcome == Outcome::Dns) {
      planned.outcome = outcome == Outcome::Ok ? planned.outcome : outcome;
    }
  }
  std::sort(planned.addresses.begin(), planned.addresses.end());
  const size_t count = planned.addresses.size();
  if (count > 0) {
    planned.outcome = Outcome::Ok;
    planned.text = std::to_string(count) + (count == 1 ? " record" : " records") +
                   (ttl && *ttl != UINT32_MAX ? ttl_text(ttl) : "") +
                   (trouble.empty() ? "" : "; " + trouble);
  } else {
    planned.text = trouble.empty() ? "the name has no such record" : trouble;
  }
  planned.result = result_of(planned.outcome);
  return planned;
}

NameServerStep::NameServerStep(EpollLoop& loop, Check check, const Endpoint& server,
                               std::string name, const std::vector<RecordType>& types)
    : Step({{.check = check, .subject = to_string(server)}}),
      loop_(loop),
      server_(server),
      name_(std::move(name)) {
  for (const RecordType type : types) {
    answers_.push_back({type, std::nullopt});
  }
}

NameServerStep::~NameServerStep() {
  loop_.cancel(timer_);
}

void NameServerStep::start(SteadyTime deadline, Done done) {
  done_ = std::move(done);
  started_ = loop_.precise_now();
  waiting_for_ = answers_.size();
  timer_ = loop_.call_at(deadline, [this] {
    timer_ = Loop::TimerId::None;
    finish();
  });
  for (ServerAnswer& answer : answers_) {
    queries_.push_back(std::make_unique<DnsQuery>(
        loop_, server_.address, server_.port == 0 ? kDomainPort : server_.port, name_, answer.type,
        [this, &answer](DnsReply reply) {
          answer.reply = std::move(reply);
          if (--waiting_for_ == 0) {
            finish();
          }
        }));
  }
}

// The queries that have answered stay until the end: one of them may be on the stack.
void NameServerStep::finish() {
  loop_.cancel(std::exchange(timer_, Loop::TimerId::None));
  Finding finding = judged(plan().front(), answers_);
  finding.duration = loop_.precise_now() - started_;
  if (Done done = std::exchange(done_, nullptr)) {
    done({std::move(finding)});
  }
}

}  // namespace gatewatch::probe
