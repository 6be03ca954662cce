// SPDX-License-Identifier: MIT
//
// How it works: a worker reads its connection in waits of at most kGlance, and after each looks
// whether its time is over or others wait. The time counts from when the connection was accepted,
// so one that has waited its time away only gets read what has come: a long queue of slow clients
// is done with as fast as it can be closed.
#include "web/bounded_server.h"

#include <httplib.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/mutex.h"

namespace gatewatch::web {
namespace {

constexpr Duration kGlance = std::chrono::milliseconds(50);
constexpr int kMaxLate = 20;  // with 4 KiB each as much as a report may have

class Workers;

// What a job is told of the connection that it is for.
struct Turn {
  const Workers* workers = nullptr;
  SteadyTime accepted;
  bool is_refused = false;  // to be closed unanswered
};

// Of the job that runs on this thread: the library passes a job nothing.
thread_local Turn turn_of_job;

class Workers final : public httplib::TaskQueue {
 public:
  explicit Workers(const Clock& clock) : clock_(clock) {
    for (int i = 0; i < kServerThreads; ++i) {
      threads_.emplace_back([this] { work(); });
    }
  }

  void enqueue(std::function<void()> job) override {
    const Turn its{this, clock_.steady(), false};
    if (keep(its, job)) {
      added_.notify_one();
    } else {
      turn_of_job = its;
      turn_of_job.is_refused = true;
      job();
    }
  }

  void shutdown() override {
    is_ending_ = true;
    {
      MutexLock lock(mutex_);
      for (auto& [its, job] : jobs_) {
        its.is_refused = true;
      }
    }
    added_.notify_all();
    for (std::thread& thread : threads_) {
      thread.join();
    }
  }

  [[nodiscard]] SteadyTime now() const { return clock_.steady(); }
  // A worker is wanted elsewhere.
  [[nodiscard]] bool is_wanted() const { return waiting_ > 0 || is_ending_; }

 private:
  // Takes the job, unless too many wait.
  bool keep(const Turn& its, std::function<void()>& job) {
    MutexLock lock(mutex_);
    if (jobs_.size() >= kMaxWaiting) {
      return false;
    }
    jobs_.emplace_back(its, std::move(job));
    waiting_ = jobs_.size();
    return true;
  }

  void work() {
    for (;;) {
      std::function<void()> job;
      {
        MutexLock lock(mutex_);
        while (jobs_.empty() && !is_ending_) {
          added_.wait(mutex_);
        }
        if (jobs_.empty()) {
          return;
        }
        turn_of_job = jobs_.front().first;
        job = std::move(jobs_.front().second);
        jobs_.pop_front();
        waiting_ = jobs_.size();
      }
      job();
    }
  }

  const Clock& clock_;
  Mutex mutex_;
  CondVar added_;
  std::deque<std::pair<Turn, std::function<void()>>> jobs_ GW_GUARDED_BY(mutex_);
  std::atomic<size_t> waiting_ = 0;
  std::atomic<bool> is_ending_ = false;
  std::vector<std::thread> threads_;
};

// A connection that is read from and written to for as long as its turn allows.
class BoundedStream final : public httplib::Stream {
 public:
  BoundedStream(int socket, const Turn& turn) : socket_(socket), turn_(turn) {}

  [[nodiscard]] bool is_readable() const override { return begin_ < end_ || await_request(); }
  [[nodiscard]] bool is_writable() const override { return await_answer(); }

  ssize_t read(char* bytes, size_t size) override {
    if (begin_ == end_) {
      if (read_ >= kMaxRequestBytes || !await_request()) {
        return -1;
      }
      const ssize_t count = recv(socket_, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
      if (count <= 0) {
        return count;
      }
      read_ += static_cast<size_t>(count);
      begin_ = 0;
      end_ = static_cast<size_t>(count);
    }
    const size_t taken = std::min(size, end_ - begin_);
    std::memcpy(bytes, buffer_.data() + begin_, taken);
    begin_ += taken;
    return static_cast<ssize_t>(taken);
  }

  ssize_t write(const char* bytes, size_t size) override {
    for (size_t done = 0; done < size;) {
      const ssize_t count =
          await_answer() ? send(socket_, bytes + done, size - done, MSG_DONTWAIT | MSG_NOSIGNAL)
                         : -1;
      if (count < 0) {
        return -1;
      }
      done += static_cast<size_t>(count);
    }
    return static_cast<ssize_t>(size);
  }

  // Where a request comes from plays no part in its answer.
  void get_remote_ip_and_port(std::string& /*ip*/, int& /*port*/) const override {}
  void get_local_ip_and_port(std::string& /*ip*/, int& /*port*/) const override {}
  [[nodiscard]] socket_t socket() const override { return socket_; }

 private:
  [[nodiscard]] bool await_request() const {
    return await(POLLIN, turn_.accepted, kMaxRequestTime, kPatience);
  }

  bool await_answer() const {
    if (!answer_began_) {
      answer_began_ = turn_.workers->now();
    }
    return await(POLLOUT, *answer_began_, kMaxAnswerTime, kAnswerPatience);
  }

  // When the time is over a little of what is ready already is still used: a request may have
  // waited for a worker all that time.
  [[nodiscard]] bool await(short event, SteadyTime since, Duration most, Duration patience) const {
    for (;;) {
      const Duration limit = turn_.workers->is_wanted() ? patience : most;
      const bool is_over = turn_.workers->now() - since >= limit;
      pollfd wanted{.fd = socket_, .events = event, .revents = 0};
      const auto glance = std::chrono::floor<std::chrono::milliseconds>(kGlance).count();
      const int ready = poll(&wanted, 1, is_over ? 0 : static_cast<int>(glance));
      if (ready > 0) {
        return !is_over || ++late_ <= kMaxLate;
      }
      if (is_over || (ready < 0 && errno != EINTR)) {
        return false;
      }
    }
  }

  const int socket_;
  const Turn turn_;
  mutable std::optional<SteadyTime> answer_began_;
  mutable int late_ = 0;  // how often it was used when its time was over
  std::array<char, 4096> buffer_{};
  size_t read_ = 0;
  size_t begin_ = 0;  // of what was read and not taken
  size_t end_ = 0;
};

class BoundedServer final : public httplib::Server {
 public:
  explicit BoundedServer(const Clock& clock) {
    new_task_queue = [&clock] { return new Workers(clock); };
  }

 private:
  bool process_and_close_socket(socket_t socket) override {
    bool is_served = false;
    if (!turn_of_job.is_refused) {
      BoundedStream stream(socket, turn_of_job);
      bool is_closed = false;
      is_served = process_request(stream, true, is_closed, nullptr);
    }
    ::shutdown(socket, SHUT_RDWR);
    close(socket);
    return is_served;
  }
};

}  // namespace

std::unique_ptr<httplib::Server> make_bounded_server(const Clock& clock) {
  return std::make_unique<BoundedServer>(clock);
}

}  // namespace gatewatch::web
