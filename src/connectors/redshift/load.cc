// SPDX-License-Identifier: Apache-2.0
#include "connectors/redshift/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "connectors/redshift/table_sql.h"

namespace weir::redshift {

Result<std::unique_ptr<sdk::Load>> RedshiftLoad::make(Warehouse& warehouse, const DestinationOptions& options,
                                                      PlannedLoad planned) {
  auto* store = TRY(warehouse.store());
  std::unique_ptr<RedshiftLoad> load(new RedshiftLoad(warehouse, options, std::move(planned), *store));
  TRY(load->make_stages());
  return std::unique_ptr<sdk::Load>(std::move(load));
}

RedshiftLoad::RedshiftLoad(Warehouse& warehouse, const DestinationOptions& options, PlannedLoad planned,
                           io::ObjectStore& store)
    : warehouse_(warehouse),
      options_(options),
      planned_(std::move(planned)),
      ledger_(warehouse.schema()),
      staging_(store, options.compression, static_cast<std::size_t>(options.uploads)) {}

RedshiftLoad::~RedshiftLoad() {
  if (connection_) connection_->roll_back();
  tidy();
}

Result<void> RedshiftLoad::make_stages() {
  for (std::size_t i = 0; i < planned_.plans.size(); ++i) {
    stages_.push_back(
        TRY(TableStage::make(planned_.plans[i], options_, planned_.request.load_id, planned_.bases[i])));
  }
  return {};
}

/// Removes what is not to stay. After a COMMIT without an answer nobody knows, so a copy stays.
void RedshiftLoad::tidy() {
  const bool keeps = options_.keep_staged && (state_ == State::Published || state_ == State::Unknown);
  static_cast<void>(staging_.finish());
  staging_.remove(manifests_);
  manifests_.clear();
  if (keeps) {
    remove_surplus();
  } else {
    staging_.remove(staged_keys());
  }
  stages_.clear();
}

/// An earlier load of the partition may have left more parts under the same keys.
void RedshiftLoad::remove_surplus() {
  for (const auto& stage : stages_) {
    auto number = stage.parts().size() + 1;
    for (auto key = part_key(stage.base(), number); staging_.store().head(key).ok();
         key = part_key(stage.base(), ++number)) {
      staging_.remove({key});
    }
  }
}

std::vector<std::string> RedshiftLoad::staged_keys() const {
  std::vector<std::string> keys;
  for (const auto& stage : stages_) {
    for (const auto& part : stage.parts()) keys.push_back(part.key);
  }
  return keys;
}

Result<void> RedshiftLoad::check_rows(std::size_t table, const model::BatchView& rows) const {
  if (table >= planned_.plans.size()) {
    return fail(ErrorCode::Internal, "rows for table number {}, but the load has {} tables", table,
                planned_.plans.size());
  }
  const auto& plan = planned_.plans[table];
  const bool same =
      rows.columns.size() == plan.fields.size() &&
      std::equal(plan.fields.begin(), plan.fields.end(), rows.columns.begin(),
                 [](const Field& field, const auto& column) { return field.type == column.type; });
  if (!same) {
    return fail(ErrorCode::Internal, "rows with {} columns of other types came for table {}, which gets {}",
                rows.columns.size(), plan.table, plan.fields.size());
  }
  if (error_) return Failure(*error_);
  if (state_ == State::Open) return {};
  return fail(ErrorCode::Internal, "rows for table {} came after prepare()", plan.table);
}

Result<sdk::WriteOutcome> RedshiftLoad::write(std::size_t table, const model::BatchView& rows) {
  TRY(check_rows(table, rows));
  sdk::WriteOutcome outcome;
  TRY(stages_[table].write(rows, staging_, outcome).within("writing table " + planned_.plans[table].table));
  return outcome;
}

Result<void> RedshiftLoad::prepare() {
  if (state_ == State::Prepared || state_ == State::Published) return {};
  if (error_) return Failure(*error_);
  for (auto& stage : stages_) TRY(stage.finish(staging_));
  TRY(staging_.finish());
  connection_.emplace(TRY(warehouse_.connect()));
  TRY(look_again());
  TRY(widen(*connection_).within("making columns longer"));
  auto copied = once_more_after_conflict(copy_all(), nullptr);
  if (!copied) {
    state_ = State::Broken;
    error_ = copied.error();
    return copied;
  }
  state_ = State::Prepared;
  return {};
}

/// Rows were staged for the tables as they were at the beginning, which may be long ago. What they
/// have become may make another plan; other columns would need other rows.
Result<void> RedshiftLoad::look_again() {
  for (std::size_t i = 0; i < planned_.plans.size(); ++i) {
    auto& plan = planned_.plans[i];
    const auto& target = planned_.request.tables[i];
    auto stored = TRY(read_table(*connection_, warehouse_.schema(), target.table));
    auto now = TRY(plan_table(warehouse_.schema(), std::move(stored), target, planned_.request.partition));
    if (now.fields != plan.fields || now.marks_rows != plan.marks_rows) {
      return fail(ErrorCode::Conflict,
                  "the columns of table {} were changed while its rows were prepared; run again",
                  target.table);
    }
    plan = std::move(now);
  }
  return {};
}

// Widening cannot run in a transaction. A column that is longer than it must be harms nobody when the
// load fails afterwards.
Result<void> RedshiftLoad::widen(postgres::Connection& connection) {
  for (std::size_t i = 0; i < planned_.plans.size(); ++i) {
    for (const auto& sql : widening_sql(planned_.plans[i], stages_[i].encoder().longest())) {
      TRY(connection.execute(sql));
    }
  }
  return {};
}

Result<void> RedshiftLoad::run(const std::vector<std::string>& statements) {
  for (const auto& sql : statements) TRY(connection_->execute(sql));
  return {};
}

Result<void> RedshiftLoad::copy_all() {
  TRY(connection_->execute("BEGIN"));
  TRY(ledger_.create(*connection_).within("making the ledger"));
  for (std::size_t i = 0; i < planned_.plans.size(); ++i) {
    TRY(copy_table(i).within("loading table " + planned_.plans[i].table));
  }
  return {};
}

Result<void> RedshiftLoad::copy_table(std::size_t table) {
  const auto& plan = planned_.plans[table];
  const auto& stage = stages_[table];
  TRY(run(before_copy_sql(plan, stage.encoder().longest())));
  TRY(remove_replaced(table));
  // Parts with one word for NULL are one COPY.
  std::map<std::string, std::vector<const Part*>> groups;
  for (const auto& part : stage.parts()) groups[part.null_text].push_back(&part);
  std::size_t number = 0;
  for (const auto& [null_text, parts] : groups) TRY(copy_parts(table, parts, ++number));
  TRY(run(after_copy_sql(plan)));
  return plan.mode == Mode::Swap ? make_alike(plan) : Result<void>();
}

Result<void> RedshiftLoad::remove_replaced(std::size_t table) {
  const auto& plan = planned_.plans[table];
  const auto& request = planned_.request;
  if (plan.mode == Mode::ReplaceWindow && plan.stored) {
    TRY(connection_->execute(remove_window_sql(plan, *request.partition.window)));
    return {};
  }
  if (!plan.stored || (plan.mode != Mode::Merge && plan.mode != Mode::ReplaceLoads)) return {};
  const auto name = qualified(plan.schema, plan.table);
  const auto mark = sql_identifier(kLoadColumn);
  if (plan.adds_mark && TRY(ledger_.tells_of_rows(*connection_, request.tables[table].table))) {
    TRY(connection_->execute(fmt::format("UPDATE {} SET {} = '{}'", name, mark, kUnknownLoad)));
  }
  if (plan.mode == Mode::Merge || plan.adds_mark) return {};
  postgres::Parameters which;
  which.text(request.pipeline).text(request.partition.key).text(request.tables[table].table);
  TRY(connection_->query(
      fmt::format("DELETE FROM {} WHERE {} IN (SELECT \"load_id\" FROM {} WHERE \"pipeline\" = $1 AND "
                  "\"partition\" = $2 AND lower(\"table_name\") = lower($3))",
                  name, mark, ledger_.table()),
      which));
  return {};
}

Result<void> RedshiftLoad::copy_parts(std::size_t table, const std::vector<const Part*>& parts,
                                      std::size_t group) {
  const auto& plan = planned_.plans[table];
  const auto manifest = fmt::format("{}{}.{}.manifest", planned_.folder, key_segment(plan.table), group);
  manifests_.push_back(manifest);
  TRY(staging_.write_manifest(manifest, parts));
  const auto access = TRY(warehouse_.copy_access());
  CopyStatement copy;
  copy.table = redshift::copy_table(plan);
  copy.columns = copy_columns(plan);
  copy.manifest = staging_.store().uri(manifest);
  copy.null_text = parts.front()->null_text;
  copy.compression = options_.compression;
  copy.region = warehouse_.options().copy_region.value_or("");
  if (plan.mode == Mode::Merge) copy.statistics = CopyStatement::Statistics::Off;
  const auto copied = connection_->execute(copy_sql(copy, access));
  if (!copied) return refused_by_copy(table, access.redacted(copied.error()));
  std::uint64_t expected = 0;
  for (const auto* part : parts) expected += part->rows;
  const auto count = TRY(connection_->execute("SELECT pg_last_copy_count()"));
  const auto loaded = count.size() == 0 ? 0 : static_cast<std::uint64_t>(count.integer(0, 0));
  if (loaded == expected) return {};
  return fail(ErrorCode::DataMismatch, "Redshift loaded {} of {} rows of table {}; nothing is published",
              loaded, expected, plan.table);
}

/// Asks what is wrong with the rows: that is known only after the transaction is gone.
Result<void> RedshiftLoad::refused_by_copy(std::size_t table, const Error& error) {
  const auto failure = connection_->last_failure();
  if (!blames_rows(failure)) return Failure(explain(failure, error));
  connection_->roll_back();
  std::vector<std::string> reasons;
  for (const auto& refused : read_load_errors(*connection_)) {
    std::optional<std::uint64_t> row;
    for (const auto& part : stages_[table].parts()) {
      if (staging_.store().uri(part.key) != refused.file) continue;
      const auto text = read_part(staging_.store(), part, options_.compression);
      const auto found = text ? find_row(*text, refused) : std::nullopt;
      if (found) row = part.first_row + *found;
    }
    reasons.push_back(describe(refused, planned_.plans[table].table, row));
  }
  if (reasons.empty()) return Failure(Error(ErrorCode::DataMismatch, error.message()));
  return fail(ErrorCode::DataMismatch, "Redshift refused {}", join(reasons, "; "));
}

Result<void> RedshiftLoad::make_alike(const TablePlan& plan) {
  const auto user = TRY(connection_->execute("SELECT current_user"));
  NewTable made{std::string(user.text(0, 0)),
                TRY(read_privileges(*connection_, plan.schema, scratch_name(plan)))};
  return run(likeness_sql(plan, made)).within("giving the new table the old one's privileges");
}

Result<void> RedshiftLoad::check_entries(const std::vector<model::LedgerEntry>& entries) const {
  if (entries.empty()) {
    return fail(ErrorCode::Internal, "load {} has no ledger entry", planned_.request.load_id);
  }
  for (const auto& entry : entries) {
    if (entry.load_id == planned_.request.load_id) continue;
    return fail(ErrorCode::Internal, "the ledger entry of load {} belongs to load {}",
                planned_.request.load_id, entry.load_id);
  }
  return {};
}

Result<void> RedshiftLoad::publish(const std::vector<model::LedgerEntry>& entries) {
  if (state_ == State::Published) return {};
  TRY(prepare());
  auto published = check_entries(entries);
  if (published) published = once_more_after_conflict(record(entries), &entries);
  if (!published) {
    connection_->roll_back();
    if (state_ != State::Unknown) state_ = State::Broken;
    error_ = published.error();
    return std::move(published).within("publishing load " + planned_.request.load_id);
  }
  state_ = State::Published;
  tidy();
  connection_.reset();
  return {};
}

Result<void> RedshiftLoad::record(const std::vector<model::LedgerEntry>& entries) {
  for (const auto& plan : planned_.plans) {
    if (plan.mode == Mode::Swap) TRY(run(swap_sql(plan)).within("replacing table " + plan.table));
  }
  for (const auto& entry : entries) TRY(ledger_.add(*connection_, entry).within("writing the ledger"));
  const auto committed = connection_->execute("COMMIT");
  if (committed) return {};
  if (!connection_->alive()) state_ = State::Unknown;
  return Failure(committed.error());
}

/// Transactions of Redshift are serializable, and one that would contradict another one is to be done
/// again as a whole. That is tried once.
Result<void> RedshiftLoad::once_more_after_conflict(Result<void> result,
                                                    const std::vector<model::LedgerEntry>* entries) {
  if (result || !connection_->alive()) return result;
  if (!is_conflict(connection_->last_failure())) return result;
  connection_->roll_back();
  auto again = copy_all();
  if (again && entries != nullptr) again = record(*entries);
  if (again || !is_conflict(connection_->last_failure())) return again;
  return Failure(explain(connection_->last_failure(), again.error()));
}

}  // namespace weir::redshift
