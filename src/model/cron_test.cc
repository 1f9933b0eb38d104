// SPDX-License-Identifier: Apache-2.0
#include "model/cron.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/text.h"

namespace weir::model {
namespace {

Timestamp at(std::string_view text) { return parse_timestamp(text).value(); }

std::string problem(std::string_view text) {
  const auto cron = Cron::parse(text);
  return cron ? "fine" : cron.error().to_string();
}

/// The next firings, in UTC: "2022-01-24T02:15:00Z …".
std::string firings(std::string_view text, std::string_view after, int count, std::string_view zone = "UTC") {
  const auto cron = *Cron::parse(text);
  const auto where = *TimeZone::find(zone);
  auto time = at(after);
  std::vector<std::string> all;
  for (int i = 0; i < count; ++i) {
    time = cron.next_after(time, where);
    auto shown = to_string(time);
    shown.resize(16);
    all.push_back(shown);
  }
  return join(all, " ");
}

TEST(CronParse, says_which_field_is_wrong_and_what_it_may_hold) {
  EXPECT_EQ(problem("60 2 * * *"), "schedule '60 2 * * *': '60' is no minute: expected 0 to 59");
  EXPECT_EQ(problem("0 24 * * *"), "schedule '0 24 * * *': '24' is no hour: expected 0 to 23");
  EXPECT_EQ(problem("0 0 0 * *"), "schedule '0 0 0 * *': '0' is no day of month: expected 1 to 31");
  EXPECT_EQ(problem("0 0 * juni *"),
            "schedule '0 0 * juni *': 'juni' is no month: expected 1 to 12 or jan to dec");
  EXPECT_EQ(problem("0 0 * * 8"),
            "schedule '0 0 * * 8': '8' is no day of week: expected 0 to 7 or sun to sat");
  EXPECT_EQ(problem("*/0 * * * *"),
            "schedule '*/0 * * * *': '0' is no step for the minute in '*/0': expected 1 to 59");
  EXPECT_EQ(
      problem("40-10 * * * *"),
      "schedule '40-10 * * * *': the minute range '40-10' runs backwards: write it as two, as in 40-59,0-10");
  EXPECT_EQ(problem("0 0 30 2 *"), "the schedule '0 0 30 2 *' never fires: no month it names has such a day");
  EXPECT_EQ(problem("0 0 31 4,6 *"),
            "the schedule '0 0 31 4,6 *' never fires: no month it names has such a day");
}

TEST(CronParse, wants_five_fields_or_a_known_shorthand) {
  EXPECT_EQ(
      problem("2 * * *"),
      "the schedule '2 * * *' has 4 fields: expected five, minute hour day-of-month month day-of-week, as in "
      "'15 2 * * *'");
  EXPECT_FALSE(Cron::parse("0 15 2 * * *").ok());
  EXPECT_FALSE(Cron::parse("").ok());
  EXPECT_EQ(problem("@reboot"),
            "unknown schedule '@reboot': expected five fields or one of @hourly, @daily, @midnight, @weekly, "
            "@monthly, @yearly, @annually");
  for (const auto* text :
       {"1, * * * *", "-1 * * * *", "1- * * * *", "1-2-3 * * * *", "*/ * * * *", "/5 * * * *", "1.5 * * * *",
        "** * * * *", "*/-1 * * * *", "99999999999 * * * *", "+1 * * * *"}) {
    EXPECT_FALSE(Cron::parse(text).ok()) << text;
  }
}

TEST(CronNext, is_strictly_after_the_given_instant) {
  EXPECT_EQ(firings("15 2 * * *", "2022-01-24T02:15:00Z", 1), "2022-01-25T02:15");
  EXPECT_EQ(firings("15 2 * * *", "2022-01-24T02:14:59.999999Z", 1), "2022-01-24T02:15");
}

TEST(CronNext, follows_lists_ranges_steps_and_names) {
  EXPECT_EQ(firings("*/20 * * * *", "2022-01-24T00:00Z", 4),
            "2022-01-24T00:20 2022-01-24T00:40 2022-01-24T01:00 2022-01-24T01:20");
  EXPECT_EQ(firings("50/5,3 0 * * *", "2022-01-24T00:00Z", 3),
            "2022-01-24T00:03 2022-01-24T00:50 2022-01-24T00:55");
  EXPECT_EQ(firings("10-30/10 1 * * *", "2022-01-24T00:00Z", 4),
            "2022-01-24T01:10 2022-01-24T01:20 2022-01-24T01:30 2022-01-25T01:10");
  EXPECT_EQ(firings("0 0 * Mar,DEC mon", "2022-12-20T00:00Z", 2), "2022-12-26T00:00 2023-03-06T00:00");
  EXPECT_EQ(firings("0 0 * * sat-sun", "2022-01-24T00:00Z", 3),
            "2022-01-29T00:00 2022-01-30T00:00 2022-02-05T00:00");
  EXPECT_EQ(firings("0 0 * * 7", "2022-01-24T00:00Z", 1), firings("0 0 * * 0", "2022-01-24T00:00Z", 1));
  EXPECT_EQ(firings("0 0 * * */2", "2022-01-24T00:00Z", 3),
            "2022-01-25T00:00 2022-01-27T00:00 2022-01-29T00:00");
}

TEST(CronNext, a_day_that_fits_either_day_field_counts) {
  EXPECT_EQ(firings("0 0 13 * fri", "2022-01-01T00:00Z", 3),
            "2022-01-07T00:00 2022-01-13T00:00 2022-01-14T00:00");
}

TEST(CronNext, waits_years_for_a_leap_day) {
  EXPECT_EQ(firings("0 0 29 2 *", "2022-01-01T00:00Z", 2), "2024-02-29T00:00 2028-02-29T00:00");
  EXPECT_EQ(firings("0 0 29 2 *", "2096-03-01T00:00Z", 1), "2104-02-29T00:00");
  EXPECT_EQ(firings("0 0 31 * *", "2022-01-31T00:00Z", 2), "2022-03-31T00:00 2022-05-31T00:00");
}

TEST(CronNext, knows_the_shorthands) {
  EXPECT_EQ(firings("@hourly", "2022-01-24T10:30Z", 1), "2022-01-24T11:00");
  EXPECT_EQ(firings("@daily", "2022-01-24T10:30Z", 1), "2022-01-25T00:00");
  EXPECT_EQ(firings("@weekly", "2022-01-24T10:30Z", 1), "2022-01-30T00:00");
  EXPECT_EQ(firings(" @Monthly ", "2022-01-24T10:30Z", 1), "2022-02-01T00:00");
  EXPECT_EQ(firings("@yearly", "2022-01-24T10:30Z", 1), "2023-01-01T00:00");
}

TEST(CronDaylightSaving, a_skipped_time_fires_once_at_the_jump) {
  EXPECT_EQ(firings("30 2 * * *", "2022-03-12T00:00Z", 3, "America/Vancouver"),
            "2022-03-12T10:30 2022-03-13T10:00 2022-03-14T09:30");
  EXPECT_EQ(firings("*/15 2 * * *", "2022-03-13T00:00Z", 2, "America/Vancouver"),
            "2022-03-13T10:00 2022-03-14T09:00");
  EXPECT_EQ(firings("0 12 * * *", "2011-12-29T00:00Z", 3, "Pacific/Apia"),
            "2011-12-29T22:00 2011-12-30T10:00 2011-12-30T22:00");
}

TEST(CronDaylightSaving, a_repeated_time_fires_at_its_first_pass_only) {
  EXPECT_EQ(firings("30 1 * * *", "2022-11-05T12:00Z", 2, "America/Vancouver"),
            "2022-11-06T08:30 2022-11-07T09:30");
  EXPECT_EQ(firings("30 1 * * *", "2022-11-06T09:00Z", 1, "America/Vancouver"), "2022-11-07T09:30");
}

TEST(CronDaylightSaving, an_hourly_schedule_follows_elapsed_time) {
  EXPECT_EQ(firings("0 * * * *", "2022-11-06T07:30Z", 4, "America/Vancouver"),
            "2022-11-06T08:00 2022-11-06T09:00 2022-11-06T10:00 2022-11-06T11:00");
  EXPECT_EQ(firings("*/30 * * * *", "2022-03-13T09:00Z", 4, "America/Vancouver"),
            "2022-03-13T09:30 2022-03-13T10:00 2022-03-13T10:30 2022-03-13T11:00");
}

TEST(CronDaylightSaving, a_clock_set_back_over_midnight_loses_no_firing) {
  // Cuba's clocks went from 01:00 back to 00:00; St. John's from 00:01 back to 23:01 the day before.
  EXPECT_EQ(firings("*/30 * * * *", "2022-11-06T03:45Z", 4, "America/Havana"),
            "2022-11-06T04:00 2022-11-06T04:30 2022-11-06T05:00 2022-11-06T05:30");
  EXPECT_EQ(firings("*/30 * * * *", "2010-11-07T01:45Z", 5, "America/St_Johns"),
            "2010-11-07T02:00 2010-11-07T02:30 2010-11-07T03:00 2010-11-07T03:30 2010-11-07T04:00");
}

TEST(CronDaylightSaving, a_daily_schedule_fires_once_a_day_for_years_in_any_zone) {
  for (const auto* name :
       {"America/Vancouver", "Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo"}) {
    const auto zone = *TimeZone::find(name);
    const auto cron = *Cron::parse("30 0 * * *");
    auto time = zone.to_utc({at("2015-01-01T00:00").micros});
    for (int day = 0; day < 1500; ++day) {
      time = cron.next_after(time, zone);
      ASSERT_EQ(day_of({zone.to_local(time).micros}).days, day_of(at("2015-01-01")).days + day)
          << name << " " << to_string(time);
    }
  }
}

}  // namespace
}  // namespace weir::model
