// SPDX-License-Identifier: Apache-2.0
// Whatever the input and the transforms are: every row that was read is loaded, filtered,
// deduplicated or quarantined, the ledger says which, and the table and the quarantine agree.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "tests/support/test_project.h"

namespace weir {
namespace {

using support::TestProject;

/// A line of a log that may be anything: good, repeated, cut, of another day, of wrong types.
std::string random_line(std::mt19937& random) {
  const auto pick = [&](int count) { return std::uniform_int_distribution(0, count - 1)(random); };
  const auto id = pick(20) == 0 ? std::string("null") : fmt::format("\"id-{}\"", pick(60));
  const auto time = pick(15) == 0   ? std::string("\"yesterday\"")
                    : pick(12) == 0 ? fmt::format("\"2024-05-02T{:02}:00:00Z\"", pick(24))
                                    : fmt::format("\"2024-05-01T{:02}:{:02}:00Z\"", pick(24), pick(60));
  const auto request = pick(15) == 0
                           ? std::string("\"none\"")
                           : fmt::format(R"({{"url":"https://h/{}/x?y={}","status":{}}})",
                                         pick(3) == 0 ? "pudl" : "other", pick(9), 100 * (2 + pick(4)));
  auto line = fmt::format(R"({{"id":{},"timestamp":{},"request":{},"text":"ü \" \u00e9 {}"}})", id, time,
                          request, pick(1000));
  if (pick(12) == 0) line.resize(static_cast<std::size_t>(pick(static_cast<int>(line.size()) - 1) + 1));
  if (pick(25) == 0) line = std::string("\xff\xfe not text");
  return line;
}

/// Ways to arrange the verbs, which the runner carries out in different ways.
const std::vector<std::string> kArrangements = {
    // in one stream, the destination finds duplicates
    "  - filter: {column: url_path, starts_with: [/pudl]}\n  - deduplicate: {key: [id], keep: first}\n",
    // staged for the order, with row verbs before and after
    "  - deduplicate: {key: [id], order: [timestamp desc], keep: first}\n  - filter: \"status < 500\"\n",
    // SQL of the user in the middle
    "  - sql: {query: \"SELECT *, length(text) AS size FROM input WHERE status <> 300\"}\n  - cast: {size: "
    "text}\n",
    // no way to lose a row but quarantine
    "",
    // SQL that makes more rows than it takes
    "  - sql: {query: \"SELECT id || '-' || n AS id, timestamp, status FROM input, range(2) AS r(n)\"}\n",
};

class Conservation : public testing::TestWithParam<int> {};

TEST_P(Conservation, holds) {
  std::mt19937 random(static_cast<unsigned>(GetParam()));
  const TestProject project;
  project.write("weir.yaml",
                "connections:\n  logs: {type: files}\n  warehouse: {type: sqlite, path: warehouse.db}\n");
  const auto& arrangement = kArrangements[static_cast<std::size_t>(GetParam()) % kArrangements.size()];
  const bool keyed = GetParam() % 2 == 0;
  project.write(
      "pipelines/p.yaml",
      "pipeline: p\npartitions: {every: day, column: timestamp}\n"
      "source: {connection: logs, path: log.jsonl, columns: {id: text, timestamp: timestamp, request: json, "
      "text: text}}\n"
      "transforms:\n  - unpack: {column: request, fields: {url: text, status: integer}, keep: false}\n"
      "  - parse_url: url\n" +
          arrangement +
          "checks:\n  - not_null: [id]\n"
          "destination: {connection: warehouse, table: rows, write: replace_partition" +
          std::string(keyed ? ", key: [id]" : "") + "}\n");
  const int lines = std::uniform_int_distribution(1, 400)(random);
  std::string log;
  for (int i = 0; i < lines; ++i) log += random_line(random) + "\n";
  project.write("log.jsonl", log);

  const auto ended = project.weir({"run", "p", "--partition", "2024-05-01"});
  ASSERT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_EQ(project.query("warehouse.db", "SELECT rows_read FROM _weir_loads"), fmt::format("{}\n", lines));
  EXPECT_EQ(project.query("warehouse.db",
                          "SELECT rows_read + rows_added - rows_loaded - rows_filtered - rows_deduplicated - "
                          "rows_quarantined FROM _weir_loads"),
            "0\n");
  EXPECT_EQ(
      project.query("warehouse.db", "SELECT (SELECT count(*) FROM rows) - rows_loaded FROM _weir_loads"),
      "0\n");
  const auto aside = project.read(".weir/quarantine/p/2024-05-01.jsonl");
  EXPECT_EQ(project.query("warehouse.db", "SELECT rows_quarantined FROM _weir_loads"),
            fmt::format("{}\n", std::count(aside.begin(), aside.end(), '\n')));
}

/// Blocks of good rows become text beside others; those with a bad row do not.
TEST(BadRows, are_left_out_of_a_large_file_whose_other_rows_keep_their_order) {
  const TestProject project;
  project.write("weir.yaml", "connections: {in: {type: files}, out: {type: files, folder: out}}\n");
  project.write("pipelines/p.yaml",
                "pipeline: p\nsource: {connection: in, path: in.csv, columns: {n: text, text: text}}\n"
                "transforms:\n  - cast: {n: integer}\n"
                "destination: {connection: out, table: rows, write: replace}\n");
  std::string input = "n,text\n";
  std::string expected = input;
  const std::string text(90, 'x');
  for (int i = 0; i < 40'000; ++i) {
    const bool bad = i == 7'000 || i == 7'001 || i == 39'999;
    const auto line = fmt::format("{}{},{}\n", bad ? "no " : "", i, text);
    input += line;
    if (!bad) expected += line;
  }
  project.write("in.csv", input);
  const auto ended = project.weir({"run", "p"});
  ASSERT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_TRUE(project.read("out/rows/all.csv") == expected);
  const auto aside = project.read(".weir/quarantine/p/all.jsonl");
  EXPECT_EQ(std::count(aside.begin(), aside.end(), '\n'), 3);
}

TEST(Deduplicate, counts_a_key_that_another_partition_stored_as_a_duplicate) {
  const TestProject project;
  project.write("weir.yaml",
                "connections:\n  logs: {type: files}\n  warehouse: {type: sqlite, path: warehouse.db}\n");
  project.write(
      "pipelines/p.yaml",
      "pipeline: p\npartitions: {every: day, column: timestamp}\n"
      "source: {connection: logs, path: \"{{ partition.date }}.csv\", columns: {id: text, timestamp: "
      "timestamp, n: integer}}\n"
      "transforms:\n  - deduplicate: {key: [id], order: [n], keep: last}\n"
      "destination: {connection: warehouse, table: rows, write: replace_partition, key: [id]}\n");
  project.write("2024-05-01.csv", "id,timestamp,n\na,2024-05-01,2\na,2024-05-01,1\nb,2024-05-01,1\n");
  project.write("2024-05-02.csv", "id,timestamp,n\na,2024-05-02,3\nc,2024-05-02,1\nc,2024-05-02,2\n");
  for (const auto* day : {"2024-05-01", "2024-05-02", "2024-05-02"}) {
    const auto ended = project.weir({"run", "p", "--partition", day, "--rerun"});
    ASSERT_EQ(ended.exit_code, 0) << ended.output;
  }
  EXPECT_EQ(project.query("warehouse.db", "SELECT id, n FROM rows ORDER BY 1"), "a|2\nb|1\nc|2\n");
  EXPECT_EQ(
      project.query("warehouse.db",
                    "SELECT partition, rows_read, rows_loaded, rows_deduplicated, rows_quarantined FROM "
                    "_weir_loads ORDER BY rowid"),
      "2024-05-01|3|2|1|0\n2024-05-02|3|1|2|0\n2024-05-02|3|1|2|0\n");
}

INSTANTIATE_TEST_SUITE_P(RandomInputs, Conservation, testing::Range(0, 30));

}  // namespace
}  // namespace weir
