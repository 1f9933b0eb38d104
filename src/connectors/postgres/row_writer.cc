// SPDX-License-Identifier: Apache-2.0
#include "connectors/postgres/row_writer.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "connectors/postgres/refusal.h"

namespace weir::postgres {
namespace {

using model::WriteMode;

constexpr std::size_t kRowsAtOnce = 8192;
constexpr std::size_t kSendBytes = std::size_t{1024} * 1024;

}  // namespace

Result<std::unique_ptr<RowWriter>> RowWriter::open(Connection& connection, TablePlan plan,
                                                   const sdk::TableTarget& target, std::size_t number,
                                                   const sdk::LoadRequest& request, LongText long_text) {
  std::unique_ptr<RowWriter> writer(
      new RowWriter(connection, std::move(plan), target, long_text, request.load_id));
  const auto& planned = writer->plan_;
  if (planned.route == Route::Copy) return writer;
  writer->arrays_.resize(planned.columns.size());
  writer->statement_ = fmt::format("weir_put_{}", number);
  const auto types = parameter_types(planned);
  const bool merges = target.write == WriteMode::Merge;
  TRY(connection.prepare(writer->statement_, merges ? merge_sql(planned) : insert_sql(planned, target),
                         types));
  if (const auto second = merges ? merge_insert_sql(planned) : ""; !second.empty()) {
    writer->second_statement_ = writer->statement_ + "_again";
    TRY(connection.prepare(writer->second_statement_, second, types));
  }
  return writer;
}

Result<void> RowWriter::check_shape(const model::BatchView& rows) const {
  const auto& columns = target_.schema.columns;
  if (rows.columns.size() != columns.size()) {
    return fail(ErrorCode::Internal, "table {} was handed rows of {} columns instead of {}", target_.table,
                rows.columns.size(), columns.size());
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (rows.columns[i].type == columns[i].type) continue;
    return fail(ErrorCode::Internal, "table {} was handed {} for column {} instead of {}", target_.table,
                model::name(rows.columns[i].type), columns[i].name, model::name(columns[i].type));
  }
  return {};
}

Result<sdk::WriteOutcome> RowWriter::write(const model::BatchView& rows) {
  sdk::WriteOutcome outcome;
  const RowNumbers good = check_.good_rows(rows, outcome);
  if (!check_.too_narrow().empty()) TRY(widen());
  if (plan_.route == Route::Copy && !plan_.may_refuse) {
    TRY(stream(rows, good));
    return outcome;
  }
  for (std::size_t at = 0; at < good.size(); at += kRowsAtOnce) {
    TRY(put_all(rows, good.subspan(at, std::min(kRowsAtOnce, good.size() - at)), outcome));
  }
  std::sort(outcome.refused.begin(), outcome.refused.end(),
            [](const auto& a, const auto& b) { return a.row < b.row; });
  return outcome;
}

/// Makes columns as wide as the rows at hand need. The rows in the table stay as they are.
Result<void> RowWriter::widen() {
  TRY(pause());
  for (const auto& [number, length] : check_.too_narrow()) {
    auto& column = plan_.columns[number];
    const auto* type = column.type.id == type_id::kBpchar ? "character" : "character varying";
    const auto declared = fmt::format("{}({})", type, length);
    auto widened = connection_.execute(fmt::format("ALTER TABLE {} ALTER COLUMN {} TYPE {}", plan_.name.sql(),
                                                   sql_identifier(column.name), declared));
    TRY(std::move(widened).within(fmt::format("widening column {} of table {} from {} to {} characters",
                                              column.name, plan_.name.table, *column.binding.most_characters,
                                              length)));
    column.binding.most_characters = length;
  }
  return {};
}

void RowWriter::encode_field(const model::BatchView& rows, std::size_t column, std::uint32_t row,
                             ByteBuffer& out) {
  const auto& values = rows.columns[column];
  const auto& binding = plan_.columns[column].binding;
  const bool cuts = long_text_ == LongText::Truncate && binding.most_characters && is_text(values.type);
  if (cuts && !values.is_null(row)) return put_text_field(out, check_.cut(column, values.text(row)));
  put_field(out, values, row, binding.form);
}

void RowWriter::encode_row(const model::BatchView& rows, std::uint32_t row) {
  put_row_header(buffer_, plan_.columns.size() + (plan_.marks_rows ? 1 : 0));
  for (std::size_t column = 0; column < plan_.columns.size(); ++column) {
    encode_field(rows, column, row, buffer_);
  }
  if (plan_.marks_rows) put_text_field(buffer_, load_id_);
}

Result<void> RowWriter::stream(const model::BatchView& rows, RowNumbers numbers) {
  if (numbers.empty()) return {};
  if (!streaming_) {
    TRY(connection_.begin_copy_in(copy_sql(plan_)));
    streaming_ = true;
    streamed_ = 0;
    buffer_.clear();
    put_copy_header(buffer_);
  }
  for (const auto row : numbers) {
    encode_row(rows, row);
    if (buffer_.size() < kSendBytes) continue;
    TRY(connection_.copy_in(buffer_.view()));
    buffer_.clear();
  }
  streamed_ += numbers.size();
  return {};
}

Result<void> RowWriter::pause() {
  if (!streaming_) return {};
  streaming_ = false;
  put_copy_trailer(buffer_);
  TRY(connection_.copy_in(buffer_.view()));
  buffer_.clear();
  return expect(streamed_, TRY(connection_.finish_copy_in()));
}

Result<void> RowWriter::expect(std::uint64_t wanted, std::uint64_t got) const {
  if (wanted == got) return {};
  return fail(
      ErrorCode::DataMismatch,
      "table {} took {} of {} rows without saying why; a trigger or a rule of the table keeps rows out, "
      "and then their account cannot be kept",
      plan_.name.table, got, wanted);
}

// Pieces wait in `pieces` with the next one last. What the server refuses in a piece is set aside
// when it says which row it is; otherwise the piece is halved until it is one row. So each row is sent
// a few times at most, and rows keep their order.
Result<void> RowWriter::put_all(const model::BatchView& rows, RowNumbers numbers,
                                sdk::WriteOutcome& outcome) {
  std::vector<RowNumbers> pieces = {numbers};
  while (!pieces.empty()) {
    const auto piece = pieces.back();
    pieces.pop_back();
    if (piece.empty()) continue;
    TRY(connection_.execute("SAVEPOINT weir_rows"));
    const auto done = put(rows, piece);
    if (done) {
      TRY(connection_.execute("RELEASE SAVEPOINT weir_rows"));
      outcome.deduplicated += *done;
      continue;
    }
    const auto failure = connection_.last_failure();
    if (!blames_a_row(failure.sqlstate)) return Failure(done.error());
    TRY(connection_.execute("ROLLBACK TO SAVEPOINT weir_rows; RELEASE SAVEPOINT weir_rows"));
    // From 1; 0 when the server does not say.
    const auto line = plan_.route == Route::Copy ? copy_line(failure.context).value_or(0) : std::uint64_t{0};
    const bool is_known = line > 0 && line <= piece.size();
    if (piece.size() == 1 || is_known) {
      const auto at = piece.size() == 1 ? 0 : line - 1;
      outcome.refused.push_back(
          {piece[at], refusal(failure, {plan_.name.table, target_.schema, rows, piece[at]})});
      pieces.push_back(piece.subspan(at + 1));
      pieces.push_back(piece.first(at));
    } else {
      pieces.push_back(piece.subspan(piece.size() / 2));
      pieces.push_back(piece.first(piece.size() / 2));
    }
  }
  return {};
}

Result<std::uint64_t> RowWriter::put(const model::BatchView& rows, RowNumbers numbers) {
  return plan_.route == Route::Copy ? copy(rows, numbers) : insert(rows, numbers);
}

Result<std::uint64_t> RowWriter::copy(const model::BatchView& rows, RowNumbers numbers) {
  TRY(connection_.begin_copy_in(copy_sql(plan_)));
  buffer_.clear();
  put_copy_header(buffer_);
  for (const auto row : numbers) encode_row(rows, row);
  put_copy_trailer(buffer_);
  TRY(connection_.copy_in(buffer_.view()));
  TRY(expect(numbers.size(), TRY(connection_.finish_copy_in())));
  return 0U;
}

Result<std::uint64_t> RowWriter::insert(const model::BatchView& rows, RowNumbers numbers) {
  Parameters parameters;
  for (std::size_t column = 0; column < plan_.columns.size(); ++column) {
    const auto& planned = plan_.columns[column];
    auto& array = arrays_[column];
    array.clear();
    // An element's type is that of the column, or text that the server reads.
    put_array_header(array, planned.binding.cast ? type_id::kText : planned.type.id, numbers.size());
    for (const auto row : numbers) encode_field(rows, column, row, array);
    parameters.binary(0, array.view());
  }
  if (plan_.marks_rows) parameters.text(load_id_);
  if (target_.write == WriteMode::Merge) return merge(parameters, numbers.size());
  const auto inserted = TRY(connection_.run_prepared(statement_, parameters)).affected();
  if (target_.skip_known_keys) return numbers.size() - inserted;
  TRY(expect(numbers.size(), inserted));
  return 0U;
}

Result<std::uint64_t> RowWriter::merge(const Parameters& parameters, std::size_t rows) {
  const auto result = TRY(connection_.run_prepared(statement_, parameters));
  const auto count = [&](std::size_t column) {
    return static_cast<std::uint64_t>(result.integer(0, column));
  };
  const auto keys = count(0);
  const auto overtaken = count(1);
  if (second_statement_.empty()) {
    TRY(expect(keys, count(2)));
  } else {
    TRY(expect(keys, TRY(connection_.run_prepared(second_statement_, parameters)).affected()));
  }
  return rows - keys + overtaken;
}

}  // namespace weir::postgres
