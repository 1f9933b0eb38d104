// SPDX-License-Identifier: Apache-2.0
#include "protocols/postgres/silence_watch.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace weir::postgres {
namespace {

/// A limit is measured in so many steps; a call is cut in the first step behind it.
constexpr int kSteps = 16;

}  // namespace

Result<std::unique_ptr<SilenceWatch>> SilenceWatch::start(int socket, std::chrono::milliseconds limit) {
  const int handle = ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
  if (handle < 0) return fail(ErrorCode::Exhausted, "no handle for a connection: {}", std::strerror(errno));
  std::unique_ptr<SilenceWatch> watch(new SilenceWatch(handle, limit));
  try {
    watch->thread_ = std::jthread([&it = *watch](const std::stop_token& stop) { it.watch(stop); });
  } catch (const std::system_error& error) {
    return fail(ErrorCode::Exhausted, "no thread for a connection: {}", error.what());
  }
  return watch;
}

SilenceWatch::~SilenceWatch() {
  thread_ = {};
  ::close(socket_);
}

void SilenceWatch::watch(const std::stop_token& stop) {
  const auto step = std::max(limit_ / kSteps, std::chrono::milliseconds(1));
  std::unique_lock lock(mutex_);
  std::uint64_t seen = 0;
  for (int unchanged = 0; unchanged <= kSteps;) {
    wake_.wait_for(lock, stop, step, [] { return false; });
    if (stop.stop_requested()) return;
    const auto now = calls_.load(std::memory_order_relaxed);
    const bool waits = now % 2 == 1 && now == seen;
    unchanged = waits ? unchanged + 1 : 0;
    seen = now;
  }
  has_cut_ = true;
  ::shutdown(socket_, SHUT_RDWR);
}

}  // namespace weir::postgres
