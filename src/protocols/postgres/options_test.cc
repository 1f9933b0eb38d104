// SPDX-License-Identifier: Apache-2.0
#include "protocols/postgres/options.h"

#include <gtest/gtest.h>

namespace weir::postgres {
namespace {

using Variables = std::map<std::string, std::string>;

/// The keywords that differ from one connection to another: "host=db port=5432".
std::string told(const PostgresOptions& options, const Variables& variables = {}) {
  const io::FixedEnvironment environment(variables);
  const auto target = target_of(options, environment);
  if (!target) return target.error().to_string();
  std::string text;
  for (const auto& [name, value] : target->keywords) {
    for (const auto* shown : {"host", "port", "user", "dbname", "passfile", "sslmode", "sslrootcert"}) {
      if (name == shown) text += (text.empty() ? "" : " ") + name + "=" + value;
    }
  }
  if (!target->password.empty()) text += " password=" + target->password.reveal();
  return text;
}

PostgresOptions warehouse() {
  PostgresOptions options;
  options.host = "db.internal";
  options.port = 5433;
  options.database = "warehouse";
  options.user = "loader";
  return options;
}

TEST(PostgresOptions, what_is_given_wins_over_every_variable) {
  auto options = warehouse();
  options.tls = TlsMode::VerifyFull;
  options.password_file = "/own/pass";
  EXPECT_EQ(told(options, {{"PGHOST", "other"},
                           {"PGPORT", "1"},
                           {"PGDATABASE", "other"},
                           {"PGUSER", "other"},
                           {"PGSSLMODE", "disable"},
                           {"PGPASSFILE", "/other"}}),
            "host=db.internal port=5433 user=loader dbname=warehouse passfile=/own/pass sslmode=verify-full");
}

TEST(PostgresOptions, what_is_not_given_comes_from_the_variables_that_psql_knows) {
  EXPECT_EQ(told({}, {{"PGHOST", "db"},
                      {"PGPORT", "6432"},
                      {"PGDATABASE", "warehouse"},
                      {"PGUSER", "loader"},
                      {"PGPASSWORD", "s3cret"},
                      {"PGSSLMODE", "verify-ca"}}),
            "host=db port=6432 user=loader dbname=warehouse sslmode=verify-ca password=s3cret");
  EXPECT_EQ(told({}), "port=5432 sslmode=prefer");
}

TEST(PostgresOptions, a_variable_that_would_lead_elsewhere_is_refused) {
  EXPECT_EQ(told(warehouse(), {{"PGHOSTADDR", "10.0.0.1"}}),
            "the variable PGHOSTADDR is set and could lead to another server than db.internal; unset it, or "
            "remove `host` from the connection");
}

TEST(PostgresOptions, X_4_a_password_may_hold_any_character) {
  auto options = warehouse();
  options.password = {config::SecretPlace::Environment, "PW", {}};
  EXPECT_TRUE(told(options, {{"PW", "a'b\"c\\d @/:?#=&%20 é"}}).ends_with("password=a'b\"c\\d @/:?#=&%20 é"));
}

TEST(PostgresOptions, an_unknown_host_is_spoken_to_in_secret) {
  EXPECT_NE(told(warehouse()).find("sslmode=require"), std::string::npos);
  auto options = warehouse();
  for (const auto* host : {"localhost", "127.0.0.1", "::1", "/run/postgresql"}) {
    options.host = host;
    EXPECT_NE(told(options).find("sslmode=prefer"), std::string::npos) << host;
  }
  options.host = "db.internal";
  options.tls_root_certificate = "/etc/ca.pem";
  EXPECT_NE(told(options).find("sslmode=verify-full sslrootcert=/etc/ca.pem"), std::string::npos);
}

TEST(PostgresOptions, options_of_the_environment_are_left_out) {
  const io::FixedEnvironment environment(Variables{{"PGOPTIONS", "-c search_path=evil"}});
  const auto target = target_of(warehouse(), environment);
  ASSERT_TRUE(target.ok());
  EXPECT_EQ(target->keywords.back().first + "=" + target->keywords.back().second, "options= ");
}

TEST(PostgresOptions, a_name_that_the_server_would_cut_is_refused) {
  EXPECT_EQ(*identifier("a \"b\""), "\"a \"\"b\"\"\"");
  EXPECT_TRUE(identifier(std::string(63, 'x')).ok());
  EXPECT_EQ(identifier(std::string(64, 'x')).error().code(), ErrorCode::InvalidConfig);
  EXPECT_EQ(identifier(std::string("a\0b", 3)).error().code(), ErrorCode::InvalidConfig);
  EXPECT_EQ(identifier("").error().code(), ErrorCode::InvalidConfig);
}

TEST(PostgresOptions, a_literal_reads_the_same_under_every_setting) {
  EXPECT_EQ(literal("it's"), "'it''s'");
  EXPECT_EQ(literal("a\\'b"), "E'a\\\\''b'");
}

}  // namespace
}  // namespace weir::postgres
