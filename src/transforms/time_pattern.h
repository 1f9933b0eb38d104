// SPDX-License-Identifier: Apache-2.0
// TimePattern: the common strptime formats, in which every part has its full width, read without the
// engine's general parser. Used by cast. Values; safe to share.
#pragma once

#include <optional>
#include <string>
#include <string_view>

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
  std::string parts_;  ///< a letter for each directive; other characters are themselves
  bool has_fraction_ = false;
};

}  // namespace weir::transforms
