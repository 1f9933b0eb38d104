// SPDX-License-Identifier: Apache-2.0
#include "geocoding/address.h"

#include <gtest/gtest.h>

namespace weir::geocoding {
namespace {

std::string normal(std::string_view text) {
  const auto address = Address::parse(text);
  return address ? address->to_string() : "no address";
}

TEST(Address, has_one_form_for_every_spelling) {
  EXPECT_EQ(normal("8.8.8.8"), "8.8.8.8");
  EXPECT_EQ(normal(" 8.8.8.8\t"), "8.8.8.8");
  EXPECT_EQ(normal("8.8.8.8:443"), "8.8.8.8");
  EXPECT_EQ(normal("::ffff:8.8.8.8"), "8.8.8.8");
  EXPECT_EQ(normal("::FFFF:808:808"), "8.8.8.8");
  EXPECT_EQ(normal("[::ffff:8.8.8.8]:80"), "8.8.8.8");
  EXPECT_EQ(normal("2001:4860:4860:0000:0000:0000:0000:8888"), "2001:4860:4860::8888");
  EXPECT_EQ(normal("2001:4860:4860::8888%eth0"), "2001:4860:4860::8888");
  EXPECT_EQ(normal("[2001:4860:4860::8888]"), "2001:4860:4860::8888");
  EXPECT_EQ(normal("[2001:4860:4860::8888%eth0]:443"), "2001:4860:4860::8888");
}

TEST(Address, writes_ipv6_as_rfc_5952_wants_it) {
  EXPECT_EQ(normal("2001:DB8:0:0:1:0:0:1"), "2001:db8::1:0:0:1");
  EXPECT_EQ(normal("2001:db8:0:1:1:1:1:1"), "2001:db8:0:1:1:1:1:1");
  EXPECT_EQ(normal("0:0:0:0:0:0:0:1"), "::1");
  EXPECT_EQ(normal("::"), "::");
}

TEST(Address, refuses_what_is_none) {
  for (const char* text : {"",
                           " ",
                           "-",
                           "unknown",
                           "localhost",
                           "example.org",
                           "8.8.8",
                           "8.8.8.8.8",
                           "8.8.8.256",
                           "08.8.8.8",
                           "8.8.8.8:",
                           "8.8.8.8:http",
                           "8.8.8.8:123456",
                           "[::1",
                           "::1]",
                           "[::1]x",
                           "[]",
                           ":",
                           ":::",
                           "%",
                           "1:2:3:4:5:6:7:8:9",
                           "8.8.8.8, 9.9.9.9",
                           "%eth0",
                           "8.8.8.8/24"}) {
    EXPECT_EQ(normal(text), "no address") << text;
  }
  EXPECT_EQ(normal(std::string(100'000, ':')), "no address");
  EXPECT_EQ(normal(std::string("8.8.8.8\0x", 9)), "no address");
}

TEST(Address, knows_its_family) {
  EXPECT_TRUE(Address::parse("::ffff:1.2.3.4")->is_v4());
  EXPECT_FALSE(Address::parse("2001:4860::1")->is_v4());
}

TEST(Address, knows_the_texts_for_no_address) {
  for (const char* text : {"", " ", "-", "unknown", "Unknown"})
    EXPECT_TRUE(stands_for_no_address(text)) << text;
  for (const char* text : {"example.org", "8.8.8.8", "--"}) EXPECT_FALSE(stands_for_no_address(text)) << text;
}

}  // namespace
}  // namespace weir::geocoding
