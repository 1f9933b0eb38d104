// SPDX-License-Identifier: Apache-2.0
#include "formats/parquet_reader.h"

#include "base/text.h"

namespace weir::formats {
namespace {

void append_cell(const model::ColumnView& from, std::size_t row, model::Batch& to, std::size_t column,
                 std::size_t target) {
  switch (from.type) {
    case model::Type::Boolean:
      return to.set_boolean(column, target, from.at<std::uint8_t>(row) != 0);
    case model::Type::Integer:
      return to.set_integer(column, target, from.at<std::int64_t>(row));
    case model::Type::Double:
      return to.set_double(column, target, from.at<double>(row));
    case model::Type::Timestamp:
      return to.set_timestamp(column, target, {from.at<std::int64_t>(row)});
    case model::Type::Date:
      return to.set_date(column, target, {from.at<std::int32_t>(row)});
    case model::Type::Text:
    case model::Type::Json:
    case model::Type::Blob:
      return to.set_text(column, target, from.text(row));
  }
}

}  // namespace

void append_rows(const model::BatchView& from, model::Batch& to) {
  const auto first = to.rows();
  for (std::size_t row = 0; row < from.rows; ++row) to.add_row({0, first + row, 0});
  for (std::size_t column = 0; column < from.columns.size(); ++column) {
    const auto& source = from.columns[column];
    for (std::size_t row = 0; row < from.rows; ++row) {
      if (!source.is_null(row)) append_cell(source, row, to, column, first + row);
    }
  }
}

Result<std::unique_ptr<ParquetReader>> ParquetReader::open(const std::string& path,
                                                           const model::Schema& declared) {
  engine::DatabaseOptions options;
  options.memory_bytes = 128'000'000;
  options.file_access = engine::DatabaseOptions::FileAccess::Allowed;
  auto database = TRY(engine::Database::open(options));
  auto connection = TRY(database.connect());
  std::unique_ptr<ParquetReader> reader(new ParquetReader(std::move(database), std::move(connection)));
  const auto from = " FROM read_parquet(" + sql_literal(path) + ")";
  const auto found = TRY(reader->connection_.describe("SELECT *" + from));
  std::string list;
  for (const auto& column : found.columns) {
    const auto wanted = declared.find(column.name);
    const auto name = sql_identifier(column.name);
    list += list.empty() ? "" : ", ";
    if (wanted && declared.columns[*wanted].type != column.type) {
      const auto type = engine::sql_type(declared.columns[*wanted].type);
      list += "CAST(" + name + " AS " + std::string(type) + ") AS " + name;
    } else {
      list += name;
    }
  }
  for (const auto& column : declared.columns) {
    if (found.find(column.name)) continue;
    list += ", CAST(NULL AS " + std::string(engine::sql_type(column.type)) + ") AS " +
            sql_identifier(column.name);
  }
  reader->rows_ = TRY(reader->connection_.query("SELECT " + list + from));
  reader->schema_ = reader->rows_->schema();
  return reader;
}

Result<std::optional<engine::Chunk>> ParquetReader::next() {
  if (!rows_) return std::optional<engine::Chunk>();
  auto chunk = TRY(rows_->take());
  if (!chunk) rows_.reset();  // a stream that has ended fails when it is asked again
  return chunk;
}

}  // namespace weir::formats
