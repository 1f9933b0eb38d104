// SPDX-License-Identifier: Apache-2.0
// What is stored under a table's name: columns, owner, privileges, comments and what hangs on it.
// Used inside this folder only.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "connectors/redshift/types.h"
#include "protocols/postgres/connection.h"

namespace weir::redshift {

struct StoredColumn {
  std::string name;
  StoredType type;
  bool not_null = false;
  bool has_default = false;  ///< or numbers itself
  std::string comment;

  bool operator==(const StoredColumn&) const = default;
};

/// GRANT SELECT [(column)] ON … TO …
struct Privilege {
  std::string what;    ///< "SELECT"
  std::string column;  ///< empty: the whole table
  std::string whom;    ///< as it stands in a GRANT: PUBLIC, GROUP "x", "x"
  bool can_grant = false;

  bool operator==(const Privilege&) const = default;
};

struct StoredTable {
  std::string name;
  bool is_table = true;  ///< not a view
  std::string owner;
  std::string comment;
  std::vector<StoredColumn> columns;
  std::vector<Privilege> privileges;  ///< without the owner's own
  /// What a copy of the table would lose: "view sales.daily", "a key". Empty: nothing.
  std::vector<std::string> hangs_on;

  const StoredColumn* find(std::string_view column) const;
  bool operator==(const StoredTable&) const = default;
};

/// A name as Redshift keeps it: letters A to Z become lower case, even inside quotes.
std::string folded(std::string_view name);
/// "schema"."table".
std::string qualified(const std::string& schema, const std::string& table);

/// Nothing when there is neither a table nor a view of this name.
Result<std::optional<StoredTable>> read_table(postgres::Connection& connection, const std::string& schema,
                                              const std::string& table);
/// The privileges of a table without its owner's own.
Result<std::vector<Privilege>> read_privileges(postgres::Connection& connection, const std::string& schema,
                                               const std::string& table);
/// NotFound when there is no such schema, PermissionDenied when nothing may be made in it.
Result<void> check_schema(postgres::Connection& connection, const std::string& schema);

}  // namespace weir::redshift
