// SPDX-License-Identifier: Apache-2.0
#include "state/sqlite_state_store.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <tuple>

#include "state/files.h"
#include "state/migrations.h"
#include "state/sqlite_views.h"

namespace weir::state {
namespace {

/// What the ledger's entries of one load, one a table, tell of its run.
std::vector<Run> runs_of(std::span<const model::LedgerEntry> entries) {
  std::map<std::tuple<std::string, std::string, std::string>, Run> loads;
  for (const auto& entry : entries) {
    auto& run = loads[{entry.load_id, entry.pipeline, entry.partition}];
    run.run_id = run.load_id = entry.load_id;
    run.pipeline = entry.pipeline;
    run.partition = entry.partition;
    run.trigger = Trigger::Rebuild;
    run.started_at = entry.started_at;
    run.finished_at = std::max(run.finished_at.value_or(entry.published_at), entry.published_at);
    run.fingerprint = entry.fingerprint;
    run.counts[entry.table] = entry.counts;
  }
  std::vector<Run> runs;
  for (auto& [key, run] : loads) {
    const bool empty = std::all_of(run.counts.begin(), run.counts.end(), [](const auto& table) {
      return table.second.read + table.second.added == 0;
    });
    run.state = empty ? RunState::Empty : RunState::Succeeded;
    runs.push_back(std::move(run));
  }
  // The partition's status follows the run that is written last.
  std::stable_sort(runs.begin(), runs.end(),
                   [](const Run& a, const Run& b) { return a.finished_at < b.finished_at; });
  return runs;
}

class SqliteStateStore final : public StateStore {
 public:
  explicit SqliteStateStore(Database database) : connection_(std::move(database)) {}

  Runs& runs() override { return runs_; }
  Partitions& partitions() override { return partitions_; }
  Events& events() override { return events_; }
  Result<std::uint64_t> prune(Timestamp now, const Retention& retention) override;
  Result<void> rebuild(std::span<const model::LedgerEntry> entries) override;

 private:
  Connection connection_;
  SqliteRuns runs_{connection_};
  SqlitePartitions partitions_{connection_};
  SqliteEvents events_{connection_};
};

Result<std::uint64_t> SqliteStateStore::prune(Timestamp now, const Retention& retention) {
  const std::lock_guard lock(connection_.mutex);
  auto& database = connection_.database;
  const auto age = std::chrono::duration_cast<std::chrono::microseconds>(retention.age).count();
  const auto oldest_kept = now.micros - age;
  // Usually nothing is old enough; then the costly ranking is not needed.
  const auto oldest = TRY(database.number("SELECT min(started_at) FROM runs"));
  if (oldest >= oldest_kept) return 0;
  std::int64_t removed = 0;
  const auto work = [&]() -> Result<void> {
    auto remove = TRY(database.prepare(R"sql(
DELETE FROM runs WHERE finished_at < ?1 AND run_id IN (
  SELECT run_id FROM (
    SELECT run_id, row_number() OVER (PARTITION BY pipeline ORDER BY started_at DESC, run_id DESC) AS place
    FROM runs)
  WHERE place > ?2))sql"));
    TRY(remove.bind(oldest_kept).bind(static_cast<std::int64_t>(retention.runs)).run());
    removed = database.changes();
    return {};
  };
  TRY(database.transaction(work));
  return static_cast<std::uint64_t>(removed);
}

Result<void> SqliteStateStore::rebuild(std::span<const model::LedgerEntry> entries) {
  const std::lock_guard lock(connection_.mutex);
  auto& database = connection_.database;
  return database.transaction([&]() -> Result<void> {
    TRY(database.execute("DELETE FROM runs; DELETE FROM partitions; DELETE FROM events"));
    for (const auto& run : runs_of(entries)) {
      TRY(write_run(database, run));
      TRY(write_partition_status(database, run));
    }
    return {};
  });
}

Result<void> make_folder(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path();
  if (folder.empty()) return {};
  const int problem = make_private_folders(folder.string());
  if (problem == 0) return {};
  return fail(ErrorCode::PermissionDenied, "the folder {} for weir's state cannot be made: {}",
              folder.string(), std::strerror(problem));
}

/// WAL lets commands read while a run writes. A process that opens the same new file right now may
/// keep us from switching; then it is switching itself.
Result<void> use_write_ahead_log(Database& database) {
  auto switched = database.execute("PRAGMA journal_mode = WAL");
  if (!switched && switched.error().code() != ErrorCode::Unavailable) return switched;
  // NORMAL does not sync at each commit: a power cut may take the last runs' records with it, but
  // never breaks the file, and what was published stands in the destination's ledger.
  return database.execute("PRAGMA synchronous = NORMAL");
}

}  // namespace

Result<std::unique_ptr<StateStore>> open_sqlite_state(const std::string& path) {
  if (path != ":memory:") {
    TRY(make_folder(path));
    keep_private(path);
  }
  auto database = TRY(Database::open(path));
  TRY(use_write_ahead_log(database));
  TRY(migrate(database));
  return std::unique_ptr<StateStore>(std::make_unique<SqliteStateStore>(std::move(database)));
}

Result<std::string> set_state_aside(const std::string& path, Timestamp now) {
  auto stamp = to_string(Timestamp{now.micros - now.micros % 1'000'000});
  std::erase_if(stamp, [](char c) { return c == ':' || c == '-'; });
  const auto target = path + ".aside-" + stamp;
  for (const std::string suffix : {"-wal", "-shm", ""}) {
    std::error_code problem;
    if (!std::filesystem::exists(path + suffix, problem)) continue;
    std::filesystem::rename(path + suffix, target + suffix, problem);
    if (problem) {
      return fail(ErrorCode::PermissionDenied, "{} cannot be renamed to {}: {}", path + suffix,
                  target + suffix, problem.message());
    }
    if (suffix.empty()) return target;
  }
  return std::string();
}

}  // namespace weir::state
