// SPDX-License-Identifier: Apache-2.0
// The columns of the four tables of Looker's database that earlier jobs copied, and of the tables that
// they were loaded into. Used by looker_tables.h and object_job.h. Constants.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace weir::migrate {

struct LookerColumn {
  std::string_view name;
  std::string_view type;  ///< of the rows: "integer", "text", "timestamp" or "double"
};

struct LookerTable {
  std::string_view table;    ///< in Looker's database
  std::string_view object;   ///< how the objects are called
  std::string_view dbtable;  ///< the table that the objects were loaded into
  std::span<const LookerColumn> columns;
};

/// In the order in which they were copied: dashboard, history, user, user_facts.
std::span<const LookerTable> looker_tables();
/// The one that a table of a warehouse is loaded of; nothing when it is none of them.
const LookerTable* looker_table_of(std::string_view dbtable);

}  // namespace weir::migrate
