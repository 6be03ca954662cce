// SPDX-License-Identifier: MIT
//
// libcurl names the sockets it waits for and the time it next wants to be called; both go to the
// loop, and each event goes back through curl_multi_socket_action(). What is done is collected
// after each such call, when libcurl is off the stack.
//
// A handle that nobody can find any more, after a refresh or because there was no room for one
// more, goes with its last transfer, but never while it is being worked on.
#include "probe/http/curl_multis.h"

#include <curl/curl.h>
#include <sys/epoll.h>

#include <utility>

#include "core/assert.h"
#include "core/text.h"

namespace gatewatch::probe {
namespace {

template <typename Value>
void set(CURLM* multi, CURLMoption option, Value value) {
  const CURLMcode code = curl_multi_setopt(multi, option, value);
  GW_ASSERT(code == CURLM_OK);
}

}  // namespace

struct CurlMultis::Multi {
  Multi(CurlMultis& all, CURLM* made) : owner(all), handle(made) {}
  ~Multi() {
    curl_multi_cleanup(handle);
    owner.loop_.cancel(timer);
    owner.loop_.cancel(unwatched_timer);
  }
  Multi(const Multi&) = delete;
  Multi& operator=(const Multi&) = delete;

  CurlMultis& owner;
  CURLM* const handle;
  std::string ca_file;
  bool kept = false;       // by_ca_file_ has it
  bool worked_on = false;  // a callback of the owner's is on the stack
  size_t transfers = 0;
  uint64_t last_use = 0;
  Loop::TimerId timer = Loop::TimerId::None;
  std::vector<CURL*> unwatched;  // transfers to be ended
  Loop::TimerId unwatched_timer = Loop::TimerId::None;
};

// Called by libcurl; none of them may throw or call back into it.
struct CurlMultis::Callbacks {
  static int on_socket(CURL* easy, curl_socket_t socket, int what, void* argument,
                       void* /*own*/) noexcept {
    auto* multi = static_cast<Multi*>(argument);
    EpollLoop& loop = multi->owner.loop_;
    if (what == CURL_POLL_REMOVE) {
      loop.unwatch(socket);
      return 0;
    }
    const uint32_t events = ((what & CURL_POLL_IN) != 0 ? uint32_t{EPOLLIN} : 0U) |
                            ((what & CURL_POLL_OUT) != 0 ? uint32_t{EPOLLOUT} : 0U);
    const bool watched = loop.watch(socket, events, [multi, socket](uint32_t ready) {
      multi->owner.on_socket(*multi, socket, ready);
    });
    // An error told here would end all transfers of the handle.
    if (!watched) {
      multi->unwatched.push_back(easy);
      loop.cancel(multi->unwatched_timer);
      multi->unwatched_timer =
          loop.call_at(loop.now(), [multi] { multi->owner.finish_unwatched(*multi); });
    }
    return 0;
  }

  static int on_timer(CURLM* /*handle*/, long timeout_ms, void* argument) noexcept {
    auto* multi = static_cast<Multi*>(argument);
    EpollLoop& loop = multi->owner.loop_;
    loop.cancel(std::exchange(multi->timer, Loop::TimerId::None));
    if (timeout_ms < 0) {
      return 0;
    }
    const SteadyTime when =
        timeout_ms == 0 ? loop.now() : loop.precise_now() + std::chrono::milliseconds(timeout_ms);
    multi->timer = loop.call_at(when, [multi] { multi->owner.on_timer(*multi); });
    return 0;
  }
};

CurlMultis::CurlMultis(EpollLoop& loop, Completed completed)
    : loop_(loop), completed_(std::move(completed)) {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  GW_ASSERT(ready == CURLE_OK);
}

CurlMultis::~CurlMultis() = default;

std::expected<CurlMultis::Multi*, std::string> CurlMultis::add(const std::string& ca_file,
                                                               void* easy) {
  Multi* multi = find_or_make(ca_file);
  if (multi == nullptr) {
    return std::unexpected("no memory for a request");
  }
  const CURLMcode code = curl_multi_add_handle(multi->handle, easy);
  if (code != CURLM_OK) {
    drop_if_done(*multi);
    return std::unexpected(printable(curl_multi_strerror(code)));
  }
  ++multi->transfers;
  multi->last_use = ++uses_;
  return multi;
}

void CurlMultis::remove(Multi& multi, void* easy) {
  curl_multi_remove_handle(multi.handle, easy);
  std::erase(multi.unwatched, easy);
  --multi.transfers;
  drop_if_done(multi);
}

void CurlMultis::refresh() {
  const auto outdated = std::exchange(by_ca_file_, {});
  for (const auto& [ca_file, multi] : outdated) {
    multi->kept = false;
    drop_if_done(*multi);
  }
}

void CurlMultis::drop_if_done(Multi& multi) {
  if (!multi.kept && multi.transfers == 0 && !multi.worked_on) {
    std::erase_if(multis_, [&multi](const auto& other) { return other.get() == &multi; });
  }
}

// False where each of those that are kept has transfers.
bool CurlMultis::make_room() {
  if (by_ca_file_.size() < kMaxKept) {
    return true;
  }
  Multi* oldest = nullptr;
  for (const auto& [ca_file, multi] : by_ca_file_) {
    const bool idle = multi->transfers == 0 && !multi->worked_on;
    if (idle && (oldest == nullptr || multi->last_use < oldest->last_use)) {
      oldest = multi;
    }
  }
  if (oldest == nullptr) {
    return false;
  }
  by_ca_file_.erase(oldest->ca_file);
  oldest->kept = false;
  drop_if_done(*oldest);
  return true;
}

CurlMultis::Multi* CurlMultis::find_or_make(const std::string& ca_file) {
  const auto known = by_ca_file_.find(ca_file);
  if (known != by_ca_file_.end()) {
    return known->second;
  }
  CURLM* handle = curl_multi_init();
  if (handle == nullptr) {
    return nullptr;
  }
  auto multi = std::make_unique<Multi>(*this, handle);
  set(handle, CURLMOPT_SOCKETFUNCTION, &Callbacks::on_socket);
  set(handle, CURLMOPT_SOCKETDATA, multi.get());
  set(handle, CURLMOPT_TIMERFUNCTION, &Callbacks::on_timer);
  set(handle, CURLMOPT_TIMERDATA, multi.get());
  set(handle, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_NOTHING));
  set(handle, CURLMOPT_MAXCONNECTS, 1L);  // none is kept, see FORBID_REUSE
  multi->ca_file = ca_file;
  multi->kept = make_room();
  if (multi->kept) {
    by_ca_file_.emplace(ca_file, multi.get());
  }
  return multis_.emplace_back(std::move(multi)).get();
}

void CurlMultis::on_timer(Multi& multi) {
  multi.timer = Loop::TimerId::None;
  int running = 0;
  curl_multi_socket_action(multi.handle, CURL_SOCKET_TIMEOUT, 0, &running);
  finish_completed(multi);
}

void CurlMultis::on_socket(Multi& multi, int socket, uint32_t events) {
  const int ready = ((events & (EPOLLIN | EPOLLHUP)) != 0 ? CURL_CSELECT_IN : 0) |
                    ((events & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0) |
                    ((events & EPOLLERR) != 0 ? CURL_CSELECT_ERR : 0);
  int running = 0;
  curl_multi_socket_action(multi.handle, socket, ready, &running);
  finish_completed(multi);
}

void CurlMultis::finish_completed(Multi& multi) {
  multi.worked_on = true;
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi.handle, &left)) {
    if (message->msg == CURLMSG_DONE) {
      completed_(message->easy_handle, message->data.result);
    }
  }
  multi.worked_on = false;
  drop_if_done(multi);
}

void CurlMultis::finish_unwatched(Multi& multi) {
  multi.unwatched_timer = Loop::TimerId::None;
  multi.worked_on = true;
  while (!multi.unwatched.empty()) {
    completed_(multi.unwatched.back(), kUnwatched);  // which removes it
  }
  multi.worked_on = false;
  drop_if_done(multi);
}

}  // namespace gatewatch::probe
