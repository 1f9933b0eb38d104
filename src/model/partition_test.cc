// SPDX-License-Identifier: Apache-2.0
#include "model/partition.h"

#include <gtest/gtest.h>

#include <random>

#include "base/text.h"

namespace weir::model {
namespace {

Timestamp at(std::string_view text) { return parse_timestamp(text).value(); }

std::string show(const Partition& partition) {
  if (!partition.window) return partition.key;
  return partition.key + " [" + to_string(partition.window->start) + ", " + to_string(partition.window->end) +
         ")";
}

std::string keys(const std::vector<Partition>& partitions) {
  std::vector<std::string> all;
  for (const auto& partition : partitions) all.push_back(partition.key);
  return join(all, " ");
}

std::string parsed(Every every, std::string_view key) {
  const auto partition = parse_partition(every, key);
  return partition ? show(*partition) : partition.error().message();
}

TEST(PartitionParse, a_wrong_key_names_the_value_and_the_expected_form) {
  EXPECT_EQ(parsed(Every::Day, "yesterday"),
            "'yesterday' is not a partition of this pipeline: expected a day such as 2022-01-24");
  EXPECT_EQ(parsed(Every::Day, "2022-02-30"),
            "'2022-02-30' is not a partition of this pipeline: expected a day such as 2022-01-24");
  EXPECT_EQ(parsed(Every::Month, "2022-13"),
            "'2022-13' is not a partition of this pipeline: expected a month such as 2022-01");
  EXPECT_EQ(parsed(Every::Hour, "2022-01-24"),
            "'2022-01-24' is not a partition of this pipeline: expected an hour such as 2022-01-24T05");
  EXPECT_EQ(parsed(Every::Week, "2021-W53"),
            "'2021-W53' is not a partition of this pipeline: expected a day of the week such as 2022-01-24, "
            "or 2022-W04");
  EXPECT_EQ(parsed(Every::None, "2022-01-24"),
            "'2022-01-24' is not a partition of this pipeline: expected 'all', because the pipeline has no "
            "partitions");
  for (const auto every : {Every::Hour, Every::Day, Every::Week, Every::Month, Every::None}) {
    EXPECT_FALSE(parse_partition(every, "").ok());
    EXPECT_FALSE(parse_partition(every, "2022").ok());
    EXPECT_EQ(parse_partition(every, "x").error().code(), ErrorCode::InvalidConfig);
  }
  for (const auto* week : {"2022-W00", "2022-W5x", "2022-W60", "20x2-W01", "2022-X04"}) {
    EXPECT_FALSE(parse_partition(Every::Week, week).ok()) << week;
  }
}

TEST(PartitionParse, accepts_what_a_person_writes) {
  EXPECT_EQ(parsed(Every::Hour, "2022-01-24T05"),
            "2022-01-24T05 [2022-01-24T05:00:00Z, 2022-01-24T06:00:00Z)");
  EXPECT_EQ(parsed(Every::Hour, "2022-01-24 05:59"), parsed(Every::Hour, "2022-01-24T05"));
  EXPECT_EQ(parsed(Every::Hour, "2022-01-24T07:30:00+02:00"), parsed(Every::Hour, "2022-01-24T05"));
  EXPECT_EQ(parsed(Every::Day, " 2022-01-24 "), "2022-01-24 [2022-01-24T00:00:00Z, 2022-01-25T00:00:00Z)");
  EXPECT_EQ(parsed(Every::Day, "2022-01-24T23:59:59Z"), parsed(Every::Day, "2022-01-24"));
  EXPECT_EQ(parsed(Every::Week, "2022-01-30"), "2022-01-24 [2022-01-24T00:00:00Z, 2022-01-31T00:00:00Z)");
  EXPECT_EQ(parsed(Every::Month, "2022-12-31"), "2022-12 [2022-12-01T00:00:00Z, 2023-01-01T00:00:00Z)");
  EXPECT_EQ(parsed(Every::None, "all"), "all");
}

TEST(PartitionBound, names_a_partition_or_a_day_of_hours) {
  const auto shown = [](Every every, std::string_view text) {
    const auto bound = parse_bound(every, text);
    return bound.ok() ? to_string(bound->start) + " " + to_string(bound->end) : bound.error().message();
  };
  EXPECT_EQ(shown(Every::Hour, "2022-01-24"), "2022-01-24T00:00:00Z 2022-01-25T00:00:00Z");
  EXPECT_EQ(shown(Every::Hour, "2022-01-24T05"), "2022-01-24T05:00:00Z 2022-01-24T06:00:00Z");
  EXPECT_EQ(shown(Every::Day, "2022-01-24"), "2022-01-24T00:00:00Z 2022-01-25T00:00:00Z");
  EXPECT_EQ(shown(Every::Week, "2022-01-26"), "2022-01-24T00:00:00Z 2022-01-31T00:00:00Z");
  EXPECT_EQ(shown(Every::Month, "2022-02-14"), "2022-02-01T00:00:00Z 2022-03-01T00:00:00Z");
  EXPECT_EQ(shown(Every::Hour, "soon"),
            "'soon' is not an end of a range here: expected an hour such as 2022-01-24T05, or a day such as "
            "2022-01-24");
}

TEST(PartitionParse, knows_iso_weeks_across_years) {
  EXPECT_EQ(parse_partition(Every::Week, "2022-W04")->key, "2022-01-24");
  EXPECT_EQ(parse_partition(Every::Week, "2020-W01")->key, "2019-12-30");
  EXPECT_EQ(parse_partition(Every::Week, "2020-W53")->key, "2020-12-28");
  EXPECT_EQ(parse_partition(Every::Week, "2021-W01")->key, "2021-01-04");
}

TEST(PartitionOf, months_follow_the_leap_years) {
  EXPECT_EQ(show(partition_of(Every::Month, at("2024-02-29T12:00Z"))),
            "2024-02 [2024-02-01T00:00:00Z, 2024-03-01T00:00:00Z)");
  EXPECT_EQ(show(partition_of(Every::Day, at("2024-02-29T12:00Z"))),
            "2024-02-29 [2024-02-29T00:00:00Z, 2024-03-01T00:00:00Z)");
  EXPECT_EQ(keys(partitions_between(Every::Day, at("2023-02-28"), at("2023-03-02"))),
            "2023-02-28 2023-03-01");
  EXPECT_EQ(keys(partitions_between(Every::Day, at("1900-02-28"), at("1900-03-02"))),
            "1900-02-28 1900-03-01");
}

TEST(PartitionOf, weeks_run_from_monday_across_the_year) {
  EXPECT_EQ(show(partition_of(Every::Week, at("2025-01-01"))),
            "2024-12-30 [2024-12-30T00:00:00Z, 2025-01-06T00:00:00Z)");
  EXPECT_EQ(show(partition_of(Every::Week, at("2025-01-05T23:59:59.999999Z"))),
            "2024-12-30 [2024-12-30T00:00:00Z, 2025-01-06T00:00:00Z)");
  EXPECT_EQ(partition_of(Every::Week, at("1969-12-31")).key, "1969-12-29");
  EXPECT_EQ(partition_of(Every::Week, at("1969-12-28")).key, "1969-12-22");
}

TEST(PartitionOf, the_last_instant_before_a_boundary_belongs_to_the_earlier_window) {
  EXPECT_EQ(partition_of(Every::Hour, at("2021-12-31T23:59:59.999999Z")).key, "2021-12-31T23");
  EXPECT_EQ(partition_of(Every::Hour, at("2022-01-01T00:00:00Z")).key, "2022-01-01T00");
  EXPECT_EQ(partition_of(Every::Hour, {-1}).key, "1969-12-31T23");
  EXPECT_EQ(partition_of(Every::Month, at("2021-12-31T23:59:59.999999Z")).key, "2021-12");
  EXPECT_EQ(partition_of(Every::None, {}).key, "all");
}

TEST(PartitionsBetween, moves_both_ends_down_to_a_boundary) {
  EXPECT_EQ(keys(partitions_between(Every::Day, at("2022-01-24T10:00Z"), at("2022-01-26T10:00Z"))),
            "2022-01-24 2022-01-25");
  EXPECT_EQ(keys(partitions_between(Every::Month, at("2021-11-15"), at("2022-02-01"))),
            "2021-11 2021-12 2022-01");
  EXPECT_EQ(keys(partitions_between(Every::Day, at("2022-01-24"), at("2022-01-24T23:00Z"))), "");
  EXPECT_EQ(keys(partitions_between(Every::Day, at("2022-01-26"), at("2022-01-24"))), "");
  EXPECT_EQ(keys(partitions_between(Every::None, at("2022-01-26"), at("2022-01-24"))), "all");
}

TEST(PartitionsBetween, tiles_time_without_gap_or_overlap_and_every_key_reads_back) {
  std::mt19937_64 random(20220124);
  const auto first = at("1960-01-01").micros;
  const auto last = at("2090-01-01").micros;
  std::uniform_int_distribution<std::int64_t> instants(first, last);
  std::uniform_int_distribution<std::int64_t> hours(1, 300);
  for (const auto every : {Every::Hour, Every::Day, Every::Week, Every::Month}) {
    for (int round = 0; round < 200; ++round) {
      const Timestamp from{instants(random)};
      const Timestamp to{from.micros + hours(random) * 3'600'000'000 * (every == Every::Hour ? 1 : 24)};
      auto expected_start = partition_of(every, from).window->start;
      for (const auto& partition : partitions_between(every, from, to)) {
        ASSERT_EQ(partition.window->start, expected_start) << name(every) << " " << show(partition);
        ASSERT_LT(partition.window->start, partition.window->end);
        ASSERT_EQ(partition, partition_of(every, partition.window->start));
        ASSERT_EQ(partition, partition_of(every, {partition.window->end.micros - 1}));
        const auto read_back = parse_partition(every, partition.key);
        ASSERT_TRUE(read_back.ok()) << partition.key;
        ASSERT_EQ(*read_back, partition);
        expected_start = partition.window->end;
      }
      ASSERT_EQ(expected_start, partition_of(every, to).window->start) << name(every);
    }
  }
}

TEST(LastComplete, is_the_window_that_ended_at_or_before_now) {
  EXPECT_EQ(last_complete(Every::Day, at("2022-01-24T00:00Z"))->key, "2022-01-23");
  EXPECT_EQ(last_complete(Every::Day, at("2022-01-23T23:59:59.999999Z"))->key, "2022-01-22");
  EXPECT_EQ(last_complete(Every::Week, at("2022-01-26"))->key, "2022-01-17");
  EXPECT_EQ(last_complete(Every::Month, at("2022-01-26"))->key, "2021-12");
  EXPECT_EQ(last_complete(Every::Hour, at("2022-01-01T00:30Z"))->key, "2021-12-31T23");
  EXPECT_EQ(last_complete(Every::None, at("2022-01-26")), std::nullopt);
}

TEST(Expand, fails_on_an_unknown_placeholder_and_lists_the_known_ones) {
  const auto day = *parse_partition(Every::Day, "2022-01-24");
  EXPECT_EQ(expand("{{ partition.dat }}.jsonl", day).error().message(),
            "unknown placeholder 'partition.dat', did you mean 'partition.date'?; known are "
            "partition.key, partition.date, partition.year, partition.month, partition.day, "
            "partition.hour, partition.start, partition.end, partition.compact, partition.start_unix, "
            "partition.end_unix");
  EXPECT_EQ(expand("{{ partition.date }}", {"all", std::nullopt}).error().message(),
            "placeholder 'partition.date' has no value because the pipeline has no partitions; say "
            "'partitions: { every: day }' or remove it");
  EXPECT_EQ(expand("logs/{{ partition.date", day).error().message(),
            "'{{ partition.date' opens a placeholder with {{ that no }} closes");
  EXPECT_EQ(expand("{{}}", day).error().code(), ErrorCode::InvalidConfig);
}

TEST(Expand, fills_in_the_parts_of_an_objects_key) {
  const Partition object{"client/drop/cms.2024.tar.gz", std::nullopt};
  EXPECT_EQ(*expand("good/{{ object.key }} {{ object.name }} {{ object.stem }} {{ object.folder }}", object),
            "good/client/drop/cms.2024.tar.gz cms.2024.tar.gz cms.2024 client/drop/");
  EXPECT_EQ(*expand("{{ object.stem }}", {"a-zt.tgz", std::nullopt}), "a-zt");
  EXPECT_EQ(*expand("{{ object.stem }}{{ object.folder }}", {".tgz", std::nullopt}), ".tgz");
  EXPECT_EQ(expand("{{ partition.date }}", object).error().message(),
            "unknown placeholder 'partition.date', did you mean 'partition.key'?; known are partition.key, "
            "object.key, object.name, "
            "object.stem, object.folder");
}

TEST(Expand, fills_in_every_placeholder) {
  const auto hour = *parse_partition(Every::Hour, "2022-01-24T05");
  EXPECT_EQ(
      *expand("{{partition.year}}/{{ partition.month }}/{{partition.day }}/{{ partition.hour}}.gz", hour),
      "2022/01/24/05.gz");
  EXPECT_EQ(*expand("{{ partition.key }} {{ partition.date }} {{ partition.compact }}", hour),
            "2022-01-24T05 2022-01-24 20220124");
  EXPECT_EQ(*expand("[{{ partition.start }}, {{ partition.end }})", hour),
            "[2022-01-24T05:00:00Z, 2022-01-24T06:00:00Z)");
  EXPECT_EQ(*expand("plain {braces} }}", hour), "plain {braces} }}");
  EXPECT_EQ(*expand("{{ partition.key }}", {"all", std::nullopt}), "all");
}

TEST(Every, names_round_trip) {
  for (const auto every : {Every::Hour, Every::Day, Every::Week, Every::Month, Every::None}) {
    EXPECT_EQ(every_from_name(name(every)), every);
  }
  EXPECT_EQ(every_from_name("fortnight"), std::nullopt);
}

}  // namespace
}  // namespace weir::model
