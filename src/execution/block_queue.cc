// SPDX-License-Identifier: Apache-2.0
#include "execution/block_queue.h"

#include <algorithm>
#include <condition_variable>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

namespace weir::execution {
namespace {

/// What the threads share. Blocks are numbered as they are read; `ready` holds those that wait for
/// delivery, so next_read - next_delivered never exceeds kBlocksAhead.
class Queue {
 public:
  Queue(sdk::Extraction& extraction, const std::atomic<bool>& cancelled)
      : extraction_(extraction), cancelled_(cancelled) {}

  void run_worker(const Work& work) {
    while (auto taken = take()) {
      auto& [number, worked] = *taken;
      auto done = worked->block->decode(worked->rows, worked->rejects);
      if (done.ok()) done = work(*worked);
      put(number, std::move(worked), std::move(done));
    }
  }

  Result<void> deliver_all(const Deliver& deliver) {
    while (true) {
      auto next = TRY(wait_for_next());
      if (next == nullptr) return {};
      TRY(deliver(*next));
      recycle(std::move(next));
    }
  }

  void stop() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    room_.notify_one();
  }

 private:
  struct Taken {
    std::uint64_t number;
    std::unique_ptr<WorkedBlock> worked;
  };
  struct Ready {
    std::unique_ptr<WorkedBlock> worked;
    Result<void> outcome;
  };

  /// Reads the next block; blocks are read one at a time, by whichever worker is free.
  std::optional<Taken> take() {
    const std::lock_guard reading(reading_);
    {
      std::unique_lock lock(mutex_);
      room_.wait(lock, [&] { return stopped_ || ended_ || next_read_ - next_delivered_ < kBlocksAhead; });
      if (stopped_ || ended_) return std::nullopt;
    }
    auto block = extraction_.next();
    const auto bytes_read = extraction_.bytes_read();
    const std::lock_guard lock(mutex_);
    if (block.ok() && *block != nullptr) {
      auto worked = reuse((*block)->stream());
      worked->bytes_read = bytes_read;
      worked->block = *std::move(block);
      return Taken{next_read_++, std::move(worked)};
    }
    ended_ = true;
    if (!block.ok()) ready_.emplace(next_read_++, Ready{nullptr, Failure(std::move(block).error())});
    arrived_.notify_one();
    return std::nullopt;
  }

  /// An empty one for rows of the stream. The caller holds mutex_.
  std::unique_ptr<WorkedBlock> reuse(std::size_t stream) {
    const auto found = std::find_if(free_.rbegin(), free_.rend(),
                                    [&](const auto& worked) { return worked->stream == stream; });
    if (found == free_.rend()) return std::make_unique<WorkedBlock>(stream, extraction_.schema(stream));
    auto worked = std::move(*found);
    free_.erase(std::next(found).base());
    return worked;
  }

  void put(std::uint64_t number, std::unique_ptr<WorkedBlock> worked, Result<void> outcome) {
    const std::lock_guard lock(mutex_);
    ready_.emplace(number, Ready{std::move(worked), std::move(outcome)});
    if (number == next_delivered_) arrived_.notify_one();
  }

  /// The next block in order; null at the end.
  Result<std::unique_ptr<WorkedBlock>> wait_for_next() {
    std::unique_lock lock(mutex_);
    const auto next_is_ready = [&] { return !ready_.empty() && ready_.begin()->first == next_delivered_; };
    arrived_.wait(lock, [&] { return next_is_ready() || (ended_ && next_delivered_ == next_read_); });
    if (cancelled_)
      return fail(ErrorCode::Cancelled, "stopped on request; nothing of this run was published");
    if (!next_is_ready()) return std::unique_ptr<WorkedBlock>();
    auto ready = std::move(ready_.begin()->second);
    ready_.erase(ready_.begin());
    if (!ready.outcome.ok()) return Failure(std::move(ready.outcome).error());
    return std::move(ready.worked);
  }

  void recycle(std::unique_ptr<WorkedBlock> worked) {
    worked->chunks.clear();
    worked->rows.clear();
    worked->rejects.clear();
    worked->block.reset();
    worked->encoded.is_block = false;
    worked->encoded.bytes.clear();
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(worked));
    // Those of a stream that is read to its end would be kept for nothing.
    if (free_.size() > kBlocksAhead) free_.erase(free_.begin());
    ++next_delivered_;
    room_.notify_one();
  }

  sdk::Extraction& extraction_;
  const std::atomic<bool>& cancelled_;
  std::mutex reading_;               ///< held while the extraction is asked; taken before mutex_
  std::mutex mutex_;                 ///< guards everything below
  std::condition_variable arrived_;  ///< the deliverer waits for the next block, or for the end
  std::condition_variable room_;     ///< whoever holds reading_ waits until fewer blocks are ahead
  std::map<std::uint64_t, Ready> ready_;
  std::vector<std::unique_ptr<WorkedBlock>> free_;
  std::uint64_t next_read_ = 0;
  std::uint64_t next_delivered_ = 0;
  bool ended_ = false;
  bool stopped_ = false;
};

}  // namespace

Result<void> work_off(sdk::Extraction& extraction, const std::vector<Work>& workers, const Deliver& deliver,
                      const std::atomic<bool>& cancelled) {
  Queue queue(extraction, cancelled);
  std::vector<std::thread> threads;
  threads.reserve(workers.size());
  for (const auto& work : workers) threads.emplace_back([&queue, &work] { queue.run_worker(work); });
  auto delivered = queue.deliver_all(deliver);
  queue.stop();
  for (auto& thread : threads) thread.join();
  return delivered;
}

}  // namespace weir::execution
