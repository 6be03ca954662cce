// SPDX-License-Identifier: MIT
//
// A finding works where its result is ok, fails where it failed with a conclusive outcome, and says
// nothing where it was skipped.
#include "core/diagnosis_conclusions.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "core/text.h"

namespace gatewatch {
namespace {

constexpr std::array<std::string_view, kConclusionKinds> kWords{
    "answers_alternate",
    "get_fails_head_works",
    "head_fails_get_works",
    "only_this_path_fails",
    "every_path_fails",
    "http1_fails_http2_works",
    "http2_fails_http1_works",
    "reused_connection_fails",
    "ipv4_fails",
    "ipv6_fails",
    "some_addresses_fail",
    "no_address_connects",
    "host_answers_port_does_not",
    "path_ends",
    "resolver_fails",
    "resolvers_disagree",
    "name_not_resolved",
    "certificate_bad",
};

using Findings = std::vector<const Finding*>;

bool works(const Finding& finding) {
  return finding.result == FindingResult::Ok;
}

bool fails(const Finding& finding) {
  return finding.result == FindingResult::Failed && is_conclusive(finding.outcome);
}

// The request on a connection that is kept open follows no redirect and looks at no content, the
// others do: where it alone was redirected, or the status is the same, nothing alternates.
bool are_alike(const Finding& one, const Finding& other) {
  const auto is_other_kind = [](const Finding& some, const Finding& beside) {
    return some.check == Check::FreshConnection &&
           ((some.status >= 300 && some.status < 400) || some.status == beside.status);
  };
  return !is_other_kind(one, other) && !is_other_kind(other, one);
}

std::string answer_of(const Finding& finding) {
  return finding.status != 0 ? std::to_string(finding.status)
                             : std::string(to_string(finding.outcome));
}

std::string all_of(const std::set<std::string>& words) {
  return list_of({words.begin(), words.end()}, " and ");
}

class Reader {
 public:
  explicit Reader(const Diagnosis& diagnosis) : diagnosis_(diagnosis) {}

  std::vector<Conclusion> read() {
    if (!compare_the_same()) {
      compare_requests();
    }
    compare_addresses();
    compare_ways();
    compare_resolvers();
    if (const Finding* chain = first(Check::Certificate); chain != nullptr && fails(*chain)) {
      add(ConclusionKind::CertificateBad, "the certificate chain is not good: " + chain->text);
    }
    std::sort(found_.begin(), found_.end(),
              [](const Conclusion& a, const Conclusion& b) { return a.kind < b.kind; });
    return std::move(found_);
  }

 private:
  [[nodiscard]] Findings all(Check check) const {
    Findings some;
    for (const Finding& finding : diagnosis_.findings) {
      if (finding.check == check) {
        some.push_back(&finding);
      }
    }
    return some;
  }

  [[nodiscard]] const Finding* first(Check check) const {
    const Findings some = all(check);
    return some.empty() ? nullptr : some.front();
  }

  void add(ConclusionKind kind, std::string text) { found_.push_back({kind, std::move(text)}); }

  // Whether the answers to one and the same GET alternate.
  bool compare_the_same() {
    std::map<std::string, Findings> by_address;
    for (const Check check : {Check::Get, Check::FreshConnection, Check::Ipv4, Check::Ipv6}) {
      for (const Finding* finding : all(check)) {
        by_address[finding->address].push_back(finding);
      }
    }
    for (const auto& [address, same] : by_address) {
      for (const Finding* good : same) {
        const auto bad = std::find_if(same.begin(), same.end(), [good](const Finding* one) {
          return works(*good) && fails(*one) && are_alike(*good, *one);
        });
        if (bad != same.end()) {
          add(ConclusionKind::AnswersAlternate,
              "the same request" + (address.empty() ? "" : " to " + address) + " is answered " +
                  answer_of(*good) + " and " + answer_of(**bad) + ", now this, now that");
          alternates_ = true;
          return true;
        }
      }
    }
    return false;
  }

  void compare_requests() {
    if (const Finding* get = first(Check::Get); get != nullptr) {
      compare_with(*get);
    }
    const Finding* fresh = first(Check::FreshConnection);
    const Finding* reused = first(Check::ReusedConnection);
    if (fresh != nullptr && reused != nullptr) {
      compare(*reused, *fresh, ConclusionKind::ReusedConnectionFails,
              "a second request on one connection answers ", "the first ");
    }
  }

  void compare_with(const Finding& get) {
    if (const Finding* head = first(Check::Head); head != nullptr) {
      compare(get, *head, ConclusionKind::GetFailsHeadWorks, "GET answers ", "HEAD ");
      compare(*head, get, ConclusionKind::HeadFailsGetWorks, "HEAD answers ", "GET ");
    }
    compare_paths(get);
    if (const Finding* other = first(Check::Http2); other != nullptr) {
      const bool get_is_2 = other->subject == "HTTP/1.1";
      const Finding& one = get_is_2 ? *other : get;
      const Finding& two = get_is_2 ? get : *other;
      compare(one, two, ConclusionKind::Http1FailsHttp2Works, "HTTP/1.1 answers ", "HTTP/2 ");
      compare(two, one, ConclusionKind::Http2FailsHttp1Works, "HTTP/2 answers ", "HTTP/1.1 ");
    }
  }

  void compare(const Finding& bad, const Finding& good, ConclusionKind kind,
               const std::string& bad_words, const std::string& good_words) {
    if (fails(bad) && works(good)) {
      add(kind, bad_words + answer_of(bad) + ", " + good_words + answer_of(good));
    }
  }

  void compare_paths(const Finding& get) {
    const Findings others = all(Check::OtherPath);
    if (!fails(get)) {
      return;
    }
    const auto good =
        std::find_if(others.begin(), others.end(), [](auto* one) { return works(*one); });
    const size_t bad = static_cast<size_t>(
        std::count_if(others.begin(), others.end(), [](auto* one) { return fails(*one); }));
    if (good != others.end()) {
      add(ConclusionKind::OnlyThisPathFails, get.subject + " answers " + answer_of(get) + ", " +
                                                 (*good)->subject + " answers " +
                                                 answer_of(**good));
    } else if (bad > 0 && bad == others.size()) {
      add(ConclusionKind::EveryPathFails, "other paths fail as well: " + others.front()->subject +
                                              " answers " + answer_of(*others.front()));
    }
  }

  // Of the checks at one address the one that went furthest decides; requests say nothing where
  // they alternate.
  void compare_addresses() {
    std::map<std::string, const Finding*> furthest;
    for (const Check check : {Check::Connect, Check::Tls, Check::Ipv4, Check::Ipv6}) {
      const bool is_request = check == Check::Ipv4 || check == Check::Ipv6;
      for (const Finding* finding : all(check)) {
        if ((works(*finding) || fails(*finding)) && !(is_request && alternates_)) {
          const Finding*& last = furthest[finding->address];
          last = last != nullptr && fails(*last) ? last : finding;
        }
      }
    }
    std::set<std::string> bad;
    std::set<std::string> good;
    std::string answer;
    for (const auto& [address, finding] : furthest) {
      (fails(*finding) ? bad : good).insert(address);
      answer = fails(*finding) && answer.empty() ? answer_of(*finding) : answer;
    }
    if (!bad.empty() && !good.empty()) {
      tell_bad_addresses(bad, good, answer);
    } else if (!bad.empty() && std::all_of(furthest.begin(), furthest.end(), [](const auto& one) {
                 return one.second->check == Check::Connect || one.second->check == Check::Tls;
               })) {
      add(ConclusionKind::NoAddressConnects,
          (bad.size() == 1 ? "no connection is made to " : "no connection is made to any of ") +
              all_of(bad) + ": " + answer);
    }
  }

  void tell_bad_addresses(const std::set<std::string>& bad, const std::set<std::string>& good,
                          const std::string& answer) {
    const auto is_v6 = [](const std::string& address) {
      return address.find(':') != std::string::npos;
    };
    const auto is_v4 = std::not_fn(is_v6);
    const auto all_are = [](const std::set<std::string>& some, const auto& family) {
      return std::all_of(some.begin(), some.end(), family);
    };
    const std::string both = all_of(bad) + (bad.size() == 1 ? " fails (" : " fail (") + answer +
                             "), " + all_of(good) + (good.size() == 1 ? " works" : " work");
    if (all_are(bad, is_v6) && all_are(good, is_v4)) {
      add(ConclusionKind::Ipv6Fails, "IPv6 fails while IPv4 works: " + both);
    } else if (all_are(bad, is_v4) && all_are(good, is_v6)) {
      add(ConclusionKind::Ipv4Fails, "IPv4 fails while IPv6 works: " + both);
    } else {
      add(ConclusionKind::SomeAddressesFail, both);
    }
  }

  // Below HTTP: the ping and the routers against the connection.
  void compare_ways() {
    for (const Finding* connect : all(Check::Connect)) {
      if (!fails(*connect)) {
        continue;
      }
      for (const Finding* ping : all(Check::Ping)) {
        if (ping->address == connect->address && works(*ping) && !told_port_) {
          told_port_ = true;
          add(ConclusionKind::HostAnswersPortDoesNot,
              connect->address + " answers pings, but connections are met with " +
                  answer_of(*connect));
        }
      }
      for (const Finding* trace : all(Check::Traceroute)) {
        if (trace->address == connect->address && fails(*trace) && !told_path_) {
          told_path_ = true;
          add(ConclusionKind::PathEnds, "the way to " + trace->address + ": " + trace->text);
        }
      }
    }
  }

  void compare_resolvers() {
    const Finding* good = nullptr;
    const Finding* bad = nullptr;
    for (const Finding* finding : all(Check::Dns)) {
      good = good == nullptr && works(*finding) ? finding : good;
      bad = bad == nullptr && fails(*finding) ? finding : bad;
    }
    if (bad != nullptr && good == nullptr) {
      add(ConclusionKind::NameNotResolved, "the name is not resolved: " + bad->text);
    }
    if (bad == nullptr || good == nullptr) {
      compare_answers(good);
      return;
    }
    add(ConclusionKind::ResolverFails,
        bad->subject + ": " + bad->text + "; " + good->subject + ": " + good->text);
    compare_answers(good);
  }

  void compare_answers(const Finding* first_good) {
    for (const Finding* other : all(Check::Dns)) {
      if (first_good == nullptr || other == first_good || !works(*other) ||
          other->addresses.empty() || first_good->addresses.empty()) {
        continue;
      }
      const bool shared =
          std::any_of(other->addresses.begin(), other->addresses.end(), [&](const auto& address) {
            return std::find(first_good->addresses.begin(), first_good->addresses.end(), address) !=
                   first_good->addresses.end();
          });
      if (!shared) {
        add(ConclusionKind::ResolversDisagree, "name servers disagree: " + first_good->subject +
                                                   " answers " + first_good->addresses.front() +
                                                   ", " + other->subject + " answers " +
                                                   other->addresses.front());
        return;
      }
    }
  }

  const Diagnosis& diagnosis_;
  bool alternates_ = false;
  bool told_port_ = false;
  bool told_path_ = false;
  std::vector<Conclusion> found_;
};

}  // namespace

std::string_view to_string(ConclusionKind kind) {
  return kWords.at(static_cast<size_t>(kind));
}

std::optional<ConclusionKind> parse_conclusion(std::string_view word) {
  const auto* const found = std::find(kWords.begin(), kWords.end(), word);
  if (found == kWords.end()) {
    return std::nullopt;
  }
  return static_cast<ConclusionKind>(found - kWords.begin());
}

std::vector<Conclusion> conclusions_of(const Diagnosis& diagnosis) {
  return Reader(diagnosis).read();
}

}  // namespace gatewatch
