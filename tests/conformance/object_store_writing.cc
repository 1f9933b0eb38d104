// SPDX-License-Identifier: Apache-2.0
// Uploads in parts, and writes with a condition.
#include <fmt/format.h>

#include <atomic>
#include <thread>
#include <vector>

#include "io/object_reader.h"
#include "tests/conformance/object_store_suite.h"

namespace weir::conformance {
namespace {

io::PutOptions only_if_absent() {
  io::PutOptions options;
  options.precondition.kind = io::Precondition::Kind::Absent;
  return options;
}

io::PutOptions only_if(const std::string& version) {
  io::PutOptions options;
  options.precondition = {io::Precondition::Kind::Version, version};
  return options;
}

}  // namespace

TEST_P(ObjectStoreSuite, uploads_objects_of_every_size) {
  const std::uint64_t part = GetParam().part_bytes;
  for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{1}, part - 1, part, part + 1, 2 * part}) {
    const std::string bytes = numbered_bytes(size);
    const auto written = upload("up/loaded", bytes);
    ASSERT_TRUE(written.ok()) << written.error().to_string();
    EXPECT_EQ(written->size, size);
    EXPECT_EQ(written->version, store().head("up/loaded")->version);
    EXPECT_TRUE(get("up/loaded") == bytes) << size;
  }
  EXPECT_EQ(place().leftovers(), "");
}

TEST_P(ObjectStoreSuite, uploads_many_parts_and_reads_them_ahead) {
  const std::string bytes = numbered_bytes(GetParam().part_bytes * 4 + 12'345);
  const auto written = upload("large", bytes);
  ASSERT_TRUE(written.ok()) << written.error().to_string();
  auto reader = io::ObjectReader::open(store(), *written, {1U << 20, 3});
  ASSERT_TRUE(reader.ok());
  std::string all;
  for (std::string buffer(100'003, '\0');;) {
    const auto count = (*reader)->read(buffer.data(), buffer.size());
    ASSERT_TRUE(count.ok()) << count.error().to_string();
    if (*count == 0) break;
    all.append(buffer, 0, *count);
  }
  EXPECT_TRUE(all == bytes);
}

TEST_P(ObjectStoreSuite, shows_an_upload_only_when_it_is_finished) {
  put("k", "before");
  auto writer = store().upload("k", {});
  ASSERT_TRUE(writer.ok());
  ASSERT_TRUE((*writer)->write(numbered_bytes(GetParam().part_bytes * 2 + 1)).ok());
  EXPECT_EQ(get("k"), "before");
  const auto written = (*writer)->finish();
  ASSERT_TRUE(written.ok()) << written.error().to_string();
  EXPECT_EQ(store().head("k")->size, GetParam().part_bytes * 2 + 1);
}

TEST_P(ObjectStoreSuite, leaves_nothing_of_an_upload_that_is_dropped) {
  {
    auto writer = store().upload("dropped", {});
    ASSERT_TRUE(writer.ok());
    ASSERT_TRUE((*writer)->write(numbered_bytes(GetParam().part_bytes * 2 + 1)).ok());
  }
  EXPECT_EQ(keys(), "");
  EXPECT_EQ(place().leftovers(), "");
}

TEST_P(ObjectStoreSuite, creates_only_what_is_not_there) {
  const auto first = store().put("k", "first", only_if_absent());
  ASSERT_TRUE(first.ok()) << first.error().to_string();
  const auto second = store().put("k", "second", only_if_absent());
  EXPECT_EQ(outcome(second), "conflict");
  EXPECT_NE(second.error().to_string().find(store().uri("k")), std::string::npos);
  EXPECT_EQ(get("k"), "first");
  EXPECT_EQ(outcome(store().remove("k")), "ok");
  EXPECT_EQ(outcome(store().put("k", "third", only_if_absent())), "ok");
  EXPECT_EQ(get("k"), "third");
}

TEST_P(ObjectStoreSuite, replaces_only_the_version_that_is_meant) {
  const io::ObjectInfo first = put("k", "first");
  const auto second = store().put("k", "second", only_if(first.version));
  ASSERT_TRUE(second.ok()) << second.error().to_string();
  EXPECT_EQ(outcome(store().put("k", "third", only_if(first.version))), "conflict");
  EXPECT_EQ(get("k"), "second");
  EXPECT_EQ(outcome(store().put("k", "third", only_if(second->version))), "ok");
  EXPECT_EQ(outcome(store().remove("k")), "ok");
  EXPECT_EQ(outcome(store().put("k", "fourth", only_if(second->version))), "conflict");
  EXPECT_EQ(keys(), "");
}

TEST_P(ObjectStoreSuite, lets_one_of_many_create_an_object) {
  constexpr int kWriters = 8;
  std::atomic<int> created = 0;
  std::atomic<int> refused = 0;
  std::vector<std::thread> writers;
  for (int i = 0; i < kWriters; ++i) {
    writers.emplace_back([&, i] {
      const auto written = store().put("race", fmt::format("writer {}", i), only_if_absent());
      if (written.ok()) ++created;
      if (outcome(written) == "conflict") ++refused;
    });
  }
  for (auto& writer : writers) writer.join();
  EXPECT_EQ(created, 1);
  EXPECT_EQ(refused, kWriters - 1);
  EXPECT_EQ(get("race").substr(0, 7), "writer ");
}

TEST_P(ObjectStoreSuite, heeds_conditions_of_large_uploads) {
  put("k", "before");
  const std::string bytes = numbered_bytes(GetParam().part_bytes * 2 + 1);
  EXPECT_EQ(outcome(upload("k", bytes, only_if_absent())), "conflict");
  EXPECT_EQ(get("k"), "before");
  EXPECT_EQ(place().leftovers(), "");
  EXPECT_EQ(outcome(upload("k", bytes, only_if(store().head("k")->version))), "ok");
  EXPECT_EQ(outcome(upload("fresh", bytes, only_if_absent())), "ok");
  EXPECT_TRUE(get("fresh") == bytes);
}

TEST_P(ObjectStoreSuite, ends_uploads_that_nobody_finishes) {
  const std::string bytes = numbered_bytes(GetParam().part_bytes * 2 + 1);
  auto given_up = store().upload("a/k", {});
  auto kept = store().upload("b/k", {});
  ASSERT_TRUE(given_up.ok() && kept.ok());
  ASSERT_EQ(outcome((*given_up)->write(bytes)), "ok");
  ASSERT_EQ(outcome((*kept)->write(bytes)), "ok");
  EXPECT_EQ(outcome(store().abandon_uploads("a/")), "ok");
  EXPECT_EQ(place().leftovers().find("a/k"), std::string::npos) << place().leftovers();
  EXPECT_EQ(outcome((*kept)->finish()), "ok");
  EXPECT_TRUE(get("b/k") == bytes);
  given_up->reset();
  EXPECT_EQ(place().leftovers(), "");
}

TEST_P(ObjectStoreSuite, serves_several_threads_at_once) {
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 5; ++i) {
        const std::string key = fmt::format("t{}/{}", t, i);
        const std::string bytes = numbered_bytes(static_cast<std::size_t>(t * 1000 + i));
        if (!store().put(key, bytes, {}).ok()) ++wrong;
        const auto read = store().read(key, {0, 1U << 20}, "");
        if (!read.ok() || *read != bytes) ++wrong;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(io::list_all(store(), "")->size(), 20U);
}

}  // namespace weir::conformance
