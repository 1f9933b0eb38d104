// SPDX-License-Identifier: Apache-2.0
#include "model/partition.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "model/cursor.h"

namespace weir::model {
namespace {

constexpr std::int64_t kMicrosPerHour = 3'600'000'000;

constexpr std::array<std::pair<std::string_view, Every>, 7> kEveryNames = {{
    {"hour", Every::Hour},
    {"day", Every::Day},
    {"week", Every::Week},
    {"month", Every::Month},
    {"cursor", Every::Cursor},
    {"object", Every::Object},
    {"none", Every::None},
}};

constexpr std::array<std::string_view, 15> kPlaceholders = {
    "partition.key",      "partition.date",  "partition.year", "partition.month",   "partition.day",
    "partition.hour",     "partition.start", "partition.end",  "partition.compact", "partition.start_unix",
    "partition.end_unix", "object.key",      "object.name",    "object.stem",       "object.folder"};

/// ".tgz" of "a.2024.tgz", ".tar.gz" of "a.tar.gz"; a name that begins with its only dot has none.
std::string_view extension_of(std::string_view name) {
  const auto dot = name.rfind('.');
  if (dot == name.npos || dot == 0) return {};
  const auto inner = name.substr(0, dot);
  const auto whole = inner.ends_with(".tar") && inner.size() > 4 ? dot - 4 : dot;
  return name.substr(whole);
}

std::optional<std::string> object_placeholder(const std::string& key, std::string_view name) {
  const auto slash = key.rfind('/');
  const auto split = slash == key.npos ? 0 : slash + 1;
  const auto file = std::string_view(key).substr(split);
  if (name == "key") return key;
  if (name == "name") return std::string(file);
  if (name == "stem") return std::string(file.substr(0, file.size() - extension_of(file).size()));
  if (name == "folder") return key.substr(0, split);
  return std::nullopt;
}

Timestamp first_of_month(int year, int month) {
  return midnight(from_civil({year, month, 1}).value_or(Date{}));
}

/// The Monday of the day's week: 1970-01-01 was a Thursday.
Date monday_of(Date date) {
  const auto days_after_monday = (date.days + 3) % 7;
  return {date.days - (days_after_monday < 0 ? days_after_monday + 7 : days_after_monday)};
}

/// The boundary at or before the instant.
Timestamp floor_to(Every every, Timestamp time) {
  switch (every) {
    case Every::Hour: {
      const auto past = time.micros % kMicrosPerHour;
      return {time.micros - (past < 0 ? past + kMicrosPerHour : past)};
    }
    case Every::Week:
      return midnight(monday_of(day_of(time)));
    case Every::Month: {
      const auto date = civil(day_of(time));
      return first_of_month(date.year, date.month);
    }
    case Every::Day:
    case Every::Cursor:
    case Every::Object:
    case Every::None:
      break;
  }
  return midnight(day_of(time));
}

/// The boundary after `start`, which is a boundary itself.
Timestamp next_boundary(Every every, Timestamp start) {
  switch (every) {
    case Every::Hour:
      return {start.micros + kMicrosPerHour};
    case Every::Week:
      return {start.micros + kMicrosPerHour * 24 * 7};
    case Every::Month: {
      const auto date = civil(day_of(start));
      return date.month == 12 ? first_of_month(date.year + 1, 1) : first_of_month(date.year, date.month + 1);
    }
    case Every::Day:
    case Every::Cursor:
    case Every::Object:
    case Every::None:
      break;
  }
  return {start.micros + 24 * kMicrosPerHour};
}

Partition starting_at(Every every, Timestamp start) {
  const auto text = to_string(start);
  const std::size_t shown = every == Every::Hour ? 13 : every == Every::Month ? 7 : 10;
  return {text.substr(0, shown), Window{start, next_boundary(every, start)}, 0};
}

std::string_view expected_form(Every every) {
  switch (every) {
    case Every::Hour:
      return "an hour such as 2022-01-24T05";
    case Every::Day:
      return "a day such as 2022-01-24";
    case Every::Week:
      return "a day of the week such as 2022-01-24, or 2022-W04";
    case Every::Month:
      return "a month such as 2022-01";
    case Every::Cursor:
      return "a window as in 2024-05-14T00:00:00--2024-05-14T10:33:20; `weir gaps` and `weir runs` name them";
    case Every::Object:
      return "the key of an object";
    case Every::None:
      return "'all', because the pipeline has no partitions";
  }
  return "";
}

/// The Monday of "2022-W04". The fourth of January always lies in week 1.
std::optional<Timestamp> parse_iso_week(std::string_view text) {
  if (text.size() != 8 || text.substr(4, 2) != "-W") return std::nullopt;
  const auto fourth = parse_date(std::string(text.substr(0, 4)) + "-01-04");
  const char tens = text[6];
  const char ones = text[7];
  if (!fourth || tens < '0' || tens > '5' || ones < '0' || ones > '9') return std::nullopt;
  const auto week = (tens - '0') * 10 + (ones - '0');
  const Date monday{monday_of(*fourth).days + (week - 1) * 7};
  const auto next_fourth = from_civil({civil(*fourth).year + 1, 1, 4});
  if (week == 0 || !next_fourth || monday >= monday_of(*next_fourth)) return std::nullopt;
  return midnight(monday);
}

/// Some instant inside the partition that the person means.
std::optional<Timestamp> parse_inside(Every every, std::string_view text) {
  if (every == Every::Month && text.size() == 7) return parse_timestamp(std::string(text) + "-01");
  if (every == Every::Week && text.size() == 8) return parse_iso_week(text);
  if (every == Every::Hour) {
    // A day alone names 24 hours, so it is not taken for its first one.
    if (parse_date(text)) return std::nullopt;
    if (text.size() == 13) return parse_timestamp(std::string(text) + ":00");
  }
  return parse_timestamp(text);
}

/// The placeholders that may have a value for such a partition.
std::vector<std::string> placeholders_of(const Partition& partition) {
  std::vector<std::string> known(kPlaceholders.begin(), kPlaceholders.end());
  const bool whole = !partition.window && partition.key == "all";
  if (whole) return known;
  std::erase_if(known, [&](const std::string& each) {
    return each != "partition.key" && each.starts_with("object.") == partition.window.has_value();
  });
  return known;
}

/// The date and hour that a partition is named after: those of its zone, which its window does not tell.
std::string named_time(const Partition& partition) {
  const auto& key = partition.key;
  if (key.size() == 7 && parse_date(key + "-01")) return key + "-01T00";
  if (key.size() == 10 && parse_date(key)) return key + "T00";
  if (key.size() == 13 && parse_timestamp(key + ":00")) return key;
  return to_string(partition.window->start);
}

Failure unknown_placeholder(const Partition& partition, std::string_view name) {
  const auto known = placeholders_of(partition);
  if (std::find(known.begin(), known.end(), name) != known.end()) {
    return fail(ErrorCode::InvalidConfig,
                "placeholder '{}' has no value because the pipeline has no partitions; say 'partitions: "
                "{{ every: {} }}' or remove it",
                name, name.starts_with("object.") ? "object" : "day");
  }
  const auto near = closest(name, known);
  return fail(ErrorCode::InvalidConfig, "unknown placeholder '{}'{}; known are {}", name,
              near ? fmt::format(", did you mean '{}'?", *near) : "", join(known));
}

}  // namespace

std::string_view name(Every every) {
  for (const auto& [text, known] : kEveryNames) {
    if (known == every) return text;
  }
  return "none";
}

std::optional<Every> every_from_name(std::string_view wanted) {
  for (const auto& [text, every] : kEveryNames) {
    if (text == wanted) return every;
  }
  return std::nullopt;
}

Window Partition::reading() const {
  if (window->start == kBeginning) return *window;
  return {{window->start.micros - overlap}, window->end};
}

Partition partition_of(Every every, Timestamp time) {
  if (every == Every::None || every == Every::Object) return {"all"};
  return starting_at(every, floor_to(every, time));
}

Result<Partition> parse_partition(Every every, std::string_view key) {
  if (every == Every::Object && !key.empty()) return Partition{std::string(key)};
  const auto text = trim(key);
  if (every == Every::None) {
    if (text == "all") return partition_of(every, {});
  } else if (every == Every::Cursor) {
    if (const auto window = parse_cursor_key(text)) return cursor_partition(*window, 0);
  } else if (const auto inside = parse_inside(every, text)) {
    return partition_of(every, *inside);
  }
  return fail(ErrorCode::InvalidConfig, "'{}' is not a partition of this pipeline: expected {}", key,
              expected_form(every));
}

Result<Window> parse_bound(Every every, std::string_view text) {
  if (every == Every::Hour) {
    if (const auto day = parse_date(trim(text))) return Window{midnight(*day), midnight({day->days + 1})};
  }
  // A day means all of its windows.
  if (every == Every::Cursor) every = Every::Day;
  const auto partition = parse_partition(every, text);
  if (partition.ok() && partition->window) return *partition->window;
  const auto* day = every == Every::Hour ? ", or a day such as 2022-01-24" : "";
  return fail(ErrorCode::InvalidConfig, "'{}' is not an end of a range here: expected {}{}", text,
              expected_form(every), day);
}

std::vector<Partition> partitions_between(Every every, Timestamp from, Timestamp to) {
  if (every == Every::None || every == Every::Object) return {partition_of(every, from)};
  std::vector<Partition> all;
  const auto end = floor_to(every, to);
  for (auto start = floor_to(every, from); start < end; start = next_boundary(every, start)) {
    all.push_back(starting_at(every, start));
  }
  return all;
}

std::optional<Partition> last_complete(Every every, Timestamp now) {
  if (every == Every::Cursor || every == Every::None || every == Every::Object) return std::nullopt;
  return partition_of(every, {floor_to(every, now).micros - 1});
}

std::optional<std::string> placeholder(const Partition& partition, std::string_view name) {
  constexpr std::string_view kPrefix = "partition.";
  constexpr std::string_view kObject = "object.";
  if (name.starts_with(kObject) && !partition.window && partition.key != "all")
    return object_placeholder(partition.key, name.substr(kObject.size()));
  if (!name.starts_with(kPrefix)) return std::nullopt;
  name.remove_prefix(kPrefix.size());
  if (name == "key") return partition.key;
  if (!partition.window) return std::nullopt;
  const auto start = named_time(partition);
  if (name == "date") return start.substr(0, 10);
  if (name == "year") return start.substr(0, 4);
  if (name == "month") return start.substr(5, 2);
  if (name == "day") return start.substr(8, 2);
  if (name == "hour") return start.substr(11, 2);
  if (name == "start") return to_string(partition.window->start);
  if (name == "end") return to_string(partition.window->end);
  if (name == "start_unix") return std::to_string(partition.window->start.micros / 1'000'000);
  if (name == "end_unix") return std::to_string(partition.window->end.micros / 1'000'000);
  if (name == "compact") return start.substr(0, 4) + start.substr(5, 2) + start.substr(8, 2);
  return std::nullopt;
}

Result<std::string> expand(std::string_view text, const Partition& partition) {
  std::string out;
  while (true) {
    const auto open = text.find("{{");
    out += text.substr(0, open);
    if (open == text.npos) return out;
    const auto close = text.find("}}", open);
    if (close == text.npos) {
      return fail(ErrorCode::InvalidConfig, "'{}' opens a placeholder with {{{{ that no }}}} closes",
                  text.substr(open));
    }
    const auto name = trim(text.substr(open + 2, close - open - 2));
    const auto value = placeholder(partition, name);
    if (!value) return unknown_placeholder(partition, name);
    out += *value;
    text.remove_prefix(close + 2);
  }
}

}  // namespace weir::model
