// SPDX-License-Identifier: Apache-2.0
// Keys: what is known is left out and counted, or refused; nothing takes the rest of a load down.
#include "tests/conformance/destination_suite.h"

namespace weir::conformance {
namespace {

using model::WriteMode;

const model::Schema kEvents = schema_of("insert_id text, at timestamp, page text");

sdk::TableTarget events() { return {.table = "events", .schema = kEvents, .key = {"insert_id"}}; }

sdk::TableTarget skipping_events() {
  auto target = events();
  target.skip_known_keys = true;
  return target;
}

const Row kA = {"a", "2022-01-24 10:00:00.000000", "/first"};
const Row kB = {"b", "2022-01-24 11:00:00.000000", "/b"};
const Row kSecondA = {"a", "2022-01-25 10:00:00.000000", "/second"};

#define WEIR_NEEDS_KEYS() \
  if (!destination().capabilities().resolves_keys) GTEST_SKIP() << "the destination does not resolve keys"

TEST_P(DestinationSuite, skipping_known_keys_without_resolving_them_is_unsupported) {
  if (destination().capabilities().resolves_keys) GTEST_SKIP() << "the destination resolves keys";
  EXPECT_EQ(refused(request("1", whole(), skipping_events())).code(), ErrorCode::Unsupported);
}

TEST_P(DestinationSuite, a_known_key_is_left_out_and_counted) {
  WEIR_NEEDS_KEYS();
  load(request("1", whole(), skipping_events()), {kA});
  const auto outcome = load(request("2", whole(), skipping_events()), {kSecondA, kB});
  EXPECT_EQ(outcome.deduplicated, 1U);
  EXPECT_EQ(text_of(outcome.refused), "");
  EXPECT_EQ(table("events", schema_of("insert_id text, page text")), "a|/first\nb|/b\n");
}

TEST_P(DestinationSuite, the_first_row_of_a_key_within_a_load_stays) {
  WEIR_NEEDS_KEYS();
  const auto outcome = load(request("1", whole(), skipping_events()), {kA, kSecondA, kB, kSecondA});
  EXPECT_EQ(outcome.deduplicated, 2U);
  EXPECT_EQ(table("events", schema_of("insert_id text, page text")), "a|/first\nb|/b\n");
}

TEST_P(DestinationSuite, a_duplicate_key_refuses_the_row_and_loads_the_rest) {
  WEIR_NEEDS_KEYS();
  load(request("1", whole(), events()), {kA});
  const auto outcome = load(request("2", whole(), events()), {kB, kSecondA, {"c", std::nullopt, "/c"}});
  EXPECT_EQ(outcome.deduplicated, 0U);
  ASSERT_EQ(outcome.refused.size(), 1U);
  EXPECT_EQ(outcome.refused[0].row, 1U);
  EXPECT_NE(outcome.refused[0].reason.find("insert_id"), std::string::npos) << outcome.refused[0].reason;
  EXPECT_NE(outcome.refused[0].reason.find("'a'"), std::string::npos) << outcome.refused[0].reason;
  EXPECT_EQ(table("events", schema_of("insert_id text, page text")), "a|/first\nb|/b\nc|/c\n");
}

TEST_P(DestinationSuite, a_null_in_the_key_refuses_the_row) {
  WEIR_NEEDS_KEYS();
  for (const auto& target : {events(), skipping_events()}) {
    const auto id = std::string("load ") + (target.skip_known_keys ? "2" : "1");
    auto renamed = target;
    renamed.table = id;
    const auto outcome =
        load(request(id, whole(), renamed), {kA, {std::nullopt, "2022-01-24 10:00:00.000000", "/x"}, kB});
    EXPECT_EQ(outcome.deduplicated, 0U);
    ASSERT_EQ(outcome.refused.size(), 1U);
    EXPECT_EQ(outcome.refused[0].row, 1U);
    EXPECT_NE(outcome.refused[0].reason.find("insert_id"), std::string::npos) << outcome.refused[0].reason;
    EXPECT_NE(outcome.refused[0].reason.find("NULL"), std::string::npos) << outcome.refused[0].reason;
    EXPECT_EQ(table(id, schema_of("insert_id text, page text")), "a|/first\nb|/b\n");
  }
}

TEST_P(DestinationSuite, a_null_in_the_key_refuses_the_row_of_a_merge) {
  WEIR_NEEDS_KEYS();
  if (!can(WriteMode::Merge)) GTEST_SKIP() << "the destination cannot merge";
  auto target = events();
  target.write = WriteMode::Merge;
  const auto outcome = load(request("1", whole(), target), {{std::nullopt, std::nullopt, "/x"}, kA});
  ASSERT_EQ(outcome.refused.size(), 1U);
  EXPECT_EQ(outcome.refused[0].row, 0U);
  EXPECT_EQ(table("events", schema_of("insert_id text, page text")), "a|/first\n");
}

TEST_P(DestinationSuite, a_key_of_several_columns_is_known_only_as_a_whole) {
  WEIR_NEEDS_KEYS();
  auto target = skipping_events();
  target.key = {"insert_id", "page"};
  const auto outcome = load(request("1", whole(), target), {kA, kSecondA, kB, kA});
  EXPECT_EQ(outcome.deduplicated, 1U);
  EXPECT_EQ(table("events", schema_of("insert_id text, page text")), "a|/first\na|/second\nb|/b\n");
}

TEST_P(DestinationSuite, a_timestamp_can_be_a_key) {
  WEIR_NEEDS_KEYS();
  auto target = skipping_events();
  target.key = {"at"};
  load(request("1", whole(), target), {kA, kB});
  const auto outcome = load(request("2", whole(), target), {{"c", kA[1], "/c"}, kSecondA});
  EXPECT_EQ(outcome.deduplicated, 1U);
  EXPECT_EQ(table("events", schema_of("insert_id text, page text")), "a|/first\na|/second\nb|/b\n");
}

TEST_P(DestinationSuite, replacing_a_partition_keeps_keys_of_other_partitions) {
  WEIR_NEEDS_KEYS();
  if (!can(WriteMode::ReplacePartition)) GTEST_SKIP() << "the destination cannot replace partitions";
  auto target = skipping_events();
  target.write = WriteMode::ReplacePartition;
  target.partition_column = "at";
  load(request("1", day("2022-01-24"), target), {kA, kB});
  const Row own = {"c", "2022-01-25 12:00:00.000000", "/c"};
  EXPECT_EQ(load(request("2", day("2022-01-25"), target), {kSecondA, own}).deduplicated, 1U);
  EXPECT_EQ(load(request("3", day("2022-01-25"), target), {kSecondA, own}).deduplicated, 1U);
  EXPECT_EQ(load(request("4", day("2022-01-24"), target), {kA, kB}).deduplicated, 0U);
  EXPECT_EQ(table("events", schema_of("insert_id text, page text")), "a|/first\nb|/b\nc|/c\n");
}

}  // namespace
}  // namespace weir::conformance
