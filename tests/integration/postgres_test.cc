// SPDX-License-Identifier: Apache-2.0
// The real program with a real PostgreSQL server at both ends.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/postgres_server.h"
#include "tests/support/test_project.h"

namespace weir {
namespace {

using support::PostgresSchema;
using support::TestProject;

class PostgresPipeline : public ::testing::Test {
 protected:
  void SetUp() override {
    project_.write("weir.yaml", fmt::format("connections:\n"
                                            "  logs: {{type: files}}\n"
                                            "  usage: {{type: sqlite, path: usage.db}}\n"
                                            "  database:\n"
                                            "    type: postgres\n"
                                            "    host: 127.0.0.1\n"
                                            "    port: {}\n"
                                            "    database: weir\n"
                                            "    user: weir\n"
                                            "    password: env:DATABASE_PASSWORD\n"
                                            "    schema: {}\n",
                                            schema_.server().port(), schema_.name()));
    project_.write("2024-05-01.jsonl", R"({"id": 1, "at": "2024-05-01T10:00:00Z", "name": "Ada"}
{"id": 2, "at": "2024-05-01T11:00:00Z", "name": "Grüße"}
{"id": 3, "at": "2024-05-01T12:00:00Z", "name": "much too long"}
)");
  }
  support::Ended weir(const std::vector<std::string>& arguments) {
    return project_.weir(arguments, {{"DATABASE_PASSWORD", schema_.server().password()}});
  }
  void load_people(const std::string& more = "") {
    project_.write(
        "pipelines/people.yaml",
        "pipeline: people\n"
        "partitions: {every: day, from: 2024-05-01, column: at}\n"
        "source: {connection: logs, path: \"{{ partition.date }}.jsonl\", format: jsonl, columns: {at: "
        "timestamp}}\n"
        "destination: {connection: database, table: people, key: [id], write: replace_partition" +
            more + "}\nmax_bad_rows: 1\n");
  }

  PostgresSchema schema_;
  TestProject project_;
};

TEST_F(PostgresPipeline, rows_go_into_the_database_once) {
  load_people();
  const auto first = weir({"run", "people", "--partition", "2024-05-01"});
  EXPECT_EQ(first.exit_code, 0) << first.output;
  EXPECT_EQ(first.output.find(schema_.server().password()), std::string::npos);
  EXPECT_EQ(schema_.sql("SELECT id, at, name FROM people ORDER BY id"),
            "1|2024-05-01 10:00:00+00|Ada\n2|2024-05-01 11:00:00+00|Grüße\n3|2024-05-01 12:00:00+00|much too "
            "long\n");
  EXPECT_EQ(weir({"run", "people", "--partition", "2024-05-01"}).exit_code, 0);
  EXPECT_EQ(weir({"run", "people", "--partition", "2024-05-01", "--rerun"}).exit_code, 0);
  EXPECT_EQ(schema_.sql("SELECT count(*) FROM people"), "3\n");
  EXPECT_EQ(schema_.sql("SELECT partition, table_name, rows_loaded FROM _weir_loads"),
            "2024-05-01|people|3\n2024-05-01|people|3\n");
}

TEST_F(PostgresPipeline, text_that_is_too_long_is_set_aside) {
  schema_.sql("CREATE TABLE people (id bigint PRIMARY KEY, at timestamptz, name varchar(5))");
  load_people();
  const auto ended = weir({"run", "people", "--partition", "2024-05-01"});
  EXPECT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_EQ(schema_.sql("SELECT id FROM people ORDER BY id"), "1\n2\n");
  const auto shown = weir({"quarantine", "show", "people"});
  EXPECT_NE(shown.output.find("name 'much too long' has 13 characters, and the column takes 5"),
            std::string::npos)
      << shown.output;
}

TEST_F(PostgresPipeline, a_partition_is_read_from_the_database_and_loaded_once) {
  schema_.sql(
      "CREATE TABLE history (id integer, done timestamptz, worth numeric(20, 4)); INSERT INTO history VALUES "
      "(1, '2024-05-01 00:00:00+00', 1.5), (2, '2024-05-01 23:59:59.999999+00', 12345678901234.5678), (3, "
      "'2024-05-02 00:00:00+00', 0)");
  project_.write("pipelines/history.yaml",
                 "pipeline: history\n"
                 "partitions: {every: day, from: 2024-05-01, column: done}\n"
                 "source: {connection: database, table: history, partition_column: done}\n"
                 "destination: {connection: usage, table: history, write: replace_partition}\n");
  const auto first = weir({"run", "history", "--partition", "2024-05-01"});
  EXPECT_EQ(first.exit_code, 0) << first.output;
  EXPECT_EQ(project_.query("usage.db", "SELECT id, done, worth FROM history ORDER BY id"),
            "1|2024-05-01 00:00:00.000000|1.5000\n2|2024-05-01 23:59:59.999999|12345678901234.5678\n");
  schema_.sql("UPDATE history SET worth = 7");
  EXPECT_EQ(weir({"run", "history", "--partition", "2024-05-01"}).exit_code, 0);
  EXPECT_EQ(project_.query("usage.db", "SELECT worth FROM history WHERE id = 1"), "1.5000\n");
  EXPECT_EQ(weir({"run", "history", "--partition", "2024-05-01", "--rerun"}).exit_code, 0);
  EXPECT_EQ(project_.query("usage.db", "SELECT worth FROM history WHERE id = 1"), "7.0000\n");
}

TEST_F(PostgresPipeline, several_tables_come_from_one_snapshot_and_are_published_together) {
  schema_.sql(
      "CREATE TABLE people (id integer, name text); CREATE TABLE pets (owner integer, name text); INSERT "
      "INTO "
      "people VALUES (1, 'Ada'), (2, 'Bob'); INSERT INTO pets VALUES (1, 'Rex')");
  project_.write("pipelines/copy.yaml",
                 "pipeline: copy\n"
                 "source: {connection: database}\n"
                 "tables:\n"
                 "  - {table: people, source: {table: people}}\n"
                 "  - {table: owners, source: {query: \"SELECT DISTINCT owner FROM \\\"" +
                     schema_.name() +
                     "\\\".pets\"}}\n"
                     "destination: {connection: usage, write: replace}\n");
  const auto ended = weir({"run", "copy"});
  EXPECT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_EQ(project_.query("usage.db", "SELECT * FROM people ORDER BY id"), "1|Ada\n2|Bob\n");
  EXPECT_EQ(project_.query("usage.db", "SELECT * FROM owners"), "1\n");
  EXPECT_EQ(project_.query("usage.db", "SELECT table_name, rows_loaded FROM _weir_loads ORDER BY 1"),
            "owners|1\npeople|2\n");
}

TEST_F(PostgresPipeline, what_cannot_be_read_is_a_mistake_of_the_configuration) {
  project_.write("pipelines/history.yaml",
                 "pipeline: history\nsource: {connection: database, query: SELECT 1, filter: x}\n"
                 "destination: {connection: usage, table: history}\n");
  const auto ended = weir({"check"});
  EXPECT_EQ(ended.exit_code, 2) << ended.output;
  EXPECT_NE(ended.output.find("`filter` goes with `table`"), std::string::npos) << ended.output;
}

}  // namespace
}  // namespace weir
