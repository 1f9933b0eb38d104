// SPDX-License-Identifier: Apache-2.0
// A cell of the instance's tables, and the memory of texts that are made for one row. Used by this
// folder. A Scratch belongs to one thread.
#pragma once

#include <cstdint>
#include <cstring>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

namespace weir::sandbox::looker {

using Row = std::uint64_t;
inline constexpr Row kNoRow = ~Row{0};

inline constexpr std::int64_t kSecond = 1'000'000;
inline constexpr std::int64_t kMinute = 60 * kSecond;
inline constexpr std::int64_t kHour = 60 * kMinute;
inline constexpr std::int64_t kDay = 24 * kHour;

enum class Kind : std::uint8_t { Null, Integer, Number, Text, Flag, Time };

/// A text lives as long as the table or the Scratch it came from.
struct Value {
  Kind kind = Kind::Null;
  std::int64_t integer = 0;  ///< also a flag (0, 1) and a time (microseconds UTC)
  double number = 0;
  std::string_view text{};
};

inline Value integer_value(std::int64_t value) { return {.kind = Kind::Integer, .integer = value}; }
inline Value number_value(double value) { return {.kind = Kind::Number, .number = value}; }
inline Value text_value(std::string_view value) { return {.kind = Kind::Text, .text = value}; }
inline Value flag_value(bool value) { return {.kind = Kind::Flag, .integer = value ? 1 : 0}; }
inline Value time_value(std::int64_t micros) { return {.kind = Kind::Time, .integer = micros}; }

/// Texts of the row at hand; clear() makes room for the next row's.
class Scratch {
 public:
  std::string_view keep(std::string_view text) {
    char* place = room(text.size());
    std::memcpy(place, text.data(), text.size());
    return {place, text.size()};
  }
  /// Room for so many characters, to be written by the caller.
  char* room(std::size_t size) {
    if (size <= kBlock - used_) {
      used_ += size;
      return block_.get() + used_ - size;
    }
    return large_.emplace_back(size, '\0').data();
  }
  void clear() {
    used_ = 0;
    large_.clear();
  }

 private:
  static constexpr std::size_t kBlock = std::size_t{16} * 1024;
  std::unique_ptr<char[]> block_ = std::make_unique<char[]>(kBlock);
  std::size_t used_ = 0;
  std::deque<std::string> large_;
};

}  // namespace weir::sandbox::looker
