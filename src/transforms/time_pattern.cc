// SPDX-License-Identifier: Apache-2.0
#include "transforms/time_pattern.h"

#include <map>

namespace weir::transforms {
namespace {

constexpr std::string_view kDirectives = "YmdHMS";
constexpr std::string_view kFraction = ".%f";
constexpr std::size_t kMicroDigits = 6;

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
  std::map<char, std::size_t> places;
  for (std::size_t i = 0; i < format.size(); ++i) {
    const bool is_directive = format[i] == '%';
    if (is_directive && ++i == format.size()) return std::nullopt;
    const char c = format[i];
    // A letter could not be told from a directive, and blanks stand for any number of them.
    if ((kDirectives.find(c) != kDirectives.npos) != is_directive) return std::nullopt;
    if (is_directive) {
      if (!places.emplace(c, pattern.size_).second) return std::nullopt;
      pattern.size_ += c == 'Y' ? 4 : 2;
    } else {
      pattern.literals_.push_back({pattern.size_++, c});
    }
  }
  const auto place = [&](char directive) -> std::optional<std::size_t> {
    const auto found = places.find(directive);
    return found == places.end() ? std::nullopt : std::optional(found->second);
  };
  const auto year = place('Y');
  const auto month = place('m');
  const auto day = place('d');
  if (!year || !month || !day) return std::nullopt;
  pattern.year_ = *year;
  pattern.month_ = *month;
  pattern.day_ = *day;
  pattern.hour_ = place('H');
  pattern.minute_ = place('M');
  pattern.second_ = place('S');
  return pattern;
}

std::optional<Timestamp> TimePattern::parse(std::string_view text) const {
  if (text.size() < size_) return std::nullopt;
  unsigned wrong = 0;
  for (const auto& [at, byte] : literals_) wrong |= static_cast<unsigned>(text[at] != byte);
  const auto two = [&](std::size_t at) {
    const auto tens = static_cast<unsigned>(text[at] - '0');
    const auto ones = static_cast<unsigned>(text[at + 1] - '0');
    wrong |= static_cast<unsigned>(tens > 9) | static_cast<unsigned>(ones > 9);
    return static_cast<int>(tens * 10 + ones);
  };
  const CivilDate date{two(year_) * 100 + two(year_ + 2), two(month_), two(day_)};
  const int hour = hour_ ? two(*hour_) : 0;
  const int minute = minute_ ? two(*minute_) : 0;
  const int second = second_ ? two(*second_) : 0;
  int micros = 0;
  if (text.size() > size_) {
    if (!has_fraction_ || text[size_] != '.') return std::nullopt;
    micros = micros_of(text.substr(size_ + 1));
  }
  if (wrong != 0 || micros < 0 || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  const auto day = from_civil(date);
  if (!day) return std::nullopt;
  const auto seconds = (std::int64_t{hour} * 60 + minute) * 60 + second;
  return Timestamp{midnight(*day).micros + seconds * 1'000'000 + micros};
}

}  // namespace weir::transforms
