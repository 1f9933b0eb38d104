// SPDX-License-Identifier: Apache-2.0
// S3Pace: how many exchanges with a server run at the same time. Used by S3Client. Thread-safe.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace weir::aws {

class S3Pace {
 public:
  enum class Outcome { Good, Bad, TooFast };

  explicit S3Pace(std::size_t most) : most_(most), limit_(most) {}

  /// Waits until one more exchange may begin.
  void enter();
  /// After SlowDown half as many may run, but always one; a hundred good ones earn one more.
  void leave(Outcome outcome);
  std::size_t limit() const;

 private:
  const std::size_t most_;
  mutable std::mutex mutex_;
  std::condition_variable free_;
  std::size_t limit_;
  std::size_t running_ = 0;
  std::size_t good_ = 0;
};

}  // namespace weir::aws
