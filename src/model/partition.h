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

/// How a pipeline's work is cut: by time (weeks start on Monday), by the objects of its source, or
/// not at all.
enum class Every { Hour, Day, Week, Month, Object, None };

std::string_view name(Every every);
std::optional<Every> every_from_name(std::string_view name);

/// [start, end) in UTC.
struct Window {
  Timestamp start;
  Timestamp end;

  bool contains(Timestamp time) const { return start <= time && time < end; }
  bool operator==(const Window&) const = default;
};

/// One unit of work. Without partitions there is one, with the key "all" and no window.
struct Partition {
  /// "2022-01-24T05" (hour), "2022-01-24" (day and week: its Monday), "2022-01", the object's key, "all".
  std::string key;
  std::optional<Window> window;

  bool operator==(const Partition&) const = default;
};

/// The partition that holds an instant.
Partition partition_of(Every every, Timestamp time);
/// The partition of a key as a person writes it: a date inside a week or an hour's full ISO form is
/// understood. The error shows the expected form.
Result<Partition> parse_partition(Every every, std::string_view key);
/// The time that an end of a range names: a partition's, or for hours also that of a whole day.
Result<Window> parse_bound(Every every, std::string_view text);
/// Every partition that starts in [from, to); both are moved down to a boundary first.
std::vector<Partition> partitions_between(Every every, Timestamp from, Timestamp to);
/// The last partition that is over at `now`; nothing for Object and None.
std::optional<Partition> last_complete(Every every, Timestamp now);
/// The value of a placeholder for a partition: "partition.date" is 2022-01-24, also ".key",
/// ".year", ".month", ".day", ".hour", ".start", ".end" and ".compact" (20220124). Of an object there
/// are "object.key", ".name" (behind the last slash), ".stem" (the name without its extension, as
/// ".tar.gz") and ".folder" (with the slash).
std::optional<std::string> placeholder(const Partition& partition, std::string_view name);
/// Replaces every "{{ name }}". Unknown names are errors that list the known ones.
Result<std::string> expand(std::string_view text, const Partition& partition);

}  // namespace weir::model
