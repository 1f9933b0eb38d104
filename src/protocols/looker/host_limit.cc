// SPDX-License-Identifier: Apache-2.0
#include "protocols/looker/host_limit.h"

#include <algorithm>

namespace weir::looker {
namespace {

/// One more is tried after so many good answers in a row.
constexpr std::size_t kPatience = 10;

}  // namespace

HostLimit::Place HostLimit::enter() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return running_ < allowed_; });
  ++running_;
  return Place(*this);
}

void HostLimit::leave() {
  {
    const std::lock_guard lock(mutex_);
    --running_;
  }
  changed_.notify_all();
}

void HostLimit::went_well() {
  {
    const std::lock_guard lock(mutex_);
    if (allowed_ == most_ || ++good_ < kPatience) return;
    good_ = 0;
    ++allowed_;
  }
  changed_.notify_all();
}

void HostLimit::was_too_much() {
  const std::lock_guard lock(mutex_);
  good_ = 0;
  allowed_ = std::max<std::size_t>(1, allowed_ / 2);
}

std::size_t HostLimit::allowed() const {
  const std::lock_guard lock(mutex_);
  return allowed_;
}

}  // namespace weir::looker
