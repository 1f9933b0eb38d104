// SPDX-License-Identifier: Apache-2.0
#include "model/calendar.h"

#include <gtest/gtest.h>

namespace weir::model {
namespace {

Timestamp at(std::string_view text) { return *parse_timestamp(text); }

std::string shown(const Partition& partition) {
  return partition.key + " " + to_string(partition.window->start) + " " + to_string(partition.window->end);
}

const Calendar& vancouver() {
  static const Calendar calendar(Every::Day, *TimeZone::find("America/Vancouver"));
  return calendar;
}

TEST(Calendar, has_the_days_of_its_zone) {
  EXPECT_EQ(shown(vancouver().partition_of(at("2024-05-14T06:59:59Z"))),
            "2024-05-13 2024-05-13T07:00:00Z 2024-05-14T07:00:00Z");
  EXPECT_EQ(shown(*vancouver().parse_partition("2024-05-13")),
            "2024-05-13 2024-05-13T07:00:00Z 2024-05-14T07:00:00Z");
}

TEST(Calendar, has_longer_and_shorter_days_when_clocks_change) {
  std::string days;
  for (const auto& day :
       vancouver().partitions_between(at("2024-03-10T08:00:00Z"), at("2024-03-12T07:00:00Z")))
    days += shown(day) + "\n";
  EXPECT_EQ(days,
            "2024-03-10 2024-03-10T08:00:00Z 2024-03-11T07:00:00Z\n"
            "2024-03-11 2024-03-11T07:00:00Z 2024-03-12T07:00:00Z\n");
}

TEST(Calendar, takes_a_day_for_over_when_it_is_over_in_its_zone) {
  EXPECT_EQ(vancouver().last_complete(at("2024-05-14T06:59:59Z"))->key, "2024-05-12");
  EXPECT_EQ(vancouver().last_complete(at("2024-05-14T07:00:00Z"))->key, "2024-05-13");
}

TEST(Calendar, reads_the_ends_of_a_range_in_its_zone) {
  const auto bound = *vancouver().parse_bound("2024-05-13");
  EXPECT_EQ(to_string(bound.start) + " " + to_string(bound.end), "2024-05-13T07:00:00Z 2024-05-14T07:00:00Z");
}

TEST(Calendar, is_that_of_utc_without_a_zone) {
  EXPECT_EQ(shown(Calendar(Every::Hour).partition_of(at("2024-05-14T06:59:59Z"))),
            "2024-05-14T06 2024-05-14T06:00:00Z 2024-05-14T07:00:00Z");
}

TEST(Calendar, names_the_date_of_the_zone_in_placeholders) {
  const auto day =
      Calendar(Every::Day, *TimeZone::find("Pacific/Auckland")).partition_of(at("2024-05-13T12:00:00Z"));
  EXPECT_EQ(
      *expand("{{ partition.date }} {{ partition.compact }} {{ partition.day }} {{ partition.start }}", day),
      "2024-05-14 20240514 14 2024-05-13T12:00:00Z");
  const auto month =
      Calendar(Every::Month, *TimeZone::find("Pacific/Auckland")).partition_of(at("2024-05-31T12:00:00Z"));
  EXPECT_EQ(*expand("{{ partition.date }} {{ partition.year }}/{{ partition.month }}", month),
            "2024-06-01 2024/06");
  const auto hour =
      Calendar(Every::Hour, *TimeZone::find("Pacific/Auckland")).partition_of(at("2024-05-13T12:00:00Z"));
  EXPECT_EQ(*expand("{{ partition.date }}T{{ partition.hour }}", hour), "2024-05-14T00");
}

}  // namespace
}  // namespace weir::model
