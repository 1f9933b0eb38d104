// SPDX-License-Identifier: Apache-2.0
// Instants and calendar days, always UTC. Named zones appear only in model/time_zone.h.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir {

/// An instant: microseconds since 1970-01-01T00:00:00Z.
struct Timestamp {
  std::int64_t micros = 0;

  auto operator<=>(const Timestamp&) const = default;
};

/// A calendar day: days since 1970-01-01.
struct Date {
  std::int32_t days = 0;

  auto operator<=>(const Date&) const = default;
};

/// Year, month and day of the proleptic Gregorian calendar.
struct CivilDate {
  int year = 1970;
  int month = 1;  ///< 1 to 12
  int day = 1;    ///< 1 to 31

  auto operator<=>(const CivilDate&) const = default;
};

CivilDate civil(Date date);
/// Nothing when there is no such day (31 February).
std::optional<Date> from_civil(CivilDate date);
/// The UTC day that holds the instant.
Date day_of(Timestamp time);
Timestamp midnight(Date date);

/// "2022-01-24".
std::string to_string(Date date);
/// ISO 8601 with a Z and as many fractional digits as needed: "2022-01-24T10:05:03.25Z".
std::string to_string(Timestamp time);
/// Exactly 26 characters, "2022-01-24 10:05:03.250000", as SQL databases store it. Years 0 to 9999.
void write_sql_timestamp(Timestamp time, char (&text)[26]);

/// Reads "2022-01-24"; nothing else may stand before or after.
std::optional<Date> parse_date(std::string_view text);
/// Reads ISO 8601: date, 'T' or blank, time, up to nine fractional digits (cut to microseconds),
/// and 'Z', an offset such as +02:00, or nothing (taken as UTC). A date alone is its midnight.
std::optional<Timestamp> parse_timestamp(std::string_view text);

/// "1.8 s", "340 ms", "2 min 5 s": a duration for people.
std::string human_duration(std::chrono::microseconds duration);

}  // namespace weir
