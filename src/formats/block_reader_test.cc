// SPDX-License-Identifier: Apache-2.0
#include "formats/block_reader.h"

#include <gtest/gtest.h>

#include <random>

#include "formats/input_reader.h"
#include "formats/testing_sources.h"

namespace weir::formats {
namespace {

struct Cut {
  std::size_t block_bytes = 8;
  std::size_t record_bytes = 64;
};

/// "line@offset[bytes]" for each block, with faults behind an exclamation mark.
std::string blocks(const std::string& text, Cut cut, Framing framing = {}, std::size_t piece = 3) {
  BlockReader reader(std::make_unique<PieceSource>(text, piece), framing, {cut.block_bytes, cut.record_bytes},
                     std::make_shared<BufferPool>(cut.block_bytes));
  std::string out;
  while (true) {
    auto block = reader.next();
    if (!block.ok()) return out + block.error().to_string();
    if (!*block) return out;
    out += fmt::format("{}@{}[{}]", (*block)->line, (*block)->offset, (*block)->bytes);
    if (!(*block)->fault.empty()) out += "!" + (*block)->fault;
    for (std::size_t i = 0; i < kPadding && (*block)->fault.empty(); ++i) {
      EXPECT_EQ((*block)->bytes.data()[(*block)->bytes.size() + i], '\0');
    }
  }
}

Framing quoted_records() {
  Framing framing;
  framing.records = Framing::Records::Quoted;
  return framing;
}

TEST(BlockReader, cuts_at_line_ends_and_takes_a_last_line_without_one) {
  EXPECT_EQ(blocks("a\nbb\ncccccccccc\nd", {}), "1@0[a\nbb\n]3@5[cccccccccc\nd]");
  EXPECT_EQ(blocks("", {}), "");
  EXPECT_EQ(blocks("\n", {}), "1@0[\n]");
}

TEST(BlockReader, leaves_a_byte_order_mark_out_but_counts_its_bytes) {
  EXPECT_EQ(blocks("\xef\xbb\xbf"
                   "a\nb\n",
                   {}),
            "1@3[a\nb\n]");
  EXPECT_EQ(blocks("\xef\xbb\xbf", {}), "");
}

TEST(BlockReader, does_not_cut_inside_quotes) {
  EXPECT_EQ(blocks("a,\"x\ny\nz\"\nb\nc,5\" \n", {}, quoted_records()),
            "1@0[a,\"x\ny\nz\"\nb\n]5@12[c,5\" \n]");
}

TEST(BlockReader, cuts_a_record_with_an_open_quote_after_its_first_line) {
  EXPECT_EQ(blocks("a\n\"b\nc\nd\n", {.block_bytes = 4}, quoted_records()), "1@0[a\n]2@2[\"b\n]3@5[c\nd\n]");
  EXPECT_EQ(blocks("\"b", {}, quoted_records()), "1@0[\"b]");
}

TEST(BlockReader, sets_records_aside_that_are_longer_than_the_limit) {
  const std::string longer(200, 'x');
  EXPECT_EQ(blocks("a\n" + longer + "\nb\n", {.block_bytes = 16, .record_bytes = 32}),
            "1@0[a\n]2@2[" + longer.substr(0, 32) +
                "]!the record is longer than 0 MiB; only its first 32 bytes are kept here3@203[b\n]");
  EXPECT_EQ(blocks(longer, {.block_bytes = 16, .record_bytes = 32}).substr(0, 6), "1@0[xx");
}

TEST(BlockReader, gives_every_byte_once_whatever_the_sizes) {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    std::string text;
    for (auto length = random() % 120; length > 0; --length) text += "ab,\"\n\n"[random() % 6];
    const Cut cut{.block_bytes = 1 + random() % 50, .record_bytes = 1000};
    BlockReader reader(std::make_unique<PieceSource>(text, 1 + random() % 9),
                       round % 2 == 0 ? Framing{} : quoted_records(), {cut.block_bytes, cut.record_bytes},
                       std::make_shared<BufferPool>(cut.block_bytes));
    std::string all;
    while (auto block = *reader.next()) {
      EXPECT_EQ(block->offset, all.size());
      EXPECT_EQ(block->line, 1 + count_newlines(all));
      all += block->bytes;
    }
    EXPECT_EQ(all, text);
  }
}

TEST(BlockReader, uses_the_same_few_buffers_again) {
  auto pool = std::make_shared<BufferPool>(16);
  const char* first = nullptr;
  {
    const auto buffer = pool->take(10);
    first = buffer.data();
  }
  EXPECT_EQ(pool->take(16).data(), first);
  EXPECT_NE(pool->take(17).capacity(), 16U);
}

TEST(BlockReader, counts_newlines_in_long_texts) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += i % 3 == 0 ? "\n" : "x";
  EXPECT_EQ(count_newlines(text), 6667U);
}

}  // namespace
}  // namespace weir::formats
