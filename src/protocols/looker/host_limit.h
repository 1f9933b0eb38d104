// SPDX-License-Identifier: Apache-2.0
// How many queries an instance is asked at the same time: up to a configured number, half as many after each
// sign of overload, slowly more again. Used by session.h. Thread-safe.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace weir::looker {

class HostLimit {
 public:
  explicit HostLimit(std::size_t most) : most_(most), allowed_(most) {}

  /// A query's place; it is free again when this is dropped.
  class Place {
   public:
    explicit Place(HostLimit& limit) : limit_(&limit) {}
    Place(Place&& other) noexcept : limit_(other.limit_) { other.limit_ = nullptr; }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (limit_ != nullptr) limit_->leave();
    }

   private:
    HostLimit* limit_;
  };

  /// Waits until there is a place.
  Place enter();
  void went_well();
  /// The instance answered 429 or 5xx.
  void was_too_much();
  std::size_t allowed() const;

 private:
  void leave();

  const std::size_t most_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t allowed_;
  std::size_t running_ = 0;
  std::size_t good_ = 0;  ///< since the limit last changed
};

}  // namespace weir::looker
