// SPDX-License-Identifier: Apache-2.0
// Looker's filter grammar, expression by expression. It is Tuesday, 2024-05-14 10:33:20 UTC.
#include <gtest/gtest.h>

#include "sandbox/looker/filters/date_filter.h"
#include "sandbox/looker/filters/number_filter.h"
#include "sandbox/looker/filters/text_filter.h"

namespace weir::sandbox::looker {
namespace {

const Timestamp kNow = *parse_timestamp("2024-05-14T10:33:20Z");

std::string shown(std::int64_t micros) {
  if (micros == Period::kFirst || micros == Period::kLast) return "…";
  std::string text = to_string(Timestamp{micros});
  return text.size() > 10 && text.substr(10) == "T00:00:00Z" ? text.substr(0, 10) : text;
}

/// "2024-05-13 .. 2024-05-14", several with "|", "null" where that is taken.
std::string dates(const std::string& expression, const std::string& zone = "UTC") {
  const auto filter = parse_date_filter(expression, kNow, *model::TimeZone::find(zone));
  if (!filter.ok()) return filter.error().message();
  std::string text = filter->takes_null ? "null" : "";
  for (const Period& period : filter->periods) {
    text += (text.empty() ? "" : " | ") + shown(period.begin) + " .. " + shown(period.end);
  }
  return text;
}

TEST(LookerDateFilter, takes_the_beginning_of_a_range_and_not_its_end) {
  EXPECT_EQ(dates("2024-05-13 to 2024-05-14"), "2024-05-13 .. 2024-05-14");
  EXPECT_EQ(dates("2024-05-13 04:12:09 to 2024-05-13 05:00"), "2024-05-13T04:12:09Z .. 2024-05-13T05:00:00Z");
  EXPECT_EQ(dates("2024/05/13\n          to 2024/05/14"), "2024-05-13 .. 2024-05-14");
  EXPECT_EQ(dates("2018-05-10 for 3 days"), "2018-05-10 .. 2018-05-13");
  EXPECT_EQ(dates("2018-01-31 for 1 month"), "2018-01-31 .. 2018-02-28");
  EXPECT_EQ(dates("2018-05 for 2 months"), "2018-05-01 .. 2018-07-01");
  EXPECT_EQ(dates("after 2018-05-10"), "2018-05-10 .. …");
  EXPECT_EQ(dates("before 2018-05-10 12:00"), "… .. 2018-05-10T12:00:00Z");
}

TEST(LookerDateFilter, knows_dates_of_every_length) {
  EXPECT_EQ(dates("2018"), "2018-01-01 .. 2019-01-01");
  EXPECT_EQ(dates("2018-05"), "2018-05-01 .. 2018-06-01");
  EXPECT_EQ(dates("2018-05-10"), "2018-05-10 .. 2018-05-11");
  EXPECT_EQ(dates("2018-05-10 09:30"), "2018-05-10T09:30:00Z .. 2018-05-10T09:31:00Z");
  EXPECT_EQ(dates("2018-Q4"), "2018-10-01 .. 2019-01-01");
  EXPECT_EQ(dates("FY2018-Q1"), "2018-01-01 .. 2018-04-01");
  EXPECT_EQ(dates("fy2018"), "2018-01-01 .. 2019-01-01");
}

TEST(LookerDateFilter, counts_days_with_today_and_days_ago_one_by_one) {
  EXPECT_EQ(dates("3 days"), "2024-05-12 .. 2024-05-15");
  EXPECT_EQ(dates("last 3 days"), dates("3 days"));
  EXPECT_EQ(dates("1 day ago"), "2024-05-13 .. 2024-05-14");
  EXPECT_EQ(dates("3 days ago for 3 days"), "2024-05-11 .. 2024-05-14");
  EXPECT_EQ(dates("24 hours"), "2024-05-13T11:00:00Z .. 2024-05-14T11:00:00Z");
  EXPECT_EQ(dates("before 3 days ago"), "… .. 2024-05-11");
  EXPECT_EQ(dates("after 1 month ago"), "2024-04-01 .. …");
  EXPECT_EQ(dates("3 days from now for 2 weeks"), "2024-05-17 .. 2024-05-31");
  EXPECT_EQ(dates("2 fiscal quarters ago"), "2023-10-01 .. 2024-01-01");
}

TEST(LookerDateFilter, knows_the_calendar_around_now) {
  EXPECT_EQ(dates("TODAY"), "2024-05-14 .. 2024-05-15");
  EXPECT_EQ(dates("today for 7 days"), "2024-05-14 .. 2024-05-21");
  EXPECT_EQ(dates("yesterday"), "2024-05-13 .. 2024-05-14");
  EXPECT_EQ(dates("monday"), "2024-05-13 .. 2024-05-14");
  EXPECT_EQ(dates("tuesday"), "2024-05-14 .. 2024-05-15");
  EXPECT_EQ(dates("wednesday"), "2024-05-08 .. 2024-05-09");
  EXPECT_EQ(dates("this week"), "2024-05-13 .. 2024-05-20");
  EXPECT_EQ(dates("last month"), "2024-04-01 .. 2024-05-01");
  EXPECT_EQ(dates("next year"), "2025-01-01 .. 2026-01-01");
  EXPECT_EQ(dates("this year to second"), "2024-01-01 .. 2024-05-14T10:33:20Z");
  EXPECT_EQ(dates("this week to day"), "2024-05-13 .. 2024-05-14");
  EXPECT_EQ(dates("before this week"), "… .. 2024-05-13");
}

TEST(LookerDateFilter, joins_alternatives_and_values_that_are_missing) {
  EXPECT_EQ(dates("today, 7 days ago"), "2024-05-14 .. 2024-05-15 | 2024-05-07 .. 2024-05-08");
  EXPECT_EQ(dates("NULL"), "null");
  EXPECT_EQ(dates("not null"), "… .. …");
  EXPECT_EQ(dates(""), "null | … .. …");
}

TEST(LookerDateFilter, means_the_clock_of_the_zone_also_when_it_is_changed) {
  EXPECT_EQ(dates("2024-05-13", "America/Vancouver"), "2024-05-13T07:00:00Z .. 2024-05-14T07:00:00Z");
  EXPECT_EQ(dates("today", "Asia/Tokyo"), "2024-05-13T15:00:00Z .. 2024-05-14T15:00:00Z");
  EXPECT_EQ(dates("2024-03-10", "America/Vancouver"), "2024-03-10T08:00:00Z .. 2024-03-11T07:00:00Z");
  EXPECT_EQ(dates("2024-11-03", "America/Vancouver"), "2024-11-03T07:00:00Z .. 2024-11-04T08:00:00Z");
}

TEST(LookerDateFilter, refuses_what_looker_would_not_read) {
  for (const char* wrong : {"2016-1", "2024-13", "2024-02-30", "2024-05-13T10:00:00", "2024-05-13 10:00:00.5",
                            "2024-05-13 10:00:00Z", "this day", "3 fortnights", "to 2024-05-13", "soon"}) {
    EXPECT_EQ(dates(wrong), "'" + std::string(wrong) + "' is no date filter");
  }
}

/// Which of these the filter takes, "n" for no value.
std::string numbers(const std::string& expression) {
  const auto filter = parse_number_filter(expression);
  if (!filter.ok()) return filter.error().message();
  std::string taken = filter->takes_null ? "n" : "";
  for (int number = 0; number <= 9; ++number) {
    if (filter->takes(number)) taken += std::to_string(number);
  }
  return taken;
}

TEST(LookerNumberFilter, reads_the_whole_grammar) {
  EXPECT_EQ(numbers("5"), "5");
  EXPECT_EQ(numbers("5, 6"), "56");
  EXPECT_EQ(numbers("NOT 5"), "n012346789");
  EXPECT_EQ(numbers("NOT 5, 6"), "n01234789");
  EXPECT_EQ(numbers("<>5"), "n012346789");
  EXPECT_EQ(numbers("!=5"), "n012346789");
  EXPECT_EQ(numbers(">7"), "89");
  EXPECT_EQ(numbers(">= 7"), "789");
  EXPECT_EQ(numbers(">=1 AND <4"), "123");
  EXPECT_EQ(numbers("<3 OR >8"), "0129");
  EXPECT_EQ(numbers("1 to 5"), "12345");
  EXPECT_EQ(numbers("to 2"), "012");
  EXPECT_EQ(numbers("8 to"), "89");
  EXPECT_EQ(numbers("[1,5)"), "1234");
  EXPECT_EQ(numbers("(7,inf)"), "89");
  EXPECT_EQ(numbers("(-inf,1], 9"), "019");
  EXPECT_EQ(numbers("NOT [1,8)"), "n089");
  EXPECT_EQ(numbers("NULL"), "n");
  EXPECT_EQ(numbers("NOT NULL"), "0123456789");
  EXPECT_EQ(numbers("5, NULL"), "n5");
  EXPECT_EQ(numbers(""), "n0123456789");
  EXPECT_EQ(numbers("many"), "'many' is no number filter");
  EXPECT_EQ(numbers("[1,x)"), "'[1,x)' is no number filter");
  EXPECT_EQ(numbers("5 AND"), "'5 and' is no number filter");
}

/// Which of the texts the filter takes; the last two are the empty text and no text.
std::string texts(const std::string& expression) {
  const auto filter = parse_text_filter(expression);
  if (!filter.ok()) return filter.error().message();
  std::string taken;
  for (const char* text : {"FOO", "FOOD", "BAR", "F-OD", "a, b", "sys_tem", "sys1tem", "é", "NULL"}) {
    if (filter->takes(text)) taken += (taken.empty() ? "" : "|") + std::string(text);
  }
  if (filter->takes("")) taken += "|(empty)";
  if (filter->takes(std::nullopt)) taken += "|(null)";
  return taken;
}

TEST(LookerTextFilter, reads_the_whole_grammar) {
  EXPECT_EQ(texts("FOO"), "FOO");
  EXPECT_EQ(texts("FOO, BAR"), "FOO|BAR");
  EXPECT_EQ(texts("%OO%"), "FOO|FOOD");
  EXPECT_EQ(texts("FOO%"), "FOO|FOOD");
  EXPECT_EQ(texts("%OO"), "FOO");
  EXPECT_EQ(texts("F%OD"), "FOOD|F-OD");
  EXPECT_EQ(texts("_"), "é");
  EXPECT_EQ(texts("FOO%,-FOOD"), "FOO");
  EXPECT_EQ(texts("-FOO,-BAR"), "FOOD|F-OD|a, b|sys_tem|sys1tem|é|NULL|(empty)|(null)");
  EXPECT_EQ(texts("-%O%"), "BAR|a, b|sys_tem|sys1tem|é|NULL|(empty)|(null)");
  EXPECT_EQ(texts("EMPTY"), "|(empty)|(null)");
  EXPECT_EQ(texts("-EMPTY"), "FOO|FOOD|BAR|F-OD|a, b|sys_tem|sys1tem|é|NULL");
  EXPECT_EQ(texts("null"), "|(null)");
  EXPECT_EQ(texts("-NULL"), "FOO|FOOD|BAR|F-OD|a, b|sys_tem|sys1tem|é|NULL|(empty)");
}

TEST(LookerTextFilter, takes_what_is_quoted_or_escaped_as_it_stands) {
  EXPECT_EQ(texts("sys_tem"), "sys_tem|sys1tem");
  EXPECT_EQ(texts("sys^_tem"), "sys_tem");
  EXPECT_EQ(texts("\"a, b\""), "a, b");
  EXPECT_EQ(texts("a^, b"), "a, b");
  EXPECT_EQ(texts("\"NULL\""), "NULL");
  EXPECT_EQ(texts("^NULL"), "NULL");
  EXPECT_EQ(texts("\"%OO\""), "");
  EXPECT_EQ(texts("  FOO  "), "FOO");
  EXPECT_EQ(texts("FOO^ "), "");
  EXPECT_EQ(texts("\"open"), "'\"open' opens a quote and does not close it");
}

TEST(LookerFlagFilter, knows_yes_and_no) {
  EXPECT_TRUE(parse_flag_filter("Yes")->takes_yes);
  EXPECT_FALSE(parse_flag_filter("TRUE")->takes_no);
  EXPECT_TRUE(parse_flag_filter("yes, no")->takes_no);
  EXPECT_TRUE(parse_flag_filter("")->takes_yes);
  EXPECT_FALSE(parse_flag_filter("maybe").ok());
}

}  // namespace
}  // namespace weir::sandbox::looker
