// SPDX-License-Identifier: Apache-2.0
#include "base/json_text.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace weir {
namespace {

std::string json(std::string_view text) {
  std::string out;
  write_json_string(out, text);
  return out;
}

TEST(JsonText, replaces_bytes_that_are_not_utf8) {
  EXPECT_EQ(json("a\xFF\xC3"), "\"a\xEF\xBF\xBD\xEF\xBF\xBD\"");
  EXPECT_EQ(json("\xC3\xA9\xC3"), "\"\xC3\xA9\xEF\xBF\xBD\"");
  EXPECT_EQ(json("\x80\"\n"), "\"\xEF\xBF\xBD\\\"\\n\"");
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const char bytes[] = {static_cast<char>(first), static_cast<char>(second)};
      ASSERT_TRUE(is_utf8(json({bytes, 2}))) << first << " " << second;
    }
  }
}

TEST(JsonText, escapes_quotes_backslashes_and_control_characters) {
  EXPECT_EQ(json(""), R"("")");
  EXPECT_EQ(json(R"(C:\"x")"), R"("C:\\\"x\"")");
  EXPECT_EQ(json("\n\r\t"), R"("\n\r\t")");
  EXPECT_EQ(json({"\0\x01\x1F\x7F", 4}), "\"\\u0000\\u0001\\u001f\x7F\"");
  EXPECT_EQ(json("é😀/"), "\"é😀/\"");
}

TEST(JsonText, appends_to_what_is_there) {
  std::string out = "{\"a\":";
  write_json_string(out, "b");
  EXPECT_EQ(out, "{\"a\":\"b\"");
}

}  // namespace
}  // namespace weir
