// SPDX-License-Identifier: Apache-2.0
// What is known of a table in the database. Used inside this folder only.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/mysql/source_query.h"
#include "connectors/mysql/types.h"
#include "protocols/mysql/connection.h"

namespace weir::mysql {

struct StoredColumn {
  std::string name;
  StoredType type;
  bool computed = false;
};

struct StoredTable {
  TableName name;
  std::string kind;    ///< "BASE TABLE" or "VIEW"
  std::string engine;  ///< "InnoDB"
  std::vector<StoredColumn> columns;
  std::vector<std::vector<std::string>> unique_keys;
  std::vector<std::string> first_indexed;  ///< the first column of each index

  /// Names of columns differ by more than case.
  const StoredColumn* find(std::string_view column) const;
  bool has_unique_key(const std::vector<std::string>& key) const;
  bool has_index_on(std::string_view column) const;
};

/// Nothing when there is no such table.
Result<std::optional<StoredTable>> read_table(Connection& connection, const TableName& name);

}  // namespace weir::mysql
