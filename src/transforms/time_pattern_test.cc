// SPDX-License-Identifier: Apache-2.0
#include "transforms/time_pattern.h"

#include <gtest/gtest.h>

namespace weir::transforms {
namespace {

constexpr const char* kUsual = "%Y-%m-%d %H:%M:%S.%f";

std::string parsed(const char* format, std::string_view text) {
  const auto pattern = TimePattern::make(format);
  if (!pattern) return "no pattern";
  const auto time = pattern->parse(text);
  return time ? to_string(*time) : "nothing";
}

TEST(TimePattern, reads_times_with_and_without_a_fraction) {
  EXPECT_EQ(parsed(kUsual, "2024-05-13 09:15:22.125"), "2024-05-13T09:15:22.125Z");
  EXPECT_EQ(parsed(kUsual, "2024-05-13 09:15:22"), "2024-05-13T09:15:22Z");
  EXPECT_EQ(parsed(kUsual, "2024-02-29 23:59:59.000001"), "2024-02-29T23:59:59.000001Z");
  EXPECT_EQ(parsed("%d/%m/%Y", "31/12/1999"), "1999-12-31T00:00:00Z");
  EXPECT_EQ(parsed("%Y%m%d%H%M%S", "20240513091522"), "2024-05-13T09:15:22Z");
}

TEST(TimePattern, leaves_everything_else_to_the_general_parser) {
  for (const auto* text :
       {"", "2024-05-13", "2024-5-13 09:15:22", "2024-05-13 09:15:22.", "2024-05-13 09:15:22 ",
        "2024-05-13 09:15:22.1234567", "2024-02-30 09:15:22", "2024-13-01 09:15:22", "2024-05-13 24:00:00",
        "2024-05-13 09:60:00", "2024-05-13 09:15:60", "-024-05-13 09:15:22", "2024-05-13T09:15:22",
        "2024-05-13 09:15:22.1x", "2024-05-13 09:15:22.-1"}) {
    EXPECT_EQ(parsed(kUsual, text), "nothing") << text;
  }
  EXPECT_EQ(parsed("%Y-%m-%d %H:%M:%S", "2024-05-13 09:15:22.5"), "nothing");
}

TEST(TimePattern, is_made_of_parts_of_a_fixed_width_only) {
  for (const auto* format : {"%H:%M", "%y-%m-%d", "%Y-%m-%d %p", "%Y-%m-%d %z", "%Y-%Y-%m-%d",
                             "%Y-%m-%dT%H:%M:%S%", "%Y-%m-%d %f", "%Y-%m-%d at Hour %H"}) {
    EXPECT_EQ(parsed(format, ""), "no pattern") << format;
  }
  EXPECT_EQ(parsed("%Y-%m-%dT%H", "2024-05-13T09"), "2024-05-13T09:00:00Z");
}

}  // namespace
}  // namespace weir::transforms
