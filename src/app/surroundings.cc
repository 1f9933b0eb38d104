// SPDX-License-Identifier: Apache-2.0
#include "app/surroundings.h"

#include <fmt/format.h>

#include <charconv>

#include "base/text.h"
#include "model/time_zone.h"
#include "protocols/postgres/options.h"

namespace weir::app {
namespace {

/// The place of a problem that is in no file.
config::Position in_environment() { return {"environment", 0, 0}; }

constexpr const char* kColumns =
    "SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_class c "
    "JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid "
    "WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum";

/// A variable's value, or that of the name that psql knows.
std::string either(const io::Environment& environment, const std::string& name, const char* known) {
  auto value = environment.get(name).value_or("");
  if (value.empty()) value = environment.get(known).value_or("");
  return value;
}

void read_port(const char* name, const std::string& text, std::uint16_t& port,
               config::Diagnostics& diagnostics) {
  if (text.empty()) return;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0)
    diagnostics.error(in_environment(), fmt::format("the variable {} is '{}', which is no port", name, text));
}

}  // namespace

migrate::Surroundings surroundings_of(const io::Environment& environment, migrate::WarehouseKind kind,
                                      config::Diagnostics& diagnostics) {
  migrate::Surroundings around;
  around.kind = kind;
  if (kind == migrate::WarehouseKind::Postgres) {
    around.port = 5432;
    around.database.clear();
  }
  around.host = either(environment, "pghost", "PGHOST");
  around.user = either(environment, "pguser", "PGUSER");
  around.copy_role = environment.get("copy_role").value_or("");
  if (const auto name = either(environment, "pgdatabase", "PGDATABASE"); !name.empty())
    around.database = name;
  if (environment.get("pgpass").value_or("").empty() && !environment.get("PGPASSWORD").value_or("").empty())
    around.password = "env:PGPASSWORD";
  read_port("pgport", either(environment, "pgport", "PGPORT"), around.port, diagnostics);
  return around;
}

void check_surroundings(const io::Environment& environment, config::Diagnostics& diagnostics) {
  const auto need = [&](const char* name, const char* known, const char* what) {
    if (either(environment, name, known).empty())
      diagnostics.error(in_environment(), fmt::format("the variable {} is not set; it holds {}", name, what));
  };
  need("pghost", "PGHOST", "the name of the Redshift server");
  need("pguser", "PGUSER", "the name of the user who loads");
  need("pgpass", "PGPASSWORD", "the user's password");
  check_aws_keys(environment, diagnostics);
}

void check_aws_keys(const io::Environment& environment, config::Diagnostics& diagnostics) {
  const bool id = !environment.get("AWS_ACCESS_KEY_ID").value_or("").empty();
  const bool secret = !environment.get("AWS_SECRET_ACCESS_KEY").value_or("").empty();
  if (id == secret) return;
  diagnostics.error(
      in_environment(),
      fmt::format("the variable {} is set, but {} is not; set both, or neither for a profile or "
                  "the machine's role",
                  id ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY",
                  id ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID"));
}

std::vector<std::string> secrets_of(const io::Environment& environment) {
  std::vector<std::string> secrets;
  for (const auto* name : {"pgpass", "PGPASSWORD", "lookerpass", "lookermaskkey", "AWS_SECRET_ACCESS_KEY",
                           "AWS_SESSION_TOKEN", "AWS_ACCESS_KEY_ID"}) {
    auto value = environment.get(name).value_or("");
    if (!value.empty()) secrets.push_back(std::move(value));
  }
  return secrets;
}

migrate::LookerServer looker_server_of(const io::Environment& environment, config::Diagnostics& diagnostics) {
  migrate::LookerServer server;
  server.host = either(environment, "lookerhost", "MYSQL_HOST");
  server.user = environment.get("lookeruser").value_or("");
  server.tls = environment.get("lookertls").value_or("");
  if (auto database = environment.get("lookerdatabase").value_or(""); !database.empty())
    server.database = std::move(database);
  const bool only_old =
      environment.get("lookerpass").value_or("").empty() && !environment.get("pgpass").value_or("").empty();
  if (only_old) {
    server.password = "env:pgpass";
    diagnostics.warning(
        in_environment(),
        "the password of Looker's database is taken from pgpass, because lookerpass is not set");
  }
  if (auto zone = environment.get("lookerzone").value_or(""); !zone.empty()) {
    if (const auto found = model::TimeZone::find(zone); !found.ok())
      diagnostics.error(in_environment(), "the variable lookerzone: " + found.error().message());
    server.zone = std::move(zone);
  }
  read_port("lookerport", either(environment, "lookerport", "MYSQL_TCP_PORT"), server.port, diagnostics);
  return server;
}

void check_looker_server(const migrate::LookerServer& server, const io::Environment& environment,
                         config::Diagnostics& diagnostics) {
  const auto need = [&](const std::string& value, const char* name, const char* what) {
    if (value.empty())
      diagnostics.error(in_environment(), fmt::format("the variable {} is not set; it holds {}", name, what));
  };
  need(server.host, "lookerhost", "the name of the server of Looker's database");
  need(server.user, "lookeruser", "the name of the user who reads it");
  need(either(environment, "lookerpass", "pgpass"), "lookerpass", "the user's password");
  check_aws_keys(environment, diagnostics);
}

std::vector<WantedTable> wanted_tables(const migrate::OriginalJob& job) {
  std::vector<WantedTable> wanted;
  for (const auto& file : job.files) {
    wanted.push_back({job.target_schema(), file.table(), file.columns, file.at});
    if (file.derives_group()) wanted.back().columns.emplace_back("group_name");
  }
  return wanted;
}

Result<migrate::TargetTables> read_target_tables(const std::vector<WantedTable>& wanted,
                                                 const migrate::Surroundings& surroundings,
                                                 const io::Environment& environment) {
  postgres::PostgresOptions options;
  options.host = surroundings.host;
  options.port = surroundings.port;
  options.database = surroundings.database;
  options.user = surroundings.user;
  options.password.name = surroundings.password.substr(surroundings.password.find(':') + 1);
  auto connection = TRY(postgres::Connection::open(TRY(postgres::target_of(options, environment))));
  migrate::TargetTables tables;
  for (const auto& each : wanted) {
    // The name as both systems keep it when it was created without quotes.
    postgres::Parameters names;
    names.text(lower(each.schema)).text(lower(each.table));
    const auto rows = TRY(connection.query(kColumns, names).within("looking at the tables to be filled"));
    for (std::size_t row = 0; row < rows.size(); ++row)
      tables[each.table].emplace(lower(rows.text(row, 1)), rows.text(row, 2));
  }
  return tables;
}

void check_target_tables(const std::vector<WantedTable>& wanted, const migrate::TargetTables& tables,
                         config::Diagnostics& diagnostics) {
  for (const auto& each : wanted) {
    const auto found = tables.find(each.table);
    if (found == tables.end()) {
      diagnostics.error(
          each.at, fmt::format("the database has no table {}; create it before the first run", each.name()));
      continue;
    }
    std::vector<std::string> known;
    for (const auto& [column, type] : found->second) known.push_back(column);
    for (const auto& column : each.columns) {
      if (found->second.contains(lower(column))) continue;
      diagnostics.error(each.at, fmt::format("the table {} has no column {}", each.name(), column),
                        closest(column, known).value_or(""));
    }
  }
}

}  // namespace weir::app
