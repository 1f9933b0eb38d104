// SPDX-License-Identifier: Apache-2.0
// SilenceWatch: cuts the network under a session whose server is silent for too long. libpq waits
// without limit, and the server's own time limits end nothing when the server itself stands still. Used
// by Connection only. One thread waits; the watch has a thread of its own.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>

#include "base/result.h"

namespace weir::postgres {

class SilenceWatch {
 public:
  /// Watches a socket. `limit`: how long a call may wait for the server.
  static Result<std::unique_ptr<SilenceWatch>> start(int socket, std::chrono::milliseconds limit);
  ~SilenceWatch();
  SilenceWatch(const SilenceWatch&) = delete;
  SilenceWatch& operator=(const SilenceWatch&) = delete;

  /// While one lives, a call may be waiting. They do not nest.
  class Waiting {
   public:
    explicit Waiting(SilenceWatch* watch) : watch_(watch) { count(); }
    ~Waiting() { count(); }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;

   private:
    void count() {
      if (watch_ == nullptr) return;
      auto& calls = watch_->calls_;
      calls.store(calls.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    }
    SilenceWatch* watch_;
  };

  std::chrono::milliseconds limit() const { return limit_; }
  bool has_cut() const { return has_cut_; }

 private:
  SilenceWatch(int socket, std::chrono::milliseconds limit) : socket_(socket), limit_(limit) {}
  void watch(const std::stop_token& stop);

  const int socket_;  ///< a handle of its own, which stays valid whatever libpq does
  const std::chrono::milliseconds limit_;
  std::atomic<std::uint64_t> calls_ = 0;  ///< begun and ended; odd while one is waiting
  std::atomic<bool> has_cut_ = false;
  std::mutex mutex_;  // for waking the thread up
  std::condition_variable_any wake_;
  std::jthread thread_;
};

}  // namespace weir::postgres
