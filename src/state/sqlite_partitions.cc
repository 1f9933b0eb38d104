// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "state/record_json.h"
#include "state/sqlite_views.h"

namespace weir::state {
namespace {

PartitionStatus status_from(const Statement& row) {
  PartitionStatus status;
  status.pipeline = row.text(0);
  status.partition = row.text(1);
  status.state = run_state_from_name(row.text(2)).value_or(RunState::Interrupted);
  status.run_id = row.text(3);
  status.updated_at = {row.number(4)};
  if (!row.is_null(5)) status.loaded_at = Timestamp{row.number(5)};
  status.load_id = row.text(6);
  status.fingerprint = row.text(7);
  status.counts = counts_from_json(row.text(8));
  return status;
}

}  // namespace

Result<void> write_partition_status(Database& database, const Run& run) {
  // A run that failed proves nothing, so what an earlier one proved stays. A run that found the
  // partition up to date adds its proof only where none was known, as after the state was lost.
  auto statement = TRY(database.prepare(R"sql(
INSERT INTO partitions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (pipeline, partition) DO UPDATE SET
  state = excluded.state, run_id = excluded.run_id, updated_at = excluded.updated_at,
  loaded_at = CASE WHEN excluded.loaded_at IS NULL
      OR (excluded.state = 'up_to_date' AND partitions.loaded_at IS NOT NULL)
    THEN partitions.loaded_at ELSE excluded.loaded_at END,
  load_id = CASE WHEN excluded.loaded_at IS NULL
      OR (excluded.state = 'up_to_date' AND partitions.loaded_at IS NOT NULL)
    THEN partitions.load_id ELSE excluded.load_id END,
  counts = CASE WHEN excluded.loaded_at IS NULL
      OR (excluded.state = 'up_to_date' AND partitions.loaded_at IS NOT NULL)
    THEN partitions.counts ELSE excluded.counts END,
  fingerprint = CASE WHEN excluded.loaded_at IS NULL
      OR (excluded.state = 'up_to_date' AND excluded.fingerprint = '')
    THEN partitions.fingerprint ELSE excluded.fingerprint END)sql"));
  const bool proven =
      run.state == RunState::Succeeded || run.state == RunState::Empty || run.state == RunState::UpToDate;
  const auto finished = run.finished_at.value_or(run.started_at).micros;
  const auto counts = counts_to_json(proven ? run.counts : CountsByTable());
  statement.bind(run.pipeline).bind(run.partition).bind(name(run.state)).bind(run.run_id).bind(finished);
  statement.bind(proven ? std::optional(finished) : std::optional<std::int64_t>());
  statement.bind(proven ? std::string_view(run.load_id) : "");
  statement.bind(proven ? std::string_view(run.fingerprint) : "").bind(counts);
  return statement.run();
}

Result<std::optional<PartitionStatus>> SqlitePartitions::find(const std::string& pipeline,
                                                              const std::string& partition) {
  const std::lock_guard lock(connection_.mutex);
  auto statement =
      TRY(connection_.database.prepare("SELECT * FROM partitions WHERE pipeline = ? AND partition = ?"));
  statement.bind(pipeline).bind(partition);
  if (!TRY(statement.step())) return std::optional<PartitionStatus>();
  return std::optional(status_from(statement));
}

Result<std::vector<PartitionStatus>> SqlitePartitions::list(const std::string& pipeline) {
  const std::lock_guard lock(connection_.mutex);
  auto statement = TRY(connection_.database.prepare(
      "SELECT * FROM partitions WHERE ?1 = '' OR pipeline = ?1 ORDER BY pipeline, partition"));
  statement.bind(pipeline);
  std::vector<PartitionStatus> all;
  while (TRY(statement.step())) all.push_back(status_from(statement));
  return all;
}

Result<std::vector<std::string>> SqlitePartitions::gaps(const std::string& pipeline,
                                                        std::span<const std::string> keys) {
  const std::lock_guard lock(connection_.mutex);
  auto statement = TRY(connection_.database.prepare(
      "SELECT partition FROM partitions WHERE pipeline = ? AND loaded_at IS NOT NULL"));
  statement.bind(pipeline);
  std::set<std::string> loaded;
  while (TRY(statement.step())) loaded.insert(statement.text(0));
  std::vector<std::string> missing;
  for (const auto& key : keys) {
    if (!loaded.contains(key)) missing.push_back(key);
  }
  return missing;
}

}  // namespace weir::state
