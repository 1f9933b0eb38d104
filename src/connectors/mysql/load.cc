// SPDX-License-Identifier: Apache-2.0
#include "connectors/mysql/load.h"

#include <fmt/format.h>
#include <xxhash.h>

#include "base/text.h"
#include "connectors/mysql/plan.h"
#include "connectors/mysql/removal.h"
#include "connectors/sdk/load_request.h"

namespace weir::mysql {
namespace {

/// A unique key that cannot be made, in words about the key.
Failure explain_change(const Connection& connection, const sdk::TableTarget& target, const Error& error) {
  const auto number = connection.last_failure().number;
  if (number == number::kDuplicateKey) {
    return fail(
        ErrorCode::DataMismatch,
        "table {} holds several rows with the same {}, which is to be its key; remove the surplus rows "
        "or the key",
        target.table, join(target.key));
  }
  if (number == number::kKeyWithoutLength) {
    return fail(
        ErrorCode::DataMismatch,
        "a column of the key {} of table {} is text without a length, which MySQL cannot make unique; "
        "ALTER TABLE {} MODIFY the column to VARCHAR(255)",
        join(target.key), target.table, target.table);
  }
  return Failure(error);
}

}  // namespace

MysqlLoad::MysqlLoad(std::shared_ptr<Sessions> sessions, std::unique_ptr<Connection> connection,
                     const sdk::LoadRequest& request, const DestinationOptions& options)
    : sessions_(std::move(sessions)),
      connection_(std::move(connection)),
      request_(request),
      options_(options),
      ledger_(sessions_->database()) {}

MysqlLoad::~MysqlLoad() {
  if (state_ == State::Open) break_off({ErrorCode::Cancelled, "the load was dropped"});
}

Result<std::unique_ptr<sdk::Load>> MysqlLoad::begin(std::shared_ptr<Sessions> sessions,
                                                    const sdk::LoadRequest& request,
                                                    const DestinationOptions& options) {
  auto connection = std::make_unique<Connection>(TRY(sessions->open()));
  std::unique_ptr<MysqlLoad> load(
      new MysqlLoad(std::move(sessions), std::move(connection), request, options));
  TRY(load->start());
  return std::unique_ptr<sdk::Load>(std::move(load));
}

/// Loads into one database go one after the other, whoever runs them. The lock ends with the session.
Result<void> MysqlLoad::wait_for_others(Connection& connection) const {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(options_.lock_timeout.value).count();
  TRY(connection.execute(fmt::format("SET SESSION lock_wait_timeout = {0}, innodb_lock_wait_timeout = {0}",
                                     std::max<std::int64_t>(seconds, 1))));
  const auto& database = sessions_->database();
  // A name has up to 64 characters.
  const auto name = fmt::format("weir loads {:016x}", XXH3_64bits(database.data(), database.size()));
  const auto rows = TRY(connection.execute(fmt::format("SELECT GET_LOCK({}, {})", literal(name), seconds)));
  if (!rows.is_null(0, 0) && rows.integer(0, 0) == 1) return {};
  return fail(ErrorCode::Conflict, "another load into database {} was still under way after {}", database,
              config::to_string(options_.lock_timeout));
}

Result<void> MysqlLoad::start() {
  auto& connection = *connection_;
  TRY(wait_for_others(connection));
  TRY(ledger_.create(connection));
  if (TRY(ledger_.was_published(connection, request_.load_id))) {
    state_ = State::Repeated;
    connection_.reset();
    return {};
  }
  std::vector<Prepared> prepared;
  for (const auto& target : request_.tables) {
    prepared.push_back(TRY(prepare_table(target).within("preparing table " + target.table)));
  }
  TRY(connection.execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED"));
  TRY(connection.execute("START TRANSACTION"));
  for (std::size_t i = 0; i < prepared.size(); ++i) {
    const auto& target = request_.tables[i];
    TRY(open_table(target, std::move(prepared[i])).within("preparing table " + target.table));
  }
  return {};
}

Result<MysqlLoad::Prepared> MysqlLoad::prepare_table(const sdk::TableTarget& target) {
  auto& connection = *connection_;
  const auto name = table_name(target.table, sessions_->database());
  Prepared prepared;
  prepared.stored = TRY(read_table(connection, name));
  prepared.plan = TRY(plan_table(prepared.stored, name, target, request_.partition, connection.flavour()));
  if (prepared.stored) {
    TRY(check_marks(connection, ledger_, *prepared.stored, target, request_.partition));
  }
  for (const auto& change : prepared.plan.schema_changes) {
    const auto changed = connection.execute(change);
    if (!changed) return explain_change(connection, target, changed.error());
    if (prepared.plan.is_new) new_tables_.push_back(name);
  }
  return prepared;
}

Result<void> MysqlLoad::open_table(const sdk::TableTarget& target, Prepared prepared) {
  auto& connection = *connection_;
  if (prepared.stored) {
    TRY(mark_unknown_rows(connection, ledger_, *prepared.stored, target, prepared.plan));
  }
  TRY(remove_replaced(connection, ledger_, prepared.plan, target, request_));
  writers_.push_back(TRY(RowWriter::open(connection, std::move(prepared.plan), target, request_.load_id)));
  return {};
}

void MysqlLoad::break_off(const Error& error) {
  writers_.clear();
  // Both fail only together with the session, whose end is a rollback too.
  if (connection_ && !connection_->lost() && connection_->execute("ROLLBACK")) drop_new_tables();
  connection_.reset();
  state_ = State::Broken;
  error_ = error;
}

/// Only tables that are still empty, because others may have found them meanwhile.
void MysqlLoad::drop_new_tables() {
  for (const auto& name : new_tables_) {
    const auto rows = connection_->execute(fmt::format("SELECT EXISTS (SELECT 1 FROM {})", name.sql()));
    if (rows && rows->integer(0, 0) == 0) static_cast<void>(connection_->execute("DROP TABLE " + name.sql()));
  }
}

Result<sdk::WriteOutcome> MysqlLoad::write(std::size_t table, const model::BatchView& rows) {
  if (table >= request_.tables.size()) {
    return fail(ErrorCode::Internal, "rows for table number {}, but the load has {} tables", table,
                request_.tables.size());
  }
  if (state_ == State::Repeated) return sdk::WriteOutcome{};
  if (state_ == State::Broken) return Failure(*error_);
  if (state_ != State::Open) {
    return fail(ErrorCode::Internal, "rows for table {} came after publish()", request_.tables[table].table);
  }
  auto written = writers_[table].write(rows);
  if (!written) break_off(written.error());
  return std::move(written).within("writing table " + request_.tables[table].table);
}

Result<void> MysqlLoad::publish(const std::vector<model::LedgerEntry>& entries) {
  if (state_ == State::Published || state_ == State::Repeated) return {};
  if (state_ == State::Broken) return Failure(*error_);
  auto recorded = record(entries);
  if (!recorded) {
    break_off(recorded.error());
    return recorded;
  }
  return commit().within("publishing load " + request_.load_id);
}

Result<void> MysqlLoad::record(const std::vector<model::LedgerEntry>& entries) {
  TRY(sdk::check_entries(entries, request_.load_id));
  for (const auto& entry : entries) {
    TRY(ledger_.write(*connection_, entry).within("writing the ledger"));
  }
  return {};
}

Result<void> MysqlLoad::commit() {
  const auto committed = connection_->execute("COMMIT");
  if (!committed && !(connection_->lost() && was_committed_after_all())) {
    break_off(committed.error());
    return Failure(committed.error());
  }
  state_ = State::Published;
  writers_.clear();
  connection_.reset();
  return {};
}

/// The answer to COMMIT was lost. The lock is free as soon as that session is over, one way or the
/// other, and then the ledger tells which.
bool MysqlLoad::was_committed_after_all() {
  auto connection = sessions_->open();
  if (!connection || !wait_for_others(*connection)) return false;
  const auto published = ledger_.was_published(*connection, request_.load_id);
  return published && *published;
}

}  // namespace weir::mysql
