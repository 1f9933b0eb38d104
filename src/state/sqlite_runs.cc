// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "state/record_json.h"
#include "state/sqlite_views.h"

namespace weir::state {
namespace {

/// The order of the columns in the table, which both reading and writing follow.
Run run_from(const Statement& row) {
  Run run;
  run.run_id = row.text(0);
  run.pipeline = row.text(1);
  run.partition = row.text(2);
  run.state = run_state_from_name(row.text(3)).value_or(RunState::Interrupted);
  run.trigger = trigger_from_name(row.text(4)).value_or(Trigger::Run);
  run.attempt = row.number(5);
  run.started_at = {row.number(6)};
  if (!row.is_null(7)) run.finished_at = Timestamp{row.number(7)};
  run.counts = counts_from_json(row.text(8));
  run.bytes_read = static_cast<std::uint64_t>(row.number(9));
  run.load_id = row.text(10);
  run.fingerprint = row.text(11);
  run.error_code = row.text(12);
  run.error_message = row.text(13);
  run.warnings = texts_from_json(row.text(14));
  run.process = {row.number(15), row.text(16), static_cast<std::uint64_t>(row.number(17))};
  return run;
}

Result<std::vector<Run>> all_rows(Statement statement) {
  std::vector<Run> runs;
  while (TRY(statement.step())) runs.push_back(run_from(statement));
  return runs;
}

/// Unless somebody else was quicker. The partition's status follows unless it is of a later run.
Result<void> mark_interrupted(Database& database, const Run& run, Timestamp now) {
  auto mark =
      TRY(database.prepare("UPDATE runs SET state = 'interrupted', finished_at = ?, error_message = ? "
                           "WHERE run_id = ? AND finished_at IS NULL"));
  const auto message = fmt::format("process {} ended while the run was {}", run.process.pid, name(run.state));
  TRY(mark.bind(now.micros).bind(message).bind(run.run_id).run());
  if (database.changes() == 0) return {};
  auto later = TRY(
      database.prepare("SELECT 1 FROM partitions WHERE pipeline = ? AND partition = ? AND updated_at > ?"));
  later.bind(run.pipeline).bind(run.partition).bind(run.started_at.micros);
  if (TRY(later.step())) return {};
  auto interrupted = run;
  interrupted.state = RunState::Interrupted;
  interrupted.finished_at = now;
  return write_partition_status(database, interrupted);
}

}  // namespace

Result<void> write_run(Database& database, const Run& run) {
  auto statement = TRY(database.prepare(
      "INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
      "ON CONFLICT (run_id) DO UPDATE SET state = excluded.state, finished_at = excluded.finished_at, "
      "counts = excluded.counts, bytes_read = excluded.bytes_read, load_id = excluded.load_id, "
      "fingerprint = excluded.fingerprint, error_code = excluded.error_code, "
      "error_message = excluded.error_message, warnings = excluded.warnings"));
  const auto counts = counts_to_json(run.counts);
  const auto warnings = texts_to_json(run.warnings);
  const auto finished =
      run.finished_at ? std::optional(run.finished_at->micros) : std::optional<std::int64_t>();
  statement.bind(run.run_id).bind(run.pipeline).bind(run.partition);
  statement.bind(name(run.state)).bind(name(run.trigger)).bind(run.attempt);
  statement.bind(run.started_at.micros).bind(finished).bind(counts);
  statement.bind(static_cast<std::int64_t>(run.bytes_read)).bind(run.load_id).bind(run.fingerprint);
  statement.bind(run.error_code).bind(run.error_message).bind(warnings);
  statement.bind(run.process.pid).bind(run.process.boot_id);
  statement.bind(static_cast<std::int64_t>(run.process.started_ticks));
  return statement.run();
}

Result<std::int64_t> SqliteRuns::next_attempt(const RunRequest& request) {
  auto newest =
      TRY(connection_.database.prepare("SELECT state, attempt FROM runs WHERE pipeline = ? AND partition = ? "
                                       "ORDER BY started_at DESC, run_id DESC LIMIT 1"));
  newest.bind(request.pipeline).bind(request.partition);
  if (!TRY(newest.step())) return 1;
  const auto state = run_state_from_name(newest.text(0));
  const bool went_well =
      state == RunState::Succeeded || state == RunState::Empty || state == RunState::UpToDate;
  return went_well ? 1 : newest.number(1) + 1;
}

Result<Run> SqliteRuns::begin(const RunRequest& request) {
  const std::lock_guard lock(connection_.mutex);
  auto& database = connection_.database;
  Run run;
  run.run_id = request.run_id;
  run.pipeline = request.pipeline;
  run.partition = request.partition;
  run.trigger = request.trigger;
  run.started_at = request.now;
  run.process = request.process;
  const auto work = [&]() -> Result<void> {
    auto taken = TRY(database.prepare("SELECT 1 FROM runs WHERE run_id = ?"));
    taken.bind(run.run_id);
    if (TRY(taken.step())) return fail(ErrorCode::Conflict, "there is a run {} already", run.run_id);
    run.attempt = TRY(next_attempt(request));
    return write_run(database, run);
  };
  TRY(database.transaction(work));
  return run;
}

Result<void> SqliteRuns::record(const Run& run, std::span<const Event> events) {
  const std::lock_guard lock(connection_.mutex);
  auto& database = connection_.database;
  return database.transaction([&]() -> Result<void> {
    TRY(write_run(database, run));
    if (is_final(run.state)) TRY(write_partition_status(database, run));
    return write_events(database, events);
  });
}

Result<Run> SqliteRuns::find(const std::string& id) {
  const std::lock_guard lock(connection_.mutex);
  auto by_run =
      TRY(connection_.database.prepare("SELECT * FROM runs WHERE run_id >= ?1 AND substr(run_id, 1, "
                                       "length(?1)) = ?1 ORDER BY run_id LIMIT 2"));
  by_run.bind(id);
  auto runs = TRY(all_rows(std::move(by_run)));
  if (runs.empty()) {
    // A run that finds the partition up to date has the load id of the one that loaded it.
    auto by_load = TRY(connection_.database.prepare(
        "SELECT * FROM runs WHERE substr(load_id, 1, length(?1)) = ?1 AND state <> 'up_to_date' "
        "ORDER BY run_id LIMIT 2"));
    by_load.bind(id);
    runs = TRY(all_rows(std::move(by_load)));
  }
  if (id.empty() || runs.empty()) {
    return fail(ErrorCode::NotFound, "there is no run '{}': 'weir runs' lists those that are known", id);
  }
  if (runs.size() > 1 && runs[0].run_id != id) {
    return fail(ErrorCode::InvalidConfig, "several runs begin with '{}': write more of the id, as {} or {}",
                id, runs[0].run_id, runs[1].run_id);
  }
  return std::move(runs[0]);
}

Result<std::vector<Run>> SqliteRuns::list(const RunFilter& filter) {
  const std::lock_guard lock(connection_.mutex);
  auto statement = TRY(connection_.database.prepare(
      "SELECT * FROM runs WHERE (?1 = '' OR pipeline = ?1) AND (?2 = '' OR partition = ?2) "
      "AND (?3 = '' OR state = ?3) ORDER BY started_at DESC, run_id DESC LIMIT ?4"));
  const auto limit = static_cast<std::int64_t>(std::min<std::size_t>(filter.limit, 1'000'000'000));
  statement.bind(filter.pipeline).bind(filter.partition).bind(filter.state ? name(*filter.state) : "");
  statement.bind(limit);
  return all_rows(std::move(statement));
}

Result<std::vector<Run>> SqliteRuns::unfinished() {
  const std::lock_guard lock(connection_.mutex);
  return all_rows(
      TRY(connection_.database.prepare("SELECT * FROM runs WHERE finished_at IS NULL ORDER BY run_id")));
}

Result<std::vector<Run>> SqliteRuns::interrupt_abandoned(Timestamp now,
                                                         const std::function<bool(const Process&)>& running) {
  // `running` is foreign code, so it is asked without the lock.
  auto abandoned = TRY(unfinished());
  std::erase_if(abandoned, [&](const Run& run) { return running(run.process); });
  if (abandoned.empty()) return abandoned;
  const std::lock_guard lock(connection_.mutex);
  const auto work = [&]() -> Result<void> {
    for (const auto& run : abandoned) TRY(mark_interrupted(connection_.database, run, now));
    return {};
  };
  TRY(connection_.database.transaction(work));
  return abandoned;
}

}  // namespace weir::state
