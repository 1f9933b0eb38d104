// SPDX-License-Identifier: Apache-2.0
// A piece of an input that holds whole records, in a buffer that is used again.
// Cut by the block reader on one thread, decoded on any other; one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace weir::formats {

/// Zero bytes that may be read behind a block: decoders look at several bytes at once.
inline constexpr std::size_t kPadding = 64;

class BufferPool;

/// Memory that goes back to its pool when it is dropped.
class Buffer {
 public:
  Buffer() = default;
  Buffer(std::unique_ptr<char[]> memory, std::size_t capacity, std::shared_ptr<BufferPool> pool)
      : memory_(std::move(memory)), capacity_(capacity), pool_(std::move(pool)) {}
  Buffer(Buffer&&) noexcept = default;
  Buffer& operator=(Buffer&& other) noexcept;
  ~Buffer() { give_back(); }

  char* data() const { return memory_.get(); }
  /// Usable bytes; kPadding more exist behind them.
  std::size_t capacity() const { return capacity_; }

 private:
  void give_back();

  std::unique_ptr<char[]> memory_;
  std::size_t capacity_ = 0;
  std::shared_ptr<BufferPool> pool_;  // shared: blocks may outlive their reader
};

/// Keeps a few buffers of the usual size. Thread-safe.
class BufferPool : public std::enable_shared_from_this<BufferPool> {
 public:
  explicit BufferPool(std::size_t usual_bytes) : usual_bytes_(usual_bytes) {}
  /// A buffer of at least `bytes`, its content undefined.
  Buffer take(std::size_t bytes);
  std::size_t usual_bytes() const { return usual_bytes_; }

 private:
  friend class Buffer;
  void put(std::unique_ptr<char[]> memory, std::size_t capacity);

  std::size_t usual_bytes_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<char[]>> free_;
};

struct RawBlock {
  Buffer buffer;
  std::string_view bytes;    ///< whole records; kPadding zero bytes follow
  std::uint64_t offset = 0;  ///< of the first byte in the inflated input
  std::uint64_t line = 1;    ///< physical line of the first byte
  /// Not empty: the bytes are the beginning of one record that cannot be decoded, and why.
  std::string fault;

  /// A block of its own with a copy of `text`, as if it were a whole input.
  static RawBlock copy_of(std::string_view text);
};

}  // namespace weir::formats
