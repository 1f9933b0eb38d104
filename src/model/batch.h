// SPDX-License-Identifier: Apache-2.0
// Rows in columns: what sources decode into, the engine computes on and destinations write from.
// The layout is that of the engine's vectors, so nothing is copied on the way through.
// A batch belongs to one thread at a time.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "model/schema.h"

namespace weir::model {

/// A text value of 16 bytes: up to 12 bytes inside, longer text behind a pointer that somebody
/// else keeps alive. Same layout as the engine's strings (checked in engine/).
class Text {
 public:
  static constexpr std::uint32_t kInline = 12;

  Text() = default;
  /// Text of up to 12 bytes is copied; longer text must outlive this value.
  explicit Text(std::string_view text) {
    const char* const from = text.data();
    const auto size = text.size();
    const auto length = static_cast<std::uint32_t>(size);
    if (size > kInline) {
      head_ = length | load<std::uint32_t>(from) << 32;
      tail_ = std::bit_cast<std::uint64_t>(from);
    } else if (size >= 4) {
      head_ = length | load<std::uint32_t>(from) << 32;
      // The last bytes overlap those that are there already.
      const auto last = load<std::uint32_t>(from + size - 4);
      tail_ = size < 8 ? last >> (8 * (8 - size)) : load<std::uint32_t>(from + 4) | last << (8 * (size - 8));
    } else if (size > 0) {
      const auto middle = size / 2;
      const auto end = size - 1;
      head_ = length | byte(from, 0) << 32 | byte(from, middle) << (32 + 8 * middle) |
              byte(from, end) << (32 + 8 * end);
    }
  }

  std::string_view view() const {
    const auto length = static_cast<std::uint32_t>(head_);
    if (length <= kInline) return {reinterpret_cast<const char*>(this) + sizeof length, length};
    return {std::bit_cast<const char*>(tail_), length};
  }

 private:
  template <typename T>
  static std::uint64_t load(const char* from) {
    T value;
    std::memcpy(&value, from, sizeof value);
    return value;
  }
  static std::uint64_t byte(const char* from, std::size_t at) { return load<std::uint8_t>(from + at); }

  // Two words and not a length and characters: what is written in pieces is slow to be read as a whole.
  std::uint64_t head_ = 0;  ///< the length, then the first four bytes
  std::uint64_t tail_ = 0;  ///< the other bytes, or where the text is
};
static_assert(sizeof(Text) == 16 && sizeof(void*) == 8 && std::endian::native == std::endian::little);

/// One column of borrowed values. Which C++ type stands behind `data`: see Type.
struct ColumnView {
  Type type = Type::Text;
  const void* data = nullptr;
  const std::uint64_t* validity = nullptr;  ///< a bit a row, 1 is a value; null pointer: all are

  bool is_null(std::size_t row) const {
    return validity != nullptr && ((validity[row / 64] >> (row % 64)) & 1U) == 0;
  }
  template <typename T>
  const T& at(std::size_t row) const {
    return static_cast<const T*>(data)[row];
  }
  std::string_view text(std::size_t row) const { return at<Text>(row).view(); }
};

/// Borrowed rows. Valid until the call that handed them out returns, unless stated otherwise.
struct BatchView {
  std::size_t rows = 0;
  std::span<const ColumnView> columns;
};

/// Where a row stands in its input, so that it can be shown and replayed.
struct RowOrigin {
  std::uint64_t line = 0;    ///< first physical line, from 1
  std::uint64_t offset = 0;  ///< first byte, relative to the block that was decoded
  std::uint32_t length = 0;  ///< bytes, without the line end
};

/// Rows that a source builds. New cells are null until set.
class Batch {
 public:
  explicit Batch(const Schema& schema);
  Batch(Batch&&) noexcept = default;
  Batch& operator=(Batch&&) noexcept = default;

  /// Appends a row of nulls and returns its index.
  std::size_t add_row(const RowOrigin& origin);
  /// Takes the last row back, as when it turns out to be unreadable.
  void drop_last_row();
  /// Forgets all rows and kept text, keeps the memory.
  void clear();

  std::size_t rows() const { return origins_.size(); }
  const std::vector<RowOrigin>& origins() const { return origins_; }

  void set_boolean(std::size_t column, std::size_t row, bool value) { put<std::uint8_t>(column, row, value); }
  /// For Integer columns.
  void set_integer(std::size_t column, std::size_t row, std::int64_t value) { put(column, row, value); }
  void set_double(std::size_t column, std::size_t row, double value) { put(column, row, value); }
  void set_timestamp(std::size_t column, std::size_t row, Timestamp value) { put(column, row, value.micros); }
  void set_date(std::size_t column, std::size_t row, Date value) { put(column, row, value.days); }
  /// For Text, Json and Blob columns. The bytes must outlive the batch: see keep(). Text and Json
  /// must be UTF-8, which the caller has checked.
  void set_text(std::size_t column, std::size_t row, std::string_view value) {
    put(column, row, Text(value));
  }
  /// Takes a cell's value back.
  void set_null(std::size_t column, std::size_t row) {
    columns_[column].validity[row / 64] &= ~(std::uint64_t{1} << (row % 64));
  }
  /// Copies bytes into memory that lives until clear().
  std::string_view keep(std::string_view bytes);
  /// Memory that lives until clear(), for text that is built in place.
  char* reserve(std::size_t bytes);

  /// A view of all rows; valid until the batch changes.
  BatchView view() const;

 private:
  struct ColumnData {
    Type type;
    std::size_t width;
    std::vector<std::uint64_t> values;  // raw storage, 8-byte aligned
    std::vector<std::uint64_t> validity;
  };

  template <typename T>
  void put(std::size_t column, std::size_t row, const T& value) {
    auto& data = columns_[column];
    std::memcpy(reinterpret_cast<char*>(data.values.data()) + row * sizeof(T), &value, sizeof(T));
    data.validity[row / 64] |= std::uint64_t{1} << (row % 64);
  }
  void grow();

  std::vector<ColumnData> columns_;
  std::vector<RowOrigin> origins_;
  std::size_t capacity_ = 0;
  std::vector<std::unique_ptr<char[]>> slabs_;
  std::size_t slab_used_ = 0;
  std::size_t slab_size_ = 0;
  mutable std::vector<ColumnView> views_;
};

}  // namespace weir::model
