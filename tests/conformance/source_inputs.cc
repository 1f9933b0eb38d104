// SPDX-License-Identifier: Apache-2.0
// What is there to be read, and what happens when it is not, or not any more.
#include "tests/conformance/source_suite.h"

namespace weir::conformance {
namespace {

const model::Partition kMonday = day_of("2022-01-24");
const model::Partition kTuesday = day_of("2022-01-25");

TEST_P(SourceSuite, check_accepts_a_place_without_input) {
  const auto checked = source().check();
  EXPECT_TRUE(checked.ok()) << checked.error().to_string();
}

TEST_P(SourceSuite, check_accepts_a_place_with_input) {
  place().put({kMonday}, few_rows());
  const auto checked = source().check();
  EXPECT_TRUE(checked.ok()) << checked.error().to_string();
}

TEST_P(SourceSuite, check_names_the_place_that_is_missing) {
  const auto name = place().remove_place();
  const auto checked = source().check();
  ASSERT_FALSE(checked.ok());
  EXPECT_EQ(checked.error().code(), ErrorCode::NotFound) << checked.error().to_string();
  EXPECT_NE(checked.error().to_string().find(name), std::string::npos) << checked.error().to_string();
}

TEST_P(SourceSuite, a_missing_place_is_no_empty_partition) {
  const auto name = place().remove_place();
  const auto found = source().inputs(kMonday);
  ASSERT_FALSE(found.ok());
  EXPECT_EQ(found.error().code(), ErrorCode::NotFound) << found.error().to_string();
  EXPECT_NE(found.error().to_string().find(name), std::string::npos) << found.error().to_string();
}

TEST_P(SourceSuite, a_partition_without_input_gives_no_inputs) {
  place().put({kMonday}, few_rows());
  EXPECT_EQ(text_of(inputs(kTuesday)), "");
  EXPECT_NE(text_of(inputs(kMonday)), "");
  place().remove({kMonday});
  EXPECT_EQ(text_of(inputs(kMonday)), "");
}

TEST_P(SourceSuite, no_inputs_give_no_rows) {
  const auto all = read(kMonday, {});
  ASSERT_FALSE(all.error) << all.error->to_string();
  EXPECT_EQ(all.rows + all.rejects, "");
  EXPECT_EQ(all.bytes_read, 0U);
  EXPECT_EQ(all.bytes_total, 0U);
}

TEST_P(SourceSuite, inputs_stay_the_same_while_nothing_changes) {
  place().put({kMonday, 2}, few_rows());
  place().put({kMonday, 1}, few_rows());
  const auto first = inputs(kMonday);
  EXPECT_EQ(first.size(), 2U);
  EXPECT_EQ(text_of(inputs(kMonday)), text_of(first));
  read(kMonday);
  EXPECT_EQ(text_of(inputs(kMonday)), text_of(first));
  EXPECT_EQ(text_of(*another()->inputs(kMonday)), text_of(first));
}

TEST_P(SourceSuite, the_stamp_of_a_changed_input_changes) {
  place().put({kMonday}, {{1, "Ada"}});
  place().put({kTuesday}, {{1, "Ada"}});
  const auto monday = inputs(kMonday);
  const auto tuesday = inputs(kTuesday);
  place().put({kMonday}, {{1, "Bob"}});  // as long as before
  const auto rewritten = inputs(kMonday);
  EXPECT_EQ(rewritten.at(0).name, monday.at(0).name);
  EXPECT_NE(text_of(rewritten), text_of(monday));
  place().put({kMonday}, {{1, "Bob"}, {2, "Cleo"}});
  EXPECT_NE(text_of(inputs(kMonday)), text_of(rewritten));
  EXPECT_EQ(text_of(inputs(kTuesday)), text_of(tuesday));
}

TEST_P(SourceSuite, the_earliest_input_is_found_or_unknown) {
  const auto none = source().earliest();
  ASSERT_TRUE(none.ok()) << none.error().to_string();
  EXPECT_FALSE(none->has_value());
  place().put({kTuesday}, few_rows());
  place().put({kMonday}, few_rows());
  const auto earliest = source().earliest();
  ASSERT_TRUE(earliest.ok()) << earliest.error().to_string();
  EXPECT_EQ(to_string(earliest->value_or(kMonday.window->start)), "2022-01-24T00:00:00Z");
}

TEST_P(SourceSuite, an_input_that_changed_before_it_was_opened_is_a_conflict) {
  place().put({kMonday}, {{1, "Ada"}});
  const auto listed = inputs(kMonday);
  place().put({kMonday}, {{1, "Bob"}});
  const auto all = read(kMonday, listed);
  ASSERT_TRUE(all.error);
  EXPECT_EQ(all.error->code(), ErrorCode::Conflict) << all.error->to_string();
  EXPECT_NE(all.error->to_string().find(listed.at(0).name), std::string::npos) << all.error->to_string();
}

TEST_P(SourceSuite, an_input_that_changes_while_it_is_read_is_a_conflict) {
  auto rows = many_rows();
  place().put({kMonday}, rows);
  const auto listed = inputs(kMonday);
  const auto extraction = open(kMonday, listed);
  ASSERT_NE(extraction, nullptr);
  const auto block = extraction->next();
  ASSERT_TRUE(block.ok()) << block.error().to_string();
  for (auto& row : rows) row.word->back() = '-';  // as long as before
  place().put({kMonday}, rows);
  const auto rest = drain(*extraction);
  ASSERT_TRUE(rest.error);
  EXPECT_EQ(rest.error->code(), ErrorCode::Conflict) << rest.error->to_string();
  EXPECT_NE(rest.error->to_string().find(listed.at(0).name), std::string::npos) << rest.error->to_string();
}

TEST_P(SourceSuite, an_input_that_shrinks_while_it_is_read_is_a_conflict) {
  place().put({kMonday}, many_rows());
  const auto extraction = open(kMonday, inputs(kMonday));
  ASSERT_NE(extraction, nullptr);
  const auto block = extraction->next();
  ASSERT_TRUE(block.ok()) << block.error().to_string();
  place().put({kMonday}, few_rows());
  const auto rest = drain(*extraction);
  ASSERT_TRUE(rest.error);
  EXPECT_EQ(rest.error->code(), ErrorCode::Conflict) << rest.error->to_string();
}

TEST_P(SourceSuite, a_later_input_that_changes_while_the_first_is_read_is_a_conflict) {
  place().put({kMonday, 1}, few_rows());
  place().put({kMonday, 2}, {{6, "Ada"}});
  const auto extraction = open(kMonday, inputs(kMonday));
  ASSERT_NE(extraction, nullptr);
  place().put({kMonday, 2}, {{6, "Bob"}});
  const auto rest = drain(*extraction);
  ASSERT_TRUE(rest.error);
  EXPECT_EQ(rest.error->code(), ErrorCode::Conflict) << rest.error->to_string();
}

TEST_P(SourceSuite, an_input_that_is_gone_after_it_was_listed_is_missed) {
  place().put({kMonday, 1}, few_rows());
  place().put({kMonday, 2}, few_rows());
  const auto listed = inputs(kMonday);
  ASSERT_EQ(listed.size(), 2U);
  place().remove({kMonday, 2});
  const auto all = read(kMonday, listed);
  ASSERT_TRUE(all.error);
  EXPECT_TRUE(all.error->code() == ErrorCode::NotFound || all.error->code() == ErrorCode::Conflict)
      << all.error->to_string();
  EXPECT_NE(all.error->to_string().find(listed[1].name), std::string::npos) << all.error->to_string();
}

TEST_P(SourceSuite, an_input_cut_short_is_a_data_mismatch) {
  for (const auto& rows : {few_rows(), many_rows()}) {
    place().put({kMonday}, rows);
    place().cut_short({kMonday});
    const auto listed = inputs(kMonday);
    const auto all = read(kMonday, listed);
    ASSERT_TRUE(all.error);
    EXPECT_EQ(all.error->code(), ErrorCode::DataMismatch) << all.error->to_string();
    EXPECT_NE(all.error->to_string().find(listed.at(0).name), std::string::npos) << all.error->to_string();
  }
}

}  // namespace
}  // namespace weir::conformance
