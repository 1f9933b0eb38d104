// SPDX-License-Identifier: Apache-2.0
#include "geocoding/geo_cache.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <thread>

namespace weir::geocoding {
namespace {

class GeoCacheTest : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<GeoCache> open() {
    auto cache = GeoCache::open(file_, clock_, {});
    EXPECT_TRUE(cache.ok()) << (cache.ok() ? "" : cache.error().to_string());
    return cache.ok() ? *std::move(cache) : nullptr;
  }
  static void store(GeoCache& cache, std::string address, std::optional<std::string> value) {
    const std::vector<CacheEntry> entries{{std::move(address), std::move(value)}};
    ASSERT_TRUE(cache.store("api", entries, 1).ok());
  }
  static std::string find(GeoCache& cache, const std::string& address) {
    const auto found = cache.find("api", address);
    if (!found.ok()) return found.error().message();
    if (!*found) return "nothing";
    return (*found)->value.value_or("not known") + " " + to_string(day_of((*found)->fetched_at));
  }

  std::filesystem::path folder_ = testing::TempDir() + "geo_cache_" + std::to_string(getpid());
  std::filesystem::path file_ = folder_ / ".weir" / "geo-cache.db";
  io::ManualClock clock_{midnight(*parse_date("2022-01-24"))};
};

constexpr auto kDay = std::chrono::hours(24);

// Weakness E-11: the cache had no expiry and did not know when an address was looked up.
TEST_F(GeoCacheTest, E11_remembers_the_day_of_the_lookup_and_forgets_after_the_lifetime) {
  auto cache = open();
  store(*cache, "8.8.8.8", "{}");
  clock_.advance(kDay * 29);
  EXPECT_EQ(find(*cache, "8.8.8.8"), "{} 2022-01-24");
  clock_.advance(kDay);
  EXPECT_EQ(find(*cache, "8.8.8.8"), "nothing");
}

TEST_F(GeoCacheTest, forgets_unknown_addresses_sooner) {
  auto cache = open();
  store(*cache, "9.9.9.9", std::nullopt);
  EXPECT_EQ(find(*cache, "9.9.9.9"), "not known 2022-01-24");
  clock_.advance(kDay);
  EXPECT_EQ(find(*cache, "9.9.9.9"), "nothing");
}

TEST_F(GeoCacheTest, outlives_the_process) {
  store(*open(), "8.8.8.8", "{}");
  EXPECT_EQ(find(*open(), "8.8.8.8"), "{} 2022-01-24");
}

TEST_F(GeoCacheTest, is_for_its_owner_only) {
  using std::filesystem::perms;
  const auto rights = [](const std::filesystem::path& file) {
    return std::filesystem::status(file).permissions();
  };
  const auto owner_only = perms::owner_read | perms::owner_write;
  auto cache = open();
  store(*cache, "8.8.8.8", "{}");
  EXPECT_EQ(rights(file_), owner_only);
  EXPECT_EQ(rights(file_.string() + "-wal"), owner_only);
  cache.reset();
  std::filesystem::permissions(file_, owner_only | perms::group_read | perms::others_read);
  open();
  EXPECT_EQ(rights(file_), owner_only);
}

TEST_F(GeoCacheTest, removes_expired_entries_at_the_next_open) {
  store(*open(), "8.8.8.8", "{}");
  clock_.advance(kDay * 31);
  (void)open();
  clock_.advance(-kDay * 31);
  EXPECT_EQ(find(*open(), "8.8.8.8"), "nothing");
}

TEST_F(GeoCacheTest, keeps_sources_apart) {
  auto cache = open();
  store(*cache, "8.8.8.8", "{}");
  EXPECT_FALSE((*cache->find("other", "8.8.8.8")).has_value());
}

TEST_F(GeoCacheTest, counts_the_lookups_of_a_month) {
  ASSERT_TRUE(open()->store("api", {}, 700).ok());
  ASSERT_TRUE(open()->store("api", {}, 300).ok());
  EXPECT_EQ(*open()->lookups_this_month("api"), 1000U);
  EXPECT_EQ(*open()->lookups_this_month("other"), 0U);
  clock_.advance(kDay * 8);
  EXPECT_EQ(*open()->lookups_this_month("api"), 0U);
}

TEST_F(GeoCacheTest, sets_a_damaged_file_aside) {
  std::filesystem::create_directories(file_.parent_path());
  std::ofstream(file_) << std::string(8192, 'x');
  auto cache = open();
  EXPECT_NE(cache->warning().find("was damaged"), std::string::npos);
  EXPECT_TRUE(std::filesystem::exists(file_.string() + ".damaged"));
  store(*cache, "8.8.8.8", "{}");
  EXPECT_EQ(find(*cache, "8.8.8.8"), "{} 2022-01-24");
}

TEST_F(GeoCacheTest, sets_a_file_with_damaged_pages_aside) {
  {
    auto cache = open();
    std::vector<CacheEntry> entries;
    for (int i = 0; i < 2000; ++i) entries.push_back({std::to_string(i), std::string(100, 'v')});
    ASSERT_TRUE(cache->store("api", entries, 1).ok());
  }
  std::fstream file(file_, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(4096 * 3);
  file << std::string(4096 * 4, '\x55');
  file.close();
  EXPECT_NE(open()->warning(), "");
  EXPECT_EQ(open()->warning(), "");
}

TEST_F(GeoCacheTest, fails_where_no_file_can_be) {
  std::ofstream(folder_ / ".weir") << "a file where the folder should be";
  const auto cache = GeoCache::open(file_, clock_, {});
  ASSERT_FALSE(cache.ok());
  EXPECT_NE(cache.error().message().find("cannot open the geocoding cache"), std::string::npos);
}

TEST_F(GeoCacheTest, serves_several_threads_and_connections) {
  auto shared = open();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      auto own = open();
      for (int k = 0; k < 20; ++k) store(k % 2 == 0 ? *own : *shared, std::to_string(i * 100 + k), "{}");
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(*shared->lookups_this_month("api"), 80U);
  EXPECT_EQ(find(*shared, "319"), "{} 2022-01-24");
}

}  // namespace
}  // namespace weir::geocoding
