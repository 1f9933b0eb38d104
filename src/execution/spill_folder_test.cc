// SPDX-License-Identifier: Apache-2.0
// What outgrows memory goes to a folder that no other engine uses.
#include "execution/spill_folder.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include "engine/database.h"

namespace weir::execution {
namespace {

namespace fs = std::filesystem;

class SpillFolderTest : public testing::Test {
 protected:
  void SetUp() override {
    auto pattern = (fs::temp_directory_path() / "weir-spill-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
  }
  void TearDown() override { fs::remove_all(root_); }
  std::string prefix() const { return (root_ / "spill").string(); }

  fs::path root_;
};

std::ptrdiff_t files_in(const std::string& folder) {
  std::error_code ignored;
  return std::distance(fs::directory_iterator(folder, ignored), fs::directory_iterator());
}

/// An engine that sorts more than its memory holds, and gives the result slowly.
struct Sorting {
  static constexpr std::int64_t kRows = 1'000'000;

  static Result<Sorting> begin(const std::string& folder, std::int64_t first) {
    engine::DatabaseOptions options;
    options.memory_bytes = 64'000'000;
    options.spill_folder = folder;
    auto database = TRY(engine::Database::open(options));
    auto connection = TRY(database.connect());
    auto rows = TRY(connection.query(fmt::format(
        "SELECT range AS n, repeat(md5(range::VARCHAR), 3) AS text FROM range({}, {}) ORDER BY text", first,
        first + kRows)));
    return Sorting{std::move(database), std::move(connection), std::move(rows)};
  }

  /// Adds the next rows up; false at the end.
  bool step() {
    const auto batch = rows.next();
    EXPECT_TRUE(batch.ok()) << batch.error().to_string();
    if (!batch.ok() || !*batch) return false;
    for (std::size_t row = 0; row < (*batch)->rows; ++row) {
      ++count;
      sum += (*batch)->columns[0].at<std::int64_t>(row);
    }
    return true;
  }

  engine::Database database;
  engine::Connection connection;
  engine::Rows rows;
  std::int64_t count = 0;
  std::int64_t sum = 0;
};

TEST_F(SpillFolderTest, two_engines_that_spill_at_the_same_time_share_no_file) {
  const auto first = SpillFolder::create(prefix());
  const auto second = SpillFolder::create(prefix());
  EXPECT_NE(first.path(), second.path());
  auto begun_low = Sorting::begin(first.path(), 0);
  ASSERT_TRUE(begun_low.ok()) << begun_low.error().to_string();
  auto begun_high = Sorting::begin(second.path(), Sorting::kRows);
  ASSERT_TRUE(begun_high.ok()) << begun_high.error().to_string();
  auto& low = *begun_low;
  auto& high = *begun_high;
  ASSERT_TRUE(low.step());
  ASSERT_TRUE(high.step());
  EXPECT_GT(files_in(first.path()), 0) << "nothing was spilled, so nothing is tested";
  EXPECT_GT(files_in(second.path()), 0) << "nothing was spilled, so nothing is tested";
  bool more = true;
  while (more) {
    const bool more_low = low.step();
    more = high.step() || more_low;
  }
  EXPECT_EQ(low.count, Sorting::kRows);
  EXPECT_EQ(high.count, Sorting::kRows);
  EXPECT_EQ(low.sum, Sorting::kRows * (Sorting::kRows - 1) / 2);
  EXPECT_EQ(high.sum, low.sum + Sorting::kRows * Sorting::kRows);
}

TEST_F(SpillFolderTest, goes_with_its_files) {
  const auto kept = SpillFolder::create(prefix());
  fs::create_directories(kept.path());
  {
    const auto gone = SpillFolder::create(prefix());
    fs::create_directories(gone.path());
    std::ofstream(gone.path() + "/block") << "bytes";
    EXPECT_EQ(files_in(root_.string()), 2);
  }
  EXPECT_EQ(files_in(root_.string()), 1);
  EXPECT_TRUE(fs::exists(kept.path()));
}

TEST_F(SpillFolderTest, of_a_process_that_is_gone_is_removed_by_the_next_one) {
  const auto own = SpillFolder::create(prefix());
  fs::create_directories(own.path());
  // No process has this number: the kernel gives none above 2^22.
  fs::create_directories(prefix() + "-999999999-1-0");
  fs::create_directories(prefix() + "-notes");
  const auto next = SpillFolder::create(prefix());
  EXPECT_FALSE(fs::exists(prefix() + "-999999999-1-0"));
  EXPECT_TRUE(fs::exists(own.path()));
  EXPECT_TRUE(fs::exists(prefix() + "-notes"));
}

}  // namespace
}  // namespace weir::execution
