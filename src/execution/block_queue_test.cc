// SPDX-License-Identifier: Apache-2.0
// Blocks that several workers decode side by side and one thread receives in order.
#include "execution/block_queue.h"

#include <gtest/gtest.h>

#include <utility>

namespace weir::execution {
namespace {

const model::Schema& numbers() {
  static const model::Schema schema{{{"n", model::Type::Integer}}};
  return schema;
}

/// A block of one row: its number.
class NumberBlock final : public sdk::Block {
 public:
  explicit NumberBlock(std::int64_t number) : number_(number) {}
  Result<void> decode(model::Batch& rows, std::vector<sdk::Reject>&) const override {
    rows.set_integer(0, rows.add_row({}), number_);
    return {};
  }
  sdk::Reject reject(const model::RowOrigin&, std::string) const override { return {}; }

 private:
  std::int64_t number_;
};

/// So many blocks, then the end or an error.
class Numbers final : public sdk::Extraction {
 public:
  explicit Numbers(std::int64_t blocks, std::string error = "") : blocks_(blocks), error_(std::move(error)) {}
  const model::Schema& schema(std::size_t) const override { return numbers(); }
  Result<std::unique_ptr<sdk::Block>> next() override {
    if (given < blocks_) return std::unique_ptr<sdk::Block>(std::make_unique<NumberBlock>(given++));
    if (!error_.empty()) return fail(ErrorCode::DataMismatch, "{}", error_);
    return std::unique_ptr<sdk::Block>();
  }
  std::uint64_t bytes_read() const override { return static_cast<std::uint64_t>(given) * 10; }
  std::uint64_t bytes_total() const override { return 0; }
  std::string content_hash() const override { return ""; }

  std::int64_t given = 0;

 private:
  std::int64_t blocks_;
  std::string error_;
};

class BlockQueue : public testing::Test {
 protected:
  /// Works an extraction off with four workers; keeps what arrives.
  Result<void> run(sdk::Extraction& extraction, const Work& work) {
    return work_off(
        extraction, std::vector<Work>(4, work),
        [&](WorkedBlock& worked) -> Result<void> {
          arrived_.push_back(worked.rows.view().columns[0].at<std::int64_t>(0));
          bytes_read_.push_back(worked.bytes_read);
          if (arrived_.size() == refuse_after_) return fail(ErrorCode::Exhausted, "the disk is full");
          return {};
        },
        cancelled_);
  }
  bool in_order() const {
    for (std::size_t i = 0; i < arrived_.size(); ++i) {
      if (arrived_[i] != static_cast<std::int64_t>(i)) return false;
    }
    return true;
  }

  std::atomic<bool> cancelled_ = false;
  std::size_t refuse_after_ = 0;
  std::vector<std::int64_t> arrived_;
  std::vector<std::uint64_t> bytes_read_;
};

Result<void> nothing(WorkedBlock&) { return {}; }

TEST_F(BlockQueue, delivers_every_block_once_and_in_order) {
  Numbers extraction(5'000);
  ASSERT_TRUE(run(extraction, nothing).ok());
  EXPECT_EQ(arrived_.size(), 5'000U);
  EXPECT_TRUE(in_order());
}

// The extraction is asked by the thread that reads, which is ahead of the one that receives.
TEST_F(BlockQueue, tells_with_each_block_how_far_its_input_was_read) {
  Numbers extraction(100);
  ASSERT_TRUE(run(extraction, nothing).ok());
  ASSERT_EQ(bytes_read_.size(), 100U);
  for (std::size_t i = 0; i < bytes_read_.size(); ++i) EXPECT_EQ(bytes_read_[i], (i + 1) * 10);
}

TEST_F(BlockQueue, of_an_extraction_without_blocks_ends_at_once) {
  Numbers extraction(0);
  EXPECT_TRUE(run(extraction, nothing).ok());
  EXPECT_TRUE(arrived_.empty());
}

TEST_F(BlockQueue, gives_the_error_of_the_input_after_the_blocks_before_it) {
  Numbers extraction(100, "the input was cut short");
  const auto result = run(extraction, nothing);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().message(), "the input was cut short");
  EXPECT_EQ(arrived_.size(), 100U);
  EXPECT_TRUE(in_order());
}

TEST_F(BlockQueue, gives_the_error_of_a_worker_after_the_blocks_before_it) {
  Numbers extraction(1'000);
  const auto result = run(extraction, [](WorkedBlock& worked) -> Result<void> {
    if (worked.rows.view().columns[0].at<std::int64_t>(0) != 500) return {};
    return fail(ErrorCode::Internal, "500 is too much");
  });
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().message(), "500 is too much");
  EXPECT_EQ(arrived_.size(), 500U);
  EXPECT_TRUE(in_order());
}

TEST_F(BlockQueue, stops_reading_when_nobody_takes_the_rows) {
  Numbers extraction(1'000'000);
  refuse_after_ = 3;
  const auto result = run(extraction, nothing);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().message(), "the disk is full");
  EXPECT_LE(extraction.given, static_cast<std::int64_t>(refuse_after_ + kBlocksAhead));
}

TEST_F(BlockQueue, stops_soon_after_a_cancellation) {
  Numbers extraction(1'000'000);
  const auto result = run(extraction, [&](WorkedBlock& worked) -> Result<void> {
    if (worked.rows.view().columns[0].at<std::int64_t>(0) == 50) cancelled_ = true;
    return {};
  });
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code(), ErrorCode::Cancelled);
  EXPECT_LE(extraction.given, static_cast<std::int64_t>(51 + kBlocksAhead));
}

}  // namespace
}  // namespace weir::execution
