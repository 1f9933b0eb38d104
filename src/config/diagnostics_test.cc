// SPDX-License-Identifier: Apache-2.0
#include "config/diagnostics.h"

#include <gtest/gtest.h>

namespace weir::config {
namespace {

TEST(Diagnostics, are_ordered_by_their_place) {
  Diagnostics diagnostics;
  diagnostics.error({"b.yaml", 1, 1}, "fourth");
  diagnostics.error({"a.yaml", 10, 1}, "third");
  diagnostics.warning({"a.yaml", 2, 5}, "second");
  diagnostics.error({"a.yaml", 2, 1}, "first", "hint");
  EXPECT_EQ(diagnostics.to_string(),
            "a.yaml:2:1: first; did you mean 'hint'?\n"
            "a.yaml:2:5: warning: second\n"
            "a.yaml:10:1: third\n"
            "b.yaml:1:1: fourth\n");
}

TEST(Diagnostics, are_told_once_although_they_were_found_twice) {
  Diagnostics diagnostics;
  for (int i = 0; i < 2; ++i) {
    diagnostics.error({"a.yaml", 3, 1}, "the same");
    diagnostics.error({"a.yaml", 3, 1}, "something else");
  }
  EXPECT_EQ(diagnostics.to_string(), "a.yaml:3:1: the same\na.yaml:3:1: something else\n");
  EXPECT_EQ(diagnostics.error_count(), 4U) << "whoever reads an option twice learns of it twice";
}

TEST(Diagnostics, fail_with_every_error_but_no_warning) {
  Diagnostics diagnostics;
  EXPECT_TRUE(diagnostics.to_result().ok());
  diagnostics.warning({"a.yaml", 1, 1}, "odd");
  EXPECT_TRUE(diagnostics.ok());
  EXPECT_TRUE(diagnostics.to_result().ok());
  diagnostics.error({"a.yaml", 3, 2}, "wrong");
  diagnostics.error({"a.yaml", 2, 2}, "bad");
  const auto result = diagnostics.to_result();
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code(), ErrorCode::InvalidConfig);
  EXPECT_EQ(result.error().message(), "a.yaml:2:2: bad\na.yaml:3:2: wrong");
}

TEST(Diagnostics, point_below_the_character_after_tabs_and_umlauts) {
  Diagnostics diagnostics;
  diagnostics.add_source("a.yaml", "ok: 1\n\tü: bad\n");
  diagnostics.error({"a.yaml", 2, 6}, "wrong");
  EXPECT_EQ(diagnostics.to_string(),
            "a.yaml:2:6: wrong\n"
            "    2 | \tü: bad\n"
            "      | \t   ^\n");
}

TEST(Diagnostics, show_a_part_of_a_very_long_line) {
  Diagnostics diagnostics;
  diagnostics.add_source("a.json", std::string(500, 'a') + "X" + std::string(500, 'b'));
  diagnostics.error({"a.json", 1, 501}, "wrong");
  EXPECT_EQ(diagnostics.to_string(), "a.json:1:501: wrong\n    1 | " + std::string(80, 'a') + "X" +
                                         std::string(79, 'b') + "\n      | " + std::string(80, ' ') + "^\n");
}

TEST(Diagnostics, show_no_line_that_does_not_exist) {
  Diagnostics diagnostics;
  diagnostics.add_source("a.yaml", "one\n");
  diagnostics.error({"a.yaml", 9, 1}, "wrong");
  diagnostics.error({"a.yaml", 1, 90}, "wrong");
  diagnostics.error({"", 0, 0}, "wrong");
  EXPECT_EQ(diagnostics.to_string(), "wrong\na.yaml:1:90: wrong\na.yaml:9:1: wrong\n");
}

TEST(Diagnostics, send_no_control_characters_of_the_file_to_the_terminal) {
  Diagnostics diagnostics;
  diagnostics.add_source("a.yaml", "a: \x1b[2J\n");
  diagnostics.error({"a.yaml", 1, 4}, "wrong");
  EXPECT_EQ(diagnostics.to_string().find('\x1b'), std::string::npos);
}

TEST(Diagnostics, are_json_for_machines) {
  Diagnostics diagnostics;
  diagnostics.error({"a.yaml", 2, 1}, "say \"x\"", "y");
  EXPECT_EQ(diagnostics.to_json(),
            "[\n"
            "  {\n"
            "    \"severity\": \"error\",\n"
            "    \"file\": \"a.yaml\",\n"
            "    \"line\": 2,\n"
            "    \"column\": 1,\n"
            "    \"message\": \"say \\\"x\\\"\",\n"
            "    \"suggestion\": \"y\"\n"
            "  }\n"
            "]");
}

}  // namespace
}  // namespace weir::config
