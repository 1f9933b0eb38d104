// SPDX-License-Identifier: Apache-2.0
#include "connectors/duckdb/load.h"

#include "connectors/duckdb/ledger.h"
#include "connectors/sdk/load_request.h"

namespace weir::duckdb {
namespace {

Result<void> check_shape(const model::BatchView& rows, const model::Schema& schema) {
  bool same = rows.columns.size() == schema.size();
  for (std::size_t i = 0; same && i < schema.size(); ++i)
    same = rows.columns[i].type == schema.columns[i].type;
  if (same) return {};
  return fail(ErrorCode::Internal, "rows of another shape than announced: {} columns for ({})",
              rows.columns.size(), model::to_string(schema));
}

}  // namespace

Result<std::unique_ptr<sdk::Load>> DuckdbLoad::begin(DatabaseFile& file, const sdk::LoadRequest& request) {
  TRY(file.enter_load());
  std::unique_ptr<DuckdbLoad> load(new DuckdbLoad(file, request));
  TRY(load->start());
  return std::unique_ptr<sdk::Load>(std::move(load));
}

DuckdbLoad::~DuckdbLoad() {
  writers_.clear();
  // Closing a connection rolls an open transaction back.
  connection_.reset();
  file_.leave_load();
}

Result<void> DuckdbLoad::start() {
  connection_ = TRY(file_.connect());
  std::vector<engine::Input> inputs;
  std::vector<RowWriter::Names> names;
  for (const auto& target : request_.tables) {
    names.push_back({file_.fresh_name("_weir_rows"), file_.fresh_name("_weir_staging")});
    inputs.push_back(TRY(connection_->define_input(names.back().input, input_schema(target.schema))));
  }
  TRY(connection_->execute("BEGIN TRANSACTION"));
  TRY(create_ledger(*connection_));
  if (TRY(was_published(*connection_, request_.load_id))) {
    state_ = State::Repeated;
    return connection_->execute("ROLLBACK");
  }
  auto opened = open_tables(std::move(inputs), std::move(names));
  if (!opened) return break_off(opened.error());
  return {};
}

Result<void> DuckdbLoad::open_tables(std::vector<engine::Input> inputs, std::vector<RowWriter::Names> names) {
  for (std::size_t i = 0; i < request_.tables.size(); ++i) {
    const auto& target = request_.tables[i];
    const auto frame = "preparing table " + target.table;
    auto plan = TRY(plan_table(*connection_, target, request_.partition).within(frame));
    for (const auto& change : plan.changes) TRY(connection_->execute(change).within(frame));
    TRY(remove_replaced(*connection_, target, request_).within(frame));
    writers_.push_back(TRY(RowWriter::open(*connection_, std::move(inputs[i]), std::move(names[i]),
                                           std::move(plan), target, request_.load_id)
                               .within(frame)));
  }
  return {};
}

Failure DuckdbLoad::break_off(Error error) {
  writers_.clear();
  connection_.reset();
  state_ = State::Broken;
  return Failure(std::move(error));
}

Result<sdk::WriteOutcome> DuckdbLoad::write(std::size_t table, const model::BatchView& rows) {
  if (table >= request_.tables.size()) {
    return fail(ErrorCode::Internal, "rows for table number {}, but the load has {} tables", table,
                request_.tables.size());
  }
  TRY(check_shape(rows, request_.tables[table].schema));
  if (state_ == State::Repeated || rows.rows == 0) return sdk::WriteOutcome();
  if (state_ != State::Open)
    return fail(ErrorCode::Internal, "rows came after the load {} ended", request_.load_id);
  auto written = writers_[table].write(rows).within("writing table " + request_.tables[table].table);
  if (!written) return break_off(written.error());
  return written;
}

Result<void> DuckdbLoad::prepare() {
  if (state_ != State::Open) return {};
  for (auto& writer : writers_) {
    auto finished = writer.finish().within("merging load " + request_.load_id);
    if (!finished) return break_off(finished.error());
  }
  writers_.clear();
  state_ = State::Prepared;
  return {};
}

Result<void> DuckdbLoad::publish(const std::vector<model::LedgerEntry>& entries) {
  if (state_ == State::Published || state_ == State::Repeated) return {};
  TRY(prepare());
  if (state_ != State::Prepared) return fail(ErrorCode::Internal, "the load {} has ended", request_.load_id);
  auto recorded = record(entries);
  if (!recorded) return break_off(recorded.error());
  state_ = State::Published;
  connection_.reset();
  return {};
}

Result<void> DuckdbLoad::record(const std::vector<model::LedgerEntry>& entries) {
  TRY(sdk::check_entries(entries, request_.load_id));
  for (const auto& entry : entries) {
    TRY(write_entry(*connection_, entry).within("writing the ledger"));
  }
  return connection_->execute("COMMIT").within("publishing load " + request_.load_id);
}

}  // namespace weir::duckdb
