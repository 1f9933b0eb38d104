// SPDX-License-Identifier: Apache-2.0
#include "io/object_reader.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstring>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>

namespace weir::io {
namespace {

/// Below this, a piece that cannot be had is an outage and not a bad line.
constexpr std::uint64_t kSmallestPiece = 256U << 10;

/// The ranges are numbered from 0 on. Invariant, under mutex_: ranges below current_ are read,
/// fetched_ holds some of [current_, next_), the others of these are in flight, and
/// next_ <= current_ + ahead_.ranges.
class RangeReader final : public ObjectReader {
 public:
  RangeReader(ObjectStore& store, ObjectInfo object, ReadAhead ahead, std::uint64_t offset)
      : store_(store), object_(std::move(object)), ahead_(ahead), start_(offset), piece_(ahead.range_bytes) {
    const std::uint64_t bytes = object_.size - start_;
    count_ = (bytes + ahead_.range_bytes - 1) / ahead_.range_bytes;
  }

  ~RangeReader() override {
    {
      const std::lock_guard lock(mutex_);
      next_ = count_;
    }
    room_.notify_all();
    for (auto& thread : threads_) thread.join();
  }

  Result<std::size_t> read(char* buffer, std::size_t capacity) override {
    if (read_ == bytes_.size()) {
      if (current_ == count_ || capacity == 0) return std::size_t{0};
      TRY(take_next());
    }
    const std::size_t count = std::min(capacity, bytes_.size() - read_);
    std::memcpy(buffer, bytes_.data() + read_, count);
    read_ += count;
    return count;
  }

 private:
  ByteRange range(std::uint64_t number) const {
    const std::uint64_t offset = start_ + number * ahead_.range_bytes;
    return {offset, std::min(ahead_.range_bytes, object_.size - offset)};
  }

  Result<void> take_next() {
    if (failure_) return Failure(*failure_);
    auto bytes = count_ == 1 || ahead_.ranges == 1 ? fetch(range(current_)) : wait_for_next();
    if (!bytes.ok()) {
      failure_ = bytes.error();
      return Failure(*failure_);
    }
    bytes_ = *std::move(bytes);
    read_ = 0;
    const std::lock_guard lock(mutex_);
    ++current_;
    room_.notify_one();
    return {};
  }

  Result<std::string> wait_for_next() {
    TRY(start_threads());
    bytes_ = {};  // its memory is what the next range may use
    std::unique_lock lock(mutex_);
    ready_.wait(lock, [this] { return fetched_.count(current_) != 0; });
    auto node = fetched_.extract(current_);
    return std::move(node.mapped());
  }

  Result<void> start_threads() {
    const std::size_t wanted = std::min<std::uint64_t>(ahead_.ranges, count_);
    try {
      while (threads_.size() < wanted) threads_.emplace_back([this] { fetch_ahead(); });
    } catch (const std::system_error& error) {
      if (threads_.empty()) return fail(ErrorCode::Exhausted, "no thread can be started: {}", error.what());
    }
    return {};
  }

  void fetch_ahead() {
    for (std::unique_lock lock(mutex_);;) {
      room_.wait(lock, [this] { return next_ == count_ || next_ < current_ + ahead_.ranges; });
      if (next_ == count_) return;
      const std::uint64_t number = next_++;
      lock.unlock();
      auto bytes = fetch(range(number));
      lock.lock();
      if (!bytes.ok()) next_ = count_;  // what comes behind a failure is never read
      fetched_.emplace(number, std::move(bytes));
      ready_.notify_one();
    }
  }

  Result<std::string> fetch(ByteRange range) {
    std::string bytes;
    while (bytes.size() < range.length) {
      const std::uint64_t piece = piece_;
      const ByteRange rest{range.offset + bytes.size(), std::min(piece, range.length - bytes.size())};
      auto part = store_.read(object_.key, rest, object_.version);
      if (!part.ok() && part.error().code() == ErrorCode::Unavailable && rest.length > kSmallestPiece) {
        piece_ = std::max(kSmallestPiece, rest.length / 2);
        continue;
      }
      if (!part.ok()) return Failure(std::move(part).error().within("reading " + store_.uri(object_.key)));
      if (part->size() != rest.length) return ended_early(rest.offset + part->size());
      if (rest.length == range.length) return part;
      bytes += *part;
    }
    return bytes;
  }

  Failure ended_early(std::uint64_t end) const {
    return fail(ErrorCode::Conflict,
                "{} ends after {} bytes, but was listed with {}: it was changed meanwhile",
                store_.uri(object_.key), end, object_.size);
  }

  ObjectStore& store_;
  const ObjectInfo object_;
  const ReadAhead ahead_;
  const std::uint64_t start_;
  std::uint64_t count_ = 0;
  std::atomic<std::uint64_t> piece_;  // what transfers have managed so far

  // Of the reading thread.
  std::string bytes_;
  std::size_t read_ = 0;
  std::optional<Error> failure_;
  std::vector<std::thread> threads_;

  std::mutex mutex_;
  std::condition_variable room_;
  std::condition_variable ready_;
  std::uint64_t current_ = 0;  // written by the reading thread only
  std::uint64_t next_ = 0;
  std::map<std::uint64_t, Result<std::string>> fetched_;
};

}  // namespace

Result<std::unique_ptr<ObjectReader>> ObjectReader::open(ObjectStore& store, ObjectInfo object,
                                                         ReadAhead ahead, std::uint64_t offset) {
  if (offset > object.size) {
    return fail(ErrorCode::Conflict, "{} has {} bytes, so it cannot be read from byte {} on",
                store.uri(object.key), object.size, offset);
  }
  ahead.range_bytes = std::max<std::uint64_t>(ahead.range_bytes, 1);
  ahead.ranges = std::max<std::size_t>(ahead.ranges, 1);
  return std::unique_ptr<ObjectReader>(new RangeReader(store, std::move(object), ahead, offset));
}

}  // namespace weir::io
