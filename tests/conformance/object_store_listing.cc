// SPDX-License-Identifier: Apache-2.0
// Listings: what is in them, in which order, over how many pages.
#include <fmt/format.h>

#include "tests/conformance/object_store_suite.h"

namespace weir::conformance {

TEST_P(ObjectStoreSuite, lists_nothing_in_an_empty_bucket) {
  EXPECT_EQ(keys(), "");
  EXPECT_EQ(keys("some/prefix"), "");
  EXPECT_TRUE(io::list_all(store(), "")->empty());
}

TEST_P(ObjectStoreSuite, lists_every_page_in_order) {
  std::string expected;
  for (int i = 0; i < 25; ++i) expected += fmt::format("in/{:03}\n", i);
  for (int i = 24; i >= 0; --i)
    put(fmt::format("in/{:03}", i), std::string(static_cast<std::size_t>(i), 'x'));
  put("im", "before");
  put("in0", "behind");
  EXPECT_EQ(keys("in/"), expected);
  const auto all = io::list_all(store(), "in/");
  ASSERT_TRUE(all.ok()) << all.error().to_string();
  ASSERT_EQ(all->size(), 25U);
  EXPECT_EQ(all->at(7).size, 7U);
}

TEST_P(ObjectStoreSuite, ends_a_listing_that_fills_its_last_page) {
  std::string expected;
  for (int i = 0; i < 20; ++i) {
    put(fmt::format("k{:02}", i), "x");
    expected += fmt::format("k{:02}\n", i);
  }
  EXPECT_EQ(keys(), expected);
}

TEST_P(ObjectStoreSuite, begins_a_listing_behind_any_key) {
  for (const char* key : {"a/1", "a/2", "a/3", "b/1"}) put(key, "x");
  EXPECT_EQ(keys("a/", "a/1"), "a/2\na/3\n");
  EXPECT_EQ(keys("a/", "a/2 is not there"), "a/3\n");
  EXPECT_EQ(keys("a/", "a/3"), "");
  EXPECT_EQ(keys("", "a/3"), "b/1\n");
  EXPECT_EQ(keys("a/", "A"), "a/1\na/2\na/3\n");
}

TEST_P(ObjectStoreSuite, takes_a_prefix_as_text_and_not_as_a_folder) {
  for (const char* key : {"in", "in/a", "in put", "in%2Fa", "out"}) put(key, "x");
  EXPECT_EQ(keys("in"), "in\nin put\nin%2Fa\nin/a\n");
  EXPECT_EQ(keys("in/"), "in/a\n");
  EXPECT_EQ(keys("in%2F"), "in%2Fa\n");
  EXPECT_EQ(keys("in "), "in put\n");
}

TEST_P(ObjectStoreSuite, orders_keys_by_their_bytes) {
  for (const char* key :
       {"o/\xF0\x9F\x98\x80", "o/\xEF\xBF\xBD", "o/é", "o/a0", "o/a/", "o/a-", "o/a", "o/A"}) {
    put(key, "x");
  }
  EXPECT_EQ(keys("o/"), "o/A\no/a\no/a-\no/a/\no/a0\no/é\no/\xEF\xBF\xBD\no/\xF0\x9F\x98\x80\n");
}

TEST_P(ObjectStoreSuite, lists_the_same_facts_as_it_gives_for_one_object) {
  put("k", "12345");
  const auto listed = io::list_all(store(), "k");
  ASSERT_TRUE(listed.ok());
  ASSERT_EQ(listed->size(), 1U);
  const auto seen = store().head("k");
  ASSERT_TRUE(seen.ok());
  EXPECT_EQ(listed->front().version, seen->version);
  EXPECT_EQ(listed->front().size, 5U);
  // HTTP tells whole seconds only.
  const auto difference = listed->front().modified.micros - seen->modified.micros;
  EXPECT_LT(difference < 0 ? -difference : difference, 1'000'001);
}

TEST_P(ObjectStoreSuite, leaves_folder_markers_out_of_what_is_to_be_read) {
  put("in/", "");
  put("in/a", "x");
  put("in/b/", "");
  put("in/c", "");
  put("in/d/", "not empty");
  const auto all = io::list_all(store(), "in/");
  ASSERT_TRUE(all.ok()) << all.error().to_string();
  std::string found;
  for (const auto& object : *all) found += object.key + "\n";
  EXPECT_EQ(found, "in/a\nin/c\nin/d/\n");
  EXPECT_EQ(keys("in/b"), "in/b/\n");
}

}  // namespace weir::conformance
