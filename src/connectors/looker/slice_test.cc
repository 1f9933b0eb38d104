// SPDX-License-Identifier: Apache-2.0
#include "connectors/looker/slice.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "connectors/looker/ordered_rows.h"

namespace weir::looker {
namespace {

Timestamp at(std::string_view time) { return *parse_timestamp(time); }

Stream timed() {
  Stream stream;
  stream.key = {PagingKey::Kind::Time, "history.created_time"};
  stream.partition_field = stream.key.field;
  return stream;
}

Stream numbered() {
  Stream stream;
  stream.key = {PagingKey::Kind::Number, "user.id"};
  return stream;
}

/// The filters that ask for the slices, one after the other; "-" for none.
std::string asked(const Stream& stream, const std::vector<Slice>& slices) {
  std::vector<std::string> all;
  for (const auto& slice : slices) {
    const auto query = query_of(stream, slice);
    all.push_back(query.filters.empty() ? "-" : query.filters.begin()->second);
  }
  return join(all, " | ");
}

model::Partition window(std::string_view start, std::string_view end) {
  return {"w", model::Window{at(start), at(end)}};
}

TEST(Slice, asks_for_a_window_in_whole_seconds) {
  EXPECT_EQ(asked(timed(), slices_of(timed(), window("2024-05-13", "2024-05-14T04:12:09.7Z"))),
            "2024-05-13 00:00:00 to 2024-05-14 04:12:09");
  EXPECT_EQ(asked(timed(), slices_of(timed(), window("2024-05-13T10:00:00.2Z", "2024-05-13T10:00:00.9Z"))),
            "");
}

TEST(Slice, asks_for_what_came_late_as_well) {
  auto partition = window("2024-05-13", "2024-05-14");
  partition.overlap = 300'000'000;
  EXPECT_EQ(asked(timed(), slices_of(timed(), partition)), "2024-05-12 23:55:00 to 2024-05-14 00:00:00");
}

TEST(Slice, asks_in_the_first_window_for_rows_without_a_time_too) {
  const model::Partition first{"start", model::Window{model::kBeginning, at("2024-05-14")}};
  EXPECT_EQ(asked(timed(), slices_of(timed(), first)), "before 2024-05-14 00:00:00 | NULL");
  EXPECT_EQ(asked(timed(), slices_of(timed(), {"all", {}})), "NOT NULL | NULL");
  EXPECT_EQ(asked(numbered(), slices_of(numbered(), first)), "-");
}

std::string rest(const Stream& stream, const Slice& slice, std::int64_t from) {
  const auto found = rest_of(slice, stream.key, from);
  return found ? asked(stream, {*found}) : "none";
}

TEST(Slice, goes_on_where_an_answer_was_cut) {
  const auto slice = slices_of(timed(), window("2024-05-13", "2024-05-14")).front();
  EXPECT_EQ(rest(timed(), slice, at("2024-05-13T04:12:09").micros),
            "2024-05-13 04:12:09 to 2024-05-14 00:00:00");
  EXPECT_EQ(rest(timed(), slice, at("2024-05-13").micros), "none");
  EXPECT_EQ(rest(timed(), slice, at("2024-05-14").micros), "none");
  EXPECT_EQ(rest(numbered(), {}, 4411), ">=4411");
  EXPECT_EQ(rest(numbered(), {Slice::Kind::FromKey, {}, 4411}, 4411), "none");
  EXPECT_EQ(rest(timed(), {Slice::Kind::NoTime}, 5), "none");
}

TEST(Slice, goes_on_without_a_lower_end) {
  const Slice before{Slice::Kind::Before, {model::kBeginning, at("2024-05-14")}};
  EXPECT_EQ(rest(timed(), before, at("2011-05-13T04:12:09").micros),
            "2011-05-13 04:12:09 to 2024-05-14 00:00:00");
  const Slice after{Slice::Kind::After, {model::kBeginning, {}}};
  EXPECT_EQ(rest(timed(), after, at("2011-05-13T04:12:09").micros), "after 2011-05-13 04:12:09");
}

TEST(Slice, C_21_a_window_that_takes_too_long_is_asked_for_in_halves) {
  const auto slice = slices_of(timed(), window("2024-05-13", "2024-05-14")).front();
  const auto halves = halves_of(slice);
  ASSERT_TRUE(halves);
  EXPECT_EQ(asked(timed(), {halves->first, halves->second}),
            "2024-05-13 00:00:00 to 2024-05-13 12:00:00 | 2024-05-13 12:00:00 to 2024-05-14 00:00:00");
  EXPECT_FALSE(halves_of(slices_of(timed(), window("2024-05-13T10:00:00", "2024-05-13T10:01:59")).front()));
  const auto open = halves_of({Slice::Kind::Before, {model::kBeginning, at("2024-01-01")}});
  ASSERT_TRUE(open);
  EXPECT_EQ(asked(timed(), {open->first, open->second}),
            "before 2016-12-31 12:00:00 | 2016-12-31 12:00:00 to 2024-01-01 00:00:00");
}

struct Collected final : RowSink {
  Result<void> row(std::string_view json) override {
    ++rows;
    text += std::string(text.empty() ? "" : " ") + std::string(json);
    return {};
  }
  std::string text;
  std::size_t rows = 0;
};

TEST(OrderedRows, hold_the_newest_value_back_until_a_greater_one_comes) {
  Collected out;
  OrderedRows rows({PagingKey::Kind::Number, "n"}, out);
  rows.begin(OrderedRows::Order::ByKey);
  for (const auto* row : {R"({"n":1})", R"({"n":2})", R"({"n":2,"x":0})"}) EXPECT_TRUE(rows.row(row).ok());
  EXPECT_EQ(out.text, R"({"n":1})");
  EXPECT_EQ(rows.resume(), 2);
  rows.begin(OrderedRows::Order::ByKey);
  for (const auto* row : {R"({"n":2})", R"({"n":2,"x":0})", R"({"n":"3"})"}) EXPECT_TRUE(rows.row(row).ok());
  EXPECT_TRUE(rows.finish().ok());
  EXPECT_EQ(out.text, R"({"n":1} {"n":2} {"n":2,"x":0} {"n":"3"})");
}

TEST(OrderedRows, cannot_be_continued_when_the_order_is_another_one) {
  for (const auto* second : {R"({"t":"2024-05-13 04:12:08"})", R"({"t":null})", R"({"x":1})"}) {
    Collected out;
    OrderedRows rows({PagingKey::Kind::Time, "t"}, out);
    rows.begin(OrderedRows::Order::ByKey);
    EXPECT_TRUE(rows.row(R"({"t":"2024-05-13 04:12:09"})").ok());
    EXPECT_TRUE(rows.row(second).ok());
    EXPECT_TRUE(rows.is_unordered());
    EXPECT_EQ(out.rows, 2U);
    EXPECT_EQ(rows.resume(), std::nullopt);
  }
}

TEST(OrderedRows, hold_no_more_than_a_few_megabytes_back) {
  Collected out;
  OrderedRows rows({PagingKey::Kind::Number, "n"}, out);
  rows.begin(OrderedRows::Order::ByKey);
  const auto row = R"({"n":1,"x":")" + std::string(OrderedRows::kMostHeld / 2, 'x') + R"("})";
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(rows.row(row).ok());
  EXPECT_EQ(out.rows, 3U);
  EXPECT_EQ(rows.resume(), std::nullopt);
  EXPECT_TRUE(rows.row(R"({"n":2})").ok());
  EXPECT_EQ(rows.resume(), 2);
}

}  // namespace
}  // namespace weir::looker
