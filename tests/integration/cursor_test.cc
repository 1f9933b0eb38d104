// SPDX-License-Identifier: Apache-2.0
// Pipelines with `every: cursor`: each run goes on where the last one came to. The real program reads a
// real PostgreSQL server, whose clock is that of weir.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/postgres_server.h"
#include "tests/support/test_project.h"

namespace weir {
namespace {

class Cursor : public ::testing::Test {
 protected:
  void SetUp() override {
    project_.write("weir.yaml",
                   fmt::format("connections:\n"
                               "  usage: {{type: sqlite, path: usage.db}}\n"
                               "  database: {{type: postgres, host: 127.0.0.1, port: {}, database: weir, "
                               "user: weir, password: \"env:DATABASE_PASSWORD\", schema: {}}}\n",
                               schema_.server().port(), schema_.name()));
    schema_.sql("CREATE TABLE history (id integer, at timestamptz)");
  }
  void write_pipeline(const std::string& partitions, const std::string& more = "") const {
    project_.write("pipelines/history.yaml",
                   "pipeline: history\n"
                   "partitions: {every: cursor, " +
                       partitions +
                       "}\n"
                       "source: {connection: database, table: history, partition_column: at}\n"
                       "destination: {connection: usage, table: history, key: [id], write: merge}\n" +
                       more);
  }
  void add(int id, const std::string& age) {
    schema_.sql(fmt::format("INSERT INTO history VALUES ({}, now() - interval '{}')", id, age));
  }
  support::Ended weir(const std::vector<std::string>& arguments) {
    return project_.weir(arguments, {{"DATABASE_PASSWORD", schema_.server().password()}});
  }
  std::string ids() const { return project_.query("usage.db", "SELECT id FROM history ORDER BY id"); }
  std::string ask(const std::string& sql) const { return project_.query("usage.db", sql); }

  support::PostgresSchema schema_;
  support::TestProject project_;
};

TEST_F(Cursor, each_run_loads_what_came_since_the_last_one_with_the_rows_that_came_late) {
  write_pipeline("from: 2 days, overlap: 10 min");
  add(1, "3 days");  // before the beginning
  add(2, "30 hours");
  add(3, "1 minute");
  auto ended = weir({"run", "history"});
  EXPECT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_EQ(ids(), "2\n3\n");
  add(4, "5 minutes");  // late, within the overlap
  add(5, "0 seconds");
  add(6, "20 minutes");  // too late
  // Windows end at whole seconds, so the newest row may be left to the run after the next second.
  for (int i = 0; i < 50 && ids() != "2\n3\n4\n5\n"; ++i) {
    ended = weir({"run", "history"});
    ASSERT_EQ(ended.exit_code, 0) << ended.output;
  }
  EXPECT_EQ(ids(), "2\n3\n4\n5\n");
  EXPECT_EQ(ask("SELECT count(DISTINCT substr(cursor, 1, 19)) FROM _weir_loads"), "1\n")
      << "all loads remember one beginning";
  const auto gaps = weir({"gaps", "history", "--fail-if-any"});
  EXPECT_EQ(gaps.exit_code, 0) << "what came since is no gap: " << gaps.output;
}

TEST_F(Cursor, a_window_that_failed_is_loaded_by_a_later_run_although_newer_ones_were) {
  write_pipeline("from: 3 days", "checks: [{not_null: [id]}]\nmax_bad_rows: 0\n");
  schema_.sql("INSERT INTO history VALUES (NULL, now() - interval '71 hours')");
  add(2, "1 minute");
  auto ended = weir({"run", "history"});
  EXPECT_EQ(ended.exit_code, 1) << ended.output;
  EXPECT_EQ(ids(), "2\n");
  EXPECT_EQ(weir({"gaps", "history", "--fail-if-any"}).exit_code, 4);
  schema_.sql("UPDATE history SET id = 1 WHERE id IS NULL");
  ended = weir({"run", "history"});
  EXPECT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_EQ(ids(), "1\n2\n");
}

TEST_F(Cursor, stretches_without_rows_are_recorded_and_passed) {
  write_pipeline("from: 30 days, step: 10 days, freshness: 1 h");
  add(1, "29 days");
  const auto ended = weir({"run", "history"});
  EXPECT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_EQ(ids(), "1\n");
  const auto windows = ask("SELECT count(*) FROM _weir_loads");
  EXPECT_GE(std::stoi(windows), 3);
  EXPECT_EQ(weir({"run", "history", "--fail-if-nothing"}).exit_code, 3);
  EXPECT_EQ(ask("SELECT count(*) FROM _weir_loads"), windows);
}

TEST_F(Cursor, from_the_start_takes_rows_of_any_time_and_of_none) {
  write_pipeline("from: start");
  schema_.sql("INSERT INTO history VALUES (1, NULL), (2, '0099-01-01 00:00:00+00'), (3, '2024-05-01')");
  const auto ended = weir({"run", "history"});
  EXPECT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_EQ(ids(), "1\n2\n3\n");
  EXPECT_EQ(ask("SELECT substr(partition, 1, 7), substr(cursor, 1, 7), rows_loaded FROM _weir_loads"),
            "start--|start--|3\n");
}

TEST_F(Cursor, several_windows_can_be_loaded_side_by_side_and_one_again) {
  write_pipeline("from: 2024-05-01, step: 12 hours");
  schema_.sql(
      "INSERT INTO history SELECT n, timestamptz '2024-05-01 00:00:00+00' + n * interval '1 hour' FROM "
      "generate_series(0, 71) n");
  auto ended = weir({"backfill", "history", "--from", "2024-05-01", "--to", "2024-05-03", "--jobs", "4"});
  EXPECT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_EQ(ask("SELECT count(*), sum(id) FROM history"), "72|2556\n");
  EXPECT_EQ(ask("SELECT count(*) FROM _weir_loads"), "6\n");
  schema_.sql("UPDATE history SET id = id + 1000 WHERE id = 13");
  const auto window = "2024-05-01T12:00:00--2024-05-02T00:00:00";
  ended = weir({"run", "history", "--partition", window, "--rerun"});
  EXPECT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_EQ(ask("SELECT max(id), count(*) FROM history"), "1013|73\n") << "a merge removes nothing";
}

TEST_F(Cursor, what_makes_no_sense_is_refused_with_the_place) {
  write_pipeline("overlap: 5 minutes, from: someday");
  auto ended = weir({"check"});
  EXPECT_EQ(ended.exit_code, 2) << ended.output;
  EXPECT_NE(
      ended.output.find("pipelines/history.yaml:2:55: 'someday' is neither a date such as 2022-01-24, nor "
                        "how long before the first run, as `4 days`, nor `start`"),
      std::string::npos)
      << ended.output;
  project_.write("pipelines/history.yaml",
                 "pipeline: history\n"
                 "partitions: {every: cursor, from: start, overlap: 5 minutes}\n"
                 "source: {connection: database, table: history, partition_column: at}\n"
                 "destination: {connection: usage, table: history, write: append}\n");
  ended = weir({"check"});
  EXPECT_EQ(ended.exit_code, 2) << ended.output;
  EXPECT_NE(ended.output.find("`partitions.overlap` reads rows a second time"), std::string::npos)
      << ended.output;
}

}  // namespace
}  // namespace weir
