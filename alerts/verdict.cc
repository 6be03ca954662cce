// SPDX-License-Identifier: MIT
//
// How it works: each source gives the set of causes that it leaves possible; their intersection is
// what is left, and the fault is the one that all that are left agree on (cause_fault.h).
#include "alerts/verdict.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "alerts/cause_fault.h"
#include "alerts/gateway_evidence.h"
#include "alerts/verdict_words.h"
#include "core/text.h"

namespace gatewatch::alerts {
namespace {

// How the target fails now.
enum class Manner { Answers, NoName, NoAnswer };

Manner manner_of(const Observation& bad) {
  if (is_dns_trouble(bad.outcome)) {
    return Manner::NoName;
  }
  // An upstream's bytes that a gateway hands on without a status line are its answer too.
  return bad.status != 0 || !bad.answered_by.causes.empty() ? Manner::Answers : Manner::NoAnswer;
}

constexpr CauseSet kNotConnected{Cause::Refused, Cause::TimeoutConnect, Cause::Unreachable};

// ", connect: …"; of an answer without an error, its status.
std::string detail_of(const Observation& bad) {
  const std::string status = bad.status == 0 ? "" : ", status " + std::to_string(bad.status);
  return bad.error.empty() ? status : ", " + bad.error;
}

// A judgement in the making.
class Judge {
 public:
  explicit Judge(const CaseFile& file) : file_(file) {
    if (!file.bad().empty()) {
      manner_ = manner_of(file.bad().back());
    }
    for (const Observation& bad : file.bad()) {
      if (manner_of(bad) == manner_) {
        recent_.push_back(&bad);
      }
    }
  }

  Verdict judge();

 private:
  void look_at_answers();
  void look_at_log();
  void look_at_origin();
  void look_at_addresses();
  [[nodiscard]] double is_fine_by_luck(size_t good) const;
  void look_for_cliff();
  void look_at_gateways();
  void narrow(CauseSet by, const std::string& source);
  [[nodiscard]] Fault fault_by_origin() const;
  [[nodiscard]] Fault fault_of_all() const;
  [[nodiscard]] Fault fault() const;
  [[nodiscard]] std::string who() const;
  [[nodiscard]] std::string what() const;
  [[nodiscard]] std::string summary(Fault fault) const;
  void note(std::string line) { verdict_.evidence.push_back(std::move(line)); }

  const CaseFile& file_;
  Manner manner_ = Manner::Answers;
  std::vector<const Observation*> recent_;  // bad ones that fail as the newest does
  CauseSet left_;                           // empty: everything is possible
  bool is_contradictory_ = false;
  bool origin_fails_ = false;
  bool origin_is_fine_ = false;
  bool gateway_is_blamed_ = false;  // by what it says of itself
  std::string bad_address_;         // the one of several that fails, in words
  Verdict verdict_;
};

void Judge::narrow(CauseSet by, const std::string& source) {
  // Where nobody answered, no gateway has met anything.
  if (by.empty() || (manner_ != Manner::Answers && !recent_.empty())) {
    return;
  }
  const CauseSet common = left_.empty() ? by : left_.common(by);
  if (common.empty()) {
    is_contradictory_ = true;
    note(source + " contradicts what was seen before it");
    return;
  }
  left_ = common;
}

std::string Judge::who() const {
  std::vector<std::string> names;
  for (const Observation* bad : recent_) {
    if (bad->answered_by.role == Role::Gateway && !bad->answered_by.product.empty()) {
      add_new(names, bad->answered_by.product);
    }
  }
  return names.size() == 1 ? names.front() : "The gateway";
}

std::string Judge::what() const {
  std::vector<std::string> words;
  for (const Observation* bad : recent_) {
    add_new(words,
            bad->status != 0 ? std::to_string(bad->status) : std::string(to_string(bad->outcome)));
  }
  return list_of(words, " and ");
}

void Judge::look_at_answers() {
  if (recent_.empty()) {
    return;
  }
  CauseSet possible;
  bool all_told = true;
  std::vector<std::string> makers;
  for (const Observation* bad : recent_) {
    const AnsweredBy& by = bad->answered_by;
    all_told = all_told && !by.causes.empty();
    possible = possible + by.causes;
    if (by.role != Role::Unknown) {
      const std::string name = by.product.empty() ? std::string(to_string(by.role)) : by.product;
      add_new(makers, "made by " + name + " (signature " + by.rule + ")");
    }
  }
  const std::string& error = recent_.back()->error;
  note((recent_.size() == 1 ? std::string("the newest failure: ")
                            : "the newest " + std::to_string(recent_.size()) + " failures: ") +
       what() + (makers.empty() ? "" : ", " + list_of(makers, " and ")) +
       (error.empty() ? "" : ", the last: " + error));
  if (manner_ == Manner::Answers && all_told) {
    narrow(possible, "the answer");
  }
}

// Within a log requests may have failed in different ways; several logs tell of the same requests.
void Judge::look_at_log() {
  std::vector<std::pair<std::string, CauseSet>> told;  // by log
  for (const LogTally& tally : file_.log()) {
    note("log " + tally.log + ", " + std::to_string(tally.lines) +
         (tally.lines == 1 ? " line: " : " lines, the newest: ") + tally.line);
    if (told.empty() || told.back().first != tally.log) {
      told.emplace_back(tally.log, CauseSet());
    }
    told.back().second = told.back().second + tally.causes;
  }
  if (file_.masked() > 0) {
    note("the gateway's log shows " + std::to_string(file_.masked()) +
         " requests that failed at one upstream and were answered by another: nobody outside sees "
         "them");
  }
  for (const auto& [log, causes] : told) {
    narrow(causes, "the log " + log);
  }
}

void Judge::look_at_origin() {
  const auto& origin = file_.origin();
  if (origin.empty()) {
    return;
  }
  const Observation* failing = nullptr;  // the newest
  size_t failures = 0;
  CauseSet met;
  for (const Observation& seen : origin) {
    if (seen.outcome != Outcome::Ok) {
      failing = &seen;
      ++failures;
      met = met + seen.met;
    }
  }
  if (failing == nullptr) {
    origin_is_fine_ = is_fine_by_luck(origin.size()) < kLuck;
    note("the origin answered " + times(origin.size(), origin.size()) + " probes well beside them" +
         (origin_is_fine_ ? "" : ", too few to call it fine where so few fail"));
    return;
  }
  const std::string how = times(failures, origin.size()) + " probes of the origin failed: " +
                          std::string(to_string(failing->outcome)) + detail_of(*failing);
  const auto& before = file_.origin_before();
  if (before && before->outcome != Outcome::Ok &&
      (met.empty() || !before->met.common(met).empty())) {
    note(how + "; so it did before the trouble began, which therefore tells nothing");
    return;
  }
  note(how);
  if (met.empty() || failures * 2 < origin.size()) {
    return;
  }
  origin_fails_ = true;
  // A gateway that checks its upstreams may have taken out of service one that refuses connections,
  // and then answers at once.
  const bool at_once = std::any_of(recent_.begin(), recent_.end(), [](const Observation* bad) {
    return !bad->first_byte || *bad->first_byte < kWaitedFrom;
  });
  const bool may_be_known = at_once && !met.common(kNotConnected).empty() &&
                            (left_.empty() || left_.contains(Cause::MarkedDown));
  narrow(may_be_known ? met + CauseSet{Cause::MarkedDown} : met, "the probe of the origin");
}

// How likely so many good probes of the origin are, if it failed as often as the target does.
double Judge::is_fine_by_luck(size_t good) const {
  Tally all;
  for (const AddressTally& one : file_.addresses()) {
    all.bad += one.tally.bad;
    all.all += one.tally.all;
  }
  const double share = all.all == 0 ? 1 : static_cast<double>(all.bad) / all.all;
  return good < kFineProbes ? 1 : std::pow(1 - share, static_cast<double>(good));
}

void Judge::look_at_addresses() {
  std::vector<AddressTally> addresses = file_.addresses();
  std::erase_if(addresses, [](const AddressTally& one) { return one.address.empty(); });
  Tally all;
  for (const AddressTally& one : addresses) {
    all.bad += one.tally.bad;
    all.all += one.tally.all;
  }
  for (const AddressTally& one : addresses) {
    const Tally others{.bad = all.bad - one.tally.bad, .all = all.all - one.tally.all};
    const double p = fisher_p(one.tally, others) * static_cast<double>(addresses.size());
    if (addresses.size() < 2 || p >= kAddressP ||
        others.bad > kOthersMayFail * static_cast<double>(others.all)) {
      continue;
    }
    bad_address_ = one.address + " alone of " + std::to_string(addresses.size()) + " addresses";
    note(one.address + " fails " + times(one.tally.bad, one.tally.all) + ", the other " +
         std::to_string(addresses.size() - 1) +
         (addresses.size() == 2 ? " address " : " addresses ") + times(others.bad, others.all));
  }
}

void Judge::look_for_cliff() {
  if (recent_.size() < kCliffFailures) {
    return;
  }
  const Duration first = recent_.front()->latency;
  const auto seconds = static_cast<int64_t>(std::llround(to_seconds(first)));
  const bool is_cliff =
      seconds >= 5 && seconds % 5 == 0 &&
      std::all_of(recent_.begin(), recent_.end(), [&](const Observation* bad) {
        return bad->outcome != Outcome::Timeout &&
               std::chrono::abs(bad->latency - std::chrono::seconds(seconds)) < kCliffWidth;
      });
  if (is_cliff) {
    note("all of them came after " + std::to_string(seconds) +
         " s: somebody's timeout has that length");
  }
}

void Judge::look_at_gateways() {
  GatewayEvidence told =
      gateway_evidence(file_, recent_.empty() ? nullptr : recent_.back(), left_, origin_is_fine_);
  std::ranges::move(told.lines, std::back_inserter(verdict_.evidence));
  left_ = told.causes.empty() ? left_ : told.causes;
  gateway_is_blamed_ = told.blames_gateway;
}

// Of a target that does not answer at all.
Fault Judge::fault_by_origin() const {
  CauseSet met;
  for (const Observation* bad : recent_) {
    met = met + bad->met;
  }
  if (met == CauseSet{Cause::Unreachable}) {
    return Fault::Path;
  }
  const bool is_there = met == CauseSet{Cause::Refused} || met == CauseSet{Cause::TlsCertificate} ||
                        met == CauseSet{Cause::TlsProtocol};
  return is_there || origin_is_fine_ ? Fault::Gateway : Fault::Unknown;
}

Fault Judge::fault_of_all() const {
  if (is_contradictory_) {
    return Fault::Unknown;
  }
  if (gateway_is_blamed_) {
    return Fault::Gateway;
  }
  if (manner_ == Manner::NoName) {
    return recent_.back()->outcome == Outcome::DnsTimeout ? Fault::Unknown : Fault::Dns;
  }
  if (origin_is_fine_ && manner_ == Manner::Answers) {
    const Fault common = common_fault(left_, OriginIs::Fine);
    return common == Fault::Unknown ? Fault::Gateway : common;
  }
  if (manner_ == Manner::NoAnswer) {
    return fault_by_origin();
  }
  const Fault common = common_fault(left_, OriginIs::NotKnown);
  // What does not answer us either is not only out of the gateway's reach.
  return origin_fails_ && (common == Fault::Unknown || common == Fault::Path) ? Fault::Origin
                                                                              : common;
}

// One of several nodes at fault is a fault of the gateway, if nothing says otherwise.
Fault Judge::fault() const {
  const Fault fault = fault_of_all();
  const bool is_node = !bad_address_.empty() && manner_ != Manner::NoName && !is_contradictory_;
  return is_node && fault == Fault::Unknown ? Fault::Gateway : fault;
}

std::string Judge::summary(Fault fault) const {
  if (recent_.empty()) {
    return left_.empty() ? "" : "By the gateway's log " + explain(left_) + '.';
  }
  if (manner_ == Manner::NoName) {
    const std::string& error = recent_.back()->error;
    return (fault == Fault::Dns ? "The target's name does not resolve"
                                : "No name server answers for the target's name") +
           (error.empty() ? "" : ": " + error) + '.';
  }
  std::string text =
      manner_ == Manner::Answers
          ? who() + (recent_.back()->status == 0 ? " hands on " : " answers ") + what()
          : "The target does not answer (" + what() + ')';
  if (is_contradictory_) {
    return text + "; what was seen does not fit together.";
  }
  if (!bad_address_.empty()) {
    text += " at " + bad_address_;
  }
  const std::string why = left_.empty() ? "" : ": " + explain(left_);
  switch (fault) {
    case Fault::Origin:
      return text + ", consistent with a fault of the origin" + why + '.';
    case Fault::Application:
      return text + ", consistent with an answer that the application itself made.";
    case Fault::Gateway:
      return text +
             (origin_is_fine_ ? ", while the origin is fine; consistent with a fault of the "
                                "gateway or of the path from it to the origin"
                              : ", consistent with a fault of the gateway itself") +
             why + '.';
    case Fault::Path:
      return text + ", consistent with a fault of the network on the way" + why + '.';
    case Fault::Dns:
      return text + ", consistent with a fault of the gateway's name resolution" + why + '.';
    case Fault::Monitor:
    case Fault::Unknown:
      break;
  }
  return text + "; what was seen does not decide whose fault it is" + why + '.';
}

Verdict Judge::judge() {
  look_at_answers();
  look_at_log();
  look_at_origin();
  look_at_addresses();
  look_for_cliff();
  look_at_gateways();
  if (file_.host()) {
    note("the machine of gateway and gatewatch, when it began: " + describe(*file_.host()));
  }
  for (const std::string& conclusion : file_.diagnosis()) {
    note("diagnosis: " + conclusion);
  }
  verdict_.fault = fault();
  verdict_.summary = summary(verdict_.fault);
  verdict_.causes = is_contradictory_ ? CauseSet() : left_;
  return std::move(verdict_);
}

}  // namespace

Verdict judge(const CaseFile& file) {
  return Judge(file).judge();
}

}  // namespace gatewatch::alerts
