// SPDX-License-Identifier: MIT
//
// c-ares drives its sockets through the loop: it names the descriptors it waits for, and one loop
// timer per channel stands for its next time-out. c-ares may call back from within
// ares_getaddrinfo() as well as from ares_process_fd(), so a callback only files the answer; it is
// told once c-ares is off the stack.
//
// A server that answers SERVFAIL, NOTIMP or REFUSED makes c-ares go on to the next one, as it
// should; but when none is left it reports the same error as for servers that cannot be reached.
// Such a request is asked once more through a channel that hands over what the server says.
//
// c-ares reads /etc/resolv.conf when a channel is made. Where the file has changed since (looked at
// every 5 s at most), later requests go to a new channel and the old one lives until it has
// answered.
#include "probe/resolver.h"

#include <ares.h>
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <utility>

#include "core/log.h"
#include "core/text.h"

namespace gatewatch::probe {
namespace {

using namespace std::chrono_literals;

constexpr int kTryTimeoutMs = 2000;
constexpr int kTries = 2;
constexpr Duration kLookAtSettingsEvery = 5s;
constexpr const char* kSettingsFile = "/etc/resolv.conf";

Outcome outcome_of(int status) {
  switch (status) {
    case ARES_ENODATA:
    case ARES_EFORMERR:
    case ARES_ESERVFAIL:
    case ARES_ENOTFOUND:
    case ARES_ENOTIMP:
    case ARES_EREFUSED:
    case ARES_EBADNAME:
    case ARES_EBADRESP:
    case ARES_ETIMEOUT:
      return Outcome::Dns;
    default:  // no memory, no server configured or reachable, …
      return Outcome::Inconclusive;
  }
}

std::optional<Address> to_address(const sockaddr* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address->sa_family == AF_INET) {
    sockaddr_in v4{};
    std::copy_n(reinterpret_cast<const std::byte*>(address), sizeof v4,
                reinterpret_cast<std::byte*>(&v4));
    inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
    return Address{Address::Family::V4, text.data()};
  }
  if (address->sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::copy_n(reinterpret_cast<const std::byte*>(address), sizeof v6,
                reinterpret_cast<std::byte*>(&v6));
    inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
    std::string full = text.data();
    std::array<char, IF_NAMESIZE> interface {};
    if (v6.sin6_scope_id != 0 && if_indextoname(v6.sin6_scope_id, interface.data()) != nullptr) {
      full.append("%").append(interface.data());
    }
    return Address{Address::Family::V6, full};
  }
  return std::nullopt;
}

// Whether a datagram could be sent to `address`; nothing is sent.
bool has_route(const Address& address) {
  sockaddr_storage peer{};
  socklen_t length = 0;
  if (address.family == Address::Family::V4) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(9);
    inet_pton(AF_INET, address.text.c_str(), &v4.sin_addr);
    length = sizeof v4;
    std::copy_n(reinterpret_cast<const std::byte*>(&v4), length,
                reinterpret_cast<std::byte*>(&peer));
  } else {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(9);
    const std::string bare = address.text.substr(0, address.text.find('%'));
    inet_pton(AF_INET6, bare.c_str(), &v6.sin6_addr);
    length = sizeof v6;
    std::copy_n(reinterpret_cast<const std::byte*>(&v6), length,
                reinterpret_cast<std::byte*>(&peer));
  }
  const int probe = socket(peer.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (probe < 0) {
    return errno != EAFNOSUPPORT;
  }
  const bool routed = connect(probe, reinterpret_cast<const sockaddr*>(&peer), length) == 0 ||
                      (errno != ENETUNREACH && errno != EADDRNOTAVAIL && errno != EAFNOSUPPORT);
  close(probe);
  return routed;
}

// Leaves out a family whose first address has no route, where the other family's has one.
void drop_unroutable(std::vector<Address>& addresses) {
  const auto first_v6 = std::find_if(addresses.begin(), addresses.end(), [](const Address& a) {
    return a.family == Address::Family::V6;
  });
  if (first_v6 == addresses.begin() || first_v6 == addresses.end()) {
    return;  // one family only
  }
  const bool v4 = has_route(addresses.front());
  const bool v6 = has_route(*first_v6);
  if (v4 && !v6) {
    addresses.erase(first_v6, addresses.end());
  } else if (v6 && !v4) {
    addresses.erase(addresses.begin(), first_v6);
  }
}

Resolution to_resolution(int status, const ares_addrinfo* info) {
  Resolution resolution;
  if (status != ARES_SUCCESS) {
    resolution.outcome = outcome_of(status);
    resolution.error = printable(ares_strerror(status));
    return resolution;
  }
  for (const ares_addrinfo_node* node = info->nodes; node != nullptr; node = node->ai_next) {
    if (const std::optional<Address> address = to_address(node->ai_addr)) {
      resolution.addresses.push_back(*address);
    }
  }
  std::sort(resolution.addresses.begin(), resolution.addresses.end());
  const auto last = std::unique(resolution.addresses.begin(), resolution.addresses.end());
  resolution.addresses.erase(last, resolution.addresses.end());
  drop_unroutable(resolution.addresses);
  if (resolution.addresses.size() > kMaxAddresses) {
    resolution.addresses.resize(kMaxAddresses);
  }
  if (resolution.addresses.empty()) {
    resolution.outcome = Outcome::Dns;
    resolution.error = "the answer has no address";
  }
  return resolution;
}

// What tells one version of a file from another.
struct FileVersion {
  dev_t device = 0;
  ino_t inode = 0;
  int64_t changed_ns = 0;

  bool operator==(const FileVersion&) const = default;
};

FileVersion version_of(const char* path) {
  struct stat status {};
  if (stat(path, &status) != 0) {
    return {};
  }
  const auto seconds = std::chrono::seconds(status.st_mtim.tv_sec);
  return {status.st_dev, status.st_ino, Duration(seconds).count() + status.st_mtim.tv_nsec};
}

}  // namespace

std::optional<Address> parse_address(std::string_view host) {
  const std::string text(host);
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) {
    return Address{Address::Family::V4, text};
  }
  const std::string bare = text.substr(0, text.find('%'));
  if (inet_pton(AF_INET6, bare.c_str(), bytes.data()) == 1) {
    return Address{Address::Family::V6, text};
  }
  return std::nullopt;
}

// One c-ares channel on the loop.
struct Resolver::Channel {
  // What c-ares is given with a request.
  struct Ticket {
    Channel* channel;
    uint64_t request;
  };

  Channel(Resolver& resolver, Manner how)
      : owner(resolver), loop(resolver.loop_), manner(how), settings(version_of(kSettingsFile)) {
    const std::string& servers = resolver.options_.servers;
    ares_options setup{};
    setup.timeout = kTryTimeoutMs;
    setup.tries = kTries;
    std::string lookups = "fb";  // files, then name servers
    setup.lookups = lookups.data();
    setup.sock_state_cb = &Channel::on_socket_state;
    setup.sock_state_cb_data = this;
    setup.flags = manner == Manner::Verbatim ? ARES_FLAG_NOCHECKRESP : 0;
    const int mask = ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_LOOKUPS |
                     ARES_OPT_SOCK_STATE_CB | ARES_OPT_FLAGS;
    int status = ares_init_options(&handle, &setup, mask);
    if (status == ARES_SUCCESS && !servers.empty()) {
      status = ares_set_servers_ports_csv(handle, servers.c_str());
    }
    if (status != ARES_SUCCESS) {
      throw std::runtime_error(std::string("c-ares: ") + ares_strerror(status));
    }
  }

  ~Channel() {
    ares_destroy(handle);  // calls back for what is under way, and gives up the sockets
    loop.cancel(timer);
  }

  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  static void on_socket_state(void* self, ares_socket_t socket, int readable, int writable) {
    auto* channel = static_cast<Channel*>(self);
    if (readable == 0 && writable == 0) {
      channel->loop.unwatch(socket);
      return;
    }
    const uint32_t events =
        (readable != 0 ? uint32_t{EPOLLIN} : 0U) | (writable != 0 ? uint32_t{EPOLLOUT} : 0U);
    channel->loop.watch(socket, events, [channel, socket](uint32_t ready) {
      const bool failed = (ready & (EPOLLERR | EPOLLHUP)) != 0;
      channel->process((ready & EPOLLIN) != 0 || failed ? socket : ARES_SOCKET_BAD,
                       (ready & EPOLLOUT) != 0 ? socket : ARES_SOCKET_BAD);
    });
  }

  static void on_answer(void* argument, int status, int /*timeouts*/, ares_addrinfo* info) {
    const std::unique_ptr<Ticket> ticket(static_cast<Ticket*>(argument));
    Channel& channel = *ticket->channel;
    --channel.pending;
    if (status == ARES_ECONNREFUSED && channel.manner == Manner::Usual) {
      channel.owner.ask(Manner::Verbatim, ticket->request);
    } else if (status != ARES_EDESTRUCTION) {
      channel.owner.complete(ticket->request, to_resolution(status, info));
    }
    if (info != nullptr) {
      ares_freeaddrinfo(info);
    }
  }

  void ask(uint64_t request, const std::string& host) {
    ares_addrinfo_hints hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_flags = ARES_AI_NOSORT;
    auto ticket = std::make_unique<Ticket>(Ticket{this, request});
    ++pending;
    ares_getaddrinfo(handle, host.c_str(), nullptr, &hints, &Channel::on_answer, ticket.release());
    set_timer();
  }

  void process(ares_socket_t readable, ares_socket_t writable) {
    ares_process_fd(handle, readable, writable);
    set_timer();
  }

  void set_timer() {
    loop.cancel(std::exchange(timer, Loop::TimerId::None));
    timeval storage{};
    const timeval* wait = ares_timeout(handle, nullptr, &storage);
    if (wait != nullptr) {
      const Duration in = std::chrono::seconds(wait->tv_sec) +
                          std::chrono::microseconds(wait->tv_usec) + 1ms;  // not too early
      timer = loop.call_at(loop.precise_now() + in, [this] {
        timer = Loop::TimerId::None;
        process(ARES_SOCKET_BAD, ARES_SOCKET_BAD);
      });
    }
  }

  Resolver& owner;
  EpollLoop& loop;
  const Manner manner;
  const FileVersion settings;
  ares_channel handle = nullptr;
  Loop::TimerId timer = Loop::TimerId::None;
  size_t pending = 0;
};

Resolver::Resolver(EpollLoop& loop, Options options) : loop_(loop), options_(std::move(options)) {
  const int status = ares_library_init(ARES_LIB_INIT_ALL);
  if (status != ARES_SUCCESS) {
    throw std::runtime_error(std::string("c-ares: ") + ares_strerror(status));
  }
  usual_ = std::make_unique<Channel>(*this, Manner::Usual);
  verbatim_ = std::make_unique<Channel>(*this, Manner::Verbatim);
  next_look_at_settings_ = loop_.now() + kLookAtSettingsEvery;
}

Resolver::~Resolver() {
  usual_.reset();
  verbatim_.reset();
  old_channels_.clear();
  loop_.cancel(answer_timer_);
  ares_library_cleanup();
}

Resolver::RequestId Resolver::resolve(const std::string& host, Done done) {
  const uint64_t id = ++last_request_;
  const bool too_many = requests_.size() >= kMaxLookups;
  requests_[id].done = std::move(done);
  if (const std::optional<Address> address = parse_address(host)) {
    complete(id, {{*address}, Outcome::Ok, {}});
  } else if (too_many) {
    complete(id, {{}, Outcome::Inconclusive, "too many names are being looked up"});
  } else {
    follow_system_settings();
    requests_[id].host = host;
    ask(Manner::Usual, id);
  }
  return static_cast<RequestId>(id);
}

void Resolver::ask(Manner manner, uint64_t id) {
  Channel& channel = manner == Manner::Usual ? *usual_ : *verbatim_;
  channel.ask(id, requests_.at(id).host);
}

void Resolver::cancel(RequestId request) {
  const auto found = requests_.find(static_cast<uint64_t>(request));
  if (found != requests_.end()) {
    found->second.done = nullptr;  // forgotten when c-ares has answered
  }
}

void Resolver::complete(uint64_t id, Resolution resolution) {
  requests_.at(id).resolution = std::move(resolution);
  completed_.push_back(id);
  if (answer_timer_ == Loop::TimerId::None) {
    answer_timer_ = loop_.call_at(loop_.now(), [this] {
      answer_timer_ = Loop::TimerId::None;
      answer_completed();
    });
  }
}

void Resolver::answer_completed() {
  std::erase_if(old_channels_, [](const auto& channel) { return channel->pending == 0; });
  for (const uint64_t id : std::exchange(completed_, {})) {
    const auto found = requests_.find(id);
    Request request = std::move(found->second);
    requests_.erase(found);
    if (request.done) {
      request.done(std::move(request.resolution));
    }
  }
}

void Resolver::follow_system_settings() {
  if (!options_.servers.empty() || loop_.now() < next_look_at_settings_) {
    return;
  }
  next_look_at_settings_ = loop_.now() + kLookAtSettingsEvery;
  if (usual_->settings == version_of(kSettingsFile)) {
    return;
  }
  try {
    auto usual = std::make_unique<Channel>(*this, Manner::Usual);
    auto verbatim = std::make_unique<Channel>(*this, Manner::Verbatim);
    old_channels_.push_back(std::exchange(usual_, std::move(usual)));
    old_channels_.push_back(std::exchange(verbatim_, std::move(verbatim)));
    log(LogLevel::Info, "name servers read again", {{"file", kSettingsFile}});
  } catch (const std::runtime_error& error) {
    log(LogLevel::Warning, "name servers not read", {{"error", error.what()}});
  }
}

}  // namespace gatewatch::probe
