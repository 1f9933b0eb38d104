// SPDX-License-Identifier: Apache-2.0
#include "connectors/redshift/load.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "connectors/redshift/table_sql.h"
#include "connectors/sdk/load_request.h"

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
  collect_warnings();
  TRY(widen(*connection_).within("making columns longer"));
  const auto copied = copy_without_refused(once_more_after_conflict(copy_all(), nullptr));
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

std::vector<std::string> RedshiftLoad::warnings() const { return warnings_; }

void RedshiftLoad::collect_warnings() {
  for (std::size_t i = 0; i < planned_.plans.size(); ++i) {
    const auto& plan = planned_.plans[i];
    const auto& encoder = stages_[i].encoder();
    for (std::size_t field = 0; field < plan.fields.size(); ++field) {
      const auto& name = plan.fields[field].name;
      if (encoder.truncated(field) > 0) {
        warnings_.push_back(fmt::format("{} of table {} was cut in {} rows", name, plan.table,
                                        with_thousands(encoder.truncated(field))));
      }
      if (encoder.stripped(field) > 0) {
        warnings_.push_back(fmt::format("{} of table {} lost NUL characters in {} rows", name, plan.table,
                                        with_thousands(encoder.stripped(field))));
      }
    }
    for (const auto& sql : widening_sql(plan, encoder.longest()))
      warnings_.push_back("a column was made longer: " + sql);
  }
}

Result<void> RedshiftLoad::publish(const std::vector<model::LedgerEntry>& entries) {
  if (state_ == State::Published) return {};
  TRY(prepare());
  auto published = sdk::check_entries(entries, planned_.request.load_id);
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
