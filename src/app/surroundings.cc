// SPDX-License-Identifier: Apache-2.0
#include "app/surroundings.h"

#include <fmt/format.h>

#include <charconv>

#include "base/text.h"
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
  const auto port = either(environment, "pgport", "PGPORT");
  if (port.empty()) return around;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), around.port);
  if (error != std::errc() || end != port.data() + port.size() || around.port == 0)
    diagnostics.error(in_environment(), fmt::format("the variable pgport is '{}', which is no port", port));
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
  for (const auto* name :
       {"pgpass", "PGPASSWORD", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ACCESS_KEY_ID"}) {
    auto value = environment.get(name).value_or("");
    if (!value.empty()) secrets.push_back(std::move(value));
  }
  return secrets;
}

Result<migrate::TargetTables> read_target_tables(const migrate::OriginalJob& job,
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
  for (const auto& file : job.files) {
    // The name as both systems keep it when it was created without quotes.
    postgres::Parameters names;
    names.text(lower(job.target_schema())).text(lower(file.table()));
    const auto rows = TRY(connection.query(kColumns, names).within("looking at the tables to be filled"));
    for (std::size_t row = 0; row < rows.size(); ++row)
      tables[file.table()].emplace(lower(rows.text(row, 1)), rows.text(row, 2));
  }
  return tables;
}

void check_target_tables(const migrate::OriginalJob& job, const migrate::TargetTables& tables,
                         config::Diagnostics& diagnostics) {
  for (const auto& file : job.files) {
    const auto found = tables.find(file.table());
    if (found == tables.end()) {
      diagnostics.error(file.at,
                        fmt::format("the database has no table {}.{}; create it before the first run",
                                    job.target_schema(), file.table()));
      continue;
    }
    std::vector<std::string> known;
    for (const auto& [column, type] : found->second) known.push_back(column);
    auto wanted = file.columns;
    if (file.derives_group()) wanted.emplace_back("group_name");
    for (const auto& column : wanted) {
      if (found->second.contains(lower(column))) continue;
      diagnostics.error(
          file.at, fmt::format("the table {}.{} has no column {}", job.target_schema(), file.table(), column),
          closest(column, known).value_or(""));
    }
  }
}

}  // namespace weir::app
