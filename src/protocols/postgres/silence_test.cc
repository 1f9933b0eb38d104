// SPDX-License-Identifier: Apache-2.0
// Sessions whose server goes on living and says nothing.
#include <gtest/gtest.h>

#include "protocols/postgres/connection.h"
#include "protocols/postgres/options.h"
#include "tests/support/fault_proxy.h"
#include "tests/support/postgres_server.h"

namespace weir::postgres {
namespace {

using support::Fault;
using support::FaultProxy;

class SilentServer : public testing::Test {
 protected:
  Connection connect(std::chrono::milliseconds limit) const {
    const auto& server = support::PostgresServer::shared();
    auto options = server.options();
    options.port = static_cast<std::uint16_t>(way_.port());
    auto target = *target_of(options, server.environment());
    target.silence_limit = limit;
    return *Connection::open(target);
  }
  static void expect_given_up(const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::Unavailable);
    EXPECT_NE(error.message().find("was silent for 1 s"), std::string::npos) << error.message();
    EXPECT_NE(error.message().find("statement_timeout"), std::string::npos) << error.message();
  }

  FaultProxy way_{FaultProxy::Protocol::Postgres, support::PostgresServer::shared().port()};
};

constexpr std::chrono::milliseconds kLimit(300);

TEST_F(SilentServer, is_given_up_while_its_answer_is_awaited) {
  auto connection = connect(kLimit);
  way_.add({.kind = Fault::Kind::Stall, .when = "SELECT 'answer'"});
  const auto rows = connection.execute("SELECT 'answer'");
  ASSERT_FALSE(rows.ok());
  expect_given_up(rows.error());
  EXPECT_FALSE(connection.alive());
  connection.roll_back();  // does not wait again
  EXPECT_TRUE(connect(kLimit).execute("SELECT 'answer'").ok());
}

TEST_F(SilentServer, is_given_up_while_rows_are_sent) {
  auto connection = connect(kLimit);
  ASSERT_TRUE(connection.execute("CREATE TEMP TABLE t (id integer)").ok());
  way_.add({.kind = Fault::Kind::Stall, .when = "COPY t", .bytes = 100'000, .side = Fault::Side::Request});
  ASSERT_TRUE(connection.begin_copy_in("COPY t FROM STDIN").ok());
  ASSERT_TRUE(connection.copy_in(std::string(200'000, '\n')).ok());
  const auto ended = connection.finish_copy_in();
  ASSERT_FALSE(ended.ok());
  expect_given_up(ended.error());
}

TEST_F(SilentServer, is_given_up_while_rows_are_read) {
  auto connection = connect(kLimit);
  way_.add({.kind = Fault::Kind::Stall, .when = "COPY (", .bytes = 100'000});
  ASSERT_TRUE(connection.begin_copy_out("COPY (SELECT generate_series(1, 100000)) TO STDOUT").ok());
  Result<std::optional<CopyChunk>> chunk = std::optional<CopyChunk>();
  do {
    chunk = connection.copy_out();
  } while (chunk.ok() && *chunk);
  ASSERT_FALSE(chunk.ok());
  expect_given_up(chunk.error());
  connection.roll_back();
}

TEST_F(SilentServer, that_answers_in_time_is_kept_however_long_it_all_takes) {
  auto connection = connect(std::chrono::seconds(1));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(connection.execute("SELECT pg_sleep(0.4)").ok());
}

TEST(SilenceLimit, follows_the_time_that_statements_have) {
  const auto& server = support::PostgresServer::shared();
  const auto limit = [&](std::chrono::milliseconds statement_timeout) {
    auto options = server.options();
    options.statement_timeout.value = statement_timeout;
    return target_of(options, server.environment())->silence_limit;
  };
  using std::chrono::seconds;
  EXPECT_EQ(limit(seconds(0)), seconds(0));
  EXPECT_EQ(limit(seconds(2)), seconds(3));
  EXPECT_EQ(limit(seconds(100)), seconds(110));
  EXPECT_EQ(limit(seconds(7200)), seconds(7260));
}

}  // namespace
}  // namespace weir::postgres
