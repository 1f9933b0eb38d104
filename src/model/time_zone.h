// SPDX-License-Identifier: Apache-2.0
// Named time zones, from the system's tzdata. The only place where times are not UTC. Used by
// schedules, casts and the commands' edges. Values; thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace weir::model {

/// What a clock on the wall shows: microseconds since 1970-01-01T00:00:00 on that wall.
struct LocalTime {
  std::int64_t micros = 0;

  auto operator<=>(const LocalTime&) const = default;
};

/// The instants at which the wall shows a local time.
struct LocalInstants {
  /// Skipped when the clock jumped over it, Repeated when it was set back and showed it twice.
  enum class Kind { Once, Skipped, Repeated };

  Kind kind = Kind::Once;
  Timestamp first;   ///< of a skipped time the instant of the jump
  Timestamp second;  ///< the same unless repeated
};

/// Local times from `begin` until before `end`, all of them shown once and with the same offset.
struct LocalStretch {
  LocalTime begin, end;
  std::int64_t offset = 0;  ///< microseconds from UTC to the wall

  bool contains(LocalTime time) const { return begin <= time && time < end; }
};

class TimeZone {
 public:
  /// The zone of an IANA name such as America/Vancouver. InvalidConfig suggests what was meant.
  static Result<TimeZone> find(std::string_view name);
  static TimeZone utc() { return TimeZone("UTC", nullptr); }

  const std::string& name() const { return name_; }
  LocalTime to_local(Timestamp time) const;
  LocalInstants instants_of(LocalTime time) const;
  /// A stretch without a clock change that is near a local time, and most often contains it. For
  /// columns of times, which mostly lie close together.
  LocalStretch stretch_near(LocalTime time) const;
  /// One instant for every local time: of a repeated time the first, for a skipped time the instant
  /// at which the clock jumped over it.
  Timestamp to_utc(LocalTime time) const { return instants_of(time).first; }

 private:
  TimeZone(std::string name, const void* zone) : name_(std::move(name)), zone_(zone) {}

  std::string name_;
  const void* zone_;  // the zone database's entry, which lives as long as the program; null: UTC
};

}  // namespace weir::model
