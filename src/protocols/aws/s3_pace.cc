// SPDX-License-Identifier: Apache-2.0
#include "protocols/aws/s3_pace.h"

#include <algorithm>

namespace weir::aws {

void S3Pace::enter() {
  std::unique_lock lock(mutex_);
  free_.wait(lock, [this] { return running_ < limit_; });
  ++running_;
}

void S3Pace::leave(Outcome outcome) {
  constexpr std::size_t kGoodOnesForOneMore = 100;
  const std::lock_guard lock(mutex_);
  --running_;
  if (outcome == Outcome::TooFast) {
    limit_ = std::max<std::size_t>(1, limit_ / 2);
    good_ = 0;
  } else if (outcome == Outcome::Good && ++good_ == kGoodOnesForOneMore) {
    limit_ = std::min(most_, limit_ + 1);
    good_ = 0;
  }
  free_.notify_all();
}

std::size_t S3Pace::limit() const {
  const std::lock_guard lock(mutex_);
  return limit_;
}

}  // namespace weir::aws
