// SPDX-License-Identifier: MIT
//
// c-ares drives its sockets through the loop: it names the descriptors it waits for, and one loop
// timer per channel stands for its next time-out. c-ares may call back from within
// ares_getaddrinfo() as well as from ares_process_fd(), so a callback only files the answer; it is
// told once c-ares is off the stack. An answer that comes from within ares_getaddrinfo() is that of
// /etc/hosts.
//
// A server that answers SERVFAIL, NOTIMP or REFUSED makes c-ares go on to the next one, as it
// should; but when none is left it reports the same error as for servers that cannot be reached.
// Such a question is put once more through a channel that hands over what the server says.
//
// c-ares takes a response code that it does not know for an answer without records, and so it does
// a question that is sent back. receive_usual_answer() makes SERVFAIL of both, so that
// the next server is asked; what it saw since a question was put goes into that question's error.
// (Over TCP, which is asked only where an answer is cut short, they stay as they are.)
//
// c-ares reads /etc/resolv.conf when a channel is made. Where the file has changed since, later
// questions go to a new channel and the old one lives until it has answered.
#include "probe/dns/dns_client.h"

#include <ares.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "core/log.h"
#include "core/text.h"
#include "probe/dns/ares_socket.h"

namespace gatewatch::probe {
namespace {

using namespace std::chrono_literals;

constexpr int kTryTimeoutMs = 2000;
constexpr int kTries = 2;
constexpr Duration kLookAtSettingsEvery = 5s;
constexpr const char* kSettingsFile = "/etc/resolv.conf";
constexpr int kClassInternet = 1;
constexpr int kTypeNs = 2;

std::optional<DnsFault> fault_of(int status) {
  switch (status) {
    case ARES_SUCCESS:
      return std::nullopt;
    case ARES_ENOTFOUND:
    case ARES_EBADNAME:
      return DnsFault::NoSuchName;
    case ARES_ENODATA:
      return DnsFault::NoAddress;
    case ARES_EFORMERR:
    case ARES_ESERVFAIL:
    case ARES_ENOTIMP:
    case ARES_EREFUSED:
    case ARES_EBADRESP:
      return DnsFault::Failed;
    case ARES_ETIMEOUT:
    case ARES_ECONNREFUSED:
      return DnsFault::Silent;
    default:
      return DnsFault::Local;
  }
}

std::string words_for(int status) {
  switch (status) {
    case ARES_ENOTFOUND:
      return "the name does not exist (NXDOMAIN)";
    case ARES_EBADNAME:
      return "not a name that DNS could hold";
    case ARES_ENODATA:
      return "the name has no address";
    case ARES_EFORMERR:
      return "the name server could not read the question (FORMERR)";
    case ARES_ESERVFAIL:
      return "the name server failed (SERVFAIL)";
    case ARES_ENOTIMP:
      return "the name server does not answer such questions (NOTIMP)";
    case ARES_EREFUSED:
      return "the name server refused to answer (REFUSED)";
    case ARES_EBADRESP:
      return "the name server's answer is not sound";
    case ARES_ETIMEOUT:
      return "no name server answered";
    case ARES_ECONNREFUSED:
      return "no name server could be reached";
    default:
      return printable(ares_strerror(status));
  }
}

// The addresses and the least TTL of a reply.
DnsAnswer read_reply(const ares_addrinfo& info) {
  DnsAnswer answer;
  std::chrono::seconds ttl = std::chrono::seconds::max();
  for (const ares_addrinfo_node* node = info.nodes; node != nullptr; node = node->ai_next) {
    if (const std::optional<Address> address = to_address(node->ai_addr)) {
      answer.addresses.push_back(*address);
      ttl = std::min(ttl, std::chrono::seconds(std::max(0, node->ai_ttl)));
    }
  }
  for (const ares_addrinfo_cname* alias = info.cnames; alias != nullptr; alias = alias->next) {
    ttl = std::min(ttl, std::chrono::seconds(std::max(0, alias->ttl)));
  }
  std::sort(answer.addresses.begin(), answer.addresses.end());
  const auto last = std::unique(answer.addresses.begin(), answer.addresses.end());
  answer.addresses.erase(last, answer.addresses.end());
  answer.ttl = answer.addresses.empty() ? Duration::zero() : Duration(ttl);
  return answer;
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

// What c-ares is given with a question.
struct DnsClient::Ticket {
  DnsClient* client = nullptr;
  Channel* channel = nullptr;
  std::string host;  // empty: the root
  std::optional<Address::Family> family;
  Done done;
  uint64_t odd_before = 0;  // odd answers that the channel had seen by then
};

// One c-ares channel on the loop.
struct DnsClient::Channel {
  Channel(EpollLoop& the_loop, const std::string& servers, Manner how)
      : loop(the_loop), manner(how), settings(version_of(kSettingsFile)) {
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
      if (handle != nullptr) {
        ares_destroy(handle);
      }
      throw std::runtime_error(std::string("c-ares: ") + ares_strerror(status));
    }
    static constexpr ares_socket_functions kSockets{&open_ares_socket, &close_ares_socket,
                                                    &connect_ares_socket, &receive_usual_answer,
                                                    &send_on_ares_socket};
    ares_set_socket_functions(handle, &kSockets, &odd);
  }

  ~Channel() {
    ares_destroy(handle);  // calls back for what is under way, and gives up the sockets
    loop.cancel(timer);
  }

  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  static void on_socket_state(void* self, ares_socket_t socket, int readable, int writable) {
    auto* channel = static_cast<Channel*>(self);
    watch_ares_socket(channel->loop, socket, readable != 0, writable != 0,
                      [channel](int readable_one, int writable_one) {
                        channel->process(readable_one, writable_one);
                      });
  }

  static void on_addresses(void* argument, int status, int /*timeouts*/, ares_addrinfo* info) {
    DnsAnswer answer;
    if (info != nullptr) {
      answer = read_reply(*info);
      ares_freeaddrinfo(info);
    }
    hand_over(argument, status, std::move(answer));
  }

  static void on_root(void* argument, int status, int /*timeouts*/, unsigned char* /*reply*/,
                      int /*size*/) {
    hand_over(argument, status, {});
  }

  static void hand_over(void* argument, int status, DnsAnswer answer) {
    std::unique_ptr<Ticket> ticket(static_cast<Ticket*>(argument));
    Channel& channel = *ticket->channel;
    --channel.pending;
    if (status == ARES_EDESTRUCTION) {
      return;
    }
    answer.is_from_file = channel.asking && status == ARES_SUCCESS;
    if (status == ARES_ESERVFAIL && channel.odd.seen > ticket->odd_before) {
      answer.error = "the name server failed (SERVFAIL or " + channel.odd.newest + ")";
    }
    DnsClient& client = *ticket->client;
    client.on_status(std::move(ticket), channel.manner, status, std::move(answer));
  }

  void ask(std::unique_ptr<Ticket> ticket) {
    ticket->channel = this;
    ticket->odd_before = odd.seen;
    ++pending;
    const std::string host = ticket->host;
    const std::optional<Address::Family> family = ticket->family;
    asking = true;
    if (host.empty()) {
      ares_query(handle, ".", kClassInternet, kTypeNs, &Channel::on_root, ticket.release());
    } else {
      ares_addrinfo_hints hints{};
      hints.ai_family = !family ? AF_UNSPEC : *family == Address::Family::V4 ? AF_INET : AF_INET6;
      hints.ai_flags = ARES_AI_NOSORT;
      ares_getaddrinfo(handle, host.c_str(), nullptr, &hints, &Channel::on_addresses,
                       ticket.release());
    }
    asking = false;
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

  EpollLoop& loop;
  const Manner manner;
  const FileVersion settings;
  ares_channel handle = nullptr;
  Loop::TimerId timer = Loop::TimerId::None;
  size_t pending = 0;
  bool asking = false;
  OddAnswers odd;
};

DnsClient::DnsClient(EpollLoop& loop, std::string servers)
    : loop_(loop), servers_(std::move(servers)) {
  const int status = ares_library_init(ARES_LIB_INIT_ALL);
  if (status != ARES_SUCCESS) {
    throw std::runtime_error(std::string("c-ares: ") + ares_strerror(status));
  }
  usual_ = std::make_unique<Channel>(loop_, servers_, Manner::Usual);
  verbatim_ = std::make_unique<Channel>(loop_, servers_, Manner::Verbatim);
  next_look_at_settings_ = loop_.now() + kLookAtSettingsEvery;
}

DnsClient::~DnsClient() {
  usual_.reset();
  verbatim_.reset();
  old_channels_.clear();
  loop_.cancel(tell_timer_);
  ares_library_cleanup();
}

void DnsClient::ask(const std::string& host, std::optional<Address::Family> family, Done done) {
  usual_->ask(std::make_unique<Ticket>(Ticket{this, nullptr, host, family, std::move(done)}));
}

void DnsClient::ask_root(Done done) {
  usual_->ask(std::make_unique<Ticket>(Ticket{this, nullptr, {}, {}, std::move(done)}));
}

void DnsClient::on_status(std::unique_ptr<Ticket> ticket, Manner manner, int status,
                          DnsAnswer answer) {
  if (status == ARES_ECONNREFUSED && manner == Manner::Usual) {
    verbatim_->ask(std::move(ticket));
    return;
  }
  const bool is_root = ticket->host.empty();
  if (status == ARES_SUCCESS && !is_root && answer.addresses.empty()) {
    status = ARES_ENODATA;
  }
  answer.fault = fault_of(status);
  if (answer.fault) {
    answer.addresses.clear();
    answer.error = answer.error.empty() ? words_for(status) : answer.error;
  }
  answers_.emplace_back(std::move(ticket->done), std::move(answer));
  if (tell_timer_ == Loop::TimerId::None) {
    tell_timer_ = loop_.call_at(loop_.now(), [this] {
      tell_timer_ = Loop::TimerId::None;
      tell_answers();
    });
  }
}

void DnsClient::tell_answers() {
  std::erase_if(old_channels_, [](const auto& channel) { return channel->pending == 0; });
  telling_ = true;
  for (auto& [done, answer] : std::exchange(answers_, {})) {
    done(std::move(answer));
  }
  telling_ = false;
}

bool DnsClient::follow_settings() {
  if (!servers_.empty() || loop_.now() < next_look_at_settings_) {
    return false;
  }
  next_look_at_settings_ = loop_.now() + kLookAtSettingsEvery;
  if (usual_->settings == version_of(kSettingsFile)) {
    return false;
  }
  try {
    auto usual = std::make_unique<Channel>(loop_, servers_, Manner::Usual);
    auto verbatim = std::make_unique<Channel>(loop_, servers_, Manner::Verbatim);
    old_channels_.push_back(std::exchange(usual_, std::move(usual)));
    old_channels_.push_back(std::exchange(verbatim_, std::move(verbatim)));
    log(LogLevel::Info, "name servers read again", {{"file", kSettingsFile}});
    return true;
  } catch (const std::runtime_error& error) {
    log(LogLevel::Warning, "name servers not read", {{"error", error.what()}});
    return false;
  }
}

bool DnsClient::is_idle() const {
  return usual_->pending == 0 && verbatim_->pending == 0 && old_channels_.empty() &&
         answers_.empty() && !telling_;
}

std::string DnsClient::servers() const {
  ares_addr_port_node* all = nullptr;
  std::string text;
  if (ares_get_servers_ports(usual_->handle, &all) == ARES_SUCCESS) {
    for (const ares_addr_port_node* node = all; node != nullptr; node = node->next) {
      std::array<char, 64> address{};
      ares_inet_ntop(node->family, &node->addr, address.data(), address.size());
      const auto family = node->family == AF_INET ? Address::Family::V4 : Address::Family::V6;
      const auto port = static_cast<uint16_t>(node->udp_port == 0 ? 53 : node->udp_port);
      text.append(text.empty() ? "" : ", ")
          .append(to_string(Endpoint{{family, address.data()}, port}));
    }
    ares_free_data(all);
  }
  return text;
}

}  // namespace gatewatch::probe
