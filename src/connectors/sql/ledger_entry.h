// SPDX-License-Identifier: Apache-2.0
// A row of the table _weir_loads as an entry. Used by the ledgers of databases, whose statements differ.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "model/load.h"

namespace weir::sql {

/// Fails when the text is none: somebody else has written it.
Result<Timestamp> ledger_time(std::string_view text);

/// The entry in a row whose columns are those of the table in their order, without its number.
template <typename Rows>
Result<model::LedgerEntry> ledger_entry(const Rows& rows, std::size_t row) {
  const auto text = [&](std::size_t column) { return std::string(rows.text(row, column)); };
  const auto count = [&](std::size_t column) {
    return static_cast<std::uint64_t>(rows.integer(row, column));
  };
  model::LedgerEntry entry;
  entry.load_id = text(0);
  entry.pipeline = text(1);
  entry.partition = text(2);
  entry.table = text(3);
  entry.counts = {count(4), count(5), count(6), count(7), count(8), count(9)};
  entry.fingerprint = text(10);
  entry.content_hash = text(11);
  entry.cursor = text(12);
  entry.started_at = TRY(ledger_time(rows.text(row, 13)));
  entry.published_at = TRY(ledger_time(rows.text(row, 14)));
  return entry;
}

}  // namespace weir::sql
