// SPDX-License-Identifier: Apache-2.0
// The table _weir_loads: one row for each table of each published load. Used inside this folder only.
#pragma once

#include <string>
#include <vector>

#include "connectors/sqlite/database.h"
#include "model/load.h"

namespace weir::sqlite {

Result<void> create_ledger(Database& database);
Result<void> write_entry(Database& database, const model::LedgerEntry& entry);
/// Whether a load of this id was published. A file without a ledger has none.
Result<bool> was_published(Database& database, const std::string& load_id);
/// Whether published loads have brought rows into a table.
Result<bool> tells_of_rows(Database& database, const std::string& table);
// A load under way shares the connection, so a reader names the load whose transaction is open:
// nothing of it is published. A second connection would be shut out by a large load that a rollback
// journal protects. Empty: no transaction is open.

/// The newest entry of each table of a pipeline's partition, in the order of their publication.
Result<std::vector<model::LedgerEntry>> newest_entries(Database& database, const std::string& pipeline,
                                                       const std::string& partition,
                                                       const std::string& open_load);
/// Oldest first; empty pipeline: of all pipelines.
Result<std::vector<model::LedgerEntry>> all_entries(Database& database, const std::string& pipeline,
                                                    const std::string& open_load);

}  // namespace weir::sqlite
