// SPDX-License-Identifier: Apache-2.0
// Rows as the server sent them, one after the other: of each cell its length, four bytes, and its
// bytes. On the hot path; one thread at a time.
#pragma once

#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <optional>
#include <string_view>

#include "protocols/mysql/connection.h"

namespace weir::mysql {

class RawRows {
 public:
  static constexpr std::uint32_t kNull = std::numeric_limits<std::uint32_t>::max();

  RawRows(std::size_t stream, std::size_t capacity)
      : stream_(stream), bytes_(std::make_unique_for_overwrite<char[]>(capacity)), capacity_(capacity) {}

  std::size_t stream() const { return stream_; }
  std::uint64_t rows() const { return rows_; }
  std::string_view bytes() const { return {bytes_.get(), size_}; }

  /// Appends a row and gives its bytes here.
  std::string_view add(const RawRow& row, std::size_t columns) {
    std::size_t size = columns * sizeof(std::uint32_t);
    for (std::size_t i = 0; i < columns; ++i) size += row.lengths[i];
    if (size_ + size > capacity_) grow(size_ + size);
    char* const begin = bytes_.get() + size_;
    char* place = begin;
    for (std::size_t i = 0; i < columns; ++i) {
      const auto length = row.values[i] == nullptr ? kNull : static_cast<std::uint32_t>(row.lengths[i]);
      std::memcpy(place, &length, sizeof length);
      place += sizeof length;
      if (length == kNull) continue;
      std::memcpy(place, row.values[i], length);
      place += length;
    }
    const auto added = static_cast<std::size_t>(place - begin);
    size_ += added;
    ++rows_;
    return {begin, added};
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

/// Takes the next cell off the front of a row; nothing for NULL.
inline std::optional<std::string_view> take_cell(std::string_view& row) {
  std::uint32_t length = 0;
  std::memcpy(&length, row.data(), sizeof length);
  row.remove_prefix(sizeof length);
  if (length == RawRows::kNull) return std::nullopt;
  const auto cell = row.substr(0, length);
  row.remove_prefix(length);
  return cell;
}

}  // namespace weir::mysql
