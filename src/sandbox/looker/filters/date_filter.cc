// SPDX-License-Identifier: Apache-2.0
#include "sandbox/looker/filters/date_filter.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/text.h"
#include "sandbox/looker/filters/calendar.h"

namespace weir::sandbox::looker {
namespace {

using model::LocalTime;
using Words = std::vector<std::string>;

/// [begin, end) on the wall's clock; an end that is missing is open.
struct Span {
  std::optional<LocalTime> begin, end;
};

constexpr std::int64_t kMicrosOfSecond = 1'000'000;
constexpr std::int64_t kMicrosOfDay = 86'400 * kMicrosOfSecond;

std::optional<std::int64_t> whole_number(std::string_view word) {
  std::int64_t number = 0;
  const char* end = word.data() + word.size();
  const auto [rest, error] = std::from_chars(word.data(), end, number);
  constexpr std::int64_t kMost = 100'000;
  return error == std::errc() && rest == end && number >= 0 && number <= kMost ? std::optional(number)
                                                                               : std::nullopt;
}

/// The number of exactly so many digits.
std::optional<int> digits(std::string_view text, std::size_t count) {
  if (text.size() != count || text.find_first_not_of("0123456789") != std::string_view::npos)
    return std::nullopt;
  return static_cast<int>(*whole_number(text));
}

std::optional<Span> unit_from(std::optional<Date> first, Unit unit) {
  if (!first) return std::nullopt;
  const LocalTime begin{first->days * kMicrosOfDay};
  return Span{begin, add(begin, 1, unit)};
}

/// "2018", "2018-05", "2018-05-10", "2018/05/10", "2018-Q4", "fy2018", "fy2018-q1".
std::optional<Span> literal_date(std::string_view text) {
  if (text.substr(0, 2) == "fy") text.remove_prefix(2);
  const auto year = digits(text.substr(0, 4), 4);
  if (!year) return std::nullopt;
  if (text.size() == 4) return unit_from(from_civil({*year, 1, 1}), Unit::Year);
  const char separator = text[4];
  if (separator != '-' && separator != '/') return std::nullopt;
  if (text.size() == 7 && text[5] == 'q') {
    const auto quarter = digits(text.substr(6), 1);
    if (!quarter) return std::nullopt;
    return unit_from(from_civil({*year, (*quarter - 1) * 3 + 1, 1}), Unit::Quarter);
  }
  const auto month = digits(text.substr(5, 2), 2);
  if (!month || text.size() < 7) return std::nullopt;
  if (text.size() == 7) return unit_from(from_civil({*year, *month, 1}), Unit::Month);
  const auto day = digits(text.substr(8), 2);
  if (text[7] != separator || !day) return std::nullopt;
  return unit_from(from_civil({*year, *month, *day}), Unit::Day);
}

/// "09:30" or "09:30:15" of the day.
std::optional<Span> with_time(const Span& day, std::string_view text) {
  if (day.end->micros - day.begin->micros != kMicrosOfDay) return std::nullopt;
  const auto hour = digits(text.substr(0, 2), 2);
  const bool has_seconds = text.size() == 8 && text[5] == ':';
  if (!hour || *hour > 23 || text.size() < 5 || text[2] != ':' || (text.size() != 5 && !has_seconds))
    return std::nullopt;
  const auto minute = digits(text.substr(3, 2), 2);
  const auto second = has_seconds ? digits(text.substr(6), 2) : std::optional(0);
  if (!minute || *minute > 59 || !second || *second > 59) return std::nullopt;
  const LocalTime begin{day.begin->micros + ((*hour * 60 + *minute) * 60 + *second) * kMicrosOfSecond};
  return Span{begin, add(begin, 1, has_seconds ? Unit::Second : Unit::Minute)};
}

class Reader {
 public:
  explicit Reader(LocalTime now) : now_(now) {}

  /// What one alternative says, if it says anything.
  std::optional<Span> alternative(const Words& words) const {
    if (words.empty()) return std::nullopt;
    if (words[0] == "before" || words[0] == "after") return bound(words);
    for (std::size_t i = 1; i + 1 < words.size(); ++i) {
      if (words[i] == "to") return range(slice(words, 0, i), slice(words, i + 1, words.size()));
      if (words[i] == "for") return extended(slice(words, 0, i), slice(words, i + 1, words.size()));
    }
    return period(words);
  }

 private:
  static Words slice(const Words& words, std::size_t begin, std::size_t end) {
    return {words.begin() + static_cast<std::ptrdiff_t>(begin),
            words.begin() + static_cast<std::ptrdiff_t>(end)};
  }
  static std::optional<Unit> unit_in(const Words& words, std::size_t first) {
    return first < words.size() ? parse_unit(join(slice(words, first, words.size()), " ")) : std::nullopt;
  }

  /// "after" takes the bound itself, too.
  std::optional<Span> bound(const Words& words) const {
    const auto at = period(slice(words, 1, words.size()));
    if (!at) return std::nullopt;
    return words[0] == "after" ? Span{at->begin, {}} : Span{{}, at->begin};
  }

  /// "A to B", and "this year to second": up to the beginning of this second.
  std::optional<Span> range(const Words& from, const Words& to) const {
    const auto begin = period(from);
    const auto unit = unit_in(to, 0);
    const auto end = unit ? std::optional(Span{start_of(*unit, now_), {}}) : period(to);
    if (!begin || !end) return std::nullopt;
    return Span{begin->begin, end->begin};
  }

  std::optional<Span> extended(const Words& from, const Words& length) const {
    const auto begin = period(from);
    const auto count = whole_number(length[0]);
    const auto unit = unit_in(length, 1);
    if (!begin || !count || !unit) return std::nullopt;
    return Span{begin->begin, add(*begin->begin, *count, *unit)};
  }

  std::optional<Span> period(const Words& words) const {
    if (words.empty()) return std::nullopt;
    if (words.size() == 1) return single(words[0]);
    if (const auto day = words.size() == 2 ? literal_date(words[0]) : std::nullopt)
      return with_time(*day, words[1]);
    if (const auto count = whole_number(words[0]))
      return counted_units(*count, slice(words, 1, words.size()));
    if (words[0] == "last") {
      if (const auto count = whole_number(words[1]))
        return counted_units(*count, slice(words, 2, words.size()));
    }
    return calendar_unit(words);
  }

  std::optional<Span> unit_at(std::int64_t offset, Unit unit) const {
    const LocalTime begin = add(start_of(unit, now_), offset, unit);
    return Span{begin, add(begin, 1, unit)};
  }

  std::optional<Span> single(const std::string& word) const {
    constexpr std::array<std::string_view, 7> kDays = {"monday", "tuesday",  "wednesday", "thursday",
                                                       "friday", "saturday", "sunday"};
    if (word == "now") return Span{now_, add(now_, 1, Unit::Second)};
    if (word == "today") return unit_at(0, Unit::Day);
    if (word == "yesterday") return unit_at(-1, Unit::Day);
    if (word == "tomorrow") return unit_at(1, Unit::Day);
    if (const auto* day = std::find(kDays.begin(), kDays.end(), word); day != kDays.end()) {
      const LocalTime begin = add(start_of(Unit::Week, now_), day - kDays.begin(), Unit::Day);
      const LocalTime recent = begin > now_ ? add(begin, -1, Unit::Week) : begin;
      return Span{recent, add(recent, 1, Unit::Day)};
    }
    return literal_date(word);
  }

  /// "this week", "last month", "next year". There is no "this day".
  std::optional<Span> calendar_unit(const Words& words) const {
    const auto unit = unit_in(words, 1);
    if (!unit) return std::nullopt;
    if (words[0] == "this") return *unit == Unit::Day ? std::nullopt : unit_at(0, *unit);
    if (words[0] == "last") return unit_at(-1, *unit);
    return words[0] == "next" ? unit_at(1, *unit) : std::nullopt;
  }

  /// After the number: "days" (with the current one), "days ago", "days from now".
  std::optional<Span> counted_units(std::int64_t count, Words words) const {
    const auto ends_with = [&words](const Words& tail) {
      return words.size() > tail.size() && std::equal(tail.rbegin(), tail.rend(), words.rbegin());
    };
    const bool is_past = ends_with({"ago"});
    const bool is_future = ends_with({"from", "now"});
    words.resize(words.size() - (is_past ? 1 : is_future ? 2 : 0));
    const auto unit = unit_in(words, 0);
    if (!unit) return std::nullopt;
    if (is_past || is_future) return unit_at(is_past ? -count : count, *unit);
    const LocalTime end = add(start_of(*unit, now_), 1, *unit);
    return Span{add(end, -count, *unit), end};
  }

  LocalTime now_;
};

Words words_of(std::string_view text) {
  Words words;
  for (std::string& word : split(lower(text), ' ')) {
    // Line ends and tabs separate as blanks do.
    for (const std::string& line : split(word, '\n')) {
      if (!trim(line).empty()) words.emplace_back(trim(line));
    }
  }
  return words;
}

}  // namespace

Result<DateFilter> parse_date_filter(std::string_view expression, Timestamp now,
                                     const model::TimeZone& zone) {
  DateFilter filter;
  if (trim(expression).empty()) return DateFilter{{Period{}}, true};
  const Reader reader(zone.to_local(now));
  for (const std::string& alternative : split(expression, ',')) {
    const Words words = words_of(alternative);
    if (words == Words{"null"}) {
      filter.takes_null = true;
      continue;
    }
    if (words == Words{"not", "null"}) {
      filter.periods.push_back({});
      continue;
    }
    const auto span = reader.alternative(words);
    if (!span) return fail(ErrorCode::InvalidConfig, "'{}' is no date filter", trim(alternative));
    const auto instant = [&zone](std::optional<LocalTime> time, std::int64_t open) {
      return time ? zone.to_utc(*time).micros : open;
    };
    filter.periods.push_back({instant(span->begin, Period::kFirst), instant(span->end, Period::kLast)});
  }
  return filter;
}

}  // namespace weir::sandbox::looker
