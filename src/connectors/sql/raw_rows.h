// SPDX-License-Identifier: Apache-2.0
// Rows of a stream as the server sent them, one after the other. On the hot path; one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

namespace weir::sql {

class RawRows {
 public:
  RawRows(std::size_t stream, std::size_t capacity)
      : stream_(stream), bytes_(std::make_unique_for_overwrite<char[]>(capacity)), capacity_(capacity) {}

  std::size_t stream() const { return stream_; }
  std::uint64_t rows() const { return rows_; }
  std::string_view bytes() const { return {bytes_.get(), size_}; }

  /// Room for one more row of this size, which the caller fills.
  char* add(std::size_t size) {
    if (size_ + size > capacity_) grow(size_ + size);
    char* const row = bytes_.get() + size_;
    size_ += size;
    ++rows_;
    return row;
  }

 private:
  void grow(std::size_t wanted) {
    auto larger = std::make_unique_for_overwrite<char[]>(wanted);
    std::memcpy(larger.get(), bytes_.get(), size_);
    bytes_ = std::move(larger);
    capacity_ = wanted;
  }

  std::size_t stream_;
  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
  std::size_t capacity_;
  std::uint64_t rows_ = 0;
};

}  // namespace weir::sql
