// SPDX-License-Identifier: Apache-2.0
// What is particular to a bucket: crashes at every call, lost answers, and several weirs at once.
#include <array>
#include <thread>

#include "connectors/files/destination_bucket_fixture.h"
#include "connectors/files/destination_head.h"

namespace weir::files {
namespace {

using Break = BreakingStore::Break;
using model::WriteMode;

/// A load of 2022-01-24 onto what others have loaded before.
struct Scenario {
  std::string name;
  WriteMode mode = WriteMode::ReplacePartition;
  std::vector<std::string> loaded_before;
  std::string before, after;  ///< what readers see
};
void PrintTo(const Scenario& scenario, std::ostream* out) { *out << scenario.name; }

class BrokenPublication : public BucketDestinationTest,
                          public testing::WithParamInterface<std::tuple<Scenario, Break>> {
 protected:
  const Scenario& scenario() const { return std::get<0>(GetParam()); }
  sdk::LoadRequest wanted(const std::string& id) const {
    auto made = request(id, "2022-01-24", scenario().mode);
    if (scenario().mode != WriteMode::Merge) {
      made.tables.push_back({.table = "words", .schema = words(), .write = scenario().mode});
    }
    return made;
  }
  /// Whether the load came to the call at which the line breaks.
  bool load_over_breaking_line(int at) {
    const auto line = std::make_shared<BreakingStore>(store_, std::get<1>(GetParam()), at);
    (void)load(*open_on(line), wanted("2-new"), "/new");
    return line->is_broken();
  }
  void expect_everything_or_nothing() {
    const auto id = newest("2022-01-24");
    if (id == "2-new") {
      EXPECT_EQ(files(), scenario().after);
    } else {
      EXPECT_EQ(id, scenario().loaded_before.empty() ? "" : newest_before_);
      // A crash may leave whole files that no ledger entry names, for the next load to remove.
      for (const auto& line : lines_of(scenario().before)) EXPECT_NE(files().find(line), std::string::npos);
      if (std::get<1>(GetParam()) == Break::Crash) return;
      EXPECT_EQ(files(), scenario().before);
    }
  }
  static std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
      const auto end = text.find("\n\n", at);
      lines.push_back(text.substr(at, end + 2 - at));
      at = end + 2;
    }
    return lines;
  }
  void load_before() {
    store_ = std::make_shared<support::MemoryObjectStore>();
    newest_before_.clear();
    for (const auto& partition : scenario().loaded_before) {
      const auto id = "1-old-" + partition;
      auto older = request(id, partition, scenario().mode);
      older.tables.push_back({.table = "words", .schema = words(), .write = scenario().mode});
      if (scenario().mode == WriteMode::Merge) older.tables.pop_back();
      ASSERT_TRUE(load(*open(), older, "/old").ok());
      if (partition == "2022-01-24") newest_before_ = id;
    }
    ASSERT_EQ(files(), scenario().before);
  }

 private:
  std::string newest_before_;
};

TEST_P(BrokenPublication, leaves_everything_or_nothing_and_can_be_repeated) {
  int at = 0;
  for (bool is_broken = true; is_broken; ++at) {
    SCOPED_TRACE(at);
    load_before();
    is_broken = load_over_breaking_line(at);
    expect_everything_or_nothing();
    const auto loaded = load(*open(), wanted("3-again"), "/new");
    ASSERT_TRUE(loaded.ok()) << loaded.error().to_string();
    EXPECT_EQ(files(), scenario().after);
    EXPECT_EQ(staged(), "");
    EXPECT_NE(head().find("\"claims\": []"), std::string::npos) << head();
    EXPECT_EQ(head().find("publishing"), std::string::npos) << head();
    if (HasFailure()) return;
  }
  EXPECT_GT(at, 15);
}

std::string both(const std::string& day, const std::string& page) {
  return "visits/" + day + ".csv=id,page\n1," + page + "\n\n" + "words/" + day + ".csv=word\n" + page +
         "\n\n";
}
std::string two_days(const std::string& first_page, const std::string& second_page) {
  return "visits/2022-01-24.csv=id,page\n1," + first_page + "\n\n" + "visits/2022-01-25.csv=id,page\n1," +
         second_page + "\n\n" + "words/2022-01-24.csv=word\n" + first_page + "\n\n" +
         "words/2022-01-25.csv=word\n" + second_page + "\n\n";
}
std::string merged(const std::string& page) { return "visits/all.csv=id,page\n1," + page + "\n\n"; }

std::vector<Scenario> scenarios() {
  return {
      {"FirstLoad", WriteMode::ReplacePartition, {}, "", both("2022-01-24", "/new")},
      {"LoadAgain",
       WriteMode::ReplacePartition,
       {"2022-01-24", "2022-01-25"},
       two_days("/old", "/old"),
       two_days("/new", "/old")},
      {"ReplaceByOtherNames",
       WriteMode::Replace,
       {"2022-01-23"},
       both("2022-01-23", "/old"),
       both("2022-01-24", "/new")},
      {"ReplaceByTheSameNames",
       WriteMode::Replace,
       {"2022-01-24"},
       both("2022-01-24", "/old"),
       both("2022-01-24", "/new")},
      {"Merge", WriteMode::Merge, {"2022-01-24"}, merged("/old"), merged("/new")},
  };
}

std::string broken_name(const testing::TestParamInfo<std::tuple<Scenario, Break>>& tested) {
  constexpr std::array<const char*, 3> kNames = {"Crash", "Refusal", "LostAnswer"};
  return std::get<0>(tested.param).name + kNames[static_cast<std::size_t>(std::get<1>(tested.param))];
}

INSTANTIATE_TEST_SUITE_P(AtEveryCall, BrokenPublication,
                         testing::Combine(testing::ValuesIn(scenarios()),
                                          testing::Values(Break::Crash, Break::Refusal, Break::LostAnswer)),
                         broken_name);

TEST_F(BucketDestinationTest, lets_only_the_later_of_two_loads_of_a_partition_publish) {
  const auto one = open();
  const auto other = open();
  const auto earlier = request("1", "2022-01-24");
  const auto later = request("2", "2022-01-24");
  const auto first = stage(*one, earlier, "/first");
  const auto second = stage(*other, later, "/second");
  ASSERT_TRUE(first.ok() && second.ok());
  const auto refused = (*first)->publish(entries(earlier));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::Conflict);
  EXPECT_NE(refused.error().message().find("only one weir at a time"), std::string::npos)
      << refused.error().message();
  EXPECT_EQ(files(), "");
  ASSERT_TRUE((*second)->publish(entries(later)).ok());
  EXPECT_EQ(files(), "visits/2022-01-24.csv=id,page\n1,/second\n\n");
  EXPECT_EQ(newest("2022-01-24"), "2");
}

TEST_F(BucketDestinationTest, does_not_remove_what_the_later_load_has_published) {
  const auto one = open();
  const auto earlier = request("1", "2022-01-24");
  auto first = stage(*one, earlier, "/first");
  ASSERT_TRUE(first.ok());
  ASSERT_TRUE(load(*open(), request("2", "2022-01-24"), "/second").ok());
  EXPECT_FALSE((*first)->publish(entries(earlier)).ok());
  first->reset();
  EXPECT_EQ(files(), "visits/2022-01-24.csv=id,page\n1,/second\n\n");
  EXPECT_EQ(staged(), "");
}

TEST_F(BucketDestinationTest, ends_the_uploads_of_a_load_whose_claim_it_takes) {
  constexpr int kNever = 1000;
  const auto one = open();
  const auto killed = stage(*one, request("1", "2022-01-24"), "/first");
  const auto other = stage(*one, request("2", "2022-01-25"), "/other");
  ASSERT_TRUE(killed.ok() && other.ok());
  const auto line = std::make_shared<BreakingStore>(store_, Break::Refusal, kNever);
  ASSERT_TRUE(load(*open_on(line), request("3", "2022-01-24"), "/second").ok());
  EXPECT_EQ(line->abandoned(), "visits/2022-01-24.csv\n");
}

TEST_F(BucketDestinationTest, keeps_what_another_load_is_staging) {
  const auto one = open();
  ASSERT_TRUE(load(*one, request("0", "2022-01-24"), "/old").ok());
  const auto wanted = request("1", "2022-01-24");
  const auto staged_load = stage(*one, wanted, "/new");
  ASSERT_TRUE(staged_load.ok());
  ASSERT_TRUE((*staged_load)->prepare().ok());
  ASSERT_TRUE(load(*open(), request("2", "2022-01-25"), "/b").ok());
  EXPECT_NE(staged(), "");
  ASSERT_TRUE((*staged_load)->publish(entries(wanted)).ok());
  EXPECT_EQ(files(), "visits/2022-01-24.csv=id,page\n1,/new\n\nvisits/2022-01-25.csv=id,page\n1,/b\n\n");
}

TEST_F(BucketDestinationTest, lets_many_weirs_publish_side_by_side) {
  constexpr int kWeirs = 4;
  constexpr int kLoads = 6;
  std::vector<std::string> failures(kWeirs);
  std::vector<std::thread> threads;
  for (int weir = 0; weir < kWeirs; ++weir) {
    threads.emplace_back([&, weir] {
      const auto destination = open();
      for (int i = 0; i < kLoads && failures[static_cast<std::size_t>(weir)].empty(); ++i) {
        const auto wanted =
            request(fmt::format("{}-{}", weir, i), fmt::format("2022-0{}-0{}", weir + 1, i + 1));
        const auto loaded = load(*destination, wanted, "/a");
        if (!loaded.ok()) failures[static_cast<std::size_t>(weir)] = loaded.error().to_string();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& failure : failures) EXPECT_EQ(failure, "");
  EXPECT_EQ(open()->ledger("usage")->size(), std::size_t{kWeirs * kLoads});
  EXPECT_EQ(staged(), "");
}

TEST_F(BucketDestinationTest, finishes_what_another_weir_has_decided_since_it_last_looked) {
  int decided = 0;
  bool is_broken = true;
  for (int at = 0; is_broken; ++at) {
    SCOPED_TRACE(at);
    store_ = std::make_shared<support::MemoryObjectStore>();
    const auto first = open();
    ASSERT_TRUE(load(*first, request("1", "2022-01-24"), "/a").ok());
    const auto line = std::make_shared<BreakingStore>(store_, Break::Crash, at);
    (void)load(*open_on(line), request("2", "2022-01-25"), "/b");
    is_broken = line->is_broken();
    if (!is_decided("2")) continue;
    ++decided;
    const auto found = first->find_load("usage", "2022-01-25");
    ASSERT_TRUE(found.ok()) << found.error().to_string();
    EXPECT_EQ(found->size(), 1U);
    EXPECT_FALSE(is_decided("2")) << head();
  }
  EXPECT_GT(decided, 0);
}

TEST_F(BucketDestinationTest, finishes_a_load_beside_another_weir_that_does_the_same) {
  constexpr int kNever = 1'000'000;
  const auto interrupted_at = [this](int call) {
    store_ = std::make_shared<support::MemoryObjectStore>();
    (void)load(*open_on(std::make_shared<BreakingStore>(store_, Break::Crash, call)),
               request("1", "2022-01-24"), "/a");
    return head().find("publishing") != std::string::npos;
  };
  int decided = 0;
  while (decided < kNever && !interrupted_at(decided)) ++decided;
  bool is_met = true;
  bool is_cut = true;
  // The other one comes before each call, and is itself interrupted before each of its own.
  for (int at = 0; is_met; ++at) {
    for (int cut = 0; is_met && (is_cut || cut == 0); ++cut) {
      SCOPED_TRACE(fmt::format("met before call {}, which was cut off before its call {}", at, cut));
      ASSERT_TRUE(interrupted_at(decided));
      const auto other = std::make_shared<BreakingStore>(store_, Break::Crash, cut);
      const auto line = std::make_shared<BreakingStore>(store_, Break::Meanwhile, at);
      line->set_meanwhile([&] { (void)open_on(other)->find_load("usage", "2022-01-24"); });
      const auto found = open_on(line)->find_load("usage", "2022-01-24");
      ASSERT_TRUE(found.ok()) << found.error().to_string();
      EXPECT_EQ(found->size(), 1U);
      EXPECT_EQ(head().find("publishing"), std::string::npos) << head();
      EXPECT_EQ(files(), "visits/2022-01-24.csv=id,page\n1,/a\n\n");
      EXPECT_EQ(staged(), "");
      is_met = line->is_broken();
      is_cut = other->is_broken();
    }
  }
}

TEST_F(BucketDestinationTest, asks_little_for_one_of_many_small_loads) {
  constexpr int kNever = 1'000'000;
  const auto line = std::make_shared<BreakingStore>(store_, Break::Crash, kNever);
  const auto destination = open_on(line);
  ASSERT_TRUE(load(*destination, request("1", "2022-01-24"), "/a").ok());
  const int before = line->calls();
  ASSERT_TRUE(destination->find_load("usage", "2022-01-25").ok());
  ASSERT_TRUE(load(*destination, request("2", "2022-01-25"), "/b").ok());
  EXPECT_LE(line->calls() - before, 15);
}

TEST_F(BucketDestinationTest, never_touches_an_object_that_it_did_not_write) {
  ASSERT_TRUE(store_->put("visits/2022-01-24.csv", "mine", {}).ok());
  const auto loaded = load(*open(), request("1", "2022-01-24"), "/a");
  ASSERT_FALSE(loaded.ok());
  EXPECT_EQ(loaded.error().code(), ErrorCode::Conflict);
  EXPECT_EQ(files(), "visits/2022-01-24.csv=mine\n");
}

TEST_F(BucketDestinationTest, never_touches_an_object_that_came_while_it_wrote) {
  const auto destination = open();
  const auto wanted = request("1", "2022-01-24");
  {
    const auto begun = stage(*destination, wanted, "/a");
    ASSERT_TRUE(begun.ok());
    ASSERT_TRUE(store_->put("visits/2022-01-24.csv", "mine", {}).ok());
    const auto published = (*begun)->publish(entries(wanted));
    ASSERT_FALSE(published.ok());
    EXPECT_EQ(published.error().code(), ErrorCode::Conflict);
  }
  EXPECT_FALSE(load(*open(), request("2", "2022-01-24"), "/a").ok());
  EXPECT_EQ(files(), "visits/2022-01-24.csv=mine\n");
}

TEST_F(BucketDestinationTest, writes_below_its_folder) {
  options_.folder = "/ware//house/";
  ASSERT_TRUE(load(*open(), request("1", "2022-01-24"), "/a").ok());
  for (const auto& object : *io::list_all(*store_, "")) EXPECT_TRUE(object.key.starts_with("ware/house/"));
  EXPECT_EQ(open()->query_hint("visits"), "duckdb -c \"FROM 'memory://bucket/ware/house/visits/*.csv'\"");
}

TEST_F(BucketDestinationTest, stays_inside_its_bucket) {
  options_.folder = "../other";
  EXPECT_FALSE(make_bucket_destination(options_, store_).ok());
}

TEST_F(BucketDestinationTest, says_which_object_is_damaged) {
  ASSERT_TRUE(store_->put("_weir/head.json", "{", {}).ok());
  const auto loaded = load(*open(), request("1", "2022-01-24"), "/a");
  ASSERT_FALSE(loaded.ok());
  EXPECT_EQ(loaded.error().code(), ErrorCode::DataMismatch);
  EXPECT_NE(loaded.error().to_string().find("memory://bucket/_weir/head.json"), std::string::npos)
      << loaded.error().to_string();
}

}  // namespace
}  // namespace weir::files
