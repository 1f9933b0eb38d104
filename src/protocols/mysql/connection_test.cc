// SPDX-License-Identifier: Apache-2.0
#include "protocols/mysql/connection.h"

#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <optional>
#include <thread>

#include "tests/support/mariadb_server.h"

namespace weir::mysql {
namespace {

using support::MariadbDatabase;
using support::MariadbServer;

Connection connect(const Target& target = MariadbServer::shared().target()) {
  auto connection = Connection::open(target);
  if (!connection) throw std::runtime_error(connection.error().to_string());
  return *std::move(connection);
}

/// All rows of a stream as "a|NULL\n", and the error at its end.
std::string drain(RowStream& stream) {
  std::string text;
  RawRow row;
  while (true) {
    const auto more = stream.next(row);
    if (!more) return text + more.error().to_string();
    if (!*more) return text;
    for (std::size_t i = 0; i < stream.fields().size(); ++i) {
      if (i > 0) text += '|';
      text += row.values[i] == nullptr ? "NULL" : std::string(row.values[i], row.lengths[i]);
    }
    text += '\n';
  }
}

TEST(MysqlConnection, literals_come_back_as_they_were) {
  auto connection = connect();
  std::string all;
  for (int i = 0; i < 128; ++i) all += static_cast<char>(i);
  all += "Grüße 🌊 \\' -- \" %";
  const auto rows = connection.execute("SELECT " + literal(all) + ", " + blob_literal(all));
  ASSERT_TRUE(rows.ok()) << rows.error().to_string();
  EXPECT_EQ(rows->text(0, 0), all);
  EXPECT_EQ(rows->text(0, 1), all);
}

TEST(MysqlConnection, streams_rows_and_can_be_used_again) {
  auto connection = connect();
  {
    auto stream = connection.stream("SELECT 1 AS a, NULL AS b UNION ALL SELECT 2, ''");
    ASSERT_TRUE(stream.ok()) << stream.error().to_string();
    EXPECT_EQ(drain(*stream), "1|NULL\n2|\n");
  }
  EXPECT_TRUE(connection.execute("SELECT 1").ok());
}

/// What the program does when its own output is closed; the tests' framework need not.
class WithPipeSignal {
 public:
  WithPipeSignal() : before_(std::signal(SIGPIPE, SIG_DFL)) {}
  ~WithPipeSignal() { std::signal(SIGPIPE, before_); }
  WithPipeSignal(const WithPipeSignal&) = delete;
  WithPipeSignal& operator=(const WithPipeSignal&) = delete;

 private:
  void (*before_)(int);
};

TEST(MysqlConnection, a_lost_connection_with_tls_is_an_error_and_no_signal) {
  const WithPipeSignal as_in_the_program;
  auto target = MariadbServer::shared().target();
  target.tls = TlsMode::Require;
  auto connection = connect(target);
  connection.cut();
  const auto after = connection.execute("SELECT 1");
  ASSERT_FALSE(after.ok());
  EXPECT_EQ(after.error().code(), ErrorCode::Unavailable) << after.error().to_string();
}

TEST(MysqlConnection, a_stream_that_is_dropped_early_ends_at_once) {
  auto connection = connect();
  {
    auto stream = connection.stream("SELECT seq, REPEAT('x', 1000) FROM weir.seq_1_to_100000000");
    ASSERT_TRUE(stream.ok()) << stream.error().to_string();
    RawRow row;
    EXPECT_TRUE(*stream->next(row));
  }
  const auto after = connection.execute("SELECT 1");
  ASSERT_FALSE(after.ok());
  EXPECT_EQ(after.error().code(), ErrorCode::Unavailable) << after.error().to_string();
  EXPECT_TRUE(connection.lost());
}

TEST(MysqlConnection, an_error_in_the_middle_of_a_stream_is_no_end) {
  const MariadbDatabase database;
  database.sql("CREATE TABLE t (id INT);\nINSERT INTO t VALUES (1), (2), (3)");
  auto connection = connect();
  auto stream = connection.stream("SELECT id, IF(id = 3, (SELECT 1 UNION SELECT 2), 0) FROM " +
                                  identifier(database.name()) + ".t");
  ASSERT_TRUE(stream.ok()) << stream.error().to_string();
  const auto told = drain(*stream);
  EXPECT_NE(told.find("more than 1 row"), std::string::npos) << told;
}

TEST(MysqlConnection, a_killed_session_is_unavailable) {
  auto connection = connect();
  auto stream = connection.stream("SELECT seq, REPEAT('x', 1000) FROM weir.seq_1_to_100000000");
  ASSERT_TRUE(stream.ok()) << stream.error().to_string();
  auto other = connect();
  ASSERT_TRUE(other.execute("KILL " + std::to_string(connection.id())).ok());
  RawRow row;
  auto more = stream->next(row);
  while (more.ok() && *more) more = stream->next(row);
  ASSERT_FALSE(more.ok());
  EXPECT_EQ(more.error().code(), ErrorCode::Unavailable) << more.error().to_string();
}

TEST(MysqlConnection, another_connection_ends_a_long_statement) {
  auto connection = connect();
  const auto id = connection.id();
  std::optional<Result<Rows>> outcome;
  std::atomic<bool> ended = false;
  std::thread thread([&] {
    outcome = connection.execute("SELECT COUNT(*) FROM weir.seq_1_to_100000000 a, weir.seq_1_to_1000 b");
    ended = true;
    end_thread();
  });
  // More than once, because it may not have begun.
  while (!ended) EXPECT_TRUE(kill_query(MariadbServer::shared().target(), id).ok());
  thread.join();
  ASSERT_FALSE(outcome->ok());
  EXPECT_NE(outcome->error().to_string().find("interrupted"), std::string::npos);
}

TEST(MysqlConnection, a_statement_over_its_time_says_which_limit_it_was) {
  auto target = MariadbServer::shared().target();
  target.statement_timeout = std::chrono::milliseconds(50);
  auto connection = connect(target);
  const auto rows =
      connection.execute("SELECT COUNT(*) FROM weir.seq_1_to_100000000 a, weir.seq_1_to_1000 b");
  ASSERT_FALSE(rows.ok());
  EXPECT_EQ(rows.error().code(), ErrorCode::Exhausted);
  EXPECT_NE(rows.error().message().find("statement_timeout"), std::string::npos) << rows.error().message();
}

TEST(MysqlConnection, describes_a_query_without_running_it) {
  auto connection = connect();
  const auto fields = connection.describe("SELECT 1 AS id, 'x' AS id, SLEEP(1000) AS nap");
  ASSERT_TRUE(fields.ok()) << fields.error().to_string();
  ASSERT_EQ(fields->size(), 3U);
  EXPECT_EQ((*fields)[1].name, "id");
  EXPECT_EQ((*fields)[1].kind, Kind::Text);
}

TEST(MysqlConnection, the_session_is_utc_and_strict) {
  auto connection = connect();
  const auto rows = connection.execute(
      "SELECT @@session.time_zone, @@character_set_client, @@character_set_results, "
      "FIND_IN_SET('STRICT_ALL_TABLES', @@session.sql_mode) > 0");
  ASSERT_TRUE(rows.ok()) << rows.error().to_string();
  EXPECT_EQ(rows->text(0, 0), "+00:00");
  EXPECT_EQ(rows->text(0, 1), "utf8mb4");
  EXPECT_EQ(rows->text(0, 2), "utf8mb4");
  EXPECT_EQ(rows->text(0, 3), "1");
}

TEST(MysqlConnection, a_server_may_not_ask_for_files) {
  const MariadbDatabase database;
  database.sql("CREATE TABLE t (line TEXT)");
  const auto told = database.sql("LOAD DATA LOCAL INFILE '/etc/hostname' INTO TABLE t");
  EXPECT_NE(told, "");
  EXPECT_EQ(database.sql("SELECT COUNT(*) FROM t"), "0\n");
}

}  // namespace
}  // namespace weir::mysql
