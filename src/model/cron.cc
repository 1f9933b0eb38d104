// SPDX-License-Identifier: Apache-2.0
#include "model/cron.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <utility>
#include <vector>

#include "base/text.h"

namespace weir::model {
namespace {

constexpr std::int64_t kMicrosPerMinute = 60'000'000;

constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                      "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kWeekdays = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kShorthands = {{
    {"@hourly", "0 * * * *"},
    {"@daily", "0 0 * * *"},
    {"@midnight", "0 0 * * *"},
    {"@weekly", "0 0 * * 0"},
    {"@monthly", "0 0 1 * *"},
    {"@yearly", "0 0 1 1 *"},
    {"@annually", "0 0 1 1 *"},
}};

/// What a field may hold. Names stand for `lowest` and the numbers after it.
struct Field {
  std::string_view name;
  int lowest;
  int highest;
  std::span<const std::string_view> names;
};

constexpr std::array<Field, 5> kFields = {{
    {"minute", 0, 59, {}},
    {"hour", 0, 23, {}},
    {"day of month", 1, 31, {}},
    {"month", 1, 12, kMonths},
    {"day of week", 0, 7, kWeekdays},
}};

std::string allowed(const Field& field) {
  auto text = fmt::format("{} to {}", field.lowest, field.highest);
  if (!field.names.empty()) text += fmt::format(" or {} to {}", field.names.front(), field.names.back());
  return text;
}

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Result<int> parse_value(const Field& field, std::string_view text) {
  const auto named = std::find(field.names.begin(), field.names.end(), lower(text));
  if (named != field.names.end()) return field.lowest + static_cast<int>(named - field.names.begin());
  const auto value = number(text);
  if (value && *value >= field.lowest && *value <= field.highest) return *value;
  return fail(ErrorCode::InvalidConfig, "'{}' is no {}: expected {}", text, field.name, allowed(field));
}

/// One item of a list: "*", "5", "mon-fri", "*/15", "10-40/10", "5/10" (from 5 to the end).
Result<void> parse_item(const Field& field, std::string_view text, std::vector<bool>& set) {
  const auto slash = text.find('/');
  const auto range = text.substr(0, slash);
  const auto step = slash == text.npos ? std::optional(1) : number(text.substr(slash + 1));
  if (!step || *step < 1 || *step > field.highest) {
    return fail(ErrorCode::InvalidConfig, "'{}' is no step for the {} in '{}': expected 1 to {}",
                text.substr(slash + 1), field.name, text, field.highest);
  }
  int first = field.lowest;
  // Seven is a second name of Sunday, not an eighth day.
  int last = field.names.data() == kWeekdays.data() ? 6 : field.highest;
  if (range != "*") {
    const auto dash = range.find('-');
    first = TRY(parse_value(field, range.substr(0, dash)));
    if (dash != range.npos) {
      last = TRY(parse_value(field, range.substr(dash + 1)));
      if (field.names.data() == kWeekdays.data() && last == 0) last = 7;  // sat-sun
    } else if (slash == text.npos) {
      last = first;
    }
  }
  if (first > last) {
    return fail(ErrorCode::InvalidConfig,
                "the {} range '{}' runs backwards: write it as two, as in {}-{},{}-{}", field.name, range,
                first, field.highest, field.lowest, last);
  }
  for (int value = first; value <= last; value += *step) set[static_cast<std::size_t>(value)] = true;
  return {};
}

template <std::size_t kSize>
Result<std::bitset<kSize>> parse_field(const Field& field, std::string_view text) {
  std::vector<bool> set(static_cast<std::size_t>(field.highest) + 1);
  for (const auto& item : split(text, ',')) TRY(parse_item(field, item, set));
  std::bitset<kSize> bits;
  for (std::size_t value = 0; value < set.size(); ++value) {
    if (set[value]) bits.set(value % kSize);  // weekday 7 is 0
  }
  return bits;
}

Result<std::string_view> expand_shorthand(std::string_view text) {
  if (!text.starts_with('@')) return text;
  std::vector<std::string> known;
  for (const auto& [shorthand, fields] : kShorthands) {
    if (shorthand == lower(text)) return fields;
    known.emplace_back(shorthand);
  }
  return fail(ErrorCode::InvalidConfig, "unknown schedule '{}': expected five fields or one of {}", text,
              join(known));
}

}  // namespace

Result<Cron> Cron::parse(std::string_view text) {
  std::vector<std::string> words;
  for (auto& word : split(TRY(expand_shorthand(trim(text))), ' ')) {
    if (!trim(word).empty()) words.emplace_back(trim(word));
  }
  if (words.size() != kFields.size()) {
    return fail(
        ErrorCode::InvalidConfig,
        "the schedule '{}' has {} fields: expected five, minute hour day-of-month month day-of-week, as in "
        "'15 2 * * *'",
        text, words.size());
  }
  Cron cron;
  cron.text_ = std::string(trim(text));
  const auto frame = fmt::format("schedule '{}'", cron.text_);
  cron.minutes_ = TRY(parse_field<60>(kFields[0], words[0]).within(frame));
  cron.hours_ = TRY(parse_field<24>(kFields[1], words[1]).within(frame));
  cron.days_ = TRY(parse_field<32>(kFields[2], words[2]).within(frame));
  cron.months_ = TRY(parse_field<13>(kFields[3], words[3]).within(frame));
  cron.weekdays_ = TRY(parse_field<7>(kFields[4], words[4]).within(frame));
  cron.any_day_ = words[2] == "*";
  cron.any_weekday_ = words[4] == "*";
  if (cron.can_fit()) return cron;
  return fail(ErrorCode::InvalidConfig, "the schedule '{}' never fires: no month it names has such a day",
              cron.text_);
}

/// 2000 is a leap year, so it has every day that any year has.
bool Cron::can_fit() const {
  const auto first = from_civil({2000, 1, 1}).value_or(Date{});
  for (int day = 0; day < 366; ++day) {
    if (fits({first.days + day})) return true;
  }
  return false;
}

bool Cron::fits(Date day) const {
  const auto date = civil(day);
  if (!months_[static_cast<std::size_t>(date.month)]) return false;
  const bool day_fits = days_[static_cast<std::size_t>(date.day)];
  const auto weekday = static_cast<std::size_t>(((day.days + 4) % 7 + 7) % 7);  // 1970-01-01: Thursday
  if (any_day_) return any_weekday_ || weekdays_[weekday];
  return any_weekday_ ? day_fits : day_fits || weekdays_[weekday];
}

std::optional<Timestamp> Cron::first_on(Date day, Timestamp time, const TimeZone& zone) const {
  std::optional<Timestamp> earliest;
  const auto consider = [&](Timestamp instant) {
    if (instant > time && (!earliest || instant < *earliest)) earliest = instant;
  };
  const bool every_hour = hours_.all();
  constexpr std::size_t kMinutesOfDay = std::size_t{24} * 60;
  for (std::size_t minute_of_day = 0; minute_of_day < kMinutesOfDay; ++minute_of_day) {
    if (!hours_[minute_of_day / 60] || !minutes_[minute_of_day % 60]) continue;
    const auto wall = midnight(day).micros + static_cast<std::int64_t>(minute_of_day) * kMicrosPerMinute;
    const auto instants = zone.instants_of({wall});
    if (every_hour && instants.kind == LocalInstants::Kind::Skipped) continue;
    consider(instants.first);
    if (every_hour) consider(instants.second);
  }
  return earliest;
}

Timestamp Cron::next_after(Timestamp time, const TimeZone& zone) const {
  // A clock that is set back over midnight shows a day again after the next one began, so a day's
  // first firing is compared with that of the day after it. The day before may still have some left.
  auto day = day_of({zone.to_local(time).micros});
  --day.days;
  while (true) {
    const auto here = fits(day) ? first_on(day, time, zone) : std::nullopt;
    const Date next_day{day.days + 1};
    if (here) {
      const auto there = fits(next_day) ? first_on(next_day, time, zone) : std::nullopt;
      return there ? std::min(*here, *there) : *here;
    }
    day = next_day;
  }
}

}  // namespace weir::model
