// SPDX-License-Identifier: Apache-2.0
#include "model/time_zone.h"

#include <gtest/gtest.h>

#include <random>

namespace weir::model {
namespace {

using Kind = LocalInstants::Kind;

LocalTime wall(std::string_view text) { return {parse_timestamp(text).value().micros}; }
Timestamp at(std::string_view text) { return parse_timestamp(text).value(); }
std::string shown(LocalTime time) { return to_string(Timestamp{time.micros}); }
TimeZone zone(std::string_view name) { return *TimeZone::find(name); }

TEST(TimeZone, an_unknown_name_is_an_error_that_suggests_one) {
  EXPECT_EQ(
      TimeZone::find("America/Vancuver").error().message(),
      "'America/Vancuver' is no time zone, did you mean 'America/Vancouver'?; expected an IANA name such "
      "as America/Vancouver");
  EXPECT_EQ(TimeZone::find("new york").error().message(),
            "'new york' is no time zone, did you mean 'America/New_York'?; expected an IANA name such as "
            "America/Vancouver");
  EXPECT_EQ(TimeZone::find("europe/paris").error().message(),
            "'europe/paris' is no time zone, did you mean 'Europe/Paris'?; expected an IANA name such as "
            "America/Vancouver");
  EXPECT_EQ(TimeZone::find("Xyzzyplugh").error().message(),
            "'Xyzzyplugh' is no time zone; expected an IANA name such as America/Vancouver");
  for (const auto* name : {"", "../../etc/passwd", "America/", "+02:00"}) {
    ASSERT_FALSE(TimeZone::find(name).ok()) << name;
    EXPECT_EQ(TimeZone::find(name).error().code(), ErrorCode::InvalidConfig) << name;
  }
}

TEST(TimeZone, a_skipped_local_time_is_the_instant_of_the_jump) {
  const auto instants = zone("America/Vancouver").instants_of(wall("2022-03-13T02:30"));
  EXPECT_EQ(instants.kind, Kind::Skipped);
  EXPECT_EQ(to_string(instants.first), "2022-03-13T10:00:00Z");
  EXPECT_EQ(instants.second, instants.first);
}

TEST(TimeZone, a_repeated_local_time_has_two_instants_and_means_the_first) {
  const auto vancouver = zone("America/Vancouver");
  const auto instants = vancouver.instants_of(wall("2022-11-06T01:30"));
  EXPECT_EQ(instants.kind, Kind::Repeated);
  EXPECT_EQ(to_string(instants.first), "2022-11-06T08:30:00Z");
  EXPECT_EQ(to_string(instants.second), "2022-11-06T09:30:00Z");
  EXPECT_EQ(vancouver.to_utc(wall("2022-11-06T01:30")), instants.first);
}

TEST(TimeZone, a_day_that_a_zone_left_out_is_skipped) {
  const auto samoa = zone("Pacific/Apia");
  EXPECT_EQ(samoa.instants_of(wall("2011-12-30T12:00")).kind, Kind::Skipped);
  EXPECT_EQ(to_string(samoa.to_utc(wall("2011-12-30T12:00"))), "2011-12-30T10:00:00Z");
}

TEST(TimeZone, a_stretch_gives_the_instants_of_all_its_times) {
  for (const auto* name : {"UTC", "America/Vancouver", "Pacific/Apia", "Asia/Kolkata"}) {
    const auto here = zone(name);
    int contained = 0;
    for (auto time = wall("2011-01-01"); time < wall("2012-01-01"); time.micros += 3'600'000'000) {
      const auto stretch = here.stretch_near(time);
      if (!stretch.contains(time)) continue;
      ++contained;
      const auto instants = here.instants_of(time);
      EXPECT_EQ(instants.kind, Kind::Once) << name << shown(time);
      EXPECT_EQ(instants.first.micros, time.micros - stretch.offset) << name << shown(time);
    }
    EXPECT_GT(contained, 8'300) << name;
  }
}

TEST(TimeZone, shows_an_instant_on_the_wall) {
  EXPECT_EQ(shown(zone("America/Vancouver").to_local(at("2022-01-24T10:05:03.25Z"))),
            "2022-01-24T02:05:03.25Z");
  EXPECT_EQ(shown(zone("America/Vancouver").to_local(at("2022-07-24T10:05Z"))), "2022-07-24T03:05:00Z");
  EXPECT_EQ(shown(zone("Asia/Kathmandu").to_local(at("2022-01-24T00:00Z"))), "2022-01-24T05:45:00Z");
  EXPECT_EQ(shown(zone("Europe/Berlin").to_local(at("1969-12-31T23:59:59.999999Z"))),
            "1970-01-01T00:59:59.999999Z");
  EXPECT_EQ(shown(TimeZone::utc().to_local(at("2022-01-24T10:05Z"))), "2022-01-24T10:05:00Z");
  EXPECT_EQ(zone("Etc/UTC").name(), "UTC");
}

TEST(TimeZone, every_instant_reads_back_from_its_wall_time) {
  std::mt19937_64 random(7);
  std::uniform_int_distribution<std::int64_t> instants(at("1950-01-01").micros, at("2060-01-01").micros);
  for (const auto* name :
       {"America/Vancouver", "Europe/Berlin", "Australia/Lord_Howe", "Africa/Casablanca"}) {
    const auto here = zone(name);
    for (int round = 0; round < 2000; ++round) {
      const Timestamp time{instants(random)};
      const auto back = here.instants_of(here.to_local(time));
      ASSERT_NE(back.kind, Kind::Skipped) << name << " " << to_string(time);
      ASSERT_TRUE(back.first == time || back.second == time) << name << " " << to_string(time);
    }
  }
}

}  // namespace
}  // namespace weir::model
