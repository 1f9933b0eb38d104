// SPDX-License-Identifier: Apache-2.0
#include "connectors/sqlite/marks.h"

#include "base/text.h"
#include "connectors/sdk/load_request.h"
#include "connectors/sqlite/ledger.h"
#include "connectors/sqlite/plan.h"

namespace weir::sqlite {

Result<void> check_marks(Database& database, const StoredTable& stored, const sdk::TableTarget& target,
                         const model::Partition& partition) {
  if (target.write != model::WriteMode::ReplacePartition || replaces_by_time(target, partition)) return {};
  if (stored.find(kLoadColumn) != nullptr || !TRY(tells_of_rows(database, stored.name))) return {};
  auto rows = TRY(database.prepare("SELECT 1 FROM " + sql_identifier(stored.name)));
  if (!TRY(rows.step())) return {};
  return sdk::unmarked_rows(target, partition, kLoadColumn);
}

}  // namespace weir::sqlite
