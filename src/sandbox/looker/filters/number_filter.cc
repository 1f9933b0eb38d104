// SPDX-License-Identifier: Apache-2.0
#include "sandbox/looker/filters/number_filter.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/text.h"

namespace weir::sandbox::looker {
namespace {

std::optional<double> number_in(std::string_view text) {
  text = trim(text);
  double number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = error == std::errc() && rest == text.data() + text.size() && !text.empty();
  return is_number ? std::optional(number) : std::nullopt;
}

/// One end of an interval: a number, or inf with its sign.
std::optional<double> end_in(std::string_view text) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  text = trim(text);
  if (text == "inf" || text.empty()) return kInfinity;
  return text == "-inf" ? -kInfinity : number_in(text);
}

/// "[1,5)".
std::optional<NumberRange> interval(std::string_view text) {
  const std::size_t comma = text.find(',');
  if (text.size() < 3 || comma == std::string_view::npos || (text.back() != ')' && text.back() != ']'))
    return std::nullopt;
  auto low = end_in(text.substr(1, comma - 1));
  const auto high = end_in(text.substr(comma + 1, text.size() - comma - 2));
  if (!low || !high) return std::nullopt;
  if (trim(text.substr(1, comma - 1)).empty()) low = -*low;
  return NumberRange{*low, *high, text.front() == '[', text.back() == ']'};
}

/// "1 to 5", "to 5", "1 to".
std::optional<NumberRange> from_to(std::string_view text) {
  const std::string padded = " " + std::string(text) + " ";
  const std::size_t to = padded.find(" to ");
  if (to == std::string::npos) return std::nullopt;
  NumberRange range;
  const std::string_view low = trim(std::string_view(padded).substr(0, to));
  const std::string_view high = trim(std::string_view(padded).substr(to + 4));
  if (low.empty() && high.empty()) return std::nullopt;
  const auto first = low.empty() ? range.low : number_in(low);
  const auto last = high.empty() ? range.high : number_in(high);
  if (!first || !last) return std::nullopt;
  return NumberRange{*first, *last};
}

std::optional<NumberRange> comparison(std::string_view text) {
  const bool with_bound = text.size() > 1 && text[1] == '=';
  const auto number = number_in(text.substr(with_bound ? 2 : 1));
  if (!number) return std::nullopt;
  NumberRange range;
  if (text[0] == '>') {
    range.low = *number;
    range.has_low = with_bound;
  } else {
    range.high = *number;
    range.has_high = with_bound;
  }
  return range;
}

std::optional<NumberRange> range_in(std::string_view text) {
  text = trim(text);
  if (text.empty()) return std::nullopt;
  if (text[0] == '[' || text[0] == '(') return interval(text);
  if (text[0] == '<' || text[0] == '>') return comparison(text);
  if (auto range = from_to(text)) return range;
  const auto number = number_in(text);
  return number ? std::optional(NumberRange{*number, *number}) : std::nullopt;
}

/// What lies in both.
NumberRange common(NumberRange a, const NumberRange& b) {
  if (b.low > a.low || (b.low == a.low && !b.has_low)) a.low = b.low, a.has_low = b.has_low;
  if (b.high < a.high || (b.high == a.high && !b.has_high)) a.high = b.high, a.has_high = b.has_high;
  return a;
}

/// ">=1 and <9", or one range.
std::optional<NumberRange> conjunction(std::string_view text) {
  NumberRange all;
  while (true) {
    const std::size_t end = text.find(" and ");
    const auto range = range_in(text.substr(0, end));
    if (!range) return std::nullopt;
    all = common(all, *range);
    if (end == std::string_view::npos) return all;
    text.remove_prefix(end + 5);
  }
}

/// Cut at "or" and at commas, but not at those of intervals.
std::vector<std::string> alternatives(const std::string& text) {
  std::vector<std::string> parts(1);
  bool in_interval = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '[' || c == '(') in_interval = true;
    if (c == ']' || c == ')') in_interval = false;
    if (text.compare(i, 4, " or ") == 0) {
      parts.emplace_back();
      i += 3;
    } else if (c == ',' && !in_interval) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

/// Takes "not", "<>" or "!=" away.
bool take_negation(std::string_view& text) {
  for (const std::string_view sign :
       {std::string_view("not "), std::string_view("<>"), std::string_view("!=")}) {
    if (text.substr(0, sign.size()) != sign) continue;
    text = trim(text.substr(sign.size()));
    return true;
  }
  return false;
}

}  // namespace

bool NumberFilter::takes(double number) const {
  const auto holds = [number](const NumberRange& range) { return range.holds(number); };
  if (std::any_of(excluded.begin(), excluded.end(), holds)) return false;
  return ranges.empty() ? !excluded.empty() : std::any_of(ranges.begin(), ranges.end(), holds);
}

Result<NumberFilter> parse_number_filter(std::string_view expression) {
  NumberFilter filter;
  if (trim(expression).empty()) return NumberFilter{{NumberRange{}}, {}, true};
  bool excludes = false;  // "NOT 5, 6" excludes both
  bool has_not_null = false;
  for (const std::string& part : alternatives(lower(expression))) {
    std::string_view text = trim(part);
    const bool is_negated = take_negation(text);
    if (text == "null") {
      filter.takes_null = filter.takes_null || !is_negated;
      has_not_null = has_not_null || is_negated;
      if (is_negated) filter.ranges.push_back({});
      continue;
    }
    const auto range = conjunction(text);
    if (!range) return fail(ErrorCode::InvalidConfig, "'{}' is no number filter", trim(part));
    excludes = is_negated || (excludes && number_in(text));
    (excludes ? filter.excluded : filter.ranges).push_back(*range);
  }
  if (filter.ranges.empty() && !filter.excluded.empty() && !has_not_null) filter.takes_null = true;
  return filter;
}

}  // namespace weir::sandbox::looker
