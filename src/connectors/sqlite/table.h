// SPDX-License-Identifier: Apache-2.0
// What is already in the file under a table's name. Used inside this folder only.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "connectors/sqlite/database.h"

namespace weir::sqlite {

struct StoredColumn {
  std::string name;      ///< as spelled in the table
  std::string declared;  ///< its declared type, which may be empty
  bool generated = false;
};

struct StoredTable {
  std::string name;
  bool is_table = true;  ///< not a view
  bool strict = false;   ///< values of another type are refused by SQLite
  std::vector<StoredColumn> columns;
  std::vector<std::vector<std::string>> unique_keys;  ///< the columns of each full unique index
  std::vector<std::string> first_indexed;             ///< the first column of each full index

  /// SQLite does not tell upper and lower case ASCII letters apart, and neither does this.
  const StoredColumn* find(std::string_view column) const;
  bool has_unique_key(const std::vector<std::string>& key) const;
  bool has_index_on(std::string_view column) const;
};

/// Nothing when there is neither a table nor a view of this name.
Result<std::optional<StoredTable>> read_table(Database& database, const std::string& name);

bool same_name(std::string_view a, std::string_view b);

}  // namespace weir::sqlite
