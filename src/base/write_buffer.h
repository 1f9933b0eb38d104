// SPDX-License-Identifier: Apache-2.0
// WriteBuffer: growing bytes that row writers fill through a raw pointer, so that no cell pays for
// a capacity check a byte. One thread at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace weir {

class WriteBuffer {
 public:
  /// A place for up to `bytes` more; valid until the next call. Tell how many were used with used().
  char* room(std::size_t bytes) {
    if (capacity_ - size_ < bytes) grow(bytes);
    return data_.get() + size_;
  }
  void used(const char* end) { size_ = static_cast<std::size_t>(end - data_.get()); }
  void append(std::string_view bytes) {
    std::memcpy(room(bytes.size() + 1), bytes.data(), bytes.size());
    size_ += bytes.size();
  }

  std::string_view view() const { return {data_.get(), size_}; }
  std::size_t size() const { return size_; }
  void clear() { size_ = 0; }

 private:
  void grow(std::size_t bytes) {
    const auto capacity = std::max(capacity_ * 2, size_ + bytes + 4096);
    std::unique_ptr<char[]> larger(new char[capacity]);
    if (size_ > 0) std::memcpy(larger.get(), data_.get(), size_);
    data_ = std::move(larger);
    capacity_ = capacity;
  }

  std::unique_ptr<char[]> data_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace weir
