// SPDX-License-Identifier: Apache-2.0
#include "formats/write_values.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstring>

namespace weir::formats {
namespace {

constexpr std::int64_t kMicrosPerDay = 86'400'000'000;

char* write_word(std::string_view word, char* out) {
  std::memcpy(out, word.data(), word.size());
  return out + word.size();
}

bool has_four_digit_year(Date date) {
  constexpr std::int32_t kYear0 = -719'528;
  constexpr std::int32_t kYear10000 = 2'932'897;
  return date.days >= kYear0 && date.days < kYear10000;
}

char* write_long_date(Date date, char* out) {
  const auto [year, month, day] = civil(date);
  return fmt::format_to(out, "{:+07d}-{:02d}-{:02d}", year, month, day);
}

/// Without the zeros at its end. All of it is written first: there is room for kMaxFixedText.
char* write_short_time(Timestamp time, char* out) {
  char(&text)[26] = *reinterpret_cast<char(*)[26]>(out);
  write_sql_timestamp(time, text);
  char* end = out + sizeof text;
  while (end[-1] == '0') --end;
  return end[-1] == '.' ? end - 1 : end;
}

}  // namespace

char* write_boolean(bool value, char* out) { return write_word(value ? "true" : "false", out); }

char* write_integer(std::int64_t value, char* out) {
  return std::to_chars(out, out + kMaxFixedText, value).ptr;
}

char* write_double(double value, char* out) {
  if (std::isfinite(value)) return std::to_chars(out, out + kMaxFixedText, value).ptr;
  return write_word(std::isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity", out);
}

char* write_timestamp(Timestamp time, char* out) {
  const auto date = day_of(time);
  if (!has_four_digit_year(date)) {
    // The first instant's midnight is out of range, so the time of day is a remainder.
    const auto of_day = (time.micros % kMicrosPerDay + kMicrosPerDay) % kMicrosPerDay;
    const auto second = of_day / 1'000'000;
    out = write_long_date(date, out);
    return fmt::format_to(out, "T{:02d}:{:02d}:{:02d}.{:06d}Z", second / 3600, second / 60 % 60, second % 60,
                          of_day % 1'000'000);
  }
  char* const end = write_short_time(time, out);
  out[10] = 'T';
  *end = 'Z';
  return end + 1;
}

char* write_sql_time(Timestamp time, char* out) {
  if (!has_four_digit_year(day_of(time))) return write_timestamp(time, out);
  return write_short_time(time, out);
}

char* write_date(Date date, char* out) {
  if (!has_four_digit_year(date)) return write_long_date(date, out);
  char text[26];
  write_sql_timestamp(midnight(date), text);
  std::memcpy(out, text, 10);
  return out + 10;
}

char* write_base64(std::string_view bytes, char* out) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const auto byte = [&](std::size_t i) {
    return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0U;
  };
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::uint32_t group = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
    *out++ = kDigits[group >> 18];
    *out++ = kDigits[(group >> 12) & 63U];
    *out++ = i + 1 < bytes.size() ? kDigits[(group >> 6) & 63U] : '=';
    *out++ = i + 2 < bytes.size() ? kDigits[group & 63U] : '=';
  }
  return out;
}

}  // namespace weir::formats
