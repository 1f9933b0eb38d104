// SPDX-License-Identifier: Apache-2.0
#include "protocols/postgres/times.h"

#include <fmt/format.h>

#include <limits>

namespace weir::postgres {
namespace {

constexpr std::int32_t kFirstDay = -719'528;  // 0000-01-01
constexpr std::int32_t kEndDay = 2'932'897;   // 10000-01-01

template <typename Number>
const char* infinity(Number value) {
  if (value == std::numeric_limits<Number>::max()) return "infinity";
  return value == std::numeric_limits<Number>::min() ? "-infinity" : nullptr;
}

}  // namespace

std::optional<Date> date_of(std::int32_t days) {
  const auto ours = std::int64_t{days} + kEpochDays;
  if (ours < kFirstDay || ours >= kEndDay) return std::nullopt;
  return Date{static_cast<std::int32_t>(ours)};
}

std::optional<Timestamp> timestamp_of(std::int64_t micros) {
  constexpr auto kFirst = kFirstDay * kMicrosPerDay - kEpochMicros;
  constexpr auto kEnd = kEndDay * kMicrosPerDay - kEpochMicros;
  if (micros < kFirst || micros >= kEnd) return std::nullopt;
  return Timestamp{micros + kEpochMicros};
}

std::string date_text(std::int32_t days) {
  if (const auto* text = infinity(days)) return text;
  if (const auto date = date_of(days)) return to_string(*date);
  return fmt::format("{} days from 2000-01-01", days);
}

std::string timestamp_text(std::int64_t micros) {
  if (const auto* text = infinity(micros)) return text;
  const auto time = timestamp_of(micros);
  if (!time) return fmt::format("{} microseconds from 2000-01-01", micros);
  char text[26];
  write_sql_timestamp(*time, text);
  return {text, sizeof text};
}

}  // namespace weir::postgres
