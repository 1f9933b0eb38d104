// SPDX-License-Identifier: Apache-2.0
// Connections that see one and the same instant of the database. Used by the source only.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "connectors/mysql/sessions.h"
#include "connectors/mysql/source_query.h"

namespace weir::mysql {

struct Snapshot {
  std::vector<std::unique_ptr<Connection>> connections;  ///< at least one, each in its transaction
  std::vector<std::string> warnings;
};

/// Begins a snapshot. More than one connection can share it because the tables that they are to read
/// are locked against writers until all of them have begun: then no row of these tables changes in
/// between. Where they cannot be locked, one connection is all there is, and a warning says so.
/// InnoDB only: other engines keep no old rows.
Result<Snapshot> begin_snapshot(Sessions& sessions, const std::vector<TableName>& shared_tables,
                                std::size_t readers);

}  // namespace weir::mysql
