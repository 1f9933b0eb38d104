// SPDX-License-Identifier: Apache-2.0
#include "config/values.h"

#include <gtest/gtest.h>

namespace weir::config {
namespace {

TEST(Duration, is_nothing_without_a_known_unit_and_a_plain_number) {
  for (const auto* text : {"", "30", "s", "30 sec", "30  s", "30 s ", "-1 s", "1e3 s", "inf s", "30 m",
                           "0.1 ms", "99999999999999999 d"})
    EXPECT_FALSE(parse_duration(text)) << text;
}

TEST(Duration, has_units_from_milliseconds_to_days) {
  EXPECT_EQ(parse_duration("250ms")->value, std::chrono::milliseconds(250));
  EXPECT_EQ(parse_duration("0.1 s")->value, std::chrono::milliseconds(100));
  EXPECT_EQ(parse_duration("5 min")->value, std::chrono::minutes(5));
  EXPECT_EQ(parse_duration("1.5 h")->value, std::chrono::minutes(90));
  EXPECT_EQ(parse_duration("2 d")->value, std::chrono::hours(48));
  EXPECT_EQ(parse_duration("4 days")->value, std::chrono::hours(96));
  EXPECT_EQ(parse_duration("1 minute")->value, std::chrono::minutes(1));
}

TEST(ByteSize, is_nothing_without_a_known_unit_and_whole_bytes) {
  for (const auto* text : {"", "64", "64 Mi", "0.5 B", "-1 kB", "64 MiBs", "1e400 B"})
    EXPECT_FALSE(parse_byte_size(text)) << text;
}

TEST(ByteSize, has_binary_and_decimal_units) {
  EXPECT_EQ(parse_byte_size("512 B")->bytes, 512U);
  EXPECT_EQ(parse_byte_size("1 kB")->bytes, 1000U);
  EXPECT_EQ(parse_byte_size("64 MiB")->bytes, 64U << 20);
  EXPECT_EQ(parse_byte_size("1.5 gb")->bytes, 1'500'000'000U);
  EXPECT_EQ(parse_byte_size("2TiB")->bytes, 2ULL << 40);
}

TEST(Values, print_as_they_are_written) {
  for (const auto* text : {"0 s", "250 ms", "30 s", "90 min", "2 d"})
    EXPECT_EQ(to_string(*parse_duration(text)), text);
  for (const auto* text : {"0 B", "1001 B", "64 MiB", "1500 MB", "3 kB"})
    EXPECT_EQ(to_string(*parse_byte_size(text)), text);
}

}  // namespace
}  // namespace weir::config
