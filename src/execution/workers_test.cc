// SPDX-License-Identifier: Apache-2.0
#include "execution/workers.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace weir::execution {
namespace {

constexpr std::size_t kRows = 5000;  // more than the engine hands out at a time

const model::Schema kInput{{{"id", model::Type::Integer}, {"name", model::Type::Text}}};

class WorkersTest : public testing::Test {
 protected:
  /// The transforms over rows of which every seventh has no name.
  void work(const std::vector<transforms::Transform>& transforms) {
    transforms::ProgramContext context;
    context.input = kInput;
    const auto folder = (std::filesystem::temp_directory_path() / "weir-workers").string();
    auto created = Workers::create(transforms, {}, context, {SpillFolder::create(folder), 64U << 20U, 1});
    ASSERT_TRUE(created.ok()) << created.error().to_string();
    workers_ = *std::move(created);
    for (std::size_t i = 0; i < kRows; ++i) {
      const auto row = block_.rows.add_row({});
      block_.rows.set_integer(0, row, static_cast<std::int64_t>(i));
      if (i % 7 != 0) block_.rows.set_text(1, row, block_.rows.keep(name(i)));
    }
    const auto done = workers_->prepare(std::nullopt).front()(block_);
    ASSERT_TRUE(done.ok()) << done.error().to_string();
  }
  static std::string name(std::size_t row) { return fmt::format("the name of row {}", row); }
  /// Calls `check(columns, row, number)` for each row that came out; gives their number.
  template <typename Check>
  std::size_t each(const Check& check) const {
    std::size_t rows = 0;
    for (const auto& chunk : block_.chunks) {
      const auto view = chunk.view();
      rows += view.rows;
      for (std::size_t row = 0; row < view.rows; ++row) {
        EXPECT_TRUE(view.columns.back().is_null(row));
        check(view.columns, row, view.columns[view.columns.size() - 2].at<std::int64_t>(row));
      }
    }
    return rows;
  }
  static void expect_row_of_block(std::span<const model::ColumnView> columns, std::size_t row,
                                  std::int64_t number) {
    EXPECT_EQ(columns[0].at<std::int64_t>(row), number);
    EXPECT_EQ(columns[1].is_null(row), number % 7 == 0);
    const auto text = columns[1].is_null(row) ? "" : columns[1].text(row);
    EXPECT_EQ(text, number % 7 == 0 ? "" : name(static_cast<std::size_t>(number)));
  }

  std::unique_ptr<Workers> workers_;
  WorkedBlock block_{0, kInput};
};

TEST_F(WorkersTest, rows_without_transforms_are_those_of_the_block) {
  work({});
  EXPECT_EQ(each(expect_row_of_block), kRows);
  ASSERT_EQ(block_.chunks.size(), 1U);
  EXPECT_EQ(block_.chunks[0].view().columns[0].data, block_.rows.view().columns[0].data);
}

TEST_F(WorkersTest, columns_that_no_transform_changes_follow_their_rows_through_a_filter) {
  transforms::Filter filter;
  filter.condition = "id % 3 <> 1";
  work({{filter, {}}});
  EXPECT_EQ(each([](auto columns, std::size_t row, std::int64_t number) {
              EXPECT_NE(number % 3, 1);
              expect_row_of_block(columns, row, number);
            }),
            kRows - (kRows + 1) / 3);
}

TEST_F(WorkersTest, columns_that_are_added_stand_beside_those_of_the_block) {
  transforms::Add add;
  add.columns = {{"twice", "id * 2"}};
  transforms::Rename rename;
  rename.columns = {{"name", "title"}};
  work({{add, {}}, {rename, {}}});
  EXPECT_EQ(each([](auto columns, std::size_t row, std::int64_t number) {
              expect_row_of_block(columns, row, number);
              EXPECT_EQ(columns[2].template at<std::int64_t>(row), 2 * number);
            }),
            kRows);
}

}  // namespace
}  // namespace weir::execution
