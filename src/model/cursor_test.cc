// SPDX-License-Identifier: Apache-2.0
#include "model/cursor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "base/text.h"

namespace weir::model {
namespace {

constexpr std::int64_t kMinute = 60'000'000;

Timestamp at(std::string_view text) { return parse_timestamp(text).value(); }
Window window(std::string_view key) { return parse_cursor_key(key).value(); }

CursorRule four_days_back() { return {.look_back = 4 * 24 * 60 * kMinute}; }

std::string keys(const std::vector<Partition>& partitions) {
  std::vector<std::string> all;
  for (const auto& partition : partitions) all.push_back(partition.key);
  return join(all, " ");
}

TEST(CursorPlan, begins_as_long_ago_as_configured_and_cuts_at_midnight) {
  EXPECT_EQ(keys(plan_cursor({.look_back = 2 * 24 * 60 * kMinute}, {}, {}, at("2024-05-14T10:33:20.7Z"))),
            "2024-05-12T10:33:20--2024-05-13T00:00:00 2024-05-13T00:00:00--2024-05-14T00:00:00 "
            "2024-05-14T00:00:00--2024-05-14T10:33:20");
}

TEST(CursorPlan, goes_on_where_the_last_load_came_to) {
  const std::vector loaded{window("2024-05-13T00:00:00--2024-05-13T09:00:00")};
  EXPECT_EQ(keys(plan_cursor(four_days_back(), loaded, at("2024-05-13"), at("2024-05-13T09:30:00"))),
            "2024-05-13T00:00:00--2024-05-13T09:00:00 2024-05-13T09:00:00--2024-05-13T09:30:00");
}

TEST(CursorPlan, comes_back_to_a_window_that_failed_before_later_ones_were_loaded) {
  const std::vector loaded{window("2024-05-12T00:00:00--2024-05-13T00:00:00"),
                           window("2024-05-13T00:00:00--2024-05-14T00:00:00")};
  EXPECT_EQ(keys(plan_cursor(four_days_back(), loaded, at("2024-05-11"), at("2024-05-14"))),
            "2024-05-11T00:00:00--2024-05-12T00:00:00 2024-05-12T00:00:00--2024-05-13T00:00:00 "
            "2024-05-13T00:00:00--2024-05-14T00:00:00");
}

TEST(CursorPlan, an_earlier_configured_beginning_is_filled_up) {
  const std::vector loaded{window("2024-05-13T00:00:00--2024-05-14T00:00:00")};
  EXPECT_EQ(
      keys(plan_cursor({.from = at("2024-05-12T12:00:00")}, loaded, at("2024-05-13"), at("2024-05-14"))),
      "2024-05-12T12:00:00--2024-05-13T00:00:00 2024-05-13T00:00:00--2024-05-14T00:00:00");
}

TEST(CursorPlan, keeps_away_from_the_present_by_its_lag) {
  const CursorRule rule{.from = at("2024-05-14"), .lag = 5 * kMinute};
  EXPECT_EQ(keys(plan_cursor(rule, {}, {}, at("2024-05-14T01:00:00"))),
            "2024-05-14T00:00:00--2024-05-14T00:55:00");
  EXPECT_EQ(keys(plan_cursor(rule, {}, {}, at("2024-05-14T00:04:00"))), "");
}

TEST(CursorPlan, lets_what_is_too_fresh_wait_but_not_what_lies_before_it) {
  const CursorRule rule{.from = at("2024-05-13"), .freshness = 10 * kMinute};
  EXPECT_EQ(keys(plan_cursor(rule, {}, {}, at("2024-05-14T00:09:59"))),
            "2024-05-13T00:00:00--2024-05-14T00:00:00");
  EXPECT_EQ(keys(plan_cursor(rule, {}, {}, at("2024-05-14T00:10:00"))),
            "2024-05-13T00:00:00--2024-05-14T00:00:00 2024-05-14T00:00:00--2024-05-14T00:10:00");
  const std::vector loaded{window("2024-05-13T00:00:00--2024-05-13T23:55:00"),
                           window("2024-05-14T00:00:00--2024-05-14T00:30:00")};
  EXPECT_EQ(keys(plan_cursor(rule, loaded, at("2024-05-13"), at("2024-05-14T00:31:00"))),
            "2024-05-13T00:00:00--2024-05-13T23:55:00 2024-05-13T23:55:00--2024-05-14T00:00:00 "
            "2024-05-14T00:00:00--2024-05-14T00:30:00");
}

TEST(CursorPlan, from_the_start_takes_all_that_is_there_as_one) {
  const CursorRule rule{.from = kBeginning, .overlap = 5 * kMinute};
  const auto first = plan_cursor(rule, {}, {}, at("2024-05-14T10:00:00"));
  EXPECT_EQ(keys(first), "start--2024-05-14T10:00:00");
  EXPECT_EQ(first[0].reading().start, kBeginning);
  const auto next = plan_cursor(rule, {*first[0].window}, kBeginning, at("2024-05-15T10:00:00"));
  EXPECT_EQ(keys(next),
            "start--2024-05-14T10:00:00 2024-05-14T10:00:00--2024-05-15T00:00:00 "
            "2024-05-15T00:00:00--2024-05-15T10:00:00");
  EXPECT_EQ(next[1].reading().start, at("2024-05-14T09:55:00"));
  EXPECT_EQ(next[1].reading().end, at("2024-05-15"));
}

/// Whatever was loaded, in whatever order: the windows lie side by side, without a gap and without two
/// that share an instant, from the beginning to now.
TEST(CursorPlan, covers_every_instant_once) {
  std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): the same windows each time
  std::vector<Window> loaded;
  std::optional<Timestamp> began;
  auto now = at("2024-05-01T07:07:07");
  for (int round = 0; round < 200; ++round) {
    now.micros += static_cast<std::int64_t>(random() % 90'000) * 1'000'000;
    const CursorRule rule{.look_back = 24 * 60 * kMinute,
                          .step = static_cast<std::int64_t>(1 + random() % 86'400) * 1'000'000};
    const auto all = plan_cursor(rule, loaded, began, now);
    ASSERT_FALSE(all.empty());
    if (!began) began = all.front().window->start;
    EXPECT_EQ(all.front().window->start, *began);
    EXPECT_EQ(all.back().window->end, now);
    for (std::size_t i = 1; i < all.size(); ++i) {
      ASSERT_EQ(all[i].window->start, all[i - 1].window->end) << all[i].key;
    }
    for (const auto& partition : all) {
      const bool known = std::find(loaded.begin(), loaded.end(), *partition.window) != loaded.end();
      if (!known && random() % 3 == 0) loaded.push_back(*partition.window);
    }
  }
}

TEST(CursorKey, is_read_as_it_was_written_and_in_no_other_form) {
  for (const auto* key : {"2024-05-14T00:00:00--2024-05-14T10:33:20", "start--2024-05-14T10:33:20"}) {
    EXPECT_EQ(cursor_partition(window(key), 0).key, key);
  }
  for (const auto* key : {"", "--", "start--start", "2024-05-14--2024-05-15", "2024-05-14T00:00:00",
                          "2024-05-14T10:33:20--2024-05-14T00:00:00", "2024-05-14T00:00:00--start"}) {
    EXPECT_FALSE(parse_cursor_key(key)) << key;
  }
  EXPECT_EQ(parse_partition(Every::Cursor, "yesterday").error().message(),
            "'yesterday' is not a partition of this pipeline: expected a window as in "
            "2024-05-14T00:00:00--2024-05-14T10:33:20; `weir gaps` and `weir runs` name them");
}

TEST(CursorPosition, is_read_as_it_was_written) {
  const CursorPosition position{at("2024-05-01"), at("2024-05-14T10:00:00")};
  EXPECT_EQ(to_string(position), "2024-05-01T00:00:00--2024-05-14T10:00:00");
  const auto read = parse_cursor_position(to_string(position));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->first, position.first);
  EXPECT_EQ(read->end, position.end);
  EXPECT_FALSE(parse_cursor_position("2024-05-14T01:00:00Z client/a.tgz"));
}

}  // namespace
}  // namespace weir::model
