// SPDX-License-Identifier: Apache-2.0
#include "connectors/postgres/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "connectors/postgres/locks.h"
#include "connectors/postgres/marks.h"
#include "connectors/postgres/plan.h"
#include "connectors/postgres/removal.h"
#include "connectors/sdk/load_request.h"

namespace weir::postgres {
namespace {

using model::WriteMode;

/// Whether two such loads into one table would be in each other's way. Rows that are only added, or
/// replace those of a window, are not; keys and marks are looked up and must not change meanwhile.
LockMode lock_mode(const sdk::TableTarget& target, const model::Partition& partition) {
  const bool adds = target.write == WriteMode::Append && target.key.empty();
  const bool by_window = target.write == WriteMode::ReplacePartition && target.key.empty() &&
                         replaces_by_time(target, partition);
  return adds || by_window ? LockMode::Shared : LockMode::Exclusive;
}

Result<void> make_key_unique(Connection& connection, const TablePlan& plan, const sdk::TableTarget& target) {
  if (plan.key_change.empty()) return {};
  const auto changed = connection.execute(plan.key_change);
  if (changed) return {};
  if (connection.last_failure().sqlstate != "23505") return Failure(changed.error());
  return fail(ErrorCode::DataMismatch,
              "table {} holds several rows with the same {}, which is to be its key; remove the surplus rows "
              "or the key",
              plan.name.table, join(target.key));
}

}  // namespace

PostgresLoad::PostgresLoad(std::shared_ptr<Sessions> sessions, Connection connection,
                           const sdk::LoadRequest& request, const DestinationOptions& options)
    : sessions_(std::move(sessions)),
      connection_(std::move(connection)),
      request_(request),
      options_(options),
      ledger_(sessions_->options().schema) {}

PostgresLoad::~PostgresLoad() {
  writers_.clear();
  if (!connection_) return;
  connection_->roll_back();
  sessions_->give_back(*std::move(connection_));
}

Result<std::unique_ptr<sdk::Load>> PostgresLoad::begin(std::shared_ptr<Sessions> sessions,
                                                       const sdk::LoadRequest& request,
                                                       const DestinationOptions& options) {
  auto connection = TRY(sessions->take());
  std::unique_ptr<PostgresLoad> load(
      new PostgresLoad(std::move(sessions), std::move(connection), request, options));
  TRY(load->start());
  return std::unique_ptr<sdk::Load>(std::move(load));
}

/// Locks are those of the whole database, which may hold what weir loads into several schemas.
std::string PostgresLoad::lock_name() const {
  return fmt::format("weir load {} in {}", request_.load_id, sessions_->options().schema);
}

Result<void> PostgresLoad::start() {
  TRY(ledger_.create(*connection_));
  TRY(connection_->execute("DEALLOCATE ALL; BEGIN"));
  TRY(take_locks());
  if (TRY(ledger_.was_published(*connection_, request_.load_id))) {
    connection_->roll_back();
    state_ = State::Repeated;
    return {};
  }
  // Another encoding than UTF-8 cannot hold every character.
  encoding_ = TRY(connection_->execute("SHOW server_encoding")).text(0, 0);
  for (std::size_t i = 0; i < request_.tables.size(); ++i) {
    TRY(open_table(i).within("preparing table " + request_.tables[i].table));
  }
  return {};
}

/// In an order that is the same for all loads, so that two never wait for each other.
Result<void> PostgresLoad::take_locks() {
  TRY(lock(*connection_, LockMode::Exclusive, lock_name()));
  TRY(lock(*connection_, LockMode::Exclusive,
           fmt::format("weir partition {} of {} in {}", request_.partition.key, request_.pipeline,
                       sessions_->options().schema)));
  std::set<std::pair<std::string, LockMode>> wanted;
  for (const auto& target : request_.tables) {
    const auto name = table_name(target.table, sessions_->options().schema);
    wanted.emplace("weir table " + lower(name.sql()), lock_mode(target, request_.partition));
  }
  for (const auto& [name, mode] : wanted) TRY(lock(*connection_, mode, name));
  return {};
}

Result<void> PostgresLoad::open_table(std::size_t number) {
  auto& connection = *connection_;
  const auto& target = request_.tables[number];
  const auto name = table_name(target.table, sessions_->options().schema);
  const auto stored = TRY(read_table(connection, name));
  auto plan = TRY(plan_table(stored, name, target, request_.partition));
  if (encoding_ != "UTF8") plan.may_refuse = true;
  if (stored) TRY(check_marks(connection, ledger_, *stored, target, request_.partition));
  for (const auto& change : plan.schema_changes) TRY(connection.execute(change));
  if (stored) TRY(mark_unknown_rows(connection, ledger_, *stored, target, plan));
  TRY(remove_replaced(connection, ledger_, plan, target, request_));
  TRY(make_key_unique(connection, plan, target));
  writers_.push_back(
      TRY(RowWriter::open(connection, std::move(plan), target, number, request_, options_.long_text)));
  return {};
}

void PostgresLoad::break_off(const Error& error) {
  writers_.clear();
  if (connection_) connection_->roll_back();
  state_ = State::Broken;
  error_ = error;
}

/// Only one COPY can be open on a session.
Result<void> PostgresLoad::pause_others(std::size_t table) {
  for (std::size_t i = 0; i < writers_.size(); ++i) {
    if (i == table) continue;
    TRY(writers_[i]->pause().within("writing table " + request_.tables[i].table));
  }
  return {};
}

Result<sdk::WriteOutcome> PostgresLoad::write(std::size_t table, const model::BatchView& rows) {
  if (table >= request_.tables.size()) {
    return fail(ErrorCode::Internal, "rows for table number {}, but the load has {} tables", table,
                request_.tables.size());
  }
  if (state_ == State::Repeated) return sdk::WriteOutcome{};
  if (state_ == State::Broken) return Failure(*error_);
  if (state_ != State::Open) {
    return fail(ErrorCode::Internal, "rows for table {} came after publish()", request_.tables[table].table);
  }
  TRY(writers_[table]->check_shape(rows));
  auto paused = pause_others(table);
  if (!paused) {
    break_off(paused.error());
    return Failure(paused.error());
  }
  auto written = writers_[table]->write(rows);
  if (!written) break_off(written.error());
  return std::move(written).within("writing table " + request_.tables[table].table);
}

Result<void> PostgresLoad::prepare() {
  if (state_ == State::Broken) return Failure(*error_);
  if (state_ != State::Open) return {};
  auto paused = pause_others(writers_.size());
  if (!paused) break_off(paused.error());
  return paused;
}

Result<void> PostgresLoad::publish(const std::vector<model::LedgerEntry>& entries) {
  if (state_ == State::Published || state_ == State::Repeated) return {};
  TRY(prepare());
  auto recorded = record(entries);
  if (!recorded) {
    break_off(recorded.error());
    return recorded;
  }
  return commit().within("publishing load " + request_.load_id);
}

Result<void> PostgresLoad::record(const std::vector<model::LedgerEntry>& entries) {
  TRY(sdk::check_entries(entries, request_.load_id));
  for (const auto& entry : entries) {
    TRY(ledger_.write(*connection_, entry).within("writing the ledger"));
  }
  return {};
}

Result<void> PostgresLoad::commit() {
  const auto committed = connection_->execute("COMMIT");
  if (committed) {
    state_ = State::Published;
    return {};
  }
  const auto& error = committed.error();
  if (connection_->alive()) {
    break_off(error);
    return Failure(error);
  }
  auto resolved = resolve(error);
  if (resolved) {
    state_ = State::Published;
  } else {
    break_off(resolved.error());
  }
  return resolved;
}

// The answer to COMMIT was lost. The load's lock is free as soon as its transaction is over, one way
// or the other, and then the ledger tells which. A session that hangs is ended first, which does not
// stop a commit that has begun.
Result<void> PostgresLoad::resolve(const Error& lost) {
  auto connection = sessions_->take();
  if (!connection) return Failure(lost);
  TRY(end_holders(*connection, lock_name()));
  TRY(connection->execute("BEGIN"));
  auto free = lock(*connection, LockMode::Exclusive, lock_name());
  const auto published = free ? ledger_.was_published(*connection, request_.load_id)
                              : Result<bool>(Failure(std::move(free).error()));
  connection->roll_back();
  sessions_->give_back(*std::move(connection));
  if (published && *published) return {};
  return Failure(lost);
}

std::vector<std::string> PostgresLoad::warnings() const {
  std::vector<std::string> all;
  for (const auto& writer : writers_) {
    for (auto& warning : writer->warnings()) all.push_back(std::move(warning));
  }
  return all;
}

}  // namespace weir::postgres
