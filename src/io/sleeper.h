// SPDX-License-Identifier: Apache-2.0
// The only way to wait. Tests hand in a RecordingSleeper, which returns at once. Thread-safe.
#pragma once

#include <chrono>
#include <mutex>
#include <vector>

namespace weir::io {

class Sleeper {
 public:
  virtual ~Sleeper() = default;
  virtual void sleep(std::chrono::milliseconds wait) = 0;
};

class SystemSleeper final : public Sleeper {
 public:
  void sleep(std::chrono::milliseconds wait) override;
};

/// Remembers the waits that were asked for.
class RecordingSleeper final : public Sleeper {
 public:
  void sleep(std::chrono::milliseconds wait) override {
    const std::lock_guard lock(mutex_);
    waits_.push_back(wait);
  }
  std::vector<std::chrono::milliseconds> waits() const {
    const std::lock_guard lock(mutex_);
    return waits_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::chrono::milliseconds> waits_;
};

}  // namespace weir::io
