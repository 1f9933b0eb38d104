// SPDX-License-Identifier: Apache-2.0
#include "connectors/sql/snapshot_reader.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/text.h"

namespace weir::sql {
namespace {

/// What happened to a snapshot that is gone.
struct Told {
  std::atomic<int> entered = 0;
  std::atomic<int> left = 0;
  std::atomic<int> stopped = 0;
  std::atomic<int> begun = 0;  // pieces
  std::atomic<std::size_t> bytes = 0;
};

/// The statement of a piece is its rows, "a b c", or "fail", or "for ever".
class Words final : public Snapshot {
 public:
  Words(Told& told, std::size_t enterable) : told_(told), enterable_(enterable) {}

  bool enter(std::size_t reader) override {
    ++told_.entered;
    return reader < enterable_;
  }
  void leave(std::size_t) override { ++told_.left; }
  Result<void> read(std::size_t, const Piece& piece, RowSink& rows) override {
    ++told_.begun;
    if (piece.sql == "fail") return fail(ErrorCode::Unavailable, "the server is gone");
    const bool for_ever = piece.sql == "for ever";
    const auto words = for_ever ? std::vector{std::string(65'536, 'x')} : split(piece.sql, ' ');
    do {
      for (const auto& word : words) {
        word.copy(rows.room(word.size()), word.size());
        told_.bytes += word.size();
        TRY(rows.take_row());
      }
    } while (for_ever);
    return {};
  }
  void stop(const std::vector<bool>& busy) override {
    told_.stopped += static_cast<int>(std::count(busy.begin(), busy.end(), true));
  }

 private:
  Told& told_;
  std::size_t enterable_;
};

class NoRows final : public Stream {
  Result<void> decode(std::string_view, std::uint64_t, model::Batch&,
                      std::vector<UnreadRow>&) const override {
    return {};
  }
  std::string line_of(std::string_view, const model::RowOrigin&) const override { return ""; }
  std::optional<std::string> decode_line(std::string_view, const model::RowOrigin&,
                                         model::Batch&) const override {
    return {};
  }
};

std::unique_ptr<SnapshotReader> reader(Told& told, const std::vector<std::string>& pieces,
                                       std::size_t readers = 3, std::size_t enterable = 3) {
  auto stream = std::make_shared<NoRows>();
  stream->input = "history";
  std::vector<Piece> all;
  for (const auto& piece : pieces) all.push_back({0, piece});
  return std::make_unique<SnapshotReader>(std::make_unique<Words>(told, enterable), readers,
                                          StreamList{stream}, std::move(all));
}

/// All rows, one block a line, and the error at the end.
std::string drain(SnapshotReader& from) {
  std::string text;
  while (true) {
    const auto rows = from.next();
    if (!rows) return text + rows.error().to_string();
    if (!*rows) return text;
    text += std::string((*rows)->bytes()) + " " + std::to_string((*rows)->rows()) + "\n";
  }
}

TEST(SnapshotReader, hands_pieces_out_in_their_order_whoever_has_read_them) {
  Told told;
  const auto from = reader(told, {"a b", "c", "", "d e f", "g"});
  EXPECT_EQ(drain(*from), "ab 2\nc 1\n 1\ndef 3\ng 1\n");
  EXPECT_EQ(drain(*from), "") << "the end stays the end";
  EXPECT_EQ(told.entered, 3);
  EXPECT_EQ(told.left, 3);
}

TEST(SnapshotReader, has_no_more_readers_than_pieces) {
  Told told;
  EXPECT_EQ(drain(*reader(told, {"a"})), "a 1\n");
  EXPECT_EQ(told.entered, 1);
  EXPECT_EQ(drain(*reader(told, {})), "");
  EXPECT_EQ(told.entered, 1);
}

TEST(SnapshotReader, reads_only_a_few_pieces_ahead_however_small_they_are) {
  constexpr int kReaders = 2;
  Told told;
  const auto from = reader(told, std::vector<std::string>(50, "a"), kReaders);
  while (told.begun <= kReaders) std::this_thread::yield();
  for (int taken = 0; taken < 50; ++taken) {
    EXPECT_LE(told.begun, taken + kReaders + 1);
    ASSERT_TRUE(*from->next());
  }
  EXPECT_FALSE(*from->next());
}

TEST(SnapshotReader, holds_only_a_few_megabytes_of_a_piece) {
  constexpr std::size_t kBlock = std::size_t{1024} * 1024;
  constexpr std::size_t kMost = 8 * kBlock;
  Told told;
  const auto from = reader(told, {"for ever"});
  while (told.bytes < 6 * kBlock) std::this_thread::yield();
  for (std::size_t taken = 0; taken < 20 * kBlock;) {
    EXPECT_LE(told.bytes, taken + kMost);
    const auto rows = from->next();
    ASSERT_TRUE(*rows);
    taken += (*rows)->bytes().size();
  }
}

TEST(SnapshotReader, does_without_those_that_cannot_enter) {
  Told told;
  EXPECT_EQ(drain(*reader(told, {"a", "b", "c"}, 3, 1)), "a 1\nb 1\nc 1\n");
  EXPECT_EQ(told.left, 3);
}

TEST(SnapshotReader, gives_an_error_and_nothing_behind_it) {
  Told told;
  const auto from = reader(told, {"fail", "b"});
  EXPECT_EQ(drain(*from), "reading history: the server is gone");
  EXPECT_EQ(drain(*from), "reading history: the server is gone");
}

TEST(SnapshotReader, stops_what_still_runs_when_it_is_dropped) {
  Told told;
  auto from = reader(told, {"for ever"});
  ASSERT_TRUE(from->next().ok());
  from.reset();
  EXPECT_EQ(told.stopped, 1);
  EXPECT_EQ(told.left, 1);
}

TEST(SnapshotReader, makes_a_hash_of_the_rows_whatever_their_order) {
  Told told;
  const auto hash = [&](const std::vector<std::string>& pieces) {
    const auto from = reader(told, pieces);
    drain(*from);
    return from->content_hash();
  };
  EXPECT_EQ(hash({"a b", "c"}), hash({"c", "b a"}));
  EXPECT_NE(hash({"a b", "c"}), hash({"a b", "d"}));
  EXPECT_NE(hash({"a b", "c"}), hash({"a b", "c c"}));
}

}  // namespace
}  // namespace weir::sql
