// SPDX-License-Identifier: Apache-2.0
// What crashes, failing disks and loads side by side leave of a publication.
#include <thread>

#include "connectors/files/destination_fixture.h"
#include "connectors/files/destination_ledger.h"
#include "connectors/files/destination_load.h"
#include "connectors/files/writer_disk.h"

namespace weir::files {
namespace {

namespace fs = std::filesystem;
using conformance::day;
using conformance::schema_of;
using conformance::TestRows;
using model::WriteMode;

/// A publication of two tables that was decided, and of which a crash let `moved` files be moved.
class InterruptedPublication : public FilesDestinationTest, public testing::WithParamInterface<int> {};

TEST_P(InterruptedPublication, is_finished_by_whoever_comes_next) {
  ASSERT_TRUE(load(request("1", day("2022-01-24")), {{"1", "/old"}}).ok());
  const auto out = folder_ / "out";
  const auto staging = out / "_weir/staging/2";
  fs::create_directories(staging);
  std::ofstream(staging / "0.part") << "id,page\n2,/new\n";
  std::ofstream(staging / "1.part") << "word\nnew\n";
  auto wanted = request("2", day("2022-01-24"));
  wanted.tables.push_back({.table = "words", .schema = schema_of("word text")});
  Publication publication{"2", "usage", "2022-01-24", {}, {}, {}, {}};
  for (std::size_t i = 0; i < 2; ++i) {
    const auto path = wanted.tables[i].table + "/2022-01-24.csv";
    const auto& columns = wanted.tables[i].schema;
    publication.records.push_back(
        {entry(wanted, i), WriteMode::ReplacePartition, DataFile{path, 1, 1, "", columns}});
    publication.moves.push_back({"_weir/staging/2/" + std::to_string(i) + ".part", path});
    publication.tables.push_back({wanted.tables[i].table, columns});
  }
  const FilesLedger ledger(out);
  ASSERT_TRUE(ledger.commit(publication).ok());
  for (int i = 0; i < GetParam(); ++i) {
    const auto& move = publication.moves[static_cast<std::size_t>(i)];
    ASSERT_TRUE(make_folder((out / move.to).parent_path()).ok());
    ASSERT_TRUE(move_file(out / move.from, out / move.to).ok());
  }

  const auto found = open()->find_load("usage", "2022-01-24");
  ASSERT_TRUE(found.ok()) << found.error().to_string();
  ASSERT_EQ(found->size(), 2U);
  EXPECT_EQ(found->front().load_id, "2");
  EXPECT_EQ(files(), "visits/2022-01-24.csv words/2022-01-24.csv");
  EXPECT_EQ(text("visits/2022-01-24.csv"), "id,page\n2,/new\n");
  EXPECT_EQ(text("words/2022-01-24.csv"), "word\nnew\n");
  EXPECT_TRUE(fs::is_empty(out / "_weir/publishing"));
  EXPECT_EQ(open()->ledger("")->size(), 3U);
}

INSTANTIATE_TEST_SUITE_P(AtEveryPoint, InterruptedPublication, testing::Values(0, 1, 2));

TEST_F(FilesDestinationTest, keeps_the_staged_files_of_a_decided_load) {
  const auto killed = folder_ / "out/_weir/staging/killed";
  fs::create_directories(killed);
  std::ofstream(killed / "0.part") << "id,page\n1,/a\n";
  const FilesLedger ledger(folder_ / "out");
  ASSERT_TRUE(ledger.commit({"killed", "usage", "2022-01-24", {}, {}, {}, {}}).ok());
  ASSERT_TRUE(Staging::create(ledger, "next").ok());
  EXPECT_TRUE(fs::exists(killed / "0.part"));
  const auto again = Staging::create(ledger, "killed");
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().code(), ErrorCode::Conflict);
  EXPECT_TRUE(fs::exists(killed / "0.part"));
}

TEST_F(FilesDestinationTest, lets_many_loads_begin_and_publish_side_by_side) {
  constexpr int kThreads = 8;
  constexpr int kLoads = 8;
  const auto destination = open();
  std::vector<std::string> failures(kThreads);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < kLoads && failures[static_cast<std::size_t>(thread)].empty(); ++i) {
        const auto wanted =
            request(fmt::format("{}-{}", thread, i), day(fmt::format("2022-0{}-0{}", thread + 1, i + 1)));
        const auto loaded = load_into(*destination, wanted, {{"1", "/a"}});
        if (!loaded.ok()) failures[static_cast<std::size_t>(thread)] = loaded.error().to_string();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& failure : failures) EXPECT_EQ(failure, "");
  EXPECT_EQ(open()->ledger("usage")->size(), std::size_t{kThreads * kLoads});
  EXPECT_TRUE(fs::is_empty(folder_ / "out/_weir/staging"));
}

}  // namespace
}  // namespace weir::files
