// SPDX-License-Identifier: Apache-2.0
#include "transforms/url.h"

#include <gtest/gtest.h>

namespace weir::transforms {
namespace {

std::string parts(std::string_view url) {
  std::string scratch;
  const auto split = split_url(url, scratch);
  return std::string(split.scheme) + '|' + std::string(split.netloc) + '|' + std::string(split.path) + '|' +
         std::string(split.query);
}

TEST(Url, is_split_into_scheme_host_path_and_query) {
  EXPECT_EQ(parts("https://data.example.org/ferc1/t_plants.json?_size=5"),
            "https|data.example.org|/ferc1/t_plants.json|_size=5");
}

TEST(Url, loses_its_fragment_and_the_parameters_of_the_last_segment) {
  EXPECT_EQ(parts("HTTP://u@h:80/a;p/b;q?x#f"), "http|u@h:80|/a;p/b|x");
  EXPECT_EQ(parts("http://h#f?x"), "http|h||");
  EXPECT_EQ(parts("a;b"), "||a|");
}

TEST(Url, keeps_semicolons_of_schemes_that_have_no_parameters) {
  EXPECT_EQ(parts("data:/a;b"), "data||/a;b|");
}

TEST(Url, may_lack_every_part) {
  EXPECT_EQ(parts(""), "|||");
  EXPECT_EQ(parts("#"), "|||");
  EXPECT_EQ(parts("?a"), "|||a");
  EXPECT_EQ(parts("//h/p"), "|h|/p|");
  EXPECT_EQ(parts("http://h?q"), "http|h||q");
}

TEST(Url, has_no_scheme_unless_a_letter_begins_it) {
  EXPECT_EQ(parts("://x"), "||://x|");
  EXPECT_EQ(parts("1a://b"), "||1a://b|");
  EXPECT_EQ(parts("/path:with/colon"), "||/path:with/colon|");
  EXPECT_EQ(parts("localhost:80/x"), "localhost||80/x|");
}

TEST(Url, has_brackets_around_version_six_addresses) {
  EXPECT_EQ(parts("http://[::1]:8/x"), "http|[::1]:8|/x|");
  EXPECT_EQ(parts("http://[::1/x"), "http|[::1|/x|") << "an open bracket must not fail the row";
}

TEST(Url, is_read_without_leading_blanks_and_without_line_ends) {
  EXPECT_EQ(parts(" \tHTTP://a/ b\n/c"), "http|a|/ b/c|");
}

TEST(Url, may_hold_any_bytes) {
  EXPECT_EQ(parts(std::string_view("h\0p://\xff?", 7)), std::string("||h\0p://\xff|", 10));
}

}  // namespace
}  // namespace weir::transforms
