// SPDX-License-Identifier: Apache-2.0
#include "transforms/text_values.h"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "base/text.h"

namespace weir::transforms {
namespace {

constexpr std::size_t kShownBytes = 60;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// from_chars knows no plus sign. "+-1" stays as it is and is refused later.
std::string_view without_plus(std::string_view text) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  return text;
}

}  // namespace

std::optional<std::int64_t> parse_integer(std::string_view text) {
  text = without_plus(text);
  std::int64_t value = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, value);
  if (failure == std::errc() && stop == end) return value;
  if (failure == std::errc::result_out_of_range) return std::nullopt;
  const auto number = parse_double(text);
  // Beyond 2^53 a double cannot show that nothing was rounded away.
  constexpr double kExact = 9007199254740992.0;
  if (!number || std::trunc(*number) != *number || std::fabs(*number) > kExact) return std::nullopt;
  return static_cast<std::int64_t>(*number);
}

std::optional<double> parse_double(std::string_view text) {
  text = without_plus(text);
  const auto first = text.find_first_not_of("-.");
  if (first == text.npos || !is_digit(text[first])) return std::nullopt;  // also "inf" and "nan"
  double value = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, value);
  if (failure != std::errc() || stop != end) return std::nullopt;
  return value;
}

std::optional<bool> parse_boolean(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, bool>, 8> kWords = {{{"true", true},
                                                                        {"false", false},
                                                                        {"t", true},
                                                                        {"f", false},
                                                                        {"yes", true},
                                                                        {"no", false},
                                                                        {"1", true},
                                                                        {"0", false}}};
  if (text.size() > 5) return std::nullopt;
  const auto word = lower(text);
  for (const auto& [known, value] : kWords) {
    if (known == word) return value;
  }
  return std::nullopt;
}

std::optional<double> parse_duration(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, double>, 4> kUnits = {
      {{"ms", 1e3}, {"us", 1e6}, {"ns", 1e9}, {"s", 1}}};
  double parts = 1;
  for (const auto& [unit, divisor] : kUnits) {
    if (text.size() <= unit.size() || text.substr(text.size() - unit.size()) != unit) continue;
    text.remove_suffix(unit.size());
    parts = divisor;
    break;
  }
  const auto number = parse_double(text);
  if (!number) return std::nullopt;
  return *number / parts;
}

std::int64_t epoch_unit(std::string_view format) {
  if (format == "epoch_s") return 1'000'000;
  if (format == "epoch_ms") return 1'000;
  return format == "epoch_us" ? 1 : 0;
}

std::optional<Timestamp> parse_epoch(std::string_view text, std::int64_t unit) {
  const auto number = parse_double(text);
  constexpr double kFirst = -62'135'596'800e6;  // 0001-01-01
  constexpr double kBehindLast = 253'402'300'800e6;
  if (!number) return std::nullopt;
  const double micros = *number * static_cast<double>(unit);
  if (micros < kFirst || micros >= kBehindLast) return std::nullopt;
  // Whole numbers are not sent through a double, which has too few digits for far years.
  const auto whole = parse_integer(text);
  return Timestamp{whole ? *whole * unit : static_cast<std::int64_t>(std::llround(micros))};
}

std::string quoted(std::string_view value) {
  auto shown = value.substr(0, kShownBytes);
  const bool cut = shown.size() < value.size();
  if (cut) {
    while (!shown.empty() && (static_cast<unsigned char>(value[shown.size()]) & 0xC0) == 0x80)
      shown.remove_suffix(1);
  }
  std::string out = "\"";
  for (const char c : shown) out += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  return out += cut ? "…\"" : "\"";
}

}  // namespace weir::transforms
