// SPDX-License-Identifier: Apache-2.0
// What crashes, failing disks and loads side by side leave of a publication.
#include <functional>
#include <nlohmann/json.hpp>
#include <thread>

#include "connectors/files/destination_fixture.h"
#include "connectors/files/destination_ledger.h"
#include "connectors/files/destination_ledger_json.h"
#include "connectors/files/writer.h"
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
    const auto measured = measure_file(out / staged_name("2", i));
    ASSERT_TRUE(measured.ok());
    publication.moves.push_back({staged_name("2", i), path, measured->bytes, measured->hash});
    publication.tables.push_back({wanted.tables[i].table, columns, false});
  }
  ASSERT_TRUE(decide(publication).ok());
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

/// A journal as earlier versions wrote it: its moves name no bytes, its records do.
class EarlierJournal : public FilesDestinationTest {
 protected:
  void SetUp() override {
    FilesDestinationTest::SetUp();
    ASSERT_TRUE(load(request("1", day("2022-01-24")), {{"1", "/old"}}).ok());
    fs::create_directories(out() / "_weir/staging/2");
    std::ofstream(staged()) << "id,page\n2,/new\n";
    const auto wanted = request("2", day("2022-01-24"));
    const auto measured = measure_file(staged());
    ASSERT_TRUE(measured.ok());
    const DataFile file{"visits/2022-01-24.csv", measured->bytes, 1, measured->hash, visits()};
    Publication publication{"2", "usage", "2022-01-24", {}, {}, {}, {{"visits", visits(), false}}};
    publication.records.push_back({entry(wanted), WriteMode::ReplacePartition, file});
    auto journal = nlohmann::json::parse(publication_json(publication));
    journal["moves"] = {{{"from", "_weir/staging/2/0.part"}, {"to", file.path}}};
    fs::create_directories(out() / "_weir/publishing");
    std::ofstream(out() / "_weir/publishing/2.json") << journal.dump();
  }
  fs::path out() const { return folder_ / "out"; }
  fs::path staged() const { return out() / "_weir/staging/2/0.part"; }
};

TEST_F(EarlierJournal, is_carried_out) {
  const auto found = open()->find_load("usage", "2022-01-24");
  ASSERT_TRUE(found.ok()) << found.error().to_string();
  EXPECT_EQ(found->front().load_id, "2");
  EXPECT_EQ(text("visits/2022-01-24.csv"), "id,page\n2,/new\n");
}

TEST_F(EarlierJournal, is_carried_out_when_its_file_was_moved_already) {
  fs::rename(staged(), out() / "visits/2022-01-24.csv");
  const auto found = open()->find_load("usage", "2022-01-24");
  ASSERT_TRUE(found.ok()) << found.error().to_string();
  EXPECT_EQ(found->front().load_id, "2");
}

TEST_F(EarlierJournal, takes_no_other_file_for_its_own) {
  fs::remove(staged());
  const auto found = open()->find_load("usage", "2022-01-24");
  ASSERT_FALSE(found.ok());
  EXPECT_NE(found.error().to_string().find("the staged file"), std::string::npos)
      << found.error().to_string();
  EXPECT_EQ(text("visits/2022-01-24.csv"), "id,page\n1,/old\n");
}

/// A load that is decided, and whose files cannot be moved: something stands in their way.
class ObstructedPublication : public FilesDestinationTest {
 protected:
  /// Publishes page `page` while `path` is taken by `obstacle`; then the obstacle is gone.
  Result<void> publish_past(const fs::path& path, const std::string& page,
                            const std::function<void()>& obstruct) {
    auto destination = open();
    const auto wanted = request("2", day("2022-01-24"));
    auto begun = TRY(destination->begin(wanted));
    const TestRows rows(visits(), {{"2", page}});
    TRY(begun->write(0, rows.view()));
    TRY(begun->prepare());
    obstruct();
    auto published = begun->publish({entry(wanted)});
    begun.reset();
    fs::remove_all(path);
    return published;
  }
  fs::path out() const { return folder_ / "out"; }
};

TEST_F(ObstructedPublication, of_a_new_file_is_completed_when_the_way_is_free) {
  const auto published = publish_past(out() / "visits", "/new", [&] { std::ofstream(out() / "visits"); });
  ASSERT_FALSE(published.ok());
  const auto found = open()->find_load("usage", "2022-01-24");
  ASSERT_TRUE(found.ok()) << found.error().to_string();
  ASSERT_EQ(found->size(), 1U);
  EXPECT_EQ(found->front().load_id, "2");
  EXPECT_EQ(text("visits/2022-01-24.csv"), "id,page\n2,/new\n");
  ASSERT_TRUE(load(request("3", day("2022-01-25")), {{"3", "/c"}}).ok());
  EXPECT_TRUE(fs::is_empty(out() / "_weir/staging"));
}

TEST_F(ObstructedPublication, of_a_replaced_file_does_not_keep_the_old_bytes) {
  ASSERT_TRUE(load(request("1", day("2022-01-24")), {{"1", "/old"}}).ok());
  const auto target = out() / "visits/2022-01-24.csv";
  const auto aside = out() / "aside";
  const auto published = publish_past(target, "/new", [&] {
    fs::rename(target, aside);
    fs::create_directory(target);
  });
  ASSERT_FALSE(published.ok());
  fs::rename(aside, target);
  const auto found = open()->ledger("usage");
  ASSERT_TRUE(found.ok()) << found.error().to_string();
  EXPECT_EQ(found->size(), 2U);
  EXPECT_EQ(text("visits/2022-01-24.csv"), "id,page\n2,/new\n");
}

TEST_F(ObstructedPublication, whose_staged_file_was_lost_does_not_take_another_file_for_it) {
  ASSERT_TRUE(load(request("1", day("2022-01-24")), {{"1", "/old"}}).ok());
  const auto target = out() / "visits/2022-01-24.csv";
  const auto published = publish_past(target, "/new", [&] {
    fs::rename(target, out() / "aside");
    fs::create_directory(target);
  });
  ASSERT_FALSE(published.ok());
  // As many bytes as those of the load, but others.
  fs::rename(out() / "aside", target);
  fs::remove_all(out() / "_weir/staging/2");
  for (int attempt = 0; attempt < 2; ++attempt) {
    const auto found = open()->find_load("usage", "2022-01-24");
    ASSERT_FALSE(found.ok());
    EXPECT_EQ(found.error().code(), ErrorCode::DataMismatch);
    EXPECT_NE(found.error().message().find("_weir/publishing/2.json"), std::string::npos)
        << found.error().message();
  }
  // The message's way out.
  fs::remove(out() / "_weir/publishing/2.json");
  ASSERT_TRUE(load(request("3", day("2022-01-24")), {{"3", "/new"}}).ok());
  EXPECT_EQ(text("visits/2022-01-24.csv"), "id,page\n3,/new\n");
}

TEST_F(ObstructedPublication, can_be_published_again_by_the_same_load) {
  auto destination = open();
  const auto wanted = request("1", day("2022-01-24"));
  auto begun = destination->begin(wanted);
  ASSERT_TRUE(begun.ok());
  const TestRows rows(visits(), {{"1", "/a"}});
  ASSERT_TRUE((*begun)->write(0, rows.view()).ok());
  std::ofstream(out() / "visits") << "in the way";
  ASSERT_FALSE((*begun)->publish({entry(wanted)}).ok());
  fs::remove(out() / "visits");
  const auto published = (*begun)->publish({entry(wanted)});
  ASSERT_TRUE(published.ok()) << published.error().to_string();
  begun->reset();
  EXPECT_EQ(text("visits/2022-01-24.csv"), "id,page\n1,/a\n");
  EXPECT_TRUE(fs::is_empty(out() / "_weir/staging"));
}

TEST_F(ObstructedPublication, that_was_not_decided_leaves_nothing_staged) {
  fs::path publishing;
  const auto published = publish_past(out() / "_weir/publishing", "/new", [&] {
    fs::create_directory(out() / "_weir/publishing");
    // The journal is written beside its name first; a folder of that name keeps it from being written.
    fs::create_directories(out() / "_weir/publishing/2.json.next");
  });
  ASSERT_FALSE(published.ok());
  EXPECT_TRUE(fs::is_empty(out() / "_weir/staging"));
  EXPECT_TRUE(open()->find_load("usage", "2022-01-24")->empty());
}

TEST_F(FilesDestinationTest, keeps_the_staged_files_of_a_decided_load) {
  const auto killed = folder_ / "out/_weir/staging/killed";
  fs::create_directories(killed);
  std::ofstream(killed / "0.part") << "id,page\n1,/a\n";
  ASSERT_TRUE(decide({"killed", "usage", "2022-01-24", {}, {}, {}, {}}).ok());
  const auto depot = make_folder_depot(folder_ / "out");
  ASSERT_TRUE(depot->claim({"next", "usage", "2022-01-25", {}}, {}).ok());
  EXPECT_TRUE(fs::exists(killed / "0.part"));
  const auto again = depot->claim({"killed", "usage", "2022-01-24", {}}, {});
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
