// SPDX-License-Identifier: Apache-2.0
// The binary form of numeric: groups of four decimal digits.
#include <algorithm>
#include <charconv>
#include <string>

#include "protocols/postgres/value_encoding.h"

namespace weir::postgres {
namespace {

constexpr std::uint16_t kPositive = 0x0000;
constexpr std::uint16_t kNegative = 0x4000;
constexpr std::uint16_t kNotANumber = 0xc000;
constexpr std::uint16_t kInfinity = 0xd000;
constexpr std::uint16_t kMinusInfinity = 0xf000;
constexpr int kGroup = 4;

void put_header(ByteBuffer& out, std::size_t groups, int weight, std::uint16_t sign, int scale) {
  out.put16(static_cast<std::uint16_t>(groups));
  out.put16(static_cast<std::uint16_t>(weight));
  out.put16(sign);
  out.put16(static_cast<std::uint16_t>(scale));
}

/// The digits of a number and how many of them stand before the point; may be negative or more than
/// there are.
struct Digits {
  std::string text;
  int before_point = 0;
  int scale = 0;
};

Digits digits_of(std::string_view text) {
  const auto mark = text.find_first_of("eE");
  int exponent = 0;
  if (mark != std::string_view::npos) {
    auto power = text.substr(mark + 1);
    if (power.starts_with('+')) power.remove_prefix(1);
    std::from_chars(power.data(), power.data() + power.size(), exponent);
    text = text.substr(0, mark);
  }
  Digits digits;
  const auto point = text.find('.');
  digits.text = std::string(text.substr(0, point));
  digits.before_point = static_cast<int>(digits.text.size()) + exponent;
  if (point != std::string_view::npos) digits.text += text.substr(point + 1);
  digits.scale = std::max(0, static_cast<int>(digits.text.size()) - digits.before_point);
  return digits;
}

/// Brings the digits to whole groups on both sides of the point. Returns the groups before the point.
int align(Digits& digits) {
  const int shift = ((digits.before_point % kGroup) + kGroup) % kGroup;
  const int lead = shift == 0 ? 0 : kGroup - shift;
  digits.text.insert(0, static_cast<std::size_t>(lead), '0');
  digits.before_point += lead;
  const auto rest = digits.text.size() % kGroup;
  if (rest != 0) digits.text.append(kGroup - rest, '0');
  return digits.before_point / kGroup;
}

}  // namespace

void put_numeric(ByteBuffer& out, std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text.starts_with('n') || text.starts_with('N')) return put_header(out, 0, 0, kNotANumber, 0);
  if (text.starts_with('i') || text.starts_with('I')) {
    return put_header(out, 0, 0, negative ? kMinusInfinity : kInfinity, 0);
  }
  auto digits = digits_of(text);
  auto weight = align(digits) - 1;
  auto groups = std::string_view(digits.text);
  while (groups.starts_with("0000")) {
    groups.remove_prefix(kGroup);
    --weight;
  }
  while (groups.ends_with("0000")) groups.remove_suffix(kGroup);
  if (groups.empty()) return put_header(out, 0, 0, kPositive, digits.scale);
  put_header(out, groups.size() / kGroup, weight, negative ? kNegative : kPositive, digits.scale);
  for (; !groups.empty(); groups.remove_prefix(kGroup)) {
    std::uint16_t value = 0;
    for (const char digit : groups.substr(0, kGroup)) {
      value = static_cast<std::uint16_t>(value * 10 + (digit - '0'));
    }
    out.put16(value);
  }
}

}  // namespace weir::postgres
