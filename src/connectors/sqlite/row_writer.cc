// SPDX-License-Identifier: Apache-2.0
#include "connectors/sqlite/row_writer.h"

#include <sqlite3.h>

#include <charconv>

#include "connectors/sqlite/errors.h"
#include "connectors/sqlite/refusal.h"

namespace weir::sqlite {
namespace {

// The text form of times has four digits for the year.
constexpr std::int64_t kFirstMicros = -62'167'219'200'000'000;  // 0000-01-01
constexpr std::int64_t kEndMicros = 253'402'300'800'000'000;    // 10000-01-01
constexpr std::int32_t kFirstDay = -719'528;
constexpr std::int32_t kEndDay = 2'932'897;

constexpr int kTimestampBytes = 26;
constexpr int kDateBytes = 10;

void bind_text(sqlite3_stmt* statement, int parameter, std::string_view text) {
  sqlite3_bind_text64(statement, parameter, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
}

}  // namespace

RowBinder::RowBinder(Statement statement, const TablePlan& plan, const std::string& load_id)
    : statement_(std::move(statement)),
      bindings_(plan.bindings),
      is_null_(plan.bindings.size(), 1),
      texts_(plan.bindings.size()) {
  if (plan.marks_rows) load_id_ = load_id;
}

bool RowBinder::bind_value(std::size_t column, const model::ColumnView& values, std::size_t row) {
  auto* statement = statement_.handle();
  const auto parameter = static_cast<int>(column) + 1;
  auto* text = texts_[column].data();
  switch (bindings_[column]) {
    case Binding::Text:
      bind_text(statement, parameter, values.at<model::Text>(row).view());
      return true;
    case Binding::Integer:
      sqlite3_bind_int64(statement, parameter, values.at<std::int64_t>(row));
      return true;
    case Binding::Double:
      sqlite3_bind_double(statement, parameter, values.at<double>(row));
      return true;
    case Binding::Boolean:
      sqlite3_bind_int(statement, parameter, values.at<std::uint8_t>(row) != 0 ? 1 : 0);
      return true;
    case Binding::Timestamp: {
      const auto micros = values.at<std::int64_t>(row);
      if (micros < kFirstMicros || micros >= kEndMicros) return false;
      write_sql_timestamp(Timestamp{micros}, *reinterpret_cast<char(*)[kTimestampBytes]>(text));
      bind_text(statement, parameter, {text, kTimestampBytes});
      return true;
    }
    case Binding::Date: {
      const auto days = values.at<std::int32_t>(row);
      if (days < kFirstDay || days >= kEndDay) return false;
      write_sql_timestamp(midnight(Date{days}), *reinterpret_cast<char(*)[kTimestampBytes]>(text));
      bind_text(statement, parameter, {text, kDateBytes});
      return true;
    }
    case Binding::DoubleAsText: {
      const auto end = std::to_chars(text, text + texts_[column].size(), values.at<double>(row)).ptr;
      bind_text(statement, parameter, {text, static_cast<std::size_t>(end - text)});
      return true;
    }
    case Binding::Blob: {
      const auto bytes = values.at<model::Text>(row).view();
      sqlite3_bind_blob64(statement, parameter, bytes.data(), bytes.size(), SQLITE_STATIC);
      return true;
    }
  }
  return false;
}

std::optional<std::size_t> RowBinder::bind(const model::BatchView& rows, std::size_t row) {
  for (std::size_t i = 0; i < bindings_.size(); ++i) {
    const auto& values = rows.columns[i];
    if (values.is_null(row)) {
      // Sparse columns stay NULL for many rows; a parameter keeps its value from row to row.
      if (is_null_[i] == 0) sqlite3_bind_null(statement_.handle(), static_cast<int>(i) + 1);
      is_null_[i] = 1;
      continue;
    }
    is_null_[i] = 0;
    if (!bind_value(i, values, row)) return i;
  }
  if (load_id_) bind_text(statement_.handle(), static_cast<int>(bindings_.size()) + 1, *load_id_);
  return std::nullopt;
}

void RowBinder::release() {
  sqlite3_clear_bindings(statement_.handle());
  is_null_.assign(is_null_.size(), 1);
}

Result<RowWriter> RowWriter::open(Database& database, TablePlan plan, const sdk::TableTarget& target,
                                  const std::string& load_id) {
  RowBinder insert(TRY(database.prepare(insert_sql(plan, target))), plan, load_id);
  std::optional<RowBinder> overtake;
  if (target.write == model::WriteMode::Merge) {
    overtake.emplace(TRY(database.prepare(overtake_sql(plan))), plan, load_id);
  }
  RowWriter writer(std::move(plan), target, std::move(insert));
  writer.overtake_ = std::move(overtake);
  return writer;
}

Result<void> RowWriter::check_shape(const model::BatchView& rows) const {
  const auto& columns = target_->schema.columns;
  if (rows.columns.size() != columns.size()) {
    return fail(ErrorCode::Internal, "table {} was handed rows of {} columns instead of {}", target_->table,
                rows.columns.size(), columns.size());
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (rows.columns[i].type == columns[i].type) continue;
    return fail(ErrorCode::Internal, "table {} was handed {} for column {} instead of {}", target_->table,
                model::name(rows.columns[i].type), columns[i].name, model::name(columns[i].type));
  }
  return {};
}

Result<sdk::WriteOutcome> RowWriter::write(const model::BatchView& rows) {
  TRY(check_shape(rows));
  sdk::WriteOutcome outcome;
  Result<void> written;
  for (std::size_t row = 0; row < rows.rows && written.ok(); ++row) written = write_row(rows, row, outcome);
  insert_.release();
  if (overtake_) overtake_->release();
  TRY(std::move(written));
  return outcome;
}

Result<void> RowWriter::write_row(const model::BatchView& rows, std::size_t row, sdk::WriteOutcome& outcome) {
  for (const auto column : plan_.key) {
    if (!rows.columns[column].is_null(row)) continue;
    outcome.refused.push_back(
        {row, fmt::format("{} is NULL, but it is part of the key", target_->schema.columns[column].name)});
    return {};
  }
  const auto refused_before = outcome.refused.size();
  TRY(run(insert_, rows, row, outcome));
  if (!target_->skip_known_keys && !overtake_) return {};
  if (outcome.refused.size() != refused_before) return {};
  if (sqlite3_changes(sqlite3_db_handle(insert_.statement())) != 0) return {};
  if (overtake_) return overtake(rows, row, outcome);
  ++outcome.deduplicated;
  return {};
}

// The key was written by this load already. The new row takes the place of the earlier one, which
// was counted as loaded; counting one of the two as a duplicate keeps the sum right.
Result<void> RowWriter::overtake(const model::BatchView& rows, std::size_t row, sdk::WriteOutcome& outcome) {
  const auto refused_before = outcome.refused.size();
  TRY(run(*overtake_, rows, row, outcome));
  if (outcome.refused.size() == refused_before) ++outcome.deduplicated;
  return {};
}

Result<void> RowWriter::run(RowBinder& binder, const model::BatchView& rows, std::size_t row,
                            sdk::WriteOutcome& outcome) {
  const RefusedValues values{plan_.table, target_->schema, rows, row};
  if (const auto column = binder.bind(rows, row)) {
    outcome.refused.push_back(
        {row, fmt::format("{} lies outside the years 0 to 9999", show(values, *column))});
    return {};
  }
  const auto code = sqlite3_step(binder.statement());
  if (code == SQLITE_DONE) {
    sqlite3_reset(binder.statement());
    return {};
  }
  auto* database = sqlite3_db_handle(binder.statement());
  const auto extended = sqlite3_extended_errcode(database);
  if (!is_refusal(extended) || sqlite3_get_autocommit(database) != 0) {
    const auto error = error_of(database);
    sqlite3_reset(binder.statement());
    return Failure(error);
  }
  outcome.refused.push_back({row, refusal(extended, sqlite3_errmsg(database), values)});
  sqlite3_reset(binder.statement());
  return {};
}

}  // namespace weir::sqlite
