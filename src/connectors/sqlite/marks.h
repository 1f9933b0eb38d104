// SPDX-License-Identifier: Apache-2.0
// Rows that carry no mark of their load. Used inside this folder only.
#pragma once

#include "connectors/sdk/destination.h"
#include "connectors/sqlite/table.h"

namespace weir::sqlite {

/// Fails with DataMismatch when a partition's rows are to be found by marks, but earlier loads wrote
/// into the table before it had any. Loads of other partitions and pipelines count as well: with the
/// first mark the table would look as if all rows of weir had one.
Result<void> check_marks(Database& database, const StoredTable& stored, const sdk::TableTarget& target,
                         const model::Partition& partition);

}  // namespace weir::sqlite
