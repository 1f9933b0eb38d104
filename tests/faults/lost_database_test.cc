// SPDX-License-Identifier: Apache-2.0
// The real program on ways to a real MariaDB and a real PostgreSQL that break while their tables are read:
// either everything is read anew from a fresh snapshot, or nothing is published and the error says why.
#include <signal.h>

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

/// A project that copies from the connection `shop` into files.
class LostServer : public testing::Test {
 protected:
  /// `connection` is the YAML of shop.
  void write_connections(const std::string& connection) {
    project_.write("weir.yaml", "connections:\n  shop: {" + connection +
                                    ", password: env:SHOP_PASSWORD, tls: disable}\n" +
                                    "  out: {type: files}\n");
  }
  /// A pipeline of one table, t.
  void write_pipeline(const std::string& source) {
    project_.write("pipelines/copy.yaml",
                   "pipeline: copy\nsource: {connection: shop, " + source + "}\n" +
                       "destination: {connection: out, folder: out, table: t, write: replace}\n");
  }
  Ended run() { return project_.weir({"run", "--json"}, variables_); }
  pid_t start() { return project_.start({"run", "--json"}, variables_); }
  /// Rows of t in the published file; 0 when there is none.
  std::ptrdiff_t published() const {
    const auto path = project_.path("out/t/all.csv");
    if (!std::filesystem::exists(path)) return 0;
    const auto text = project_.read("out/t/all.csv");
    return std::count(text.begin(), text.end(), '\n') - 1;
  }
  void expect_read_anew(const Ended& ended) {
    EXPECT_EQ(ended.exit_code, 0) << ended.output;
    EXPECT_TRUE(has(ended.output, "reading_starts_afresh")) << ended.output;
    EXPECT_EQ(published(), kRows);
  }
  void expect_nothing_published(const Ended& ended) {
    EXPECT_EQ(ended.exit_code, 1) << ended.output;
    EXPECT_EQ(published(), 0);
    EXPECT_FALSE(std::filesystem::exists(project_.path("out/other/all.csv")));
  }

  support::TestProject project_;
  support::TestProject::Variables variables_;
};

class LostDatabase : public LostServer {
 protected:
  LostDatabase() {
    sql(fmt::format(
        "CREATE TABLE t (id INT PRIMARY KEY, word VARCHAR(80));\n"
        "INSERT INTO t SELECT seq, REPEAT('x', 70) FROM weir.seq_1_to_100000000 WHERE seq <= {};\n"
        "CREATE TABLE other (id INT PRIMARY KEY);\nINSERT INTO other VALUES (1)",
        kRows));
    variables_ = {{"SHOP_PASSWORD", database_.server().password()}};
    write_project("");
  }

  void write_project(const std::string& more) {
    const auto options = database_.options();
    write_connections(fmt::format("type: mysql, host: 127.0.0.1, port: {}, database: {}, user: {}{}",
                                  way_.port(), options.database, options.user, more));
    project_.write("pipelines/copy.yaml",
                   "pipeline: copy\nsource: {connection: shop}\n"
                   "tables:\n  - {table: t, source: {table: t}}\n  - {table: other, source: {table: other}}\n"
                   "destination: {connection: out, folder: out, write: replace}\n");
  }
  std::string sql(const std::string& text) { return database_.sql(text); }

  support::MariadbDatabase database_;
  FaultProxy way_{FaultProxy::Protocol::Mysql, database_.server().port()};
};

TEST_F(LostDatabase, X_7_a_connection_that_dies_inside_the_snapshot_is_followed_by_a_fresh_one) {
  way_.add({.kind = Kind::Reset, .when = "SELECT `id`, `word` FROM", .bytes = kMiddle});
  expect_read_anew(run());
  EXPECT_EQ(way_.met(), 1);
}

TEST_F(LostDatabase, a_connection_that_is_lost_while_it_is_planned_is_made_again) {
  way_.add({.kind = Kind::Refuse});
  const auto ended = run();
  EXPECT_EQ(ended.exit_code, 0) << ended.output << way_.requests();
  EXPECT_EQ(way_.met(), 1);
  EXPECT_EQ(published(), kRows);
}

TEST_F(LostDatabase, a_network_that_stands_still_is_given_up_and_read_anew) {
  write_project(", network_timeout: 1 s");
  way_.add({.kind = Kind::Stall, .when = "SELECT `id`, `word` FROM", .bytes = kMiddle});
  expect_read_anew(run());
}

TEST_F(LostDatabase, a_session_that_the_server_kills_mid_result_is_followed_by_a_fresh_one) {
  write_pipeline("query: \"SELECT id, SLEEP(id = 15000) AS nap FROM t\"");
  const auto program = start();
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
  write_pipeline("query: \"SELECT id, SLEEP(0.5) AS nap FROM t WHERE id < 9\"");
  const auto ended = run();
  expect_nothing_published(ended);
  EXPECT_TRUE(has(ended.output, "statement_timeout")) << ended.output;
  EXPECT_FALSE(has(ended.output, "reading_starts_afresh")) << ended.output;
}

TEST_F(LostDatabase, a_table_that_is_altered_before_it_is_read_is_looked_at_anew) {
  way_.add({.kind = Kind::Delay, .when = "START TRANSACTION", .delay = std::chrono::seconds(1)});
  const auto program = start();
  while (way_.met() == 0) std::this_thread::yield();
  EXPECT_EQ(sql("ALTER TABLE t DROP COLUMN word, ADD COLUMN word DATE"), "");
  expect_read_anew(project_.wait(program));
}

TEST_F(LostDatabase, a_column_that_is_dropped_before_it_is_read_is_not_missed_silently) {
  write_pipeline("table: t, columns: [id, word]");
  way_.add({.kind = Kind::Delay, .when = "START TRANSACTION", .delay = std::chrono::seconds(1)});
  const auto program = start();
  while (way_.met() == 0) std::this_thread::yield();
  EXPECT_EQ(sql("ALTER TABLE t DROP COLUMN word"), "");
  const auto ended = project_.wait(program);
  expect_nothing_published(ended);
  EXPECT_TRUE(has(ended.output, "word")) << ended.output;
}

class LostPostgres : public LostServer {
 protected:
  LostPostgres() {
    sql(fmt::format("CREATE TABLE t AS SELECT id, repeat('x', 70) AS word FROM generate_series(1, {}) id",
                    kRows));
    variables_ = {{"SHOP_PASSWORD", schema_.server().password()}};
    write_project("");
    write_pipeline("table: t, readers: 1");
  }

  void write_project(const std::string& more) {
    const auto options = schema_.options();
    write_connections(
        fmt::format("type: postgres, host: 127.0.0.1, port: {}, database: {}, user: {}, schema: {}{}",
                    way_.port(), options.database, options.user, schema_.name(), more));
  }
  /// Starts weir and changes the table when it was looked for and is about to be read.
  Ended run_while(const std::string& change) {
    way_.add({.kind = Kind::Delay, .when = "BEGIN ISOLATION", .delay = std::chrono::milliseconds(600)});
    const auto program = start();
    while (way_.met() == 0) std::this_thread::yield();
    EXPECT_EQ(sql(change), "");
    return project_.wait(program);
  }
  std::string sql(const std::string& text) { return schema_.sql(text); }

  support::PostgresSchema schema_;
  FaultProxy way_{FaultProxy::Protocol::Postgres, schema_.server().port()};
};

TEST_F(LostPostgres, is_read_anew_from_a_fresh_snapshot) {
  way_.add({.kind = Kind::Reset, .when = "COPY (SELECT", .bytes = kMiddle});
  expect_read_anew(run());
}

TEST_F(LostPostgres, is_given_up_and_read_anew_when_the_network_stands_still) {
  write_project(", statement_timeout: 1 s");  // after which, and a second, a server must have answered
  way_.add({.kind = Kind::Stall, .when = "COPY (SELECT", .bytes = kMiddle});
  expect_read_anew(run());
}

TEST_F(LostPostgres, is_waited_for_while_partitions_are_planned) {
  way_.add({.kind = Kind::Refuse});
  const auto ended = run();
  EXPECT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_EQ(published(), kRows);
}

TEST_F(LostPostgres, is_not_asked_again_when_a_statement_took_too_long) {
  write_project(", statement_timeout: 300 ms");
  write_pipeline("query: \"SELECT id, pg_sleep(0.2)::text AS nap FROM generate_series(1, 9) id\"");
  const auto ended = run();
  expect_nothing_published(ended);
  EXPECT_TRUE(has(ended.output, "statement timeout")) << ended.output;
  EXPECT_FALSE(has(ended.output, "reading_starts_afresh")) << ended.output;
}

TEST_F(LostPostgres, is_read_as_it_is_when_a_table_is_altered_before_it_is_read) {
  const auto ended = run_while("ALTER TABLE t DROP COLUMN word, ADD COLUMN late integer DEFAULT 7");
  EXPECT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_EQ(published(), kRows);
  EXPECT_TRUE(project_.read("out/t/all.csv").starts_with("id,late\n1,7\n"));
}

TEST_F(LostPostgres, is_not_read_without_a_column_that_was_dropped) {
  write_pipeline("table: t, columns: [id, word]");
  const auto ended = run_while("ALTER TABLE t DROP COLUMN word");
  expect_nothing_published(ended);
  EXPECT_TRUE(has(ended.output, "word")) << ended.output;
}

/// A server that dies for good or for a while, killed by its process while rows are on their way.
template <typename Server>
class KilledServer : public LostServer {
 protected:
  /// `query` has kRows rows and rests in the middle; `resting` gives the resting session's process.
  KilledServer(const std::string& type, const std::string& query, std::string resting)
      : resting_(std::move(resting)) {
    variables_ = {{"SHOP_PASSWORD", own_.server().password()}};
    write_connections(fmt::format("type: {}, host: 127.0.0.1, port: {}, database: weir, user: weir", type,
                                  own_.server().port()));
    write_pipeline("query: \"" + query + "\"");
  }
  /// Starts weir and waits until rows are on their way; gives the process of weir and of the session.
  std::pair<pid_t, pid_t> run_into_the_middle() {
    const auto program = start();
    std::string session;
    while (session.empty()) session = own_.sql(resting_);
    return {program, std::stoi(session)};
  }
  void expect_unavailable(const Ended& ended) {
    expect_nothing_published(ended);
    EXPECT_TRUE(has(ended.output, "\"unavailable\"")) << ended.output;
    EXPECT_TRUE(has(ended.output, "reading_starts_afresh")) << ended.output;
  }

  support::OwnServer<Server> own_;
  std::string resting_;
};

struct KilledMariadb : KilledServer<support::MariadbServer> {
  KilledMariadb()
      : KilledServer(
            "mysql",
            fmt::format("SELECT seq AS id, SLEEP((seq = 15000) * 0.4) AS nap FROM seq_1_to_{}", kRows),
            "SELECT id FROM information_schema.processlist WHERE state = 'User sleep'") {}
};

TEST_F(KilledMariadb, is_read_anew_when_it_comes_back) {
  const auto program = run_into_the_middle().first;
  own_.kill();
  own_.run_again();
  expect_read_anew(project_.wait(program));
}

TEST_F(KilledMariadb, is_an_error_when_it_stays_away) {
  const auto program = run_into_the_middle().first;
  own_.kill();
  expect_unavailable(project_.wait(program));
}

struct KilledPostgres : KilledServer<support::PostgresServer> {
  KilledPostgres()
      : KilledServer("postgres",
                     fmt::format("SELECT id, CASE WHEN id = 15000 THEN pg_sleep(0.4)::text END AS nap FROM "
                                 "generate_series(1, {}) id",
                                 kRows),
                     "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'") {}
};

TEST_F(KilledPostgres, is_read_anew_when_one_of_its_processes_died_and_it_recovered) {
  const auto [program, session] = run_into_the_middle();
  ASSERT_EQ(::kill(session, SIGKILL), 0);
  expect_read_anew(project_.wait(program));
}

TEST_F(KilledPostgres, is_an_error_when_it_stays_away) {
  const auto program = run_into_the_middle().first;
  own_.kill();
  expect_unavailable(project_.wait(program));
}

}  // namespace
}  // namespace weir::faults
