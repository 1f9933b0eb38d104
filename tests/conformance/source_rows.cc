// SPDX-License-Identifier: Apache-2.0
// Rows arrive whole, in order, and again the same; an extraction ends once and accounts for its bytes.
#include <deque>
#include <thread>

#include "tests/conformance/source_suite.h"

namespace weir::conformance {
namespace {

const model::Partition kMonday = day_of("2022-01-24");
const model::Partition kTuesday = day_of("2022-01-25");

TEST_P(SourceSuite, gives_the_rows_of_its_partition_in_order) {
  place().put({kMonday}, few_rows());
  place().put({kTuesday}, {{9, "Tuesday"}});
  const auto monday = read(kMonday);
  ASSERT_FALSE(monday.error) << monday.error->to_string();
  EXPECT_EQ(monday.rows, shown(few_rows()));
  EXPECT_EQ(monday.rejects, "");
  EXPECT_EQ(read(kTuesday).rows, "9|Tuesday\n");
}

TEST_P(SourceSuite, one_input_follows_the_other) {
  place().put({kMonday, 2}, {{6, "six"}, {7, "seven"}});
  place().put({kMonday, 1}, few_rows());
  place().put({kMonday, 3}, {{8, "eight"}});
  EXPECT_EQ(read(kMonday).rows, shown(few_rows()) + "6|six\n7|seven\n8|eight\n");
}

TEST_P(SourceSuite, opening_twice_gives_the_same) {
  place().put({kMonday, 1}, few_rows());
  place().put({kMonday, 2}, few_rows());
  const auto listed = inputs(kMonday);
  const auto first = read(kMonday, listed);
  ASSERT_FALSE(first.error) << first.error->to_string();
  const auto second = read(kMonday, listed);
  const auto restarted = another();
  const auto opened = restarted->open(kMonday, listed);
  ASSERT_TRUE(opened.ok()) << opened.error().to_string();
  for (const auto& again : {second, drain(**opened)}) {
    ASSERT_FALSE(again.error) << again.error->to_string();
    EXPECT_EQ(again.schema, first.schema);
    EXPECT_EQ(again.rows, first.rows);
    EXPECT_EQ(again.places, first.places);
    EXPECT_EQ(again.hash, first.hash);
    EXPECT_EQ(again.bytes_total, first.bytes_total);
  }
}

TEST_P(SourceSuite, the_end_stays_the_end) {
  place().put({kMonday}, few_rows());
  const auto extraction = open(kMonday, inputs(kMonday));
  ASSERT_NE(extraction, nullptr);
  const auto all = drain(*extraction);
  ASSERT_FALSE(all.error) << all.error->to_string();
  EXPECT_EQ(all.rows, shown(few_rows()));
  const auto after = drain(*extraction);
  EXPECT_FALSE(after.error);
  EXPECT_EQ(after.rows, "");
  EXPECT_EQ(after.hash, all.hash);
  EXPECT_EQ(after.bytes_read, all.bytes_read);
}

TEST_P(SourceSuite, bytes_read_grow_until_they_reach_the_total) {
  place().put({kMonday, 1}, few_rows());
  place().put({kMonday, 2}, many_rows());
  place().put({kMonday, 3}, {});
  std::uint64_t stored = 0;
  const auto listed = inputs(kMonday);
  for (const auto& stamp : listed) stored += stamp.size;
  const auto extraction = open(kMonday, listed);
  ASSERT_NE(extraction, nullptr);
  EXPECT_EQ(extraction->bytes_total(), stored);
  std::uint64_t before = 0;
  while (true) {
    const auto block = extraction->next();
    ASSERT_TRUE(block.ok()) << block.error().to_string();
    EXPECT_GE(extraction->bytes_read(), before);
    before = extraction->bytes_read();
    EXPECT_LE(before, stored);
    if (*block == nullptr) break;
    EXPECT_GT(before, 0U);
  }
  EXPECT_EQ(extraction->bytes_read(), stored);
}

TEST_P(SourceSuite, equal_bytes_have_an_equal_hash_and_others_have_another) {
  place().put({kMonday}, few_rows());
  place().put({kTuesday}, few_rows());
  const auto hash = read(kMonday).hash;
  EXPECT_NE(hash, "");
  EXPECT_EQ(read(kTuesday).hash, hash);
  auto changed = few_rows();
  changed[0].word = "Bob";
  place().put({kTuesday, 1}, changed);
  EXPECT_NE(read(kTuesday).hash, hash);
  place().put({kTuesday, 1}, few_rows());
  EXPECT_EQ(read(kTuesday).hash, hash);
  place().put({kTuesday, 2}, few_rows());
  EXPECT_NE(read(kTuesday).hash, hash);
}

TEST_P(SourceSuite, an_empty_input_gives_no_rows) {
  place().put({kMonday}, {});
  const auto all = read(kMonday);
  ASSERT_FALSE(all.error) << all.error->to_string();
  EXPECT_EQ(all.rows + all.rejects, "");
  EXPECT_EQ(all.bytes_read, all.bytes_total);
  EXPECT_EQ(inputs(kMonday).size(), 1U);
}

TEST_P(SourceSuite, empty_inputs_among_others_change_nothing) {
  place().put({kMonday, 1}, {});
  place().put({kMonday, 2}, few_rows());
  place().put({kMonday, 3}, {});
  place().put({kMonday, 4}, {{6, "six"}});
  place().put({kMonday, 5}, {});
  const auto all = read(kMonday);
  ASSERT_FALSE(all.error) << all.error->to_string();
  EXPECT_EQ(all.rows, shown(few_rows()) + "6|six\n");
  EXPECT_EQ(all.bytes_read, all.bytes_total);
}

TEST_P(SourceSuite, a_block_decodes_to_the_same_again) {
  place().put({kMonday}, few_rows());
  const auto extraction = open(kMonday, inputs(kMonday));
  ASSERT_NE(extraction, nullptr);
  const auto block = extraction->next();
  ASSERT_TRUE(block.ok()) << block.error().to_string();
  ASSERT_NE(*block, nullptr);
  Extracted first;
  Extracted second;
  decode(**block, extraction->schema(0), first);
  decode(**block, extraction->schema(0), second);
  EXPECT_EQ(first.rows, shown(few_rows()));
  EXPECT_EQ(second.rows, first.rows);
  EXPECT_EQ(text_of(second.refused), text_of(first.refused));
}

TEST_P(SourceSuite, other_threads_decode_while_one_takes_blocks) {
  constexpr std::size_t kThreads = 2;
  const auto rows = many_rows();
  place().put({kMonday}, rows);
  const auto extraction = open(kMonday, inputs(kMonday));
  ASSERT_NE(extraction, nullptr);
  struct Work {
    std::unique_ptr<sdk::Block> block;
    Extracted decoded;
  };
  std::deque<Work> work;  // keeps its elements where they are, so that threads can hold on to them
  std::deque<std::jthread> threads;
  while (true) {
    auto block = extraction->next();
    ASSERT_TRUE(block.ok()) << block.error().to_string();
    if (*block == nullptr) break;
    auto& piece = work.emplace_back(Work{*std::move(block), {}});
    if (threads.size() == kThreads) threads.pop_front();  // waits for it
    threads.emplace_back([&] { decode(*piece.block, extraction->schema(0), piece.decoded); });
  }
  threads.clear();
  std::string all;
  for (const auto& piece : work)
    all += piece.decoded.error ? piece.decoded.error->to_string() : piece.decoded.rows;
  EXPECT_GT(work.size(), 1U);
  EXPECT_TRUE(all == shown(rows)) << all.size() << " bytes instead of " << shown(rows).size();
}

TEST_P(SourceSuite, partitions_are_read_side_by_side) {
  const std::vector<SourceRow> tuesday(2'000, {7, "a word of the other partition"});
  place().put({kMonday}, few_rows());
  place().put({kTuesday}, tuesday);
  Extracted other;
  std::thread thread([&] { other = read(kTuesday); });
  for (int i = 0; i < 10; ++i) EXPECT_EQ(read(kMonday).rows, shown(few_rows()));
  thread.join();
  EXPECT_EQ(other.rows, shown(tuesday));
}

}  // namespace
}  // namespace weir::conformance
