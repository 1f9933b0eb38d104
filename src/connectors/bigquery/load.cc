// SPDX-License-Identifier: Apache-2.0
#include "connectors/bigquery/load.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "connectors/bigquery/leftovers.h"
#include "connectors/bigquery/script.h"
#include "connectors/sdk/load_request.h"
#include "protocols/google/bigquery_tables.h"

namespace weir::bigquery {
namespace {

/// A staging table that nobody removes is gone by then.
constexpr std::int64_t kStagedMicros = std::int64_t{3} * 86'400 * 1'000'000;

}  // namespace

Result<std::unique_ptr<sdk::Load>> BigQueryLoad::make(Dataset& dataset, const DestinationOptions& options,
                                                      PlannedLoad planned) {
  auto* client = TRY(dataset.client());
  std::unique_ptr<BigQueryLoad> load(new BigQueryLoad(dataset, options, std::move(planned), *client));
  TRY(load->make_stages());
  return std::unique_ptr<sdk::Load>(std::move(load));
}

BigQueryLoad::~BigQueryLoad() { tidy(); }

Result<void> BigQueryLoad::make_stages() {
  auto* store = TRY(dataset_.store());
  for (std::size_t i = 0; i < planned_.plans.size(); ++i) {
    const auto& plan = planned_.plans[i];
    auto rows =
        store == nullptr
            ? TRY(make_file_stage())
            : make_bucket_stage(*store, fmt::format("{}{}/", planned_.key.folder(dataset_.prefix()), i),
                                static_cast<std::size_t>(options_.part_size.bytes));
    stages_.push_back({RowEncoder(plan), std::move(rows)});
    warnings_.insert(warnings_.end(), plan.notes.begin(), plan.notes.end());
  }
  return {};
}

google::BigQueryTableName BigQueryLoad::staging_name(std::size_t table) const {
  return {ledger_.name().project, ledger_.name().dataset, planned_.key.staging_table(table)};
}

/// Removes what is not to stay. After a publication without an answer the staging tables are the trace
/// by which the next load finds out.
void BigQueryLoad::tidy() {
  if (state_ == State::Unknown) return;
  google::BigQueryTables tables(client_);
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    stages_[i].rows->remove();
    if (state_ != State::Open) static_cast<void>(tables.remove(staging_name(i)));
  }
  stages_.clear();
}

Result<void> BigQueryLoad::check_rows(std::size_t table, const model::BatchView& rows) const {
  if (table >= planned_.plans.size()) {
    return fail(ErrorCode::Internal, "rows for table number {}, but the load has {} tables", table,
                planned_.plans.size());
  }
  const auto& fields = planned_.plans[table].fields;
  const auto& name = planned_.request.tables[table].table;
  const bool same =
      rows.columns.size() == fields.size() &&
      std::equal(fields.begin(), fields.end(), rows.columns.begin(),
                 [](const auto& field, const auto& column) { return field.type == column.type; });
  if (!same) {
    return fail(ErrorCode::Internal, "rows with {} columns of other types came for table {}, which gets {}",
                rows.columns.size(), name, fields.size());
  }
  if (error_) return Failure(*error_);
  if (state_ == State::Open) return {};
  return fail(ErrorCode::Internal, "rows for table {} came after prepare()", name);
}

Result<sdk::WriteOutcome> BigQueryLoad::write(std::size_t table, const model::BatchView& rows) {
  TRY(check_rows(table, rows));
  sdk::WriteOutcome outcome;
  lines_.clear();
  stages_[table].encoder.encode(rows, lines_, outcome);
  TRY(stages_[table].rows->add(lines_).within("staging rows of table " +
                                              planned_.request.tables[table].table));
  return outcome;
}

Result<void> BigQueryLoad::prepare() {
  if (state_ == State::Prepared || state_ == State::Published) return {};
  if (error_) return Failure(*error_);
  state_ = State::Prepared;
  auto staged = stage_all();
  if (staged) return {};
  state_ = State::Broken;
  error_ = staged.error();
  return staged;
}

Result<void> BigQueryLoad::stage_all() {
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    TRY(stage_table(i).within("loading table " + planned_.request.tables[i].table));
  }
  return {};
}

bool BigQueryLoad::may_set_aside(std::size_t table) const {
  // A row of a merge may have overtaken another one that was counted as its duplicate.
  return options_.refused_rows == RefusedRows::Quarantine && planned_.plans[table].mode != Mode::Merge;
}

/// The staging table comes first: it is how the next load learns of this one when this process dies.
Result<void> BigQueryLoad::stage_table(std::size_t table) {
  constexpr std::uint64_t kMostRefused = 1000;
  const auto& plan = planned_.plans[table];
  google::BigQueryTable staging{.name = staging_name(table), .fields = plan.staged_fields()};
  staging.description = "Rows of a load of weir on their way into " + plan.table.name.table + ".";
  staging.expires = Timestamp{dataset_.clock().now().micros + kStagedMicros};
  TRY(google::BigQueryTables(client_).create(staging));
  if (stages_[table].encoder.rows_written() == 0) return {};
  google::LoadJob job{.table = staging.name, .fields = staging.fields};
  if (may_set_aside(table)) job.max_bad_records = kMostRefused;
  google::BigQueryJobs jobs(client_);
  const auto done = TRY(stages_[table].rows->load(jobs, planned_.key.load_job(table), std::move(job)));
  return take_job(table, done);
}

Result<void> BigQueryLoad::take_job(std::size_t table, const google::FinishedJob& job) {
  auto& stage = stages_[table];
  if (job.failure) {
    const bool blames_rows = std::any_of(job.problems.begin(), job.problems.end(), [](const auto& problem) {
      return row_problem(problem).has_value();
    });
    if (blames_rows) return refused(table, job);
    return Failure(*job.error());
  }
  if (job.bad_records > 0) TRY(set_aside(table, job));
  stage.staged_rows = job.output_rows;
  const auto expected = stage.encoder.rows_written() - job.bad_records;
  if (stage.staged_rows == expected) return {};
  return fail(ErrorCode::DataMismatch, "BigQuery loaded {} of {} rows; nothing is published",
              stage.staged_rows, expected);
}

/// Every row that is missing must be known, or else the load fails.
Result<void> BigQueryLoad::set_aside(std::size_t table, const google::FinishedJob& job) {
  std::vector<RowProblem> problems;
  for (const auto& problem : job.problems) {
    if (auto found = row_problem(problem)) problems.push_back(*std::move(found));
  }
  const auto rows = TRY(stages_[table].rows->find(problems).within("looking for refused rows"));
  const bool all_found = std::all_of(rows.begin(), rows.end(), [](const auto& row) { return row.line > 0; });
  if (rows.size() != job.bad_records || !all_found) return refused(table, job);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    late_refusals_.push_back({table, rows[i].place, rows[i].line, problems[i].reason, rows[i].bytes});
  }
  return {};
}

Failure BigQueryLoad::refused(std::size_t table, const google::FinishedJob& job) {
  constexpr std::size_t kNamed = 5;
  std::vector<RowProblem> problems;
  for (const auto& problem : job.problems) {
    auto found = row_problem(problem);
    if (found && problems.size() < kNamed) problems.push_back(*std::move(found));
  }
  const auto rows = stages_[table].rows->find(problems);
  std::vector<std::string> reasons;
  for (std::size_t i = 0; i < problems.size(); ++i) {
    const bool is_found = rows.ok() && (*rows)[i].line > 0;
    reasons.push_back(
        is_found ? fmt::format("row {} of {}: {}", (*rows)[i].line, (*rows)[i].place, problems[i].reason)
                 : problems[i].reason);
  }
  if (reasons.empty() && job.failure) reasons.push_back(job.failure->message);
  return fail(ErrorCode::DataMismatch, "BigQuery refused {} of table {}: {}",
              job.bad_records > 0 ? counted(job.bad_records, "row") : "rows",
              planned_.request.tables[table].table, join(reasons, "; "));
}

/// Tables and columns cannot be made inside a transaction. Empty ones harm nobody when it fails.
Result<void> BigQueryLoad::make_tables() {
  google::BigQueryTables tables(client_);
  TRY(ledger_.create());
  for (const auto& plan : planned_.plans) {
    if (plan.state == TablePlan::State::New) {
      TRY(tables.create(plan.table));
    } else if (!plan.add.empty()) {
      TRY(tables.add_columns(plan.table.name, plan.add));
    }
  }
  return {};
}

Result<void> BigQueryLoad::publish(const std::vector<model::LedgerEntry>& entries) {
  if (state_ == State::Published) return {};
  TRY(prepare());
  auto published = sdk::check_entries(entries, planned_.request.load_id);
  if (published) published = make_tables();
  if (published) published = run_publication(entries);
  if (!published) {
    if (state_ != State::Unknown) state_ = State::Broken;
    error_ = published.error();
    return std::move(published).within("publishing load " + planned_.request.load_id);
  }
  state_ = State::Published;
  tidy();
  return {};
}

Result<void> BigQueryLoad::run_publication(const std::vector<model::LedgerEntry>& entries) {
  const auto& request = planned_.request;
  Script script;
  script.set("load_id", "STRING", request.load_id);
  script.set("pipeline", "STRING", request.pipeline);
  script.set("partition", "STRING", request.partition.key);
  for (std::size_t i = 0; i < planned_.plans.size(); ++i) {
    add_change(script, {planned_.plans[i], staging_name(i), stages_[i].staged_rows, i}, request.partition,
               ledger_.name().sql(), request.tables[i].table);
  }
  for (std::size_t i = 0; i < entries.size(); ++i) ledger_.add(script, entries[i], i);
  const auto query = script.job();
  state_ = State::Unknown;
  const auto job = TRY(google::BigQueryJobs(client_).run_with_attempts(planned_.key.publish_job(), query));
  state_ = State::Prepared;
  if (job.sql != query.sql) {
    return fail(ErrorCode::Conflict, "another run has taken partition {} of {} over; run again",
                request.partition.key, request.pipeline);
  }
  if (job.failure) return Failure(*job.error());
  return {};
}

}  // namespace weir::bigquery
