// SPDX-License-Identifier: Apache-2.0
#include "protocols/postgres/server_error.h"

#include <gtest/gtest.h>

namespace weir::postgres {
namespace {

TEST(ServerError, what_may_work_later_is_worth_another_try) {
  for (const auto* state :
       {"08006", "08001", "57P01", "57P02", "57P03", "53300", "55P03", "25006", "25P03"}) {
    EXPECT_EQ(code_for(state), ErrorCode::Unavailable) << state;
  }
  EXPECT_EQ(code_for("40001"), ErrorCode::Conflict);
  EXPECT_EQ(code_for("40P01"), ErrorCode::Conflict);
}

TEST(ServerError, what_will_not_get_better_stops_the_run) {
  EXPECT_EQ(code_for("42501"), ErrorCode::PermissionDenied);
  EXPECT_EQ(code_for("28P01"), ErrorCode::PermissionDenied);
  EXPECT_EQ(code_for("42P01"), ErrorCode::NotFound);
  EXPECT_EQ(code_for("3D000"), ErrorCode::NotFound);
  EXPECT_EQ(code_for("23505"), ErrorCode::DataMismatch);
  EXPECT_EQ(code_for("22P02"), ErrorCode::DataMismatch);
  EXPECT_EQ(code_for("42804"), ErrorCode::DataMismatch);
  EXPECT_EQ(code_for("57014"), ErrorCode::Exhausted);
  EXPECT_EQ(code_for("53100"), ErrorCode::Exhausted);
  EXPECT_EQ(code_for("XX000"), ErrorCode::Internal);
}

TEST(ServerError, a_message_tells_all_that_the_server_told) {
  ServerError failure;
  failure.sqlstate = "22P02";
  failure.message = "invalid input syntax for type integer: \"x\"";
  failure.context = "COPY people, line 3, column id: \"x\"";
  EXPECT_EQ(to_error(failure).to_string(),
            "invalid input syntax for type integer: \"x\" (COPY people, line 3, column id: \"x\"; SQLSTATE "
            "22P02)");
}

TEST(ServerError, the_line_of_a_copy_is_found) {
  EXPECT_EQ(copy_line("COPY people, line 3, column id"), 3U);
  EXPECT_EQ(copy_line("COPY people, line 12"), 12U);
  EXPECT_EQ(copy_line("PL/pgSQL function f() line 1 at RAISE\nCOPY people, line 2: \"x\""), 2U);
  EXPECT_EQ(copy_line("COPY a, line 7 b, line 2"), 2U);
  EXPECT_EQ(copy_line("SQL statement \"SELECT 1\""), std::nullopt);
  EXPECT_EQ(copy_line(""), std::nullopt);
}

TEST(ServerError, a_refused_login_is_not_tried_again) {
  EXPECT_EQ(code_of_connect_failure("FATAL:  password authentication failed for user \"x\""),
            ErrorCode::PermissionDenied);
  EXPECT_EQ(code_of_connect_failure("server does not support SSL, but SSL was required"),
            ErrorCode::PermissionDenied);
  EXPECT_EQ(code_of_connect_failure("FATAL:  database \"x\" does not exist"), ErrorCode::NotFound);
  EXPECT_EQ(code_of_connect_failure("Connection refused"), ErrorCode::Unavailable);
  EXPECT_EQ(code_of_connect_failure("FATAL:  sorry, too many clients already"), ErrorCode::Unavailable);
}

}  // namespace
}  // namespace weir::postgres
