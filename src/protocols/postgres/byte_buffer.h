// SPDX-License-Identifier: Apache-2.0
// Bytes that grow at their end, in the network's order. For the hot paths of encoding. One thread.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

namespace weir::postgres {

static_assert(std::endian::native == std::endian::little, "the byte order below is turned");

class ByteBuffer {
 public:
  std::string_view view() const { return {bytes_.get(), size_}; }
  std::size_t size() const { return size_; }
  /// Forgets the bytes, keeps the memory.
  void clear() { size_ = 0; }

  void put(std::string_view bytes) { std::memcpy(extend(bytes.size()), bytes.data(), bytes.size()); }
  void put_byte(std::uint8_t value) { *extend(1) = static_cast<char>(value); }
  void put16(std::uint16_t value) { put_turned(__builtin_bswap16(value)); }
  void put32(std::uint32_t value) { put_turned(__builtin_bswap32(value)); }
  void put64(std::uint64_t value) { put_turned(__builtin_bswap64(value)); }
  /// Room for `size` bytes at the end, to be filled by the caller.
  char* extend(std::size_t size) {
    if (size_ + size > capacity_) grow(size_ + size);
    char* place = bytes_.get() + size_;
    size_ += size;
    return place;
  }
  /// Sets four bytes that were put before.
  void set32(std::size_t at, std::uint32_t value) {
    value = __builtin_bswap32(value);
    std::memcpy(bytes_.get() + at, &value, sizeof value);
  }

 private:
  template <typename Number>
  void put_turned(Number value) {
    std::memcpy(extend(sizeof value), &value, sizeof value);
  }
  void grow(std::size_t wanted) {
    const auto capacity = wanted < 4096 ? 4096 : wanted + wanted / 2;
    auto larger = std::make_unique_for_overwrite<char[]>(capacity);
    if (size_ > 0) std::memcpy(larger.get(), bytes_.get(), size_);
    bytes_ = std::move(larger);
    capacity_ = capacity;
  }

  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace weir::postgres
