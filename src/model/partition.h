// SPDX-License-Identifier: Apache-2.0
// Partitions: the half-open UTC windows that are loaded once each. Pure calendar rules.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace weir::model {

/// How a pipeline's work is cut: by time (weeks start on Monday), in windows up to now (see cursor.h),
/// by the objects of its source, or not at all.
enum class Every { Hour, Day, Week, Month, Cursor, Object, None };

std::string_view name(Every every);
std::optional<Every> every_from_name(std::string_view name);

/// [start, end) in UTC.
struct Window {
  Timestamp start;
  Timestamp end;

  bool contains(Timestamp time) const { return start <= time && time < end; }
  bool operator==(const Window&) const = default;
};

/// The start of a window that has no lower end: rows of any time are in it, and those without a time.
inline constexpr Timestamp kBeginning{-62'135'596'800'000'000};  // 0001-01-01

/// One unit of work. Without partitions there is one, with the key "all" and no window.
struct Partition {
  /// "2022-01-24T05" (hour), "2022-01-24" (day and week: its Monday), "2022-01", the object's key, "all";
  /// of a cursor see cursor_partition().
  std::string key;
  std::optional<Window> window{};
  /// Microseconds before the window that are read again, for rows that came late. Of those the known
  /// keys are left out or replaced.
  std::int64_t overlap = 0;

  /// What a source is to read of a partition with a window.
  Window reading() const;

  bool operator==(const Partition&) const = default;
};

/// The partition that holds an instant; not for Cursor, whose windows depend on what is loaded.
Partition partition_of(Every every, Timestamp time);
/// The partition of a key as a person writes it: a date inside a week or an hour's full ISO form is
/// understood. The error shows the expected form.
Result<Partition> parse_partition(Every every, std::string_view key);
/// The time that an end of a range names: a partition's, or for hours also that of a whole day.
Result<Window> parse_bound(Every every, std::string_view text);
/// Every partition that starts in [from, to); both are moved down to a boundary first.
std::vector<Partition> partitions_between(Every every, Timestamp from, Timestamp to);
/// The last partition that is over at `now`; nothing for Cursor, Object and None.
std::optional<Partition> last_complete(Every every, Timestamp now);
/// The value of a placeholder for a partition: "partition.date" is 2022-01-24, also ".key",
/// ".year", ".month", ".day", ".hour", ".start", ".end" and ".compact" (20220124), and ".start_unix" and
/// ".end_unix", seconds since 1970. Of an object there
/// are "object.key", ".name" (behind the last slash), ".stem" (the name without its extension, as
/// ".tar.gz") and ".folder" (with the slash).
std::optional<std::string> placeholder(const Partition& partition, std::string_view name);
/// Replaces every "{{ name }}". Unknown names are errors that list the known ones.
Result<std::string> expand(std::string_view text, const Partition& partition);

}  // namespace weir::model
