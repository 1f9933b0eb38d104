// SPDX-License-Identifier: Apache-2.0
// The four write modes.
#include "tests/conformance/destination_suite.h"

namespace weir::conformance {
namespace {

using model::WriteMode;

const model::Schema kVisits = schema_of("id integer, at timestamp, page text");

sdk::TableTarget visits(WriteMode mode) { return {.table = "visits", .schema = kVisits, .write = mode}; }

sdk::TableTarget daily_visits() {
  auto target = visits(WriteMode::ReplacePartition);
  target.partition_column = "at";
  return target;
}

const Row kFirst = {"1", "2022-01-24 00:00:00.000000", "/a"};
const Row kLast = {"2", "2022-01-24 23:59:59.999999", "/b"};
const Row kNextDay = {"3", "2022-01-25 00:00:00.000000", "/c"};

#define WEIR_NEEDS(mode) \
  if (!can(mode)) GTEST_SKIP() << "the destination cannot " << model::name(mode)

TEST_P(DestinationSuite, a_mode_it_cannot_do_is_unsupported) {
  for (const auto mode :
       {WriteMode::Append, WriteMode::Replace, WriteMode::Merge, WriteMode::ReplacePartition}) {
    if (can(mode)) continue;
    auto target = visits(mode);
    if (mode == WriteMode::Merge) target.key = {"id"};
    const auto error = refused(request("1", day("2022-01-24"), target));
    EXPECT_EQ(error.code(), ErrorCode::Unsupported) << error.to_string();
    EXPECT_NE(error.message().find(model::name(mode)), std::string::npos) << error.message();
  }
  EXPECT_FALSE(destination().capabilities().write_modes.empty());
}

TEST_P(DestinationSuite, append_adds_rows) {
  WEIR_NEEDS(WriteMode::Append);
  load(request("1", whole(), visits(WriteMode::Append)), {kFirst});
  load(request("2", whole(), visits(WriteMode::Append)), {kLast});
  EXPECT_EQ(table("visits", kVisits), "1|2022-01-24 00:00:00.000000|/a\n2|2022-01-24 23:59:59.999999|/b\n");
}

TEST_P(DestinationSuite, replace_leaves_exactly_the_new_rows) {
  WEIR_NEEDS(WriteMode::Replace);
  load(request("1", whole(), visits(WriteMode::Replace)), {kFirst, kLast});
  load(request("2", whole(), visits(WriteMode::Replace)), {kNextDay});
  EXPECT_EQ(table("visits", kVisits), "3|2022-01-25 00:00:00.000000|/c\n");
}

TEST_P(DestinationSuite, replace_with_no_rows_empties_the_table) {
  WEIR_NEEDS(WriteMode::Replace);
  load(request("1", whole(), visits(WriteMode::Replace)), {kFirst, kLast});
  load(request("2", whole(), visits(WriteMode::Replace)), {});
  EXPECT_EQ(table("visits", kVisits), "");
}

TEST_P(DestinationSuite, replace_leaves_other_tables_alone) {
  WEIR_NEEDS(WriteMode::Replace);
  auto other = visits(WriteMode::Replace);
  other.table = "other";
  load(request("1", whole(), other), {kFirst});
  load(request("2", whole(), visits(WriteMode::Replace)), {kLast});
  EXPECT_EQ(table("other", kVisits), "1|2022-01-24 00:00:00.000000|/a\n");
}

TEST_P(DestinationSuite, rerun_of_a_partition_replaces_exactly_that_partition) {
  WEIR_NEEDS(WriteMode::ReplacePartition);
  const Row day_before = {"9", "2022-01-23 23:59:59.999999", "/z"};
  load(request("1", day("2022-01-23"), daily_visits()), {day_before});
  load(request("2", day("2022-01-24"), daily_visits()), {kFirst, kLast});
  load(request("3", day("2022-01-25"), daily_visits()), {kNextDay});
  load(request("4", day("2022-01-24"), daily_visits()), {{"4", "2022-01-24 12:00:00.000000", "/new"}});
  EXPECT_EQ(table("visits", kVisits),
            "3|2022-01-25 00:00:00.000000|/c\n"
            "4|2022-01-24 12:00:00.000000|/new\n"
            "9|2022-01-23 23:59:59.999999|/z\n");
}

TEST_P(DestinationSuite, rerun_with_the_same_rows_changes_nothing) {
  WEIR_NEEDS(WriteMode::ReplacePartition);
  load(request("1", day("2022-01-24"), daily_visits()), {kFirst, kLast});
  const auto before = table("visits", kVisits);
  load(request("2", day("2022-01-24"), daily_visits()), {kFirst, kLast});
  EXPECT_EQ(table("visits", kVisits), before);
}

TEST_P(DestinationSuite, a_partition_of_a_date_column_is_replaced_too) {
  WEIR_NEEDS(WriteMode::ReplacePartition);
  const auto schema = schema_of("id integer, on_day date");
  const sdk::TableTarget target{
      .table = "days", .schema = schema, .write = WriteMode::ReplacePartition, .partition_column = "on_day"};
  load(request("1", day("2022-01-24"), target), {{"1", "2022-01-24"}});
  load(request("2", day("2022-01-25"), target), {{"2", "2022-01-25"}});
  load(request("3", day("2022-01-24"), target), {{"3", "2022-01-24"}});
  EXPECT_EQ(table("days", schema), "2|2022-01-25\n3|2022-01-24\n");
}

TEST_P(DestinationSuite, a_partition_without_rows_empties_the_partition) {
  WEIR_NEEDS(WriteMode::ReplacePartition);
  load(request("1", day("2022-01-24"), daily_visits()), {kFirst, kLast});
  load(request("2", day("2022-01-25"), daily_visits()), {kNextDay});
  const auto empty = request("3", day("2022-01-24"), daily_visits());
  auto begun = destination().begin(empty);
  ASSERT_TRUE(begun.ok()) << begun.error().to_string();
  ASSERT_TRUE((*begun)->publish({entry(empty, 0, 0)}).ok());
  EXPECT_EQ(table("visits", kVisits), "3|2022-01-25 00:00:00.000000|/c\n");
  EXPECT_EQ(newest("usage", "2022-01-24"), "3 usage 2022-01-24 visits 0\n");
}

TEST_P(DestinationSuite, a_partition_without_a_column_replaces_what_it_wrote) {
  WEIR_NEEDS(WriteMode::ReplacePartition);
  const auto target = visits(WriteMode::ReplacePartition);
  load(request("1", day("2022-01-24"), target), {kFirst, kNextDay});
  load(request("2", day("2022-01-25"), target), {kLast});
  load(request("3", day("2022-01-24"), target), {{"4", std::nullopt, "/new"}});
  load(request("4", day("2022-01-24"), target), {{"5", std::nullopt, "/newer"}});
  EXPECT_EQ(table("visits", kVisits), "2|2022-01-24 23:59:59.999999|/b\n5|NULL|/newer\n");
}

TEST_P(DestinationSuite, a_partition_without_a_column_replaces_rows_added_to_it_later) {
  WEIR_NEEDS(WriteMode::ReplacePartition);
  WEIR_NEEDS(WriteMode::Append);
  const auto target = visits(WriteMode::ReplacePartition);
  load(request("1", day("2022-01-24"), target), {kFirst});
  load(request("2", day("2022-01-25"), target), {kNextDay});
  load(request("3", day("2022-01-24"), visits(WriteMode::Append)), {kLast});
  load(request("4", day("2022-01-24"), target), {kFirst, kLast});
  EXPECT_EQ(table("visits", schema_of("id integer")), "1\n2\n3\n");
}

TEST_P(DestinationSuite, rows_added_to_a_replaced_partition_skip_known_keys) {
  WEIR_NEEDS(WriteMode::ReplacePartition);
  WEIR_NEEDS(WriteMode::Append);
  if (!destination().capabilities().resolves_keys) GTEST_SKIP() << "the destination does not resolve keys";
  auto target = visits(WriteMode::ReplacePartition);
  target.key = {"id"};
  target.skip_known_keys = true;
  auto addition = target;
  addition.write = WriteMode::Append;
  load(request("1", day("2022-01-24"), target), {kFirst});
  const auto outcome = load(request("2", day("2022-01-24"), addition),
                            {{"1", std::nullopt, "/again"}, kLast, kNextDay, kLast});
  EXPECT_EQ(outcome.deduplicated, 2U);
  EXPECT_EQ(text_of(outcome.refused), "");
  EXPECT_EQ(table("visits", schema_of("id integer, page text")), "1|/a\n2|/b\n3|/c\n");
  EXPECT_EQ(load(request("3", day("2022-01-24"), target), {kLast}).deduplicated, 0U);
  EXPECT_EQ(table("visits", schema_of("id integer, page text")), "2|/b\n");
}

TEST_P(DestinationSuite, rows_merged_into_a_replaced_partition_are_replaced_too) {
  WEIR_NEEDS(WriteMode::ReplacePartition);
  WEIR_NEEDS(WriteMode::Merge);
  auto target = visits(WriteMode::ReplacePartition);
  target.key = {"id"};
  auto merge = target;
  merge.write = WriteMode::Merge;
  load(request("1", day("2022-01-24"), target), {kFirst});
  load(request("2", day("2022-01-25"), target), {kLast});
  load(request("3", day("2022-01-24"), merge), {{"2", std::nullopt, "/taken over"}, kNextDay});
  load(request("4", day("2022-01-24"), target), {{"4", std::nullopt, "/new"}});
  EXPECT_EQ(table("visits", schema_of("id integer, page text")), "4|/new\n");
}

TEST_P(DestinationSuite, rows_of_an_earlier_mode_are_replaced_or_the_load_is_refused_but_never_doubled) {
  WEIR_NEEDS(WriteMode::ReplacePartition);
  WEIR_NEEDS(WriteMode::Append);
  load(request("1", day("2022-01-24"), visits(WriteMode::Append)), {kFirst});
  load(request("2", day("2022-01-25"), visits(WriteMode::Append)), {kNextDay});
  // A partition that is new must not wipe the traces of the others.
  for (const auto& [partition, row, expected] :
       {std::tuple("2022-01-26", kLast, "1\n2\n3\n"), std::tuple("2022-01-24", kFirst, "1\n2\n3\n")}) {
    const auto wanted = request(partition, day(partition), visits(WriteMode::ReplacePartition));
    const auto begun = destination().begin(wanted);
    if (begun) {
      const TestRows rows(kVisits, {row});
      ASSERT_TRUE((*begun)->write(0, rows.view()).ok());
      ASSERT_TRUE((*begun)->publish({entry(wanted, 0, 1)}).ok());
      EXPECT_EQ(table("visits", schema_of("id integer")), expected);
    } else {
      EXPECT_EQ(begun.error().code(), ErrorCode::DataMismatch) << begun.error().to_string();
      EXPECT_EQ(table("visits", schema_of("id integer")), "1\n3\n");
    }
  }
}

TEST_P(DestinationSuite, rows_from_before_a_merge_are_replaced_or_the_load_is_refused_but_never_doubled) {
  WEIR_NEEDS(WriteMode::ReplacePartition);
  WEIR_NEEDS(WriteMode::Append);
  WEIR_NEEDS(WriteMode::Merge);
  auto merge = visits(WriteMode::Merge);
  merge.key = {"id"};
  load(request("1", day("2022-01-24"), visits(WriteMode::Append)), {kFirst});
  load(request("2", day("2022-01-25"), merge), {kNextDay});
  const auto wanted = request("3", day("2022-01-24"), visits(WriteMode::ReplacePartition));
  const auto begun = destination().begin(wanted);
  if (begun) {
    const TestRows rows(kVisits, {kFirst});
    ASSERT_TRUE((*begun)->write(0, rows.view()).ok());
    ASSERT_TRUE((*begun)->publish({entry(wanted, 0, 1)}).ok());
  } else {
    EXPECT_EQ(begun.error().code(), ErrorCode::DataMismatch) << begun.error().to_string();
  }
  EXPECT_EQ(table("visits", schema_of("id integer")), "1\n3\n");
}

TEST_P(DestinationSuite, a_pipeline_replaces_only_what_it_wrote_itself) {
  WEIR_NEEDS(WriteMode::ReplacePartition);
  const auto target = visits(WriteMode::ReplacePartition);
  auto other = request("1", whole(), target);
  other.pipeline = "other";
  load(other, {kFirst});
  load(request("2", whole(), target), {kLast});
  load(request("3", whole(), target), {kNextDay});
  EXPECT_EQ(table("visits", kVisits), "1|2022-01-24 00:00:00.000000|/a\n3|2022-01-25 00:00:00.000000|/c\n");
}

TEST_P(DestinationSuite, merge_replaces_rows_of_a_known_key_and_adds_the_others) {
  WEIR_NEEDS(WriteMode::Merge);
  auto target = visits(WriteMode::Merge);
  target.key = {"id"};
  load(request("1", whole(), target), {kFirst, kLast});
  const auto outcome = load(request("2", whole(), target), {{"2", std::nullopt, "/new"}, kNextDay});
  EXPECT_EQ(outcome.deduplicated, 0U);
  EXPECT_EQ(table("visits", kVisits),
            "1|2022-01-24 00:00:00.000000|/a\n2|NULL|/new\n3|2022-01-25 00:00:00.000000|/c\n");
}

TEST_P(DestinationSuite, merge_counts_rows_overtaken_within_the_load_as_deduplicated) {
  WEIR_NEEDS(WriteMode::Merge);
  auto target = visits(WriteMode::Merge);
  target.key = {"id"};
  load(request("1", whole(), target), {kFirst});
  const auto outcome = load(request("2", whole(), target), {{"1", std::nullopt, "/second"},
                                                            {"1", std::nullopt, "/third"},
                                                            {"2", std::nullopt, "/x"},
                                                            {"1", std::nullopt, "/last"}});
  EXPECT_EQ(outcome.deduplicated, 2U);
  EXPECT_EQ(table("visits", kVisits), "1|NULL|/last\n2|NULL|/x\n");
}

TEST_P(DestinationSuite, merging_the_same_rows_again_changes_nothing) {
  WEIR_NEEDS(WriteMode::Merge);
  auto target = visits(WriteMode::Merge);
  target.key = {"id"};
  load(request("1", whole(), target), {kFirst, kLast});
  const auto before = table("visits", kVisits);
  const auto outcome = load(request("2", whole(), target), {kFirst, kLast});
  EXPECT_EQ(outcome.deduplicated, 0U);
  EXPECT_EQ(table("visits", kVisits), before);
}

}  // namespace
}  // namespace weir::conformance
