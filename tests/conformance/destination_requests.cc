// SPDX-License-Identifier: Apache-2.0
// Requests that make no sense are errors with words, not crashes.
#include <algorithm>

#include "tests/conformance/destination_suite.h"

namespace weir::conformance {
namespace {

const model::Schema kNumbers = schema_of("id integer");

sdk::TableTarget numbers() { return {.table = "numbers", .schema = kNumbers}; }

TEST_P(DestinationSuite, deviations_name_tests_that_exist) {
  const auto& suite = *::testing::UnitTest::GetInstance()->current_test_suite();
  for (const auto& [test, reason] : GetParam().deviations) {
    bool found = false;
    for (int i = 0; i < suite.total_test_count(); ++i) {
      const std::string name = suite.GetTestInfo(i)->name();
      found = found || name.substr(0, name.find('/')) == test;
    }
    EXPECT_TRUE(found) << test;
    EXPECT_FALSE(reason.empty()) << test;
  }
}

TEST_P(DestinationSuite, checks_pass_before_and_after_the_first_load) {
  const auto before = destination().check();
  EXPECT_TRUE(before.ok()) << before.error().to_string();
  EXPECT_EQ(table("numbers", kNumbers), "no table\n");
  load(request("1", whole(), numbers()), {{"1"}});
  const auto after = destination().check();
  EXPECT_TRUE(after.ok()) << after.error().to_string();
}

TEST_P(DestinationSuite, a_load_needs_a_table_name) {
  auto target = numbers();
  target.table = "";
  EXPECT_EQ(refused(request("1", whole(), target)).code(), ErrorCode::InvalidConfig);
}

TEST_P(DestinationSuite, a_load_without_tables_only_writes_its_ledger_entries) {
  load(request("1", whole(), numbers()), {{"1"}});
  auto wanted = request("2", whole(), numbers());
  const auto recorded = entry(wanted, 0, 0);
  wanted.tables.clear();
  auto begun = destination().begin(wanted);
  ASSERT_TRUE(begun.ok()) << begun.error().to_string();
  const auto published = (*begun)->publish({recorded});
  ASSERT_TRUE(published.ok()) << published.error().to_string();
  EXPECT_EQ(table("numbers", kNumbers), "1\n");
  const auto known = destination().find_load(recorded.pipeline, recorded.partition);
  ASSERT_TRUE(known.ok()) << known.error().to_string();
  ASSERT_EQ(known->size(), 1U);
  EXPECT_EQ(known->front().load_id, "2");
}

TEST_P(DestinationSuite, a_table_needs_columns) {
  auto target = numbers();
  target.schema.columns.clear();
  EXPECT_EQ(refused(request("1", whole(), target)).code(), ErrorCode::InvalidConfig);
}

TEST_P(DestinationSuite, a_column_needs_a_name) {
  auto target = numbers();
  target.schema.columns.push_back({"", model::Type::Text});
  EXPECT_EQ(refused(request("1", whole(), target)).code(), ErrorCode::InvalidConfig);
}

TEST_P(DestinationSuite, a_table_stands_in_a_load_once) {
  auto wanted = request("1", whole(), numbers());
  wanted.tables.push_back(numbers());
  const auto error = refused(wanted);
  EXPECT_EQ(error.code(), ErrorCode::InvalidConfig);
  EXPECT_NE(error.message().find("numbers"), std::string::npos) << error.message();
}

TEST_P(DestinationSuite, the_ledger_is_not_a_target) {
  auto target = numbers();
  target.table = "_weir_loads";
  EXPECT_EQ(refused(request("1", whole(), target)).code(), ErrorCode::InvalidConfig);
}

TEST_P(DestinationSuite, a_key_must_be_among_the_columns) {
  if (!destination().capabilities().resolves_keys) GTEST_SKIP() << "the destination does not resolve keys";
  auto target = numbers();
  target.key = {"insert_id"};
  const auto error = refused(request("1", whole(), target));
  EXPECT_EQ(error.code(), ErrorCode::InvalidConfig);
  EXPECT_NE(error.message().find("insert_id"), std::string::npos) << error.message();
}

TEST_P(DestinationSuite, a_merge_needs_a_key) {
  if (!can(model::WriteMode::Merge)) GTEST_SKIP() << "the destination cannot merge";
  auto target = numbers();
  target.write = model::WriteMode::Merge;
  EXPECT_EQ(refused(request("1", whole(), target)).code(), ErrorCode::InvalidConfig);
}

TEST_P(DestinationSuite, rows_of_another_shape_are_an_error) {
  auto begun = destination().begin(request("1", whole(), numbers()));
  ASSERT_TRUE(begun.ok()) << begun.error().to_string();
  const TestRows words(schema_of("a text, b text"), {{"x", "y"}});
  const auto too_many = (*begun)->write(0, words.view());
  ASSERT_FALSE(too_many.ok());
  EXPECT_EQ(too_many.error().code(), ErrorCode::Internal);
  const TestRows no_such_table(kNumbers, {{"1"}});
  const auto unknown = (*begun)->write(7, no_such_table.view());
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().code(), ErrorCode::Internal);
}

TEST_P(DestinationSuite, a_query_hint_names_the_table) {
  const auto hint = destination().query_hint("request_logs");
  if (hint.empty()) GTEST_SKIP() << "the destination has no command line to show";
  EXPECT_NE(hint.find("request_logs"), std::string::npos) << hint;
}

}  // namespace
}  // namespace weir::conformance
