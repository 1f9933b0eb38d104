// SPDX-License-Identifier: Apache-2.0
// What the writers that need the engine share: Parquet files, and merging. Only they include it.
#pragma once

#include <string>

#include "connectors/files/writer.h"
#include "engine/database.h"

namespace weir::files {

/// An engine of its own in memory, which spills into the load's scratch folder.
Result<engine::Database> open_engine(const WriterRequest& request);

/// `"id" BIGINT, "page" VARCHAR`
std::string column_definitions(const model::Schema& schema);

/// The columns of `to` out of a relation with the columns `from`: cast where the type differs, NULL
/// where there is none.
std::string select_list(const model::Schema& from, const model::Schema& to);

/// Writes a query's rows, which are that many, as one Parquet file.
Result<WrittenFile> copy_to_parquet(engine::Connection& connection, const std::string& query,
                                    const WriterRequest& request, std::uint64_t rows);

}  // namespace weir::files
