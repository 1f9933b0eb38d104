// SPDX-License-Identifier: Apache-2.0
// TimePattern: the common strptime formats, in which every part has its full width, read without the
// engine's general parser. Used by cast. Values; safe to share.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace weir::transforms {

class TimePattern {
 public:
  /// Nothing for a format that has other parts than %Y %m %d %H %M %S and a last ".%f".
  static std::optional<TimePattern> make(std::string_view format);

  /// The time when the text has exactly the format, with or without the fraction. Nothing says only that
  /// the general parser has to look: it takes "1" where "01" is meant.
  std::optional<Timestamp> parse(std::string_view text) const;

 private:
  struct Literal {
    std::size_t at;
    char byte;
  };

  std::size_t size_ = 0;  ///< of a text without a fraction
  std::size_t year_ = 0;  ///< where its first digit stands, like those of the others
  std::size_t month_ = 0;
  std::size_t day_ = 0;
  std::optional<std::size_t> hour_, minute_, second_;
  std::vector<Literal> literals_;
  bool has_fraction_ = false;
};

}  // namespace weir::transforms
