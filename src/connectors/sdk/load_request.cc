// SPDX-License-Identifier: Apache-2.0
#include "connectors/sdk/load_request.h"

#include <algorithm>
#include <set>

#include "base/text.h"

namespace weir::sdk {
namespace {

using model::WriteMode;

constexpr std::string_view kReservedPrefix = "_weir_";

Result<void> check_mode(const TableTarget& target, const DestinationCapabilities& capabilities) {
  const auto& modes = capabilities.write_modes;
  if (std::find(modes.begin(), modes.end(), target.write) == modes.end()) {
    std::vector<std::string> known;
    for (const auto mode : modes) known.emplace_back(model::name(mode));
    return fail(ErrorCode::Unsupported, "this destination cannot write table {} with write: {}; it can do {}",
                target.table, model::name(target.write), join(known));
  }
  if (!target.skip_known_keys) return {};
  if (!capabilities.resolves_keys) {
    const bool merges = std::find(modes.begin(), modes.end(), WriteMode::Merge) != modes.end();
    return fail(ErrorCode::Unsupported,
                "this destination cannot look up which keys table {} already holds; {} or remove the key",
                target.table,
                merges ? "use write: merge, which replaces the rows of known keys,"
                       : "choose a database as the destination");
  }
  if (target.key.empty()) {
    return fail(ErrorCode::InvalidConfig, "table {} skips known keys but names no key", target.table);
  }
  if (target.write == WriteMode::Merge) {
    return fail(ErrorCode::InvalidConfig,
                "table {}: write: merge replaces rows of a known key, skipping known keys leaves them out; "
                "choose one",
                target.table);
  }
  return {};
}

Result<void> check_columns(const TableTarget& target) {
  if (target.schema.columns.empty()) {
    return fail(ErrorCode::InvalidConfig, "table {} has no columns", target.table);
  }
  std::set<std::string_view> seen;
  for (const auto& column : target.schema.columns) {
    if (column.name.empty()) {
      return fail(ErrorCode::InvalidConfig, "table {} has a column without a name", target.table);
    }
    if (lower(column.name).starts_with(kReservedPrefix)) {
      return fail(ErrorCode::InvalidConfig,
                  "column {} of table {} begins with {}, which weir keeps for itself", column.name,
                  target.table, kReservedPrefix);
    }
    if (!seen.insert(column.name).second) {
      return fail(ErrorCode::InvalidConfig, "table {} has two columns named {}", target.table, column.name);
    }
  }
  return {};
}

Result<void> check_key(const TableTarget& target) {
  if (target.write == WriteMode::Merge && target.key.empty()) {
    return fail(ErrorCode::InvalidConfig, "table {}: write: merge needs a key", target.table);
  }
  for (const auto& column : target.key) {
    if (!target.schema.find(column)) {
      return fail(ErrorCode::InvalidConfig, "the key of table {} names {}, but the columns are {}",
                  target.table, column, join(target.schema.names()));
    }
  }
  return {};
}

Result<void> check_partition_column(const TableTarget& target, const model::Partition& partition) {
  if (target.write != WriteMode::ReplacePartition || !partition.window) return {};
  if (target.partition_column.empty()) return {};
  const auto found = target.schema.find(target.partition_column);
  if (!found) {
    return fail(ErrorCode::InvalidConfig, "table {} is partitioned by {}, but the columns are {}",
                target.table, target.partition_column, join(target.schema.names()));
  }
  const auto type = target.schema.columns[*found].type;
  if (type == model::Type::Timestamp || type == model::Type::Date) return {};
  return fail(ErrorCode::InvalidConfig,
              "table {} is partitioned by {}, which is {}; it must be timestamp or date: add a cast",
              target.table, target.partition_column, model::name(type));
}

}  // namespace

Result<void> check_request(const LoadRequest& request, const DestinationCapabilities& capabilities) {
  std::set<std::string_view> seen;
  for (const auto& target : request.tables) {
    if (target.table.empty()) return fail(ErrorCode::InvalidConfig, "a table of the load has no name");
    if (lower(target.table).starts_with(kReservedPrefix)) {
      return fail(ErrorCode::InvalidConfig, "table {} begins with {}, which weir keeps for itself",
                  target.table, kReservedPrefix);
    }
    if (!seen.insert(target.table).second) {
      return fail(ErrorCode::InvalidConfig, "table {} stands in the load twice", target.table);
    }
    TRY(check_mode(target, capabilities));
    TRY(check_columns(target));
    TRY(check_key(target));
    TRY(check_partition_column(target, request.partition));
  }
  return {};
}

bool replaces_by_time(const TableTarget& target, const model::Partition& partition) {
  return partition.window.has_value() && !target.partition_column.empty();
}

Result<void> check_entries(const std::vector<model::LedgerEntry>& entries, const std::string& load_id) {
  if (entries.empty()) return fail(ErrorCode::Internal, "load {} has no ledger entry", load_id);
  for (const auto& entry : entries) {
    if (entry.load_id == load_id) continue;
    return fail(ErrorCode::Internal, "the ledger entry of load {} belongs to load {}", load_id,
                entry.load_id);
  }
  return {};
}

Failure unmarked_rows(const TableTarget& target, const model::Partition& partition, std::string_view mark,
                      std::string_view remedy) {
  return fail(
      ErrorCode::DataMismatch,
      "table {} holds rows that earlier loads wrote without {}, so those of partition {} cannot be told from "
      "others and would be doubled; name the column of time in partitions.column, or empty the table and run "
      "its partitions again with --rerun, or delete what will be loaded again and then run: {}",
      target.table, mark, partition.key, remedy);
}

}  // namespace weir::sdk
