// SPDX-License-Identifier: Apache-2.0
#include "transforms/time_pattern.h"

#include <algorithm>

namespace weir::transforms {
namespace {

constexpr std::string_view kDirectives = "YmdHMS";
constexpr std::string_view kFraction = ".%f";
constexpr std::size_t kMicroDigits = 6;

/// How many bytes of the text a part stands for.
constexpr std::size_t width_of(char part) {
  switch (part) {
    case 'Y':
      return 4;
    case 'm':
    case 'd':
    case 'H':
    case 'M':
    case 'S':
      return 2;
    default:
      return 1;
  }
}

/// So many digits, or -1.
int digits(std::string_view text, std::size_t at, std::size_t count) {
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    const auto digit = static_cast<unsigned>(text[i] - '0');
    if (digit > 9) return -1;
    value = value * 10 + static_cast<int>(digit);
  }
  return value;
}

/// The microseconds of a fraction of one to six digits, or -1.
int micros_of(std::string_view text) {
  if (text.empty() || text.size() > kMicroDigits) return -1;
  int value = digits(text, 0, text.size());
  for (auto size = text.size(); size < kMicroDigits && value >= 0; ++size) value *= 10;
  return value;
}

}  // namespace

std::optional<TimePattern> TimePattern::make(std::string_view format) {
  TimePattern pattern;
  if (format.ends_with(kFraction)) {
    pattern.has_fraction_ = true;
    format.remove_suffix(kFraction.size());
  }
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') {
      // A letter could not be told from a directive, and blanks stand for any number of them.
      if (kDirectives.find(format[i]) != kDirectives.npos) return std::nullopt;
      pattern.parts_ += format[i];
      continue;
    }
    if (++i == format.size() || kDirectives.find(format[i]) == kDirectives.npos) return std::nullopt;
    pattern.parts_ += format[i];
  }
  for (const char directive : kDirectives) {
    const auto times = std::count(pattern.parts_.begin(), pattern.parts_.end(), directive);
    const bool is_date = directive == 'Y' || directive == 'm' || directive == 'd';
    if (times > 1 || (times == 0 && is_date)) return std::nullopt;
  }
  return pattern;
}

std::optional<Timestamp> TimePattern::parse(std::string_view text) const {
  CivilDate date;
  int hour = 0;
  int minute = 0;
  int second = 0;
  std::size_t at = 0;
  for (const char part : parts_) {
    const auto width = width_of(part);
    if (at + width > text.size()) return std::nullopt;
    if (width == 1) {
      if (text[at++] != part) return std::nullopt;
      continue;
    }
    const int value = digits(text, at, width);
    if (value < 0) return std::nullopt;
    at += width;
    switch (part) {
      case 'Y':
        date.year = value;
        break;
      case 'm':
        date.month = value;
        break;
      case 'd':
        date.day = value;
        break;
      case 'H':
        hour = value;
        break;
      case 'M':
        minute = value;
        break;
      default:
        second = value;
    }
  }
  int micros = 0;
  if (at < text.size()) {
    if (!has_fraction_ || text[at] != '.') return std::nullopt;
    micros = micros_of(text.substr(at + 1));
  }
  const auto day = from_civil(date);
  if (!day || micros < 0 || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  const auto seconds = (std::int64_t{hour} * 60 + minute) * 60 + second;
  return Timestamp{midnight(*day).micros + seconds * 1'000'000 + micros};
}

}  // namespace weir::transforms
