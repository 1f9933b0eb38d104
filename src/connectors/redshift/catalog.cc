// SPDX-License-Identifier: Apache-2.0
#include "connectors/redshift/catalog.h"

#include <fmt/format.h>

#include "base/text.h"

namespace weir::redshift {
namespace {

using postgres::Connection;
using postgres::Parameters;

constexpr const char* kTable =
    "SELECT c.oid, c.relkind, pg_get_userbyid(c.relowner), obj_description(c.oid, 'pg_class') "
    "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'v', 'm', 'f', 'p')";

constexpr const char* kStoredColumns =
    "SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.atthasdef, "
    "col_description(a.attrelid, a.attnum) FROM pg_attribute a "
    "WHERE a.attrelid = {} AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum";

// Views remember the table itself, not its name; keys and columns that number themselves are not
// copied by LIKE.
constexpr const char* kHangsOn =
    "SELECT DISTINCT 'view ' || n.nspname || '.' || v.relname FROM pg_depend d "
    "JOIN pg_rewrite r ON r.oid = d.objid JOIN pg_class v ON v.oid = r.ev_class "
    "JOIN pg_namespace n ON n.oid = v.relnamespace "
    "WHERE d.refobjid = {0} AND d.classid = 'pg_rewrite'::regclass AND v.oid <> {0} "
    "UNION SELECT 'constraint ' || conname FROM pg_constraint WHERE conrelid = {0} OR confrelid = {0} "
    "UNION SELECT 'identity of column ' || a.attname FROM pg_attribute a JOIN pg_attrdef f "
    "ON f.adrelid = a.attrelid AND f.adnum = a.attnum WHERE a.attrelid = {0} AND "
    "pg_get_expr(f.adbin, f.adrelid) LIKE '%identity%' ORDER BY 1";

constexpr const char* kTablePrivileges =
    "SELECT p.privilege_type, '', p.identity_type, p.identity_name, p.admin_option "
    "FROM svv_relation_privileges p JOIN pg_namespace n ON n.nspname = p.namespace_name "
    "JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = p.relation_name "
    "WHERE p.namespace_name = $1 AND p.relation_name = $2 AND p.identity_name <> pg_get_userbyid(c.relowner) "
    "ORDER BY 4, 1";

constexpr const char* kColumnPrivileges =
    "SELECT privilege_type, column_name, identity_type, identity_name, false "
    "FROM svv_column_privileges WHERE namespace_name = $1 AND relation_name = $2 ORDER BY 4, 1, 2";

std::string grantee(std::string_view type, std::string_view name) {
  if (type == "public") return "PUBLIC";
  const auto quoted = sql_identifier(name);
  if (type == "group") return "GROUP " + quoted;
  return type == "role" ? "ROLE " + quoted : quoted;
}

Parameters names(const std::string& schema, const std::string& table) {
  Parameters parameters;
  parameters.text(schema).text(table);
  return parameters;
}

Result<void> add_privileges(Connection& connection, const char* sql, const Parameters& parameters,
                            std::vector<Privilege>& privileges) {
  const auto rows = TRY(connection.query(sql, parameters));
  for (std::size_t row = 0; row < rows.size(); ++row) {
    privileges.push_back({std::string(rows.text(row, 0)), std::string(rows.text(row, 1)),
                          grantee(rows.text(row, 2), rows.text(row, 3)), rows.boolean(row, 4)});
  }
  return {};
}

Result<void> add_columns(Connection& connection, const std::string& id, StoredTable& table) {
  const auto rows = TRY(connection.execute(fmt::format(kStoredColumns, id)));
  for (std::size_t row = 0; row < rows.size(); ++row) {
    table.columns.push_back({std::string(rows.text(row, 0)), parse_type(rows.text(row, 1)),
                             rows.boolean(row, 2), rows.boolean(row, 3), std::string(rows.text(row, 4))});
  }
  return {};
}

}  // namespace

const StoredColumn* StoredTable::find(std::string_view column) const {
  const auto wanted = folded(column);
  for (const auto& stored : columns) {
    if (stored.name == wanted) return &stored;
  }
  return nullptr;
}

std::string folded(std::string_view name) {
  std::string result(name);
  for (auto& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

std::string qualified(const std::string& schema, const std::string& table) {
  return sql_identifier(schema) + "." + sql_identifier(table);
}

Result<std::vector<Privilege>> read_privileges(Connection& connection, const std::string& schema,
                                               const std::string& table) {
  std::vector<Privilege> privileges;
  const auto parameters = names(folded(schema), folded(table));
  TRY(add_privileges(connection, kTablePrivileges, parameters, privileges));
  TRY(add_privileges(connection, kColumnPrivileges, parameters, privileges));
  return privileges;
}

Result<std::optional<StoredTable>> read_table(Connection& connection, const std::string& schema,
                                              const std::string& table) {
  const auto found = TRY(connection.query(kTable, names(folded(schema), folded(table))));
  if (found.size() == 0) return std::optional<StoredTable>();
  StoredTable stored;
  stored.name = folded(table);
  stored.is_table = found.text(0, 1) == "r";
  stored.owner = std::string(found.text(0, 2));
  stored.comment = std::string(found.text(0, 3));
  const auto id = std::string(found.text(0, 0));
  TRY(add_columns(connection, id, stored));
  const auto hangs = TRY(connection.execute(fmt::format(kHangsOn, id)));
  for (std::size_t row = 0; row < hangs.size(); ++row) stored.hangs_on.emplace_back(hangs.text(row, 0));
  stored.privileges = TRY(read_privileges(connection, schema, table));
  return std::optional(std::move(stored));
}

Result<void> check_schema(Connection& connection, const std::string& schema) {
  Parameters parameters;
  parameters.text(folded(schema));
  const auto rows = TRY(connection.query(
      "SELECT has_schema_privilege(current_user, nspname, 'CREATE') FROM pg_namespace WHERE nspname = $1",
      parameters));
  if (rows.size() == 0) {
    return fail(ErrorCode::NotFound, "there is no schema {}; make it with CREATE SCHEMA, or name another one",
                schema);
  }
  if (rows.boolean(0, 0)) return {};
  return fail(ErrorCode::PermissionDenied,
              "the user may make no tables in schema {}; run: GRANT USAGE, CREATE ON SCHEMA {} TO <user>",
              schema, sql_identifier(schema));
}

}  // namespace weir::redshift
