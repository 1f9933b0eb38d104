// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <maxminddb.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "tools/sample/geo.h"
#include "tools/sample/month.h"
#include "tools/sample/places.h"

namespace weir::sample {
namespace {

namespace fs = std::filesystem;

class Sample : public testing::Test {
 protected:
  Sample() : folder_(fs::path(testing::TempDir()) / ("weir_sample_" + std::to_string(getpid()))) {}
  ~Sample() override { fs::remove_all(folder_); }

  SampleOptions options() const {
    SampleOptions options;
    options.folder = folder_;
    options.from = *parse_date("2024-05-01");
    return options;
  }
  SampleSummary write(const SampleOptions& options) {
    const auto summary = write_sample(options);
    EXPECT_TRUE(summary.ok());
    return summary ? *summary : SampleSummary{};
  }
  std::vector<std::string> lines(const std::string& day) const {
    std::ifstream file(folder_ / (day + ".jsonl"));
    std::vector<std::string> all;
    for (std::string line; std::getline(file, line);) all.push_back(line);
    return all;
  }
  static bool whole(const std::string& line) {
    return line.ends_with("}}") && line.find("\"insertId\"") != std::string::npos &&
           line.find("not an object") == std::string::npos && line.find("yesterday") == std::string::npos &&
           line.find("teapot") == std::string::npos;
  }

  fs::path folder_;
};

TEST_F(Sample, starts_with_the_same_line_for_a_seed_on_every_machine) {
  auto small = options();
  small.rows = 1000;
  write(small);
  const auto first = lines("2024-05-01");
  ASSERT_FALSE(first.empty());
  EXPECT_EQ(first[0],
            R"({"logName":"projects/catalog-prod/logs/run.googleapis.com%2Frequests","insertId":"66319301)"
            R"(910a2dec89025cc1","severity":"INFO","timestamp":"2024-05-01T00:55:29.330841Z","receiveTime)"
            R"(stamp":"2024-05-01T00:55:29.634224Z","textPayload":null,"trace":"projects/catalog-prod/tra)"
            R"(ces/910a2dec89025cc15e41ab087439611e","spanId":null,"traceSampled":null,"operation":null,")"
            R"(sourceLocation":null,"resource":{"type":"cloud_run_revision","labels":{"service_name":"dat)"
            R"(asette","location":"us-central1","project_id":"catalog-prod","configuration_name":"dataset)"
            R"(te","revision_name":"datasette-00001-abc"}},"labels":{"instanceId":"00bf4b5e41ab087439611e)"
            R"(86d6fd953217ae03bcd9dbb49673066bb1441d254bd86cd7def434e398051d637716da39cba275b2309f81a5eb)"
            R"(e9a7f233180454ba17a00c2c255cac878803d942caac902cc94cf3"},"httpRequest":{"requestMethod":"G)"
            R"(ET","requestUrl":"https://data.example.org/ferc1/f1_steam.json?_size=max","requestSize":20)"
            R"(2,"status":200,"responseSize":204849,"userAgent":"Mozilla/5.0 (iPhone; CPU iPhone OS 17_4_)"
            R"(1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4.1 Mobile/15E148 Saf)"
            R"(ari/604.1","remoteIp":"36.40.146.156","serverIp":"216.239.36.53","referer":null,"latency":)"
            R"(0.054060,"protocol":"HTTP/1.1","cacheLookup":null,"cacheHit":null,"cacheValidatedWithOrigi)"
            R"(nServer":null,"cacheFillBytes":null}})");
}

TEST_F(Sample, differs_between_seeds_and_not_between_runs) {
  auto small = options();
  small.rows = 500;
  write(small);
  const auto once = lines("2024-05-03");
  write(small);
  EXPECT_EQ(lines("2024-05-03"), once);
  small.seed = 2;
  write(small);
  EXPECT_NE(lines("2024-05-03"), once);
}

TEST_F(Sample, says_how_many_lines_are_duplicates_and_how_many_are_broken) {
  auto many = options();
  many.rows = 20'000;
  many.days = 7;
  many.broken_percent = 0.5;
  const auto summary = write(many);
  std::uint64_t total = 0, broken = 0, bytes = 0;
  std::set<std::string> distinct;
  for (int day = 0; day < many.days; ++day) {
    for (const auto& line : lines(to_string(Date{many.from.days + day}))) {
      ++total;
      bytes += line.size() + 1;
      whole(line) ? void(distinct.insert(line)) : void(++broken);
    }
  }
  EXPECT_EQ((SampleSummary{7, total, total - broken - distinct.size(), broken, bytes}), summary);
  EXPECT_EQ(total, 20'000U);
  EXPECT_GT(summary.duplicates, 300U);
  EXPECT_GT(summary.broken, 50U);
}

TEST_F(Sample, keeps_every_entry_in_the_file_of_its_day_and_in_order) {
  auto few = options();
  few.rows = 3000;
  few.days = 3;
  few.duplicates_percent = 0;
  few.broken_percent = 0;
  write(few);
  std::string before;
  for (const std::string day : {"2024-05-01", "2024-05-02", "2024-05-03"}) {
    for (const auto& line : lines(day)) {
      const auto at = line.find(R"("timestamp":")") + 13;
      const auto time = line.substr(at, 26);
      EXPECT_EQ(time.substr(0, 10), day);
      EXPECT_LE(before, time);
      before = time;
    }
  }
}

TEST_F(Sample, names_the_folder_that_cannot_be_made) {
  auto bad = options();
  bad.folder = "/proc/weir-sample";
  const auto summary = write_sample(bad);
  ASSERT_FALSE(summary.ok());
  EXPECT_NE(summary.error().message().find("/proc/weir-sample"), std::string::npos);
}

TEST_F(Sample, places_its_own_addresses_in_both_families) {
  fs::create_directories(folder_);
  const auto path = (folder_ / "geo.mmdb").string();
  ASSERT_TRUE(write_geo_database(path).ok());
  MMDB_s database;
  ASSERT_EQ(MMDB_open(path.c_str(), MMDB_MODE_MMAP, &database), MMDB_SUCCESS);
  for (std::size_t place = 0; place < places().size(); ++place) {
    for (const auto& address : {ipv4_address(place, 4711), ipv6_address(place, 123'456'789)}) {
      int resolved = 0, status = 0;
      auto found = MMDB_lookup_string(&database, address.c_str(), &resolved, &status);
      ASSERT_TRUE(resolved == 0 && status == MMDB_SUCCESS && found.found_entry) << address;
      MMDB_entry_data_s city;
      ASSERT_EQ(MMDB_get_value(&found.entry, &city, "city", "names", "en", nullptr), MMDB_SUCCESS);
      EXPECT_EQ(std::string_view(city.utf8_string, city.data_size), places()[place].city);
    }
  }
  MMDB_close(&database);
}

}  // namespace
}  // namespace weir::sample
