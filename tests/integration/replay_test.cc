// SPDX-License-Identifier: Apache-2.0
// The account of a partition whose bad rows were mended and replayed.
#include <gtest/gtest.h>

#include "tests/support/test_project.h"

namespace weir {
namespace {

using support::TestProject;

class Replay : public testing::Test {
 protected:
  void SetUp() override {
    project_.write("weir.yaml",
                   "connections:\n  logs: {type: files}\n  warehouse: {type: sqlite, path: warehouse.db}\n");
    project_.write(
        "pipelines/p.yaml",
        "pipeline: p\npartitions: {every: day, from: 2024-05-01}\n"
        "source: {connection: logs, path: \"{{ partition.date }}.jsonl\", columns: {id: text, n: text}}\n"
        "transforms:\n  - cast: {n: integer}\n  - filter: \"n < 100\"\n  - deduplicate: {key: [id]}\n"
        "destination: {connection: warehouse, table: rows, write: replace_partition, key: [id]}\n"
        "max_bad_rows: 10\n");
    project_.write("2024-05-01.jsonl",
                   "{\"id\":\"a\",\"n\":\"1\"}\n{\"id\":\"b\",\"n\":\"x\"}\n{\"id\":\"c\",\"n\":\"200\"}\n"
                   "{\"id\":\"a\",\"n\":\"2\"}\n{\"id\":\"d\"\n");
    const auto ended = project_.weir({"run", "p", "--partition", "2024-05-01"});
    ASSERT_EQ(ended.exit_code, 0) << ended.output;
    ASSERT_EQ(account(), "5|0|1|1|1|2\n");
  }
  /// read|added|loaded|filtered|deduplicated|quarantined of the newest load.
  std::string account() const {
    return project_.query("warehouse.db",
                          "SELECT rows_read, rows_added, rows_loaded, rows_filtered, rows_deduplicated, "
                          "rows_quarantined FROM _weir_loads ORDER BY rowid DESC LIMIT 1");
  }
  std::string rows() const { return project_.query("warehouse.db", "SELECT id, n FROM rows ORDER BY id"); }
  /// Exports what is aside, puts `mended` in place of `broken` and replays it.
  std::string replay(const std::string& broken, const std::string& mended) const {
    const auto exported = project_.weir({"quarantine", "show", "p", "--export", "rows.txt"});
    EXPECT_EQ(exported.exit_code, 0) << exported.output;
    auto text = project_.read("rows.txt");
    std::filesystem::remove(project_.path("rows.txt"));
    const auto at = text.find("\n" + broken + "\n");
    EXPECT_NE(at, std::string::npos) << text;
    if (at != std::string::npos) text.replace(at + 1, broken.size(), mended);
    project_.write("mended.txt", text);
    return project_.weir({"quarantine", "replay", "p", "--from", "mended.txt"}).output;
  }
  std::string balance() const {
    return project_.query("warehouse.db",
                          "SELECT DISTINCT rows_read + rows_added - rows_loaded - rows_filtered - "
                          "rows_deduplicated - rows_quarantined FROM _weir_loads");
  }

  TestProject project_;
};

TEST_F(Replay, moves_a_mended_row_from_quarantined_to_loaded) {
  const auto output = replay(R"({"id":"b","n":"x"})", R"({"id":"b","n":"7"})");
  EXPECT_EQ(account(), "5|0|2|1|1|1\n") << output;
  EXPECT_EQ(rows(), "a|1\nb|7\n");
}

TEST_F(Replay, counts_a_row_that_became_two_as_two) {
  const auto output =
      replay(R"({"id":"b","n":"x"})", "{\"id\":\"b\",\"n\":\"7\"}\n{\"id\":\"e\",\"n\":\"8\"}");
  EXPECT_EQ(account(), "6|0|3|1|1|1\n") << output;
  EXPECT_EQ(rows(), "a|1\nb|7\ne|8\n");
  EXPECT_EQ(balance(), "0\n");
}

TEST_F(Replay, may_set_more_rows_aside_than_it_took) {
  const auto output =
      replay(R"({"id":"b","n":"x"})", "{\"id\":\"b\",\"n\":\"y\"}\n{\"id\":\"e\",\"n\":\"z\"}");
  EXPECT_EQ(account(), "6|0|1|1|1|3\n") << output;
  EXPECT_EQ(balance(), "0\n");
  // They can be mended in turn, although the place in the input is the same for both.
  EXPECT_EQ(project_.weir({"quarantine", "replay", "p"}).exit_code, 4);
  EXPECT_EQ(account(), "6|0|1|1|1|3\n");
}

TEST_F(Replay, counts_what_a_mended_row_turns_out_to_be) {
  const auto output =
      replay(R"({"id":"b","n":"x"})",
             "{\"id\":\"a\",\"n\":\"7\"}\n{\"id\":\"e\",\"n\":\"800\"}\n{\"id\":\"f\",\"n\":\"9\"}");
  EXPECT_EQ(account(), "7|0|2|2|2|1\n") << output;
  EXPECT_EQ(rows(), "a|1\nf|9\n");
  EXPECT_EQ(balance(), "0\n");
}

}  // namespace
}  // namespace weir
