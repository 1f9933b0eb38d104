// SPDX-License-Identifier: Apache-2.0
#include "project/partition_options.h"

#include <array>

namespace weir::project {
namespace {

constexpr std::string_view kStart = "start";

std::int64_t micros(const config::Duration& duration) {
  return std::chrono::duration_cast<std::chrono::microseconds>(duration.value).count();
}

void check_from(const PartitionOptions& options, const config::Node& node, config::Diagnostics& diagnostics) {
  if (options.from.empty() || parse_timestamp(options.from)) return;
  const auto at = node.find("from")->at();
  if (options.every != model::Every::Cursor) {
    diagnostics.error(at, fmt::format("'{}' is not a date such as 2022-01-24", options.from));
  } else if (options.from != kStart && !config::parse_duration(options.from)) {
    diagnostics.error(at,
                      fmt::format("'{}' is neither a date such as 2022-01-24, nor how long before the first "
                                  "run, as `4 days`, nor `start` for rows of any time",
                                  options.from));
  }
}

/// Reports the keys that mean nothing for what the work is cut by.
template <std::size_t kKeys>
void refuse(const std::array<const char*, kKeys>& keys, std::string_view reason, const config::Node& node,
            config::Diagnostics& diagnostics) {
  for (const auto* key : keys) {
    if (const auto* found = node.find(key))
      diagnostics.error(found->at(), fmt::format("`{}` {}", key, reason));
  }
}

void check_zone(const PartitionOptions& options, const config::Node& node, config::Diagnostics& diagnostics) {
  const auto* found = node.find("timezone");
  if (found == nullptr) return;
  if (const auto zone = model::TimeZone::find(options.timezone); !zone.ok())
    diagnostics.error(found->at(), zone.error().message());
  const bool by_date = options.every == model::Every::Day || options.every == model::Every::Week ||
                       options.every == model::Every::Month;
  if (!by_date) diagnostics.error(found->at(), "`timezone` needs `every: day`, week or month");
}

void check(const PartitionOptions& options, const config::Node& node, config::Diagnostics& diagnostics) {
  check_from(options, node, diagnostics);
  check_zone(options, node, diagnostics);
  if (options.every == model::Every::Object) {
    refuse(std::array{"from", "column"}, "means nothing with `every: object`: objects have no time window",
           node, diagnostics);
  } else {
    refuse(std::array{"take", "limit"}, "needs `every: object`", node, diagnostics);
  }
  if (options.every != model::Every::Cursor) {
    refuse(std::array{"step", "overlap", "lag", "freshness"}, "needs `every: cursor`", node, diagnostics);
  } else if (options.from.empty()) {
    diagnostics.error(node.at(),
                      "`every: cursor` needs `from`: a date, how long before the first run, as `4 "
                      "days`, or `start` for rows of any time");
  } else if (options.step.value < std::chrono::seconds{1}) {
    diagnostics.error(node.find("step")->at(), "`step` is at least 1 s");
  }
}

}  // namespace

const config::Spec<PartitionOptions>& partition_spec() {
  using Take = execution::PartitionRule::Take;
  static const auto spec =
      config::Spec<PartitionOptions>("partitions",
                                     "How the work is cut into units that are loaded once each.")
          .choice(
              "every", &PartitionOptions::every,
              {{"hour", model::Every::Hour},
               {"day", model::Every::Day},
               {"week", model::Every::Week},
               {"month", model::Every::Month},
               {"cursor", model::Every::Cursor},
               {"object", model::Every::Object},
               {"none", model::Every::None}},
              "Length of a partition. Weeks start on Monday. With cursor, each run goes on where "
              "the last one came to and loads up to now. With object, each file or object of the source is "
              "one; none loads everything as one.")
          .shorthand()
          .choice(
              "take", &PartitionOptions::take, {{"all", Take::All}, {"newest", Take::Newest}},
              "Of objects: load all of them, oldest first, or only the newest, and never one that is older "
              "than what was loaded.")
          .field(
              "from", &PartitionOptions::from,
              "Start of the first partition, for backfill --all and gaps. Of a cursor also how long before "
              "its first run, or start: all that is there in one partition, with rows that have no time.")
          .example("2022-01-24")
          .field("column", &PartitionOptions::column,
                 "Timestamp column that says to which partition a row belongs. Rows of other partitions are "
                 "filtered, or quarantined when each partition has files of its own.")
          .example("timestamp")
          .field("timezone", &PartitionOptions::timezone,
                 "Time zone in which days, weeks and months begin and end. Times in windows and placeholders "
                 "stay instants; partition.date is the date there.")
          .example("America/Vancouver")
          .field("limit", &PartitionOptions::limit, "Of objects: how many of them one run loads at most.")
          .range(1, 1e9)
          .example("100")
          .field("step", &PartitionOptions::step,
                 "Of a cursor: the longest partition. Partitions end at its multiples, so those of a day end "
                 "at midnight.")
          .field(
              "overlap", &PartitionOptions::overlap,
              "Of a cursor: how much of the time before a partition is read again, for rows that came late.")
          .example("5 min")
          .field(
              "lag", &PartitionOptions::lag,
              "Of a cursor: how long after their time rows may still appear; a run loads up to so long ago.")
          .example("1 min")
          .field("freshness", &PartitionOptions::freshness,
                 "Of a cursor: what is newer than this after the last partition waits for a later run.")
          .example("10 min")
          .check(check);
  return spec;
}

execution::PartitionRule rule_of(const PartitionOptions& options) {
  execution::PartitionRule rule;
  rule.every = options.every;
  rule.take = options.take;
  rule.column = options.column;
  rule.from = parse_timestamp(options.from);
  // An unknown zone was reported when the file was read; the others of its problems are still looked for.
  if (options.timezone != "UTC") {
    if (auto zone = model::TimeZone::find(options.timezone); zone.ok()) rule.zone = *std::move(zone);
  }
  if (rule.from) rule.from = rule.calendar().instant_of(*rule.from);
  if (options.limit) rule.limit = static_cast<std::size_t>(*options.limit);
  if (rule.every != model::Every::Cursor) return rule;
  rule.cursor = {.from = options.from == kStart ? model::kBeginning : rule.from,
                 .step = micros(options.step),
                 .overlap = micros(options.overlap),
                 .lag = micros(options.lag),
                 .freshness = micros(options.freshness)};
  if (const auto look_back = config::parse_duration(options.from)) rule.cursor.look_back = micros(*look_back);
  return rule;
}

}  // namespace weir::project
