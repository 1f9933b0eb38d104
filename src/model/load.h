// SPDX-License-Identifier: Apache-2.0
// What a run counts and what a destination remembers of a published run. Values.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"

namespace weir::model {

/// The account of one table of a run. See conserve().
struct RowCounts {
  std::uint64_t read = 0;          ///< rows that the source handed out
  std::uint64_t added = 0;         ///< rows that an sql transform made in excess of those it took
  std::uint64_t loaded = 0;        ///< rows visible in the destination because of this load
  std::uint64_t filtered = 0;      ///< rows that a filter or an sql transform left out
  std::uint64_t deduplicated = 0;  ///< rows whose key was already there
  std::uint64_t quarantined = 0;   ///< rows set aside with their bytes and reason

  RowCounts& operator+=(const RowCounts& other);
  bool operator==(const RowCounts&) const = default;
};

/// Fails with Internal unless read + added = loaded + filtered + deduplicated + quarantined.
Result<void> conserve(const RowCounts& counts);

/// How a load treats rows that are already in the table.
enum class WriteMode {
  Append,            ///< add the rows
  Replace,           ///< the table holds exactly these rows afterwards
  Merge,             ///< rows of the same key are replaced, others added
  ReplacePartition,  ///< the rows of this partition are replaced, others stay
};
std::string_view name(WriteMode mode);
std::optional<WriteMode> write_mode_from_name(std::string_view name);

/// One row of the ledger `_weir_loads`, written in the same transaction as the rows it tells of.
struct LedgerEntry {
  std::string load_id;  ///< unique; sorts by time
  std::string pipeline;
  std::string partition;  ///< the partition's key: "2022-01-24"; "all" without partitions
  std::string table;
  RowCounts counts;
  std::string fingerprint;   ///< of the definition and the inputs' names, sizes and times
  std::string content_hash;  ///< of the inputs' bytes
  std::string cursor;        ///< empty when the pipeline has none
  Timestamp started_at;
  Timestamp published_at;

  bool operator==(const LedgerEntry&) const = default;
};

}  // namespace weir::model
