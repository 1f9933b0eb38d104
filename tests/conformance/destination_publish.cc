// SPDX-License-Identifier: Apache-2.0
// Rows and ledger appear together, once, or not at all.
#include "tests/conformance/destination_suite.h"

namespace weir::conformance {
namespace {

const model::Schema kNumbers = schema_of("id integer");

sdk::TableTarget numbers() { return {.table = "numbers", .schema = kNumbers}; }

TEST_P(DestinationSuite, nothing_is_visible_before_publish) {
  load(request("1", whole(), numbers()), {{"1"}});
  const auto wanted = request("2", whole(), numbers());
  const auto staged = stage(wanted, {{"2"}});
  ASSERT_NE(staged, nullptr);
  EXPECT_EQ(table("numbers", kNumbers), "1\n");
  ASSERT_TRUE(staged->prepare().ok());
  EXPECT_EQ(table("numbers", kNumbers), "1\n");
  EXPECT_EQ(newest("usage", "all"), "1 usage all numbers 1\n");
  ASSERT_TRUE(staged->publish({entry(wanted, 0, 1)}).ok());
  EXPECT_EQ(table("numbers", kNumbers), "1\n2\n");
  EXPECT_EQ(newest("usage", "all"), "2 usage all numbers 1\n");
}

TEST_P(DestinationSuite, a_load_that_is_written_but_not_published_is_unknown) {
  const auto wanted = request("1", whole(), numbers());
  const auto staged = stage(wanted, {{"1"}});
  ASSERT_NE(staged, nullptr);
  EXPECT_EQ(newest("usage", "all") + ledger(), "");
  ASSERT_TRUE(staged->prepare().ok());
  EXPECT_EQ(newest("usage", "all") + ledger(), "");
  ASSERT_FALSE(staged->publish({}).ok());
  EXPECT_EQ(newest("usage", "all") + ledger(), "");
}

TEST_P(DestinationSuite, a_load_whose_publication_failed_is_unknown_and_can_be_done_again) {
  load(request("1", whole(), numbers()), {{"1"}});
  const auto wanted = request("2", whole(), numbers());
  {
    const auto staged = stage(wanted, {{"2"}});
    ASSERT_NE(staged, nullptr);
    auto obstacle = obstruct_publish("numbers");
    if (obstacle == nullptr) GTEST_SKIP() << "nothing outside can make its publication fail";
    EXPECT_FALSE(staged->publish({entry(wanted, 0, 1)}).ok());
    EXPECT_EQ(newest("usage", "all"), "1 usage all numbers 1\n");
    EXPECT_EQ(ledger(), "1 usage all numbers 1\n");
    obstacle.reset();
    EXPECT_EQ(newest("usage", "all"), "1 usage all numbers 1\n");
    EXPECT_EQ(table("numbers", kNumbers), "1\n");
  }
  load(wanted, {{"2"}});
  EXPECT_EQ(table("numbers", kNumbers), "1\n2\n");
  EXPECT_EQ(newest("usage", "all"), "2 usage all numbers 1\n");
}

TEST_P(DestinationSuite, a_new_table_is_not_visible_before_publish) {
  const auto wanted = request("1", whole(), numbers());
  const auto staged = stage(wanted, {{"1"}});
  ASSERT_NE(staged, nullptr);
  ASSERT_TRUE(staged->prepare().ok());
  EXPECT_EQ(table("numbers", kNumbers), "no table\n");
  ASSERT_TRUE(staged->publish({entry(wanted, 0, 1)}).ok());
  EXPECT_EQ(table("numbers", kNumbers), "1\n");
}

TEST_P(DestinationSuite, a_dropped_load_leaves_everything_as_before) {
  load(request("1", whole(), numbers()), {{"1"}});
  auto replaced = numbers();
  replaced.table = "replaced";
  if (can(model::WriteMode::ReplacePartition)) replaced.write = model::WriteMode::ReplacePartition;
  load(request("2", whole(), replaced), {{"2"}});
  const auto before = ledger();
  for (const auto mode : destination().capabilities().write_modes) {
    SCOPED_TRACE(model::name(mode));
    auto target = mode == model::WriteMode::ReplacePartition ? replaced : numbers();
    target.write = mode;
    if (mode == model::WriteMode::Merge) target.table = "merged", target.key = {"id"};
    const auto staged = stage(request("dropped", whole(), target), {{"7"}});
    ASSERT_NE(staged, nullptr);
    ASSERT_TRUE(staged->prepare().ok());
  }
  EXPECT_EQ(table("numbers", kNumbers), "1\n");
  EXPECT_EQ(table("replaced", kNumbers), "2\n");
  EXPECT_EQ(table("merged", kNumbers), "no table\n");
  EXPECT_EQ(ledger(), before);
}

TEST_P(DestinationSuite, publishing_twice_changes_nothing) {
  const auto wanted = request("1", whole(), numbers());
  const auto staged = stage(wanted, {{"1"}});
  ASSERT_NE(staged, nullptr);
  ASSERT_TRUE(staged->publish({entry(wanted, 0, 1)}).ok());
  EXPECT_TRUE(staged->publish({entry(wanted, 0, 1)}).ok());
  EXPECT_EQ(table("numbers", kNumbers), "1\n");
  EXPECT_EQ(ledger(), "1 usage all numbers 1\n");
}

TEST_P(DestinationSuite, loading_again_with_the_same_load_id_changes_nothing) {
  for (const auto mode : destination().capabilities().write_modes) {
    SCOPED_TRACE(model::name(mode));
    auto target = numbers();
    target.write = mode;
    target.table = model::name(mode);
    if (mode == model::WriteMode::Merge) target.key = {"id"};
    const auto wanted = request(target.table, day("2022-01-24"), target);
    load(wanted, {{"1"}});
    load(wanted, {{"2"}});
    EXPECT_EQ(table(target.table, kNumbers), "1\n");
  }
  EXPECT_EQ(destination().ledger("")->size(), destination().capabilities().write_modes.size());
}

TEST_P(DestinationSuite, loading_again_with_the_same_load_id_after_a_restart_changes_nothing) {
  load(request("1", whole(), numbers()), {{"1"}});
  reopen();
  load(request("1", whole(), numbers()), {{"1"}});
  EXPECT_EQ(table("numbers", kNumbers), "1\n");
  EXPECT_EQ(ledger(), "1 usage all numbers 1\n");
}

TEST_P(DestinationSuite, several_tables_publish_together) {
  auto wanted = request("1", whole(), numbers());
  wanted.tables.push_back({.table = "words", .schema = schema_of("word text")});
  auto begun = destination().begin(wanted);
  ASSERT_TRUE(begun.ok()) << begun.error().to_string();
  const TestRows some_numbers(kNumbers, {{"1"}, {"2"}});
  const TestRows words(wanted.tables[1].schema, {{"one"}});
  const TestRows more_numbers(kNumbers, {{"3"}});
  ASSERT_TRUE((*begun)->write(0, some_numbers.view()).ok());
  ASSERT_TRUE((*begun)->write(1, words.view()).ok());
  ASSERT_TRUE((*begun)->write(0, more_numbers.view()).ok());
  EXPECT_EQ(table("numbers", kNumbers) + table("words", wanted.tables[1].schema), "no table\nno table\n");
  ASSERT_TRUE((*begun)->publish({entry(wanted, 0, 3), entry(wanted, 1, 1)}).ok());
  EXPECT_EQ(table("numbers", kNumbers), "1\n2\n3\n");
  EXPECT_EQ(table("words", wanted.tables[1].schema), "one\n");
  const auto entries = destination().find_load("usage", "all");
  ASSERT_TRUE(entries.ok());
  EXPECT_EQ(entries->size(), 2U);
}

TEST_P(DestinationSuite, a_load_without_rows_is_remembered) {
  const auto wanted = request("1", day("2022-01-24"), numbers());
  auto begun = destination().begin(wanted);
  ASSERT_TRUE(begun.ok()) << begun.error().to_string();
  ASSERT_TRUE((*begun)->prepare().ok());
  ASSERT_TRUE((*begun)->publish({entry(wanted, 0, 0)}).ok());
  EXPECT_EQ(newest("usage", "2022-01-24"), "1 usage 2022-01-24 numbers 0\n");
}

TEST_P(DestinationSuite, a_partition_that_was_never_loaded_is_not_found) {
  EXPECT_EQ(newest("usage", "2022-01-24"), "");
  EXPECT_EQ(ledger(), "");
  load(request("1", day("2022-01-24"), numbers()), {{"1"}});
  EXPECT_EQ(newest("usage", "2022-01-25"), "");
  EXPECT_EQ(newest("other", "2022-01-24"), "");
}

TEST_P(DestinationSuite, find_load_gives_the_newest_entry_of_each_table) {
  auto words = numbers();
  words.table = "words";
  load(request("1", day("2022-01-24"), numbers()), {{"1"}});
  load(request("2", day("2022-01-24"), numbers()), {{"2"}, {"3"}});
  load(request("3", day("2022-01-24"), words), {{"4"}});
  load(request("4", day("2022-01-25"), numbers()), {{"5"}});
  EXPECT_EQ(newest("usage", "2022-01-24"), "2 usage 2022-01-24 numbers 2\n3 usage 2022-01-24 words 1\n");
}

TEST_P(DestinationSuite, the_ledger_holds_every_load_oldest_first) {
  load(request("1", day("2022-01-25"), numbers()), {{"1"}});
  auto other = request("2", day("2022-01-24"), numbers());
  other.pipeline = "another pipeline";
  load(other, {{"2"}});
  load(request("3", day("2022-01-24"), numbers()), {{"3"}, {"4"}});
  EXPECT_EQ(ledger("usage"), "1 usage 2022-01-25 numbers 1\n3 usage 2022-01-24 numbers 2\n");
  EXPECT_EQ(ledger(),
            "1 usage 2022-01-25 numbers 1\n"
            "2 another pipeline 2022-01-24 numbers 1\n"
            "3 usage 2022-01-24 numbers 2\n");
  EXPECT_EQ(ledger("unknown"), "");
}

TEST_P(DestinationSuite, a_ledger_entry_comes_back_whole_after_a_restart) {
  const auto wanted = request("01HX'\"", day("2022-01-24"), numbers());
  auto sent = entry(wanted, 0, 1);
  sent.counts = {10, 2, 1, 5, 4, 2};
  sent.fingerprint = "f1";
  sent.content_hash = "c2";
  sent.cursor = "größer als 'alles'";
  sent.started_at = parse_timestamp("2022-02-01T03:00:00.000001Z").value();
  {
    const auto staged = stage(wanted, {{"1"}});
    ASSERT_NE(staged, nullptr);
    ASSERT_TRUE(staged->publish({sent}).ok());
  }
  reopen();
  const auto found = destination().find_load("usage", "2022-01-24");
  ASSERT_TRUE(found.ok()) << found.error().to_string();
  ASSERT_EQ(found->size(), 1U);
  EXPECT_EQ(found->front(), sent);
  const auto all = destination().ledger("");
  ASSERT_TRUE(all.ok()) << all.error().to_string();
  ASSERT_EQ(all->size(), 1U);
  EXPECT_EQ(all->front(), sent);
}

}  // namespace
}  // namespace weir::conformance
