// SPDX-License-Identifier: Apache-2.0
#include "formats/log_line.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace weir::formats {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/// The number in text[at, at + count); -1 when there is a byte that is no digit.
int digits(std::string_view text, std::size_t at, std::size_t count) {
  int value = 0;
  for (const char c : text.substr(at, count)) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

}  // namespace

void LogLine::take(std::size_t length, std::size_t skip) {
  rest_.remove_prefix(std::min(length + skip, rest_.size()));
  while (!rest_.empty() && rest_.front() == ' ') rest_.remove_prefix(1);
}

bool LogLine::plain(std::string_view& field) {
  if (rest_.empty()) return false;
  field = rest_.substr(0, rest_.find(' '));
  take(field.size(), 1);
  return true;
}

bool LogLine::before_bracket(std::string_view& field) {
  const auto bracket = rest_.find(" [");
  if (bracket == std::string_view::npos) return false;
  field = rest_.substr(0, bracket);
  take(bracket, 1);
  return true;
}

bool LogLine::bracketed(std::string_view& field) {
  const auto close = rest_.find(']');
  if (!rest_.starts_with('[') || close == std::string_view::npos) return false;
  field = rest_.substr(1, close - 1);
  take(close, 1);
  return true;
}

bool LogLine::quoted(std::string_view& field) {
  if (!rest_.starts_with('"')) return plain(field);
  for (std::size_t at = 1; at < rest_.size(); ++at) {
    if (rest_[at] == '\\') {
      ++at;
    } else if (rest_[at] == '"' && (at + 1 == rest_.size() || rest_[at + 1] == ' ')) {
      field = rest_.substr(1, at - 1);
      take(at, 1);
      return true;
    }
  }
  return false;
}

std::optional<Timestamp> parse_log_time(std::string_view text) {
  constexpr std::size_t kLength = 26;
  if (text.size() != kLength || text[2] != '/' || text[6] != '/' || text[11] != ':' || text[14] != ':' ||
      text[17] != ':' || text[20] != ' ' || (text[21] != '+' && text[21] != '-')) {
    return std::nullopt;
  }
  const auto* const month = std::find(kMonths.begin(), kMonths.end(), text.substr(3, 3));
  const int day = digits(text, 0, 2);
  const int year = digits(text, 7, 4);
  const int hour = digits(text, 12, 2);
  const int minute = digits(text, 15, 2);
  const int second = digits(text, 18, 2);
  const int zone_hours = digits(text, 22, 2);
  const int zone_minutes = digits(text, 24, 2);
  const auto outside = [](int value, int highest) { return value < 0 || value > highest; };
  // 60 is a leap second, which counts as the first second of the next minute.
  if (month == kMonths.end() || day < 1 || year < 0 || outside(hour, 23) || outside(minute, 59) ||
      outside(second, 60) || outside(zone_hours, 23) || outside(zone_minutes, 59)) {
    return std::nullopt;
  }
  const auto date = from_civil({year, static_cast<int>(month - kMonths.begin()) + 1, day});
  if (!date) return std::nullopt;
  const int offset = (zone_hours * 3600 + zone_minutes * 60) * (text[21] == '-' ? -1 : 1);
  const std::int64_t seconds = hour * 3600 + minute * 60 + second - offset;
  return Timestamp{midnight(*date).micros + seconds * 1'000'000};
}

std::size_t unescape_log(std::string_view text, char* to) {
  constexpr std::string_view kNames = "\"\\ntrbvf";
  constexpr std::string_view kValues = "\"\\\n\t\r\b\v\f";
  char* const begin = to;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      *to++ = text[i];
      continue;
    }
    const auto known = kNames.find(text[i + 1]);
    const bool hex = text[i + 1] == 'x' && i + 3 < text.size() && hex_digit(text[i + 2]) >= 0 &&
                     hex_digit(text[i + 3]) >= 0;
    if (known != std::string_view::npos) {
      *to++ = kValues[known];
      i += 1;
    } else if (hex) {
      *to++ = static_cast<char>(hex_digit(text[i + 2]) * 16 + hex_digit(text[i + 3]));
      i += 3;
    } else {
      *to++ = text[i];
    }
  }
  return static_cast<std::size_t>(to - begin);
}

std::size_t escape_invalid(std::string_view text, char* to) {
  constexpr std::string_view kHex = "0123456789abcdef";
  char* const begin = to;
  while (!text.empty()) {
    std::size_t length = 1;
    while (length <= std::min<std::size_t>(4, text.size()) && !is_utf8(text.substr(0, length))) ++length;
    if (length <= std::min<std::size_t>(4, text.size())) {
      to = std::copy_n(text.data(), length, to);
    } else {
      length = 1;
      const auto byte = static_cast<unsigned char>(text.front());
      for (const char c : {'\\', 'x', kHex[byte >> 4U], kHex[byte & 15U]}) *to++ = c;
    }
    text.remove_prefix(length);
  }
  return static_cast<std::size_t>(to - begin);
}

std::optional<RequestLine> parse_request_line(std::string_view text) {
  constexpr std::size_t kLongestMethod = 32;
  const auto blank = text.find(' ');
  if (blank == 0 || blank == std::string_view::npos || blank > kLongestMethod) return std::nullopt;
  const auto method = text.substr(0, blank);
  const auto is_method_byte = [](char c) { return (c >= 'A' && c <= 'Z') || c == '-' || c == '_'; };
  if (!std::all_of(method.begin(), method.end(), is_method_byte)) return std::nullopt;
  auto target = text.substr(blank + 1);
  std::string_view protocol;
  // A target may hold blanks although it must not, so the protocol is looked for from the end.
  const auto last = target.rfind(' ');
  if (last != std::string_view::npos && target.substr(last + 1).starts_with("HTTP/")) {
    protocol = target.substr(last + 1);
    target = target.substr(0, last);
  }
  if (target.empty()) return std::nullopt;
  return RequestLine{method, target, protocol};
}

}  // namespace weir::formats
