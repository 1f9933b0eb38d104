// SPDX-License-Identifier: Apache-2.0
#include "connectors/sqlite/load.h"

#include <fmt/format.h>

#include "base/text.h"
#include "connectors/sdk/load_request.h"
#include "connectors/sqlite/ledger.h"
#include "connectors/sqlite/marks.h"
#include "connectors/sqlite/plan.h"
#include "connectors/sqlite/table.h"

namespace weir::sqlite {
namespace {

using model::WriteMode;

constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int64_t kSecondsPerDay = 86'400;

// Times are stored as text and compare as text. A bound without the zeros at its end is smaller than
// every way to write the same instant, so that "2022-01-24", "2022-01-24 00:00:00" and
// "2022-01-24T00:00:00.000000" all lie in the window that starts there.
std::string text_bound(Timestamp time) {
  char text[26];
  write_sql_timestamp(time, text);
  const std::string_view all(text, sizeof text);
  if (time.micros % (kSecondsPerDay * kMicrosPerSecond) == 0) return std::string(all.substr(0, 10));
  if (time.micros % kMicrosPerSecond == 0) return std::string(all.substr(0, 19));
  return std::string(all);
}

Result<void> remove_window(Database& database, const TablePlan& plan, const sdk::TableTarget& target,
                           const model::Window& window) {
  auto remove = TRY(database.prepare(
      fmt::format("DELETE FROM {} WHERE {} >= ? AND {} < ?", sql_identifier(plan.table),
                  sql_identifier(target.partition_column), sql_identifier(target.partition_column))));
  remove.bind(1, text_bound(window.start)).bind(2, text_bound(window.end));
  return remove.run();
}

Result<void> remove_earlier_loads(Database& database, const TablePlan& plan,
                                  const sdk::LoadRequest& request) {
  auto remove = TRY(database.prepare(
      fmt::format("DELETE FROM {} WHERE {} IN (SELECT load_id FROM _weir_loads WHERE pipeline = ? AND "
                  "partition = ? AND table_name = ?)",
                  sql_identifier(plan.table), kLoadColumn)));
  remove.bind(1, request.pipeline).bind(2, request.partition.key).bind(3, plan.table);
  return remove.run();
}

Result<void> remove_replaced(Database& database, const TablePlan& plan, const sdk::TableTarget& target,
                             const sdk::LoadRequest& request) {
  if (target.write == WriteMode::Replace) {
    return database.execute("DELETE FROM " + sql_identifier(plan.table));
  }
  if (target.write != WriteMode::ReplacePartition) return {};
  if (replaces_by_time(target, request.partition)) {
    return remove_window(database, plan, target, *request.partition.window);
  }
  return remove_earlier_loads(database, plan, request);
}

Result<void> make_key_unique(Database& database, const TablePlan& plan, const sdk::TableTarget& target) {
  if (plan.key_change.empty()) return {};
  auto changed = database.execute(plan.key_change);
  if (changed.ok() || changed.error().code() != ErrorCode::DataMismatch) return changed;
  return fail(ErrorCode::DataMismatch,
              "table {} holds several rows with the same {}, which is to be its key; remove the surplus rows "
              "or the key",
              plan.table, join(target.key));
}

}  // namespace

SqliteLoad::SqliteLoad(DatabaseFile& file, sdk::LoadRequest request)
    : file_(file), request_(std::move(request)) {
  file_.load_under_way = request_.load_id;
}

SqliteLoad::~SqliteLoad() {
  const std::lock_guard lock(file_.mutex);
  writers_.clear();
  if (state_ == State::Open) database_->roll_back();
  if (state_ != State::Published) file_.load_under_way.reset();
}

Result<void> SqliteLoad::start() {
  if (state_ == State::Broken) return Failure(*error_);
  if (state_ != State::Waiting) return {};
  database_ = TRY(file_.writable());
  TRY(database_->execute("BEGIN IMMEDIATE"));
  auto published = was_published(*database_, request_.load_id);
  if (!published || *published) database_->roll_back();
  if (TRY(std::move(published))) {
    state_ = State::Repeated;
    return {};
  }
  state_ = State::Open;
  auto opened = open_tables(*database_);
  if (!opened) break_off(*database_, opened.error());
  return opened;
}

Result<void> SqliteLoad::open_tables(Database& database) {
  TRY(create_ledger(database));
  for (const auto& target : request_.tables) {
    TRY(open_table(database, target).within("preparing table " + target.table));
  }
  return {};
}

Result<void> SqliteLoad::open_table(Database& database, const sdk::TableTarget& target) {
  const auto stored = TRY(read_table(database, target.table));
  auto plan = TRY(plan_table(stored, target, request_.partition));
  if (stored) TRY(check_marks(database, *stored, target, request_.partition));
  for (const auto& change : plan.schema_changes) TRY(database.execute(change));
  if (stored) TRY(mark_unknown_rows(database, *stored, plan));
  TRY(remove_replaced(database, plan, target, request_));
  TRY(make_key_unique(database, plan, target));
  writers_.push_back(TRY(RowWriter::open(database, std::move(plan), target, request_.load_id)));
  return {};
}

void SqliteLoad::break_off(Database& database, const Error& error) {
  writers_.clear();
  database.roll_back();
  state_ = State::Broken;
  error_ = error;
}

Result<sdk::WriteOutcome> SqliteLoad::write(std::size_t table, const model::BatchView& rows) {
  const std::lock_guard lock(file_.mutex);
  if (table >= request_.tables.size()) {
    return fail(ErrorCode::Internal, "rows for table number {}, but the load has {} tables", table,
                request_.tables.size());
  }
  TRY(start());
  if (state_ == State::Repeated) return sdk::WriteOutcome{};
  if (state_ != State::Open) {
    return fail(ErrorCode::Internal, "rows for table {} came after publish()", request_.tables[table].table);
  }
  auto written = writers_[table].write(rows);
  if (!written) break_off(*database_, written.error());
  return std::move(written).within("writing table " + request_.tables[table].table);
}

Result<void> SqliteLoad::prepare() {
  const std::lock_guard lock(file_.mutex);
  return start();
}

Result<void> SqliteLoad::publish(const std::vector<model::LedgerEntry>& entries) {
  const std::lock_guard lock(file_.mutex);
  if (state_ == State::Published) return {};
  TRY(start());
  if (state_ == State::Repeated) return {};
  // No ledger entry may stay behind in an open transaction: find_load() would take it for published.
  auto recorded = record(*database_, entries);
  auto committed = recorded ? commit(*database_) : std::move(recorded);
  if (!committed) break_off(*database_, committed.error());
  return committed;
}

Result<void> SqliteLoad::record(Database& database, const std::vector<model::LedgerEntry>& entries) {
  TRY(sdk::check_entries(entries, request_.load_id));
  for (const auto& entry : entries) {
    TRY(write_entry(database, entry).within("writing the ledger"));
  }
  return {};
}

Result<void> SqliteLoad::commit(Database& database) {
  // Statements that are still prepared would keep nothing open, but they name tables that a later
  // change may drop.
  writers_.clear();
  // SQLite itself waits for readers, as long as busy_timeout allows.
  TRY(database.execute("COMMIT").within("publishing load " + request_.load_id));
  state_ = State::Published;
  file_.after_publish();
  file_.load_under_way.reset();
  return {};
}

}  // namespace weir::sqlite
