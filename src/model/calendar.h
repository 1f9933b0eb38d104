// SPDX-License-Identifier: Apache-2.0
// Calendar: how a pipeline's work is cut by time, with days that begin and end in a time zone. The keys
// are those of the zone's dates, the windows instants. Pure rules; a value.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "model/partition.h"
#include "model/time_zone.h"

namespace weir::model {

class Calendar {
 public:
  /// Without a zone in UTC. A zone goes with hours, days, weeks and months only.
  explicit Calendar(Every every, std::optional<TimeZone> zone = {}) : every_(every), zone_(std::move(zone)) {}

  Every every() const { return every_; }

  // The rules of partition.h.
  Partition partition_of(Timestamp time) const;
  Result<Partition> parse_partition(std::string_view key) const;
  Result<Window> parse_bound(std::string_view text) const;
  std::vector<Partition> partitions_between(Timestamp from, Timestamp to) const;
  std::optional<Partition> last_complete(Timestamp now) const;
  /// The instant at which a date and time of the zone is, as in the option `from`.
  Timestamp instant_of(Timestamp local) const;

 private:
  Timestamp local(Timestamp time) const;
  Window instants_of(const Window& local) const;
  Partition in_zone(Partition partition) const;

  Every every_;
  std::optional<TimeZone> zone_;
};

}  // namespace weir::model
