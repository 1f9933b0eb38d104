// SPDX-License-Identifier: Apache-2.0
// Sessions with a real server.
#include "protocols/postgres/connection.h"

#include <gtest/gtest.h>

#include <thread>

#include "protocols/postgres/options.h"
#include "tests/support/postgres_server.h"

namespace weir::postgres {
namespace {

Connection connect() {
  const auto& server = support::PostgresServer::shared();
  auto target = *target_of(server.options(), server.environment());
  target.session_sql = session_sql(server.options());
  return *Connection::open(target);
}

TEST(PostgresConnection, values_are_bound_and_never_sql) {
  auto connection = connect();
  const std::string hostile = "'; DROP TABLE x; -- \\ $1";
  const auto rows = connection.query("SELECT $1::text, $2::bigint + 1, $3::text",
                                     Parameters().text(hostile).integer(41).null());
  ASSERT_TRUE(rows.ok()) << rows.error().to_string();
  EXPECT_EQ(rows->text(0, 0), hostile);
  EXPECT_EQ(rows->integer(0, 1), 42);
  EXPECT_TRUE(rows->is_null(0, 2));
}

TEST(PostgresConnection, a_literal_comes_back_under_both_ways_to_read_it) {
  auto connection = connect();
  for (const auto* setting : {"on", "off"}) {
    ASSERT_TRUE(connection.execute(std::string("SET standard_conforming_strings = ") + setting).ok());
    for (const std::string text : {"it's", "a\\'b", "\\", "'\\''"}) {
      const auto rows = connection.execute("SELECT " + literal(text));
      ASSERT_TRUE(rows.ok()) << rows.error().to_string();
      EXPECT_EQ(rows->text(0, 0), text);
    }
  }
}

TEST(PostgresConnection, a_session_reads_and_writes_in_one_form_whatever_the_role_is_set_to) {
  auto connection = connect();
  const auto rows = connection.execute(
      "SELECT '2022-01-24 10:00:00+02'::timestamptz, interval '1 day', '\\x01'::bytea, 0.1::float8 + 0.2");
  ASSERT_TRUE(rows.ok());
  EXPECT_EQ(rows->text(0, 0), "2022-01-24 08:00:00+00");
  EXPECT_EQ(rows->text(0, 1), "P1D");
  EXPECT_EQ(rows->text(0, 2), "\\x01");
  EXPECT_EQ(rows->text(0, 3), "0.30000000000000004");
}

TEST(PostgresConnection, columns_are_known_without_running_the_statement) {
  auto connection = connect();
  const auto fields = connection.describe("SELECT 1 / 0 AS a, 'x'::varchar(7) AS b");
  ASSERT_TRUE(fields.ok()) << fields.error().to_string();
  ASSERT_EQ(fields->size(), 2U);
  EXPECT_EQ((*fields)[0].name, "a");
  EXPECT_EQ((*fields)[0].type, 23U);
  EXPECT_EQ((*fields)[1].modifier, 11);
}

TEST(PostgresConnection, rows_are_streamed_and_a_late_error_counts) {
  auto connection = connect();
  std::int64_t sum = 0;
  const auto add = [&](const Rows& row) -> Result<void> {
    sum += row.integer(0, 0);
    return {};
  };
  const auto all =
      connection.stream("SELECT generate_series(1, $1::bigint)", Parameters().integer(1000), add);
  ASSERT_TRUE(all.ok()) << all.error().to_string();
  EXPECT_EQ(sum, 500500);
  const auto late = connection.stream("SELECT 1 / (100 - n) FROM generate_series(1, 200) n", {}, add);
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(connection.last_failure().sqlstate, "22012");
  EXPECT_EQ(late.error().code(), ErrorCode::DataMismatch);
  EXPECT_TRUE(connection.execute("SELECT 1").ok());
}

TEST(PostgresConnection, a_stream_that_is_given_up_leaves_the_session_usable) {
  auto connection = connect();
  const auto stop = [](const Rows&) -> Result<void> { return fail(ErrorCode::Cancelled, "enough"); };
  const auto given_up = connection.stream("SELECT generate_series(1, 1000000000)", {}, stop);
  ASSERT_FALSE(given_up.ok());
  EXPECT_EQ(given_up.error().message(), "enough");
  EXPECT_TRUE(connection.execute("SELECT 1").ok());
}

TEST(PostgresConnection, another_thread_can_cancel) {
  auto connection = connect();
  const auto canceller = connection.canceller();
  auto other = connect();
  const auto query =
      "SELECT count(*) FROM pg_stat_activity WHERE pid = " + std::to_string(connection.process_id()) +
      " AND state = 'active' AND query LIKE '%pg_sleep%'";
  std::jthread thread([&] {
    while (other.execute(query)->integer(0, 0) == 0) {
    }
    EXPECT_TRUE(canceller.cancel().ok());
  });
  const auto slept = connection.execute("SELECT pg_sleep(100)");
  ASSERT_FALSE(slept.ok());
  EXPECT_EQ(connection.last_failure().sqlstate, "57014");
}

TEST(PostgresConnection, notices_are_kept_and_not_printed) {
  auto connection = connect();
  ASSERT_TRUE(connection.execute("DO $$ BEGIN RAISE WARNING 'mind the gap'; END $$").ok());
  EXPECT_EQ(connection.take_notices(), std::vector<std::string>{"WARNING: mind the gap"});
  EXPECT_TRUE(connection.take_notices().empty());
}

TEST(PostgresConnection, a_copy_goes_in_and_out) {
  auto connection = connect();
  ASSERT_TRUE(connection.execute("CREATE TEMP TABLE t (id integer)").ok());
  ASSERT_TRUE(connection.begin_copy_in("COPY t FROM STDIN").ok());
  ASSERT_TRUE(connection.copy_in("1\n2\n").ok());
  ASSERT_TRUE(connection.copy_in("3\n").ok());
  EXPECT_EQ(*connection.finish_copy_in(), 3U);
  ASSERT_TRUE(connection.begin_copy_out("COPY t TO STDOUT").ok());
  std::string all;
  while (const auto chunk = *connection.copy_out()) all += chunk->view();
  EXPECT_EQ(all, "1\n2\n3\n");
}

TEST(PostgresConnection, what_is_wrong_with_a_copy_is_told_at_its_end) {
  auto connection = connect();
  ASSERT_TRUE(connection.execute("CREATE TEMP TABLE t (id integer)").ok());
  ASSERT_TRUE(connection.begin_copy_in("COPY t FROM STDIN").ok());
  ASSERT_TRUE(connection.copy_in("1\nx\n").ok());
  const auto ended = connection.finish_copy_in();
  ASSERT_FALSE(ended.ok());
  EXPECT_EQ(copy_line(connection.last_failure().context), 2U) << connection.last_failure().context;
  EXPECT_TRUE(connection.execute("SELECT 1").ok());
}

TEST(PostgresConnection, a_copy_that_is_rolled_back_leaves_nothing) {
  auto connection = connect();
  ASSERT_TRUE(connection.execute("CREATE TEMP TABLE t (id integer)").ok());
  ASSERT_TRUE(connection.execute("BEGIN").ok());
  ASSERT_TRUE(connection.begin_copy_in("COPY t FROM STDIN").ok());
  ASSERT_TRUE(connection.copy_in("1\n").ok());
  connection.roll_back();
  EXPECT_FALSE(connection.in_transaction());
  EXPECT_EQ(connection.execute("SELECT count(*) FROM t")->integer(0, 0), 0);
}

TEST(PostgresConnection, a_session_that_was_ended_is_noticed) {
  auto connection = connect();
  connect().execute("SELECT pg_terminate_backend(" + std::to_string(connection.process_id()) + ")").ok();
  const auto after = connection.execute("SELECT 1");
  ASSERT_FALSE(after.ok());
  EXPECT_EQ(after.error().code(), ErrorCode::Unavailable) << after.error().to_string();
  EXPECT_FALSE(connection.alive());
}

}  // namespace
}  // namespace weir::postgres
