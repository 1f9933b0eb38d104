// SPDX-License-Identifier: Apache-2.0
#include "state/files.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "state/base64.h"

namespace weir::state {
namespace {

TEST(SafeName, keeps_harmless_bytes_and_escapes_the_rest) {
  EXPECT_EQ(safe_name("2022-01-24T05"), "2022-01-24T05");
  EXPECT_EQ(safe_name("../../etc/passwd"), "%2E.%2F..%2Fetc%2Fpasswd");
  EXPECT_EQ(safe_name("."), "%2E");
  EXPECT_EQ(safe_name("a b%\xC3\xA9"), "a%20b%25%C3%A9");
  EXPECT_EQ(safe_name({"\0\n", 2}), "%00%0A");
}

TEST(SafeName, reads_back_and_never_names_two_texts_alike) {
  std::mt19937 random(5);
  std::set<std::string> texts;
  std::set<std::string> names;
  for (int i = 0; i < 2000; ++i) {
    std::string text(1 + random() % 6, ' ');
    for (auto& c : text) c = static_cast<char>(random() % 3 == 0 ? '%' : random());
    texts.insert(text);
    names.insert(safe_name(text));
    ASSERT_EQ(text_of_name(safe_name(text)), text);
  }
  EXPECT_EQ(names.size(), texts.size());
}

TEST(SafeName, of_long_texts_is_cut_but_stays_distinct) {
  const std::string text(5000, 'x');
  EXPECT_EQ(safe_name(text).size(), 200U);
  EXPECT_NE(safe_name(text), safe_name(text + "x"));
  EXPECT_EQ(safe_name(safe_name(text)), safe_name(text)) << "a listed name can be used to open it";
  EXPECT_EQ(text_of_name(safe_name(text)), safe_name(text));
}

TEST(Base64, refuses_what_it_would_not_write) {
  for (const auto* text : {"a", "ab==x", "ab=c", "====", "YR==", "Y Q=", "YQ", "YQ==YQ==", "é==="}) {
    EXPECT_EQ(from_base64(text), std::nullopt) << text;
  }
}

TEST(Base64, writes_the_examples_of_the_standard_and_reads_them) {
  const std::pair<std::string, std::string> examples[] = {{"", ""},
                                                          {"f", "Zg=="},
                                                          {"fo", "Zm8="},
                                                          {"foo", "Zm9v"},
                                                          {"foob", "Zm9vYg=="},
                                                          {"fooba", "Zm9vYmE="},
                                                          {"foobar", "Zm9vYmFy"},
                                                          {"\xFB\xFF", "+/8="}};
  for (const auto& [bytes, text] : examples) {
    EXPECT_EQ(to_base64(bytes), text);
    EXPECT_EQ(from_base64(text), bytes);
  }
}

}  // namespace
}  // namespace weir::state
