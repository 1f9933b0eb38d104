// SPDX-License-Identifier: Apache-2.0
#include "protocols/postgres/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace weir::postgres {
namespace {

std::string or_variable(const std::string& value, const char* variable, const io::Environment& environment) {
  return value.empty() ? environment.get(variable).value_or("") : value;
}

bool is_this_machine(std::string_view host) {
  if (host.empty() || host.front() == '/' || host.front() == '@') return true;
  return host == "localhost" || host.starts_with("127.") || host == "::1";
}

std::string_view keyword(TlsMode mode) {
  switch (mode) {
    case TlsMode::Disable:
      return "disable";
    case TlsMode::Prefer:
      return "prefer";
    case TlsMode::Require:
      return "require";
    case TlsMode::VerifyCa:
      return "verify-ca";
    case TlsMode::VerifyFull:
      return "verify-full";
  }
  return "verify-full";
}

std::string tls_keyword(const PostgresOptions& options, const std::string& host,
                        const io::Environment& environment) {
  if (options.tls) return std::string(keyword(*options.tls));
  const auto variable = environment.get("PGSSLMODE");
  if (variable && !variable->empty()) return *variable;
  if (!options.tls_root_certificate.empty()) return "verify-full";
  return is_this_machine(host) ? "prefer" : "require";
}

/// libpq takes an empty value for one that is not given, so these two could lead past the configured
/// host and there is no way to tell it that they must not.
Result<void> check_variables(const PostgresOptions& options, const io::Environment& environment) {
  if (options.host.empty()) return {};
  for (const auto* variable : {"PGHOSTADDR", "PGSERVICE"}) {
    if (environment.get(variable).value_or("").empty()) continue;
    return fail(ErrorCode::InvalidConfig,
                "the variable {} is set and could lead to another server than {}; unset it, or remove `host` "
                "from the connection",
                variable, options.host);
  }
  return {};
}

std::string seconds(const config::Duration& duration) {
  const auto whole = std::chrono::ceil<std::chrono::seconds>(duration.value).count();
  return std::to_string(whole);
}

/// The server ends a statement that takes too long by itself; this is when it must have answered.
std::chrono::milliseconds silence_limit(std::chrono::milliseconds statement_timeout) {
  using std::chrono::seconds;
  if (statement_timeout.count() == 0) return std::chrono::milliseconds(0);
  const std::chrono::milliseconds margin = statement_timeout / 10;
  return statement_timeout + std::clamp<std::chrono::milliseconds>(margin, seconds(1), seconds(60));
}

Result<Secret> password_of(const PostgresOptions& options, const io::Environment& environment) {
  if (options.password.empty()) return Secret(environment.get("PGPASSWORD").value_or(""));
  config::Diagnostics warnings;
  return config::resolve(options.password, environment, warnings).within("reading the database password");
}

}  // namespace

const config::Spec<PostgresOptions>& postgres_spec() {
  static const auto spec = [] {
    auto made = config::Spec<PostgresOptions>("postgres", "Tables of a PostgreSQL database.");
    add_connection_fields(made);
    made.field("lock_timeout", &PostgresOptions::lock_timeout,
               "How long to wait for another session that holds a table. 0 s: as long as it takes.");
    return made;
  }();
  return spec;
}

Result<Target> target_of(const PostgresOptions& options, const io::Environment& environment) {
  TRY(check_variables(options, environment));
  Target target;
  const auto add = [&](const char* name, std::string value) {
    if (!value.empty()) target.keywords.emplace_back(name, std::move(value));
  };
  const auto host = or_variable(options.host, "PGHOST", environment);
  const auto port = options.port ? std::to_string(*options.port) : environment.get("PGPORT").value_or("5432");
  const auto user = or_variable(options.user, "PGUSER", environment);
  const auto database = or_variable(options.database, "PGDATABASE", environment);
  add("host", host);
  add("port", port.empty() ? "5432" : port);
  add("user", user);
  add("dbname", database);
  add("passfile", or_variable(options.password_file, "PGPASSFILE", environment));
  add("sslmode", tls_keyword(options, host, environment));
  add("sslrootcert", or_variable(options.tls_root_certificate, "PGSSLROOTCERT", environment));
  add("sslcert", or_variable(options.tls_certificate, "PGSSLCERT", environment));
  add("sslkey", or_variable(options.tls_key, "PGSSLKEY", environment));
  add("connect_timeout", seconds(options.connect_timeout));
  add("application_name", "weir");
  add("client_encoding", "UTF8");
  add("gssencmode", "disable");
  add("keepalives_idle", "60");
  add("keepalives_interval", "10");
  add("keepalives_count", "3");
  add("tcp_user_timeout", "60000");
  // A blank is not empty for libpq, and nothing for the server.
  if (!environment.get("PGOPTIONS").value_or("").empty()) add("options", " ");
  target.silence_limit = silence_limit(options.statement_timeout.value);
  target.password = TRY(password_of(options, environment));
  target.shown = fmt::format("{}{}{}:{}/{}", user, user.empty() ? "" : "@", host.empty() ? "localhost" : host,
                             port, database);
  return target;
}

std::string session_sql(const PostgresOptions& options) {
  const auto timeout = options.statement_timeout.value.count();
  return fmt::format(
      "SET timezone = 'UTC'; SET datestyle = 'ISO, YMD'; SET intervalstyle = 'iso_8601'; "
      "SET bytea_output = 'hex'; SET extra_float_digits = 3; SET standard_conforming_strings = on; "
      "SET client_min_messages = warning; SET default_transaction_isolation = 'read committed'; "
      "SET default_transaction_read_only = off; SET statement_timeout = {}; SET lock_timeout = {}; "
      "SET idle_in_transaction_session_timeout = {}; "
      // Servers from 14 on notice within this time that the client is gone.
      "SELECT set_config(name, '10s', false) FROM pg_settings WHERE name = "
      "'client_connection_check_interval'",
      timeout, options.lock_timeout.value.count(), timeout);
}

Result<std::string> identifier(std::string_view name, std::size_t most_bytes) {
  if (name.empty()) return fail(ErrorCode::InvalidConfig, "a name is empty");
  if (name.find('\0') != std::string_view::npos) {
    return fail(ErrorCode::InvalidConfig, "a name has a NUL character");
  }
  if (name.size() > most_bytes) {
    return fail(ErrorCode::InvalidConfig,
                "the name {} has {} bytes, and the server would cut it after {}; choose a shorter one", name,
                name.size(), most_bytes);
  }
  return sql_identifier(name);
}

std::string literal(std::string_view text) {
  if (text.find('\\') == std::string_view::npos) return sql_literal(text);
  return "E" + join(split(sql_literal(text), '\\'), "\\\\");
}

}  // namespace weir::postgres
