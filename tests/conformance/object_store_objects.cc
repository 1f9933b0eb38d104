// SPDX-License-Identifier: Apache-2.0
// Single objects: writing, reading, looking, copying, removing.
#include <algorithm>
#include <vector>

#include "tests/conformance/object_store_suite.h"

namespace weir::conformance {

TEST_P(ObjectStoreSuite, gives_back_what_was_put) {
  const std::string bytes("line\r\n\0\xff binary", 15);
  const io::ObjectInfo written = put("a/b.bin", bytes);
  EXPECT_EQ(written.key, "a/b.bin");
  EXPECT_EQ(written.size, bytes.size());
  EXPECT_FALSE(written.version.empty());
  const auto seen = store().head("a/b.bin");
  ASSERT_TRUE(seen.ok()) << seen.error().to_string();
  EXPECT_EQ(seen->key, "a/b.bin");
  EXPECT_EQ(seen->size, bytes.size());
  EXPECT_EQ(seen->version, written.version);
  EXPECT_GT(seen->modified.micros, 0);
  EXPECT_EQ(get("a/b.bin"), bytes);
}

TEST_P(ObjectStoreSuite, keeps_an_empty_object) {
  put("empty", "");
  EXPECT_EQ(store().head("empty")->size, 0U);
  EXPECT_EQ(*store().read("empty", {0, 10}, ""), "");
  EXPECT_EQ(keys(), "empty\n");
}

TEST_P(ObjectStoreSuite, replaces_an_object_by_a_new_version) {
  const io::ObjectInfo first = put("k", "one");
  const io::ObjectInfo second = put("k", "two");
  EXPECT_NE(first.version, second.version);
  EXPECT_EQ(get("k"), "two");
  EXPECT_EQ(store().head("k")->version, second.version);
}

TEST_P(ObjectStoreSuite, reads_any_range) {
  put("k", "0123456789");
  EXPECT_EQ(*store().read("k", {0, 4}, ""), "0123");
  EXPECT_EQ(*store().read("k", {3, 1}, ""), "3");
  EXPECT_EQ(*store().read("k", {8, 100}, ""), "89");
  EXPECT_EQ(*store().read("k", {0, 1000}, ""), "0123456789");
  EXPECT_EQ(*store().read("k", {10, 5}, ""), "");
  EXPECT_EQ(*store().read("k", {5000, 5}, ""), "");
  EXPECT_EQ(*store().read("k", {4, 0}, ""), "");
}

TEST_P(ObjectStoreSuite, reads_only_the_version_that_is_asked_for) {
  const io::ObjectInfo first = put("k", "first bytes");
  EXPECT_EQ(*store().read("k", {0, 5}, first.version), "first");
  put("k", "other bytes");
  const auto changed = store().read("k", {5, 5}, first.version);
  EXPECT_EQ(outcome(changed), "conflict");
  EXPECT_NE(changed.error().to_string().find(store().uri("k")), std::string::npos);
  EXPECT_EQ(*store().read("k", {0, 5}, ""), "other");
}

TEST_P(ObjectStoreSuite, tells_when_there_is_no_such_object) {
  put("here/a", "x");
  for (const std::string key : {"nowhere", "here", "here/", "here/a/b", "HERE/A"}) {
    EXPECT_EQ(outcome(store().head(key)), "not_found") << key;
    const auto read = store().read(key, {0, 1}, "");
    EXPECT_EQ(outcome(read), "not_found") << key;
    EXPECT_NE(read.error().to_string().find(store().uri(key)), std::string::npos);
  }
  EXPECT_EQ(outcome(store().copy("nowhere", "b")), "not_found");
}

TEST_P(ObjectStoreSuite, removes_what_is_there_and_what_is_not) {
  put("k", "x");
  put("k2", "y");
  EXPECT_EQ(outcome(store().remove("k")), "ok");
  EXPECT_EQ(outcome(store().head("k")), "not_found");
  EXPECT_EQ(outcome(store().remove("k")), "ok");
  EXPECT_EQ(outcome(store().remove("never/was")), "ok");
  EXPECT_EQ(keys(), "k2\n");
}

TEST_P(ObjectStoreSuite, copies_and_leaves_the_original) {
  put("from", "bytes");
  put("to", "something else, longer");
  const auto copied = store().copy("from", "to");
  ASSERT_TRUE(copied.ok()) << copied.error().to_string();
  EXPECT_EQ(copied->key, "to");
  EXPECT_EQ(copied->size, 5U);
  EXPECT_EQ(copied->version, store().head("to")->version);
  EXPECT_EQ(get("to"), "bytes");
  EXPECT_EQ(get("from"), "bytes");
}

TEST_P(ObjectStoreSuite, copies_what_is_too_large_for_one_step) {
  const std::string bytes = numbered_bytes(GetParam().largest_copy + 1'000'003);
  put("from", bytes);
  const auto copied = store().copy("from", "a/to");
  ASSERT_TRUE(copied.ok()) << copied.error().to_string();
  EXPECT_EQ(copied->size, bytes.size());
  EXPECT_TRUE(get("a/to") == bytes);
  EXPECT_EQ(place().leftovers(), "");
}

TEST_P(ObjectStoreSuite, copies_what_came_in_parts) {
  const std::string bytes = numbered_bytes(GetParam().part_bytes * 2 + 1);
  const auto uploaded = store().upload("from", {});
  ASSERT_TRUE(uploaded.ok());
  ASSERT_EQ(outcome((*uploaded)->write(bytes)), "ok");
  ASSERT_EQ(outcome((*uploaded)->finish()), "ok");
  EXPECT_EQ(outcome(store().copy("from", "to")), "ok");
  EXPECT_TRUE(get("to") == bytes);
}

TEST_P(ObjectStoreSuite, takes_any_key_as_it_is) {
  const std::vector<std::string> difficult = {
      "a b.csv",       "a+b.csv",     "100%.csv",     "a%20b.csv",       "a%2Fb.csv", "what?.csv?x=1&y=2",
      "a#b.csv",       "a//b//c",     "a/../b/./c",   "é/日本/🌊.csv",    "tab\there", "quote'\"<>&;.csv",
      "~!@$^*()_=|,",  "back\\slash", "[brackets]{}", "trailing blank ", "A",         "a",
      "dir/with:colon"};
  for (const auto& key : difficult) {
    put(key, "bytes of " + key);
    EXPECT_EQ(get(key), "bytes of " + key);
    EXPECT_EQ(outcome(store().copy(key, "copy/" + key)), "ok") << key;
    EXPECT_EQ(get("copy/" + key), "bytes of " + key);
  }
  std::vector<std::string> sorted = difficult;
  for (const auto& key : difficult) sorted.push_back("copy/" + key);
  std::sort(sorted.begin(), sorted.end());
  std::string expected;
  for (const auto& key : sorted) expected += key + "\n";
  EXPECT_EQ(keys(), expected);
  for (const auto& key : sorted) EXPECT_EQ(outcome(store().remove(key)), "ok") << key;
  EXPECT_EQ(keys(), "");
}

TEST_P(ObjectStoreSuite, tells_forbidden_from_missing) {
  put("secret", "x");
  const auto stranger = place().without_rights();
  if (!stranger) GTEST_SKIP() << "this store has no rights";
  EXPECT_EQ(outcome(stranger->head("secret")), "permission_denied");
  EXPECT_EQ(outcome(stranger->read("secret", {0, 1}, "")), "permission_denied");
  EXPECT_EQ(outcome(stranger->list("", "")), "permission_denied");
  EXPECT_EQ(outcome(stranger->put("mine", "x", {})), "permission_denied");
  EXPECT_EQ(outcome(stranger->remove("secret")), "permission_denied");
  EXPECT_EQ(get("secret"), "x");
}

TEST_P(ObjectStoreSuite, tells_when_there_is_no_bucket) {
  const auto nowhere = place().without_bucket();
  if (!nowhere) GTEST_SKIP() << "this store has no buckets";
  const auto listed = nowhere->list("", "");
  EXPECT_EQ(outcome(listed), "not_found");
  EXPECT_NE(listed.error().to_string().find(nowhere->uri("")), std::string::npos);
  EXPECT_EQ(outcome(nowhere->put("k", "x", {})), "not_found");
  EXPECT_EQ(outcome(nowhere->remove("k")), "not_found");
}

}  // namespace weir::conformance
