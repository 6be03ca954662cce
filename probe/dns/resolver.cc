// SPDX-License-Identifier: MIT
//
// A lookup is one question that was put to one set of name servers, with the requests that wait for
// it; it ends with the answer, whether or not anyone still waits.
//
// So that a verdict can rest on something, each set keeps the instant when one of its servers last
// gave an answer that says something. A lookup that takes kCheckServersAfter, and one to which our
// own servers answer that they failed, makes the set ask for the root's name servers; the failure
// is told when that has an answer, or has none either.
#include "probe/dns/resolver.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "core/text.h"
#include "probe/net/socket_address.h"

namespace gatewatch::probe {
namespace {

// Keeps kMaxAddresses of each family.
void limit_families(std::vector<Address>& sorted) {
  std::array<size_t, 2> kept{};
  std::erase_if(sorted, [&kept](const Address& address) {
    return ++kept.at(static_cast<size_t>(address.family)) > kMaxAddresses;
  });
}

bool says_something(const DnsAnswer& answer) {
  return !answer.fault || *answer.fault == DnsFault::NoSuchName ||
         *answer.fault == DnsFault::NoAddress;
}

}  // namespace

struct Resolver::Servers {
  Servers(EpollLoop& loop, const std::string& text) : client(loop, text) {}

  DnsClient client;
  std::optional<Endpoint> named;  // by a target; empty: this machine's
  SteadyTime last_answered = SteadyTime::min();
  SteadyTime last_used = SteadyTime::min();
  bool checking = false;          // asks for the root
  std::vector<Lookup*> failed{};  // told when the check has ended
};

struct Resolver::Lookup {
  DnsQuestion question;
  Servers* servers = nullptr;
  SteadyTime asked;
  Loop::TimerId check_timer = Loop::TimerId::None;
  std::vector<uint64_t> waiting;  // some may have been answered or cancelled
  DnsAnswer failure;
};

Resolver::Resolver(EpollLoop& loop, Options options) : loop_(loop), options_(std::move(options)) {
  auto ours = std::make_unique<Servers>(loop_, options_.servers);
  servers_.emplace(std::string(), std::move(ours));
}

Resolver::~Resolver() {
  servers_.clear();
  loop_.cancel(answer_timer_);
  for (const auto& [question, lookup] : lookups_) {
    loop_.cancel(lookup->check_timer);
  }
  for (const auto& [id, request] : requests_) {
    loop_.cancel(request.stale_timer);
  }
}

Resolver::RequestId Resolver::resolve(const std::string& host, Done done) {
  Query query;
  query.host = host;
  return resolve(std::move(query), std::move(done));
}

Resolver::RequestId Resolver::resolve(Query query, Done done) {
  const uint64_t id = ++last_request_;
  const bool too_many = requests_.size() >= kMaxLookups || lookups_.size() >= kMaxLookups;
  requests_[id].done = std::move(done);
  if (std::optional<Address> address = parse_address(query.host)) {
    answer_later(id, {.addresses = {std::move(*address)}});
    return static_cast<RequestId>(id);
  }
  if (query.server.empty() && servers_.at({})->client.follow_settings()) {
    cache_.expire({}, loop_.now());
  }
  DnsQuestion question{std::move(query.server), std::move(query.host), query.family};
  if (const std::vector<Address>* known = cache_.fresh(question, loop_.now())) {
    answer_later(id, resolution_of(*known));
  } else if (too_many) {
    answer_later(id,
                 {.outcome = Outcome::Inconclusive, .error = "too many names are being looked up"});
  } else {
    join_lookup(id, question, std::min(query.patience, kStaleAfter));
  }
  return static_cast<RequestId>(id);
}

void Resolver::join_lookup(uint64_t id, const DnsQuestion& question, Duration patience) {
  auto found = lookups_.find(question);
  const bool is_new = found == lookups_.end();
  if (is_new) {
    std::string error;
    Servers* servers = servers_for(question.server, error);
    if (servers == nullptr) {
      answer_later(id, {.outcome = Outcome::Inconclusive, .error = std::move(error)});
      return;
    }
    auto lookup = std::make_unique<Lookup>();
    lookup->question = question;
    lookup->servers = servers;
    lookup->asked = loop_.now();
    found = lookups_.emplace(question, std::move(lookup)).first;
  }
  Lookup& lookup = *found->second;
  lookup.waiting.push_back(id);
  Request& request = requests_.at(id);
  request.lookup = &lookup;
  if (cache_.any(question, loop_.now()) != nullptr) {
    request.stale_timer = loop_.call_at(lookup.asked + patience, [this, id] { use_stale(id); });
  }
  if (is_new) {
    start(lookup);
  }
}

Resolver::Servers* Resolver::servers_for(const std::string& server, std::string& error) {
  auto known = servers_.find(server);
  if (known == servers_.end()) {
    make_room_for_servers();
    if (servers_.size() >= kMaxServerSets) {
      error = "more than " + std::to_string(kMaxServerSets) + " sets of name servers are in use";
      return nullptr;
    }
    try {
      known = servers_.emplace(server, std::make_unique<Servers>(loop_, server)).first;
    } catch (const std::runtime_error& failure) {
      error = printable(failure.what());
      return nullptr;
    }
    known->second->named = parse_endpoint(server);
  }
  known->second->last_used = loop_.now();
  return known->second.get();
}

// Gives up the set that was not used for the longest, where the limit is reached.
void Resolver::make_room_for_servers() {
  if (servers_.size() < kMaxServerSets) {
    return;
  }
  auto oldest = servers_.end();
  for (auto each = servers_.begin(); each != servers_.end(); ++each) {
    const bool is_free =
        !each->first.empty() && each->second->client.is_idle() && each->second->failed.empty();
    if (is_free &&
        (oldest == servers_.end() || each->second->last_used < oldest->second->last_used)) {
      oldest = each;
    }
  }
  if (oldest != servers_.end()) {
    servers_.erase(oldest);
  }
}

void Resolver::start(Lookup& lookup) {
  lookup.check_timer = loop_.call_at(lookup.asked + kCheckServersAfter, [this, &lookup] {
    lookup.check_timer = Loop::TimerId::None;
    if (lookup.servers->last_answered <= lookup.asked) {
      ask_root(*lookup.servers);
    }
  });
  lookup.servers->client.ask(
      lookup.question.host, lookup.question.family,
      [this, &lookup](DnsAnswer answer) { on_answer(lookup, std::move(answer)); });
}

void Resolver::on_answer(Lookup& lookup, DnsAnswer answer) {
  if (says_something(answer) && !answer.is_from_file) {
    lookup.servers->last_answered = loop_.now();
  }
  if (!answer.fault) {
    limit_families(answer.addresses);
    const Duration ttl = answer.is_from_file ? kHostsFileKept : answer.ttl;
    cache_.put(lookup.question, answer.addresses, ttl, loop_.now());
    finish(lookup, resolution_of(answer.addresses));
    return;
  }
  if (says_something(answer)) {
    cache_.forget(lookup.question);
  }
  const DnsFault fault = *answer.fault;
  lookup.failure = std::move(answer);
  if (fault == DnsFault::Failed && judge_now(lookup, fault).resolver_is_down) {
    lookup.servers->failed.push_back(&lookup);
    ask_root(*lookup.servers);
  } else {
    fail(lookup);
  }
}

void Resolver::ask_root(Servers& servers) {
  if (!std::exchange(servers.checking, true)) {
    servers.client.ask_root(
        [this, &servers](const DnsAnswer& answer) { on_root(servers, answer); });
  }
}

void Resolver::on_root(Servers& servers, const DnsAnswer& answer) {
  servers.checking = false;
  if (says_something(answer)) {
    servers.last_answered = loop_.now();
  }
  for (Lookup* lookup : std::exchange(servers.failed, {})) {
    fail(*lookup);
  }
}

DnsVerdict Resolver::judge_now(const Lookup& lookup, DnsFault fault) {
  const Servers& servers = *lookup.servers;
  const bool have_route = !servers.named || routes_.leads_to(servers.named->address, loop_.now());
  return judge(fault, {.are_ours = !servers.named,
                       .answered = servers.last_answered > lookup.asked,
                       .have_route = have_route});
}

// Ends a lookup that got no address.
void Resolver::fail(Lookup& lookup) {
  const DnsFault fault = lookup.failure.fault.value_or(DnsFault::Local);
  const DnsVerdict verdict = judge_now(lookup, fault);
  if (verdict.resolver_is_down) {
    if (const std::vector<Address>* known = cache_.any(lookup.question, loop_.now())) {
      Resolution resolution = resolution_of(*known);
      resolution.is_stale = true;
      finish(lookup, resolution);
      return;
    }
  }
  Resolution resolution{.outcome = verdict.outcome, .error = lookup.failure.error};
  if (verdict.outcome != Outcome::Dns) {
    const std::string asked = lookup.servers->client.servers();
    resolution.error += asked.empty() ? "; none is configured" : " (asked " + asked + ")";
  }
  finish(lookup, resolution);
}

void Resolver::finish(Lookup& lookup, const Resolution& resolution) {
  loop_.cancel(lookup.check_timer);
  const auto ended = lookups_.extract(lookup.question);
  for (const uint64_t id : ended.mapped()->waiting) {
    const auto found = requests_.find(id);
    if (found != requests_.end() && found->second.lookup == ended.mapped().get()) {
      answer(id, resolution);
    }
  }
}

void Resolver::use_stale(uint64_t id) {
  Request& request = requests_.at(id);
  request.stale_timer = Loop::TimerId::None;
  const Lookup& lookup = *request.lookup;
  const std::vector<Address>* known = cache_.any(lookup.question, loop_.now());
  if (known != nullptr && lookup.servers->last_answered <= lookup.asked) {
    Resolution resolution = resolution_of(*known);
    resolution.is_stale = true;
    answer(id, std::move(resolution));
  }
}

Resolution Resolver::resolution_of(const std::vector<Address>& addresses) {
  Resolution resolution;
  resolution.addresses = addresses;
  // A connection to these leads to this machine, whose answer is not the target's.
  std::erase_if(resolution.addresses,
                [](const Address& address) { return is_unspecified_address(address.text); });
  routes_.drop_unroutable(resolution.addresses, loop_.now());
  if (resolution.addresses.empty()) {
    resolution.outcome = Outcome::Dns;
    resolution.error = "the answer has no address that is a target's";
  }
  return resolution;
}

void Resolver::cancel(RequestId request) {
  const auto found = requests_.find(static_cast<uint64_t>(request));
  if (found != requests_.end()) {
    loop_.cancel(found->second.stale_timer);
    requests_.erase(found);
  }
}

Resolution Resolver::give_up(RequestId request) {
  Resolution resolution{.outcome = Outcome::Inconclusive, .error = "nobody was asked"};
  const auto found = requests_.find(static_cast<uint64_t>(request));
  if (found != requests_.end() && found->second.lookup != nullptr) {
    const Lookup& lookup = *found->second.lookup;
    resolution.outcome = judge_now(lookup, lookup.failure.fault.value_or(DnsFault::Silent)).outcome;
    resolution.error =
        (lookup.failure.error.empty() ? "no name server has answered" : lookup.failure.error) +
        " (asked " + lookup.servers->client.servers() + ")";
  }
  cancel(request);
  return resolution;
}

void Resolver::answer_later(uint64_t id, Resolution resolution) {
  requests_.at(id).resolution = std::move(resolution);
  answered_.push_back(id);
  if (answer_timer_ == Loop::TimerId::None) {
    answer_timer_ = loop_.call_at(loop_.now(), [this] {
      answer_timer_ = Loop::TimerId::None;
      for (const uint64_t each : std::exchange(answered_, {})) {
        if (const auto found = requests_.find(each); found != requests_.end()) {
          answer(each, std::move(found->second.resolution));
        }
      }
    });
  }
}

void Resolver::answer(uint64_t id, Resolution resolution) {
  const auto found = requests_.find(id);
  loop_.cancel(found->second.stale_timer);
  const auto request = requests_.extract(found);
  request.mapped().done(std::move(resolution));
}

}  // namespace gatewatch::probe
