// SPDX-License-Identifier: Apache-2.0
#include "model/time_zone.h"

#include <date/tz.h>

#include <algorithm>
#include <exception>
#include <limits>
#include <vector>

#include "base/text.h"

namespace weir::model {
namespace {

using std::chrono::microseconds;

const date::time_zone& zone_of(const void* zone) { return *static_cast<const date::time_zone*>(zone); }

/// Zones with a region, and UTC. Names such as EST are not offered, they are rarely what is meant.
std::vector<std::string> offered_names(const date::tzdb& database) {
  std::vector<std::string> names = {"UTC"};
  for (const auto& zone : database.zones) {
    if (zone.name().find('/') != std::string::npos) names.push_back(zone.name());
  }
  return names;
}

/// "vancouver" -> "America/Vancouver", otherwise the name that is nearest in spelling.
std::optional<std::string> suggestion(std::string_view wanted, const std::vector<std::string>& names) {
  auto city = "/" + lower(wanted);
  std::replace(city.begin(), city.end(), ' ', '_');
  const auto found =
      std::find_if(names.begin(), names.end(), [&](const auto& name) { return lower(name).ends_with(city); });
  if (found != names.end()) return *found;
  return closest(wanted, names);
}

Result<const void*> look_up(std::string_view name) {
  // The library tells of a missing zone and of missing zone files by exceptions.
  try {
    const auto& database = date::get_tzdb();
    for (const auto& zone : database.zones) {
      if (zone.name() == name) {
        (void)zone.get_info(date::sys_seconds{});  // reads the zone's file now, where it may fail
        return &zone;
      }
    }
    const auto near = suggestion(name, offered_names(database));
    return fail(ErrorCode::InvalidConfig,
                "'{}' is no time zone{}; expected an IANA name such as America/Vancouver", name,
                near ? fmt::format(", did you mean '{}'?", *near) : "");
  } catch (const std::exception& problem) {
    return fail(
        ErrorCode::Unsupported,
        "time zone {} cannot be used because the system's time zone files are not readable ({}): install "
        "the package tzdata",
        name, problem.what());
  }
}

LocalInstants::Kind kind_of(int result) {
  if (result == date::local_info::nonexistent) return LocalInstants::Kind::Skipped;
  if (result == date::local_info::ambiguous) return LocalInstants::Kind::Repeated;
  return LocalInstants::Kind::Once;
}

}  // namespace

Result<TimeZone> TimeZone::find(std::string_view name) {
  if (name == "UTC" || name == "Etc/UTC" || name == "Z") return utc();
  return TimeZone(std::string(name), TRY(look_up(name)));
}

LocalTime TimeZone::to_local(Timestamp time) const {
  if (zone_ == nullptr) return {time.micros};
  const date::sys_time<microseconds> instant{microseconds{time.micros}};
  return {zone_of(zone_).to_local(instant).time_since_epoch().count()};
}

LocalInstants TimeZone::instants_of(LocalTime time) const {
  if (zone_ == nullptr) return {LocalInstants::Kind::Once, {time.micros}, {time.micros}};
  const date::local_time<microseconds> local{microseconds{time.micros}};
  const auto info = zone_of(zone_).get_info(local);
  const auto with = [&](const date::sys_info& rule) {
    return Timestamp{time.micros - microseconds{rule.offset}.count()};
  };
  const auto kind = kind_of(info.result);
  if (kind == LocalInstants::Kind::Skipped) {
    const Timestamp jump{microseconds{info.first.end.time_since_epoch()}.count()};
    return {kind, jump, jump};
  }
  if (kind == LocalInstants::Kind::Repeated) return {kind, with(info.first), with(info.second)};
  return {kind, with(info.first), with(info.first)};
}

LocalStretch TimeZone::stretch_near(LocalTime time) const {
  using Limits = std::numeric_limits<std::int64_t>;
  if (zone_ == nullptr) return {{Limits::min()}, {Limits::max()}, 0};
  const date::local_time<microseconds> local{microseconds{time.micros}};
  const auto rule = zone_of(zone_).get_info(local).first;
  const auto offset = microseconds{rule.offset}.count();
  // No clock was ever set by more than a day, so times this far from both changes are shown once.
  constexpr std::int64_t kMargin = microseconds{std::chrono::hours{48}}.count();
  return {{microseconds{rule.begin.time_since_epoch()}.count() + offset + kMargin},
          {microseconds{rule.end.time_since_epoch()}.count() + offset - kMargin},
          offset};
}

}  // namespace weir::model
