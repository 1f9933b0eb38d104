// SPDX-License-Identifier: Apache-2.0
// The table `_weir_loads`: what was published. Used inside this folder only. Functions on a
// connection, which belongs to one thread.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "engine/database.h"
#include "model/load.h"

namespace weir::duckdb {

Result<void> create_ledger(engine::Connection& connection);
/// Whether an earlier load had this id. The ledger must exist.
Result<bool> was_published(engine::Connection& connection, const std::string& load_id);
/// Whether published loads have brought rows into a table.
Result<bool> tells_of_rows(engine::Connection& connection, const std::string& table);
Result<void> write_entry(engine::Connection& connection, const model::LedgerEntry& entry);
/// The newest entry of each table, oldest first.
Result<std::vector<model::LedgerEntry>> newest_entries(engine::Connection& connection,
                                                       const std::string& pipeline,
                                                       const std::string& partition);
/// Every entry, oldest first; empty pipeline: of all pipelines.
Result<std::vector<model::LedgerEntry>> all_entries(engine::Connection& connection,
                                                    const std::string& pipeline);

}  // namespace weir::duckdb
