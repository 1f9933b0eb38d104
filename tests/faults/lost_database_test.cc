// SPDX-License-Identifier: Apache-2.0
// The real program on ways to a real MariaDB and a real PostgreSQL that break while their tables are read:
// either everything is read anew from a fresh snapshot, or nothing is published and the error says why.
#include <algorithm>
#include <chrono>
#include <thread>

#include "tests/integration/looker_usage.h"
#include "tests/support/fault_proxy.h"

namespace weir::faults {
namespace {

using integration::has;
using support::Ended;
using support::Fault;
using support::FaultProxy;
using Kind = Fault::Kind;

/// Rows of more than a block, so that a result is under way when it breaks.
constexpr int kRows = 20'000;
constexpr std::size_t kMiddle = std::size_t{400} * 1024;

class LostDatabase : public testing::Test {
 protected:
  LostDatabase() {
    sql(fmt::format(
        "CREATE TABLE t (id INT PRIMARY KEY, word VARCHAR(80));\n"
        "INSERT INTO t SELECT seq, REPEAT('x', 70) FROM weir.seq_1_to_100000000 WHERE seq <= {};\n"
        "CREATE TABLE other (id INT PRIMARY KEY);\nINSERT INTO other VALUES (1)",
        kRows));
    write_project("");
  }

  void write_project(const std::string& more) {
    const auto options = database_.options();
    project_.write("weir.yaml",
                   fmt::format("connections:\n"
                               "  shop: {{type: mysql, host: 127.0.0.1, port: {}, database: {}, user: {}, "
                               "password: env:SHOP_PASSWORD, tls: disable{}}}\n"
                               "  out: {{type: files}}\n",
                               way_.port(), options.database, options.user, more));
    project_.write("pipelines/copy.yaml",
                   "pipeline: copy\nsource: {connection: shop}\n"
                   "tables:\n  - {table: t, source: {table: t}}\n  - {table: other, source: {table: other}}\n"
                   "destination: {connection: out, folder: out, write: replace}\n");
  }
  Ended run() { return project_.weir({"run", "--json"}, variables()); }
  support::TestProject::Variables variables() const {
    return {{"SHOP_PASSWORD", database_.server().password()}};
  }
  std::string sql(const std::string& text) { return database_.sql(text); }
  /// Rows of t in the published file; 0 when there is none.
  std::ptrdiff_t published() const {
    const auto path = project_.path("out/t/all.csv");
    if (!std::filesystem::exists(path)) return 0;
    const auto text = project_.read("out/t/all.csv");
    return std::count(text.begin(), text.end(), '\n') - 1;
  }
  void expect_read_anew(const Ended& ended) {
    EXPECT_EQ(ended.exit_code, 0) << ended.output << way_.requests();
    EXPECT_TRUE(has(ended.output, "reading_starts_afresh")) << ended.output;
    EXPECT_EQ(published(), kRows);
  }
  void expect_nothing_published(const Ended& ended) {
    EXPECT_EQ(ended.exit_code, 1) << ended.output;
    EXPECT_EQ(published(), 0);
    EXPECT_FALSE(std::filesystem::exists(project_.path("out/other/all.csv")));
  }

  support::TestProject project_;
  support::MariadbDatabase database_;
  FaultProxy way_{FaultProxy::Protocol::Mysql, database_.server().port()};
};

TEST_F(LostDatabase, X_7_a_connection_that_dies_inside_the_snapshot_is_followed_by_a_fresh_one) {
  way_.add({.kind = Kind::Reset, .when = "SELECT `id`, `word` FROM", .bytes = kMiddle});
  expect_read_anew(run());
  EXPECT_EQ(way_.met(), 1);
}

TEST_F(LostDatabase, a_network_that_stands_still_is_given_up_and_read_anew) {
  write_project(", network_timeout: 1 s");
  way_.add({.kind = Kind::Stall, .when = "SELECT `id`, `word` FROM", .bytes = kMiddle});
  expect_read_anew(run());
}

TEST_F(LostDatabase, a_session_that_the_server_kills_mid_result_is_followed_by_a_fresh_one) {
  project_.write("pipelines/copy.yaml",
                 "pipeline: copy\n"
                 "source: {connection: shop, query: \"SELECT id, SLEEP(id = 15000) AS nap FROM t\"}\n"
                 "destination: {connection: out, folder: out, table: t, write: replace}\n");
  const auto program = project_.start({"run", "--json"}, variables());
  std::string session;
  while (session.empty())
    session =
        sql("SELECT id FROM information_schema.processlist WHERE state = 'User sleep' AND db = DATABASE()");
  EXPECT_EQ(sql("KILL " + session.substr(0, session.find('\n'))), "");
  expect_read_anew(project_.wait(program));
}

TEST_F(LostDatabase, a_server_that_stays_away_is_an_error_that_names_it) {
  way_.add({.kind = Kind::Reset, .when = "SELECT `id`, `word` FROM", .bytes = kMiddle, .times = 100});
  const auto ended = run();
  expect_nothing_published(ended);
  EXPECT_EQ(way_.met(), 4);
  EXPECT_TRUE(has(ended.output, "\"unavailable\"")) << ended.output;
  EXPECT_TRUE(has(ended.output, "reading ")) << ended.output;
}

TEST_F(LostDatabase, a_statement_over_its_time_says_which_limit_it_was) {
  write_project(", statement_timeout: 1 s");
  project_.write("pipelines/copy.yaml",
                 "pipeline: copy\n"
                 "source: {connection: shop, query: \"SELECT id, SLEEP(0.5) AS nap FROM t WHERE id < 9\"}\n"
                 "destination: {connection: out, folder: out, table: t, write: replace}\n");
  const auto ended = run();
  expect_nothing_published(ended);
  EXPECT_TRUE(has(ended.output, "statement_timeout")) << ended.output;
  EXPECT_FALSE(has(ended.output, "reading_starts_afresh")) << ended.output;
}

TEST_F(LostDatabase, a_table_that_is_altered_before_it_is_read_is_looked_at_anew) {
  way_.add({.kind = Kind::Delay, .when = "START TRANSACTION", .delay = std::chrono::seconds(1)});
  const auto program = project_.start({"run", "--json"}, variables());
  while (way_.met() == 0) std::this_thread::yield();
  EXPECT_EQ(sql("ALTER TABLE t DROP COLUMN word, ADD COLUMN word DATE"), "");
  expect_read_anew(project_.wait(program));
}

TEST_F(LostDatabase, a_column_that_is_dropped_before_it_is_read_is_not_missed_silently) {
  project_.write("pipelines/copy.yaml",
                 "pipeline: copy\nsource: {connection: shop, table: t, columns: [id, word]}\n"
                 "destination: {connection: out, folder: out, table: t, write: replace}\n");
  way_.add({.kind = Kind::Delay, .when = "START TRANSACTION", .delay = std::chrono::seconds(1)});
  const auto program = project_.start({"run", "--json"}, variables());
  while (way_.met() == 0) std::this_thread::yield();
  EXPECT_EQ(sql("ALTER TABLE t DROP COLUMN word"), "");
  const auto ended = project_.wait(program);
  expect_nothing_published(ended);
  EXPECT_TRUE(has(ended.output, "word")) << ended.output;
}

TEST(LostPostgres, is_read_anew_from_a_fresh_snapshot) {
  support::PostgresSchema schema;
  schema.sql(fmt::format(
      "CREATE TABLE t AS SELECT id, repeat('x', 70) AS word FROM generate_series(1, {}) id", kRows));
  const auto options = schema.options();
  FaultProxy way(FaultProxy::Protocol::Postgres, support::PostgresServer::shared().port());
  support::TestProject project;
  project.write("weir.yaml",
                fmt::format("connections:\n"
                            "  shop: {{type: postgres, host: 127.0.0.1, port: {}, database: {}, user: {}, "
                            "password: env:SHOP_PASSWORD, tls: disable, schema: {}}}\n"
                            "  out: {{type: files}}\n",
                            way.port(), options.database, options.user, schema.name()));
  project.write("pipelines/copy.yaml",
                "pipeline: copy\nsource: {connection: shop, table: t, readers: 1}\n"
                "destination: {connection: out, folder: out, table: t, write: replace}\n");
  way.add({.kind = Kind::Reset, .when = "COPY (SELECT", .bytes = kMiddle});
  const auto ended =
      project.weir({"run", "--json"}, {{"SHOP_PASSWORD", support::PostgresServer::shared().password()}});
  EXPECT_EQ(ended.exit_code, 0) << ended.output << way.requests();
  EXPECT_TRUE(has(ended.output, "reading_starts_afresh")) << ended.output;
  const auto text = project.read("out/t/all.csv");
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), kRows + 1);
}

}  // namespace
}  // namespace weir::faults
