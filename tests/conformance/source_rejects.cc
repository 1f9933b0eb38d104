// SPDX-License-Identifier: Apache-2.0
// Rows that are set aside keep their place and bytes, and can be decoded again from them.
#include "tests/conformance/source_suite.h"

namespace weir::conformance {
namespace {

using Readable = SourceRow::Readable;

const model::Partition kMonday = day_of("2022-01-24");

const std::vector<SourceRow> kWithBadRows = {{1, "unread", Readable::No},
                                             {2, "two\nlines of text"},
                                             {3, "unread", Readable::No},
                                             {4, "unread", Readable::No},
                                             {5, "Grüße 🌊"},
                                             {6, "unread", Readable::No}};

TEST_P(SourceSuite, a_bad_row_is_set_aside_with_its_place_and_bytes) {
  place().put({kMonday, 1}, few_rows());
  const auto places = place().put({kMonday, 2}, kWithBadRows);
  const auto name = inputs(kMonday).at(1).name;
  const auto all = read(kMonday);
  ASSERT_FALSE(all.error) << all.error->to_string();
  EXPECT_EQ(all.rows, shown(few_rows()) + shown(kWithBadRows));
  EXPECT_EQ(all.rejects, shown(name, kWithBadRows, places, Readable::No));
  for (const auto& reject : all.unread) EXPECT_NE(reject.reason, "");
}

TEST_P(SourceSuite, bad_rows_alone_are_set_aside) {
  const std::vector<SourceRow> rows(3, {1, "unread", Readable::No});
  const auto places = place().put({kMonday}, rows);
  const auto name = inputs(kMonday).at(0).name;
  const auto all = read(kMonday);
  ASSERT_FALSE(all.error) << all.error->to_string();
  EXPECT_EQ(all.rows, "");
  EXPECT_EQ(all.rejects, shown(name, rows, places, Readable::No));
}

TEST_P(SourceSuite, a_row_that_is_refused_later_knows_its_place_and_bytes) {
  const auto first = place().put({kMonday, 1}, few_rows());
  const auto second = place().put({kMonday, 2}, few_rows());
  const auto listed = inputs(kMonday);
  ASSERT_EQ(listed.size(), 2U);
  EXPECT_EQ(read(kMonday).places, shown(listed[0].name, few_rows(), first, Readable::Yes) +
                                      shown(listed[1].name, few_rows(), second, Readable::Yes));
}

TEST_P(SourceSuite, places_are_right_in_every_block) {
  const auto rows = many_rows();
  const auto places = place().put({kMonday}, rows);
  const auto name = inputs(kMonday).at(0).name;
  const auto all = read(kMonday);
  ASSERT_FALSE(all.error) << all.error->to_string();
  EXPECT_TRUE(all.places == shown(name, rows, places, Readable::Yes));
}

TEST_P(SourceSuite, a_replay_decodes_rows_from_their_bytes) {
  place().put({kMonday, 1}, few_rows());
  place().put({kMonday, 2}, few_rows());
  const auto all = read(kMonday);
  ASSERT_FALSE(all.error) << all.error->to_string();
  const auto again = replay(kMonday, all.refused);
  ASSERT_FALSE(again.error) << again.error->to_string();
  EXPECT_EQ(again.schema, all.schema);
  EXPECT_EQ(again.rows, all.rows);
  EXPECT_EQ(again.places, all.places);
  EXPECT_EQ(again.rejects, "");
  EXPECT_EQ(again.bytes_read, again.bytes_total);
}

TEST_P(SourceSuite, a_replay_of_some_rows_leaves_the_others_out) {
  place().put({kMonday}, few_rows());
  const auto all = read(kMonday);
  ASSERT_EQ(all.refused.size(), few_rows().size());
  const auto again = replay(kMonday, {all.refused[2], all.refused[3]});
  ASSERT_FALSE(again.error) << again.error->to_string();
  EXPECT_EQ(again.rows, shown({few_rows()[2], few_rows()[3]}));
  EXPECT_EQ(again.places, text_of({all.refused[2], all.refused[3]}));
}

TEST_P(SourceSuite, a_replay_decodes_corrected_bytes) {
  place().put({kMonday}, few_rows());
  const auto good = read(kMonday).refused;
  ASSERT_EQ(good.size(), few_rows().size());
  place().put({kMonday}, kWithBadRows);
  auto bad = read(kMonday).unread;
  ASSERT_EQ(bad.size(), 4U);
  bad[1].bytes = good[0].bytes;
  const auto again = replay(kMonday, bad);
  ASSERT_FALSE(again.error) << again.error->to_string();
  EXPECT_EQ(again.rows, shown({few_rows()[0]}));
  EXPECT_EQ(again.places, text_of({bad[1]}));
  EXPECT_EQ(again.rejects, text_of({bad[0], bad[2], bad[3]}));
}

TEST_P(SourceSuite, a_replay_needs_no_input) {
  place().put({kMonday}, few_rows());
  const auto all = read(kMonday);
  place().remove({kMonday});
  const auto again = replay(kMonday, all.refused);
  ASSERT_FALSE(again.error) << again.error->to_string();
  EXPECT_EQ(again.rows, shown(few_rows()));
  EXPECT_EQ(again.places, all.places);
}

}  // namespace
}  // namespace weir::conformance
