// SPDX-License-Identifier: Apache-2.0
#include "model/calendar.h"

namespace weir::model {

Timestamp Calendar::local(Timestamp time) const {
  return zone_ ? Timestamp{zone_->to_local(time).micros} : time;
}

Timestamp Calendar::instant_of(Timestamp local) const {
  return zone_ ? zone_->to_utc(LocalTime{local.micros}) : local;
}

Window Calendar::instants_of(const Window& local) const {
  return {instant_of(local.start), instant_of(local.end)};
}

Partition Calendar::in_zone(Partition partition) const {
  if (zone_ && partition.window) partition.window = instants_of(*partition.window);
  return partition;
}

Partition Calendar::partition_of(Timestamp time) const {
  return in_zone(model::partition_of(every_, local(time)));
}

Result<Partition> Calendar::parse_partition(std::string_view key) const {
  return in_zone(TRY(model::parse_partition(every_, key)));
}

Result<Window> Calendar::parse_bound(std::string_view text) const {
  return instants_of(TRY(model::parse_bound(every_, text)));
}

std::vector<Partition> Calendar::partitions_between(Timestamp from, Timestamp to) const {
  std::vector<Partition> all;
  for (auto& partition : model::partitions_between(every_, local(from), local(to)))
    all.push_back(in_zone(std::move(partition)));
  return all;
}

std::optional<Partition> Calendar::last_complete(Timestamp now) const {
  auto last = model::last_complete(every_, local(now));
  if (last) last = in_zone(*std::move(last));
  return last;
}

}  // namespace weir::model
