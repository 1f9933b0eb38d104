// SPDX-License-Identifier: Apache-2.0
#include "formats/block.h"

#include <algorithm>
#include <cstring>

namespace weir::formats {
namespace {
constexpr std::size_t kKeptBuffers = 16;
}

Buffer& Buffer::operator=(Buffer&& other) noexcept {
  if (this != &other) {
    give_back();
    memory_ = std::move(other.memory_);
    capacity_ = other.capacity_;
    pool_ = std::move(other.pool_);
  }
  return *this;
}

void Buffer::give_back() {
  if (memory_ && pool_) pool_->put(std::move(memory_), capacity_);
  pool_.reset();
}

Buffer BufferPool::take(std::size_t bytes) {
  const auto capacity = std::max(bytes, usual_bytes_);
  if (capacity == usual_bytes_) {
    const std::lock_guard lock(mutex_);
    if (!free_.empty()) {
      auto memory = std::move(free_.back());
      free_.pop_back();
      return Buffer(std::move(memory), capacity, shared_from_this());
    }
  }
  return Buffer(std::make_unique_for_overwrite<char[]>(capacity + kPadding), capacity, shared_from_this());
}

void BufferPool::put(std::unique_ptr<char[]> memory, std::size_t capacity) {
  if (capacity != usual_bytes_) return;
  const std::lock_guard lock(mutex_);
  if (free_.size() < kKeptBuffers) free_.push_back(std::move(memory));
}

RawBlock RawBlock::copy_of(std::string_view text) {
  RawBlock block;
  block.buffer = Buffer(std::make_unique<char[]>(text.size() + kPadding), text.size(), nullptr);
  std::copy(text.begin(), text.end(), block.buffer.data());
  block.bytes = {block.buffer.data(), text.size()};
  return block;
}

}  // namespace weir::formats
