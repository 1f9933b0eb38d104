// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <utility>

#include "base/text.h"
#include "connectors/files/writer_engine.h"

namespace weir::files {
namespace {

std::string identifiers(const std::vector<std::string>& names) {
  std::string sql;
  for (const auto& name : names) sql += (sql.empty() ? "" : ", ") + sql_identifier(name);
  return sql;
}

// Text formats are read as text and cast here, so that what was written is what is read.
std::string read_as(const model::Column& column) {
  const auto name = sql_identifier(column.name);
  if (column.type == model::Type::Text) return name;
  if (column.type == model::Type::Blob) return fmt::format("from_base64({0}) AS {0}", name);
  return fmt::format("CAST({0} AS {1}) AS {0}", name, engine::sql_type(column.type));
}

std::string column_map(const model::Schema& schema, std::string_view json_type) {
  std::string sql;
  for (const auto& column : schema.columns) {
    sql += fmt::format("{}{}: '{}'", sql.empty() ? "" : ", ", sql_literal(column.name),
                       column.type == model::Type::Json ? json_type : "VARCHAR");
  }
  return sql;
}

std::string read_query(const OlderFile& older, const FilesDestinationOptions& options) {
  const auto path = sql_literal(older.path.string());
  if (options.format == FileFormat::Parquet) return fmt::format("SELECT * FROM read_parquet({})", path);
  constexpr std::array<std::string_view, 3> kCompressions = {"none", "gzip", "zstd"};
  const auto compression = kCompressions[static_cast<std::size_t>(options.effective_compression())];
  std::string values;
  for (const auto& column : older.known.columns.columns)
    values += (values.empty() ? "" : ", ") + read_as(column);
  if (options.format == FileFormat::Jsonl) {
    return fmt::format(
        "SELECT {} FROM read_json({}, format = 'newline_delimited', columns = {{{}}}, compression = '{}')",
        values, path, column_map(older.known.columns, "JSON"), compression);
  }
  return fmt::format(
      "SELECT {} FROM read_csv({}, columns = {{{}}}, auto_detect = false, delim = {}, quote = '\"', escape = "
      "'\"', "
      "header = {}, nullstr = {}, allow_quoted_nulls = false, compression = '{}', max_line_size = 4194304)",
      values, path, column_map(older.known.columns, "VARCHAR"), sql_literal(options.csv.delimiter),
      options.csv.header, sql_literal(options.csv.null_text.value_or("")), compression);
}

// A file that is not what was published must not be taken for it: rows could be lost unseen.
Result<void> verify(const OlderFile& older) {
  const auto measured = measure_file(older.path);
  if (measured && measured->bytes == older.known.bytes && measured->hash == older.known.hash) return {};
  return fail(ErrorCode::DataMismatch,
              "'{}' is not as it was published; put it back, or remove the table's files and its ledger and "
              "load again",
              older.path.string());
}

class MergeWriter final : public TableWriter {
 public:
  MergeWriter(WriterRequest request, std::vector<OlderFile> older, engine::Database database,
              engine::Connection connection)
      : request_(std::move(request)),
        older_(std::move(older)),
        database_(std::move(database)),
        connection_(std::move(connection)) {
    for (const auto& name : request_.key) key_columns_.push_back(*request_.rows.find(name));
  }

  Result<void> open() {
    TRY(connection_.execute(fmt::format("CREATE TABLE batch ({})", column_definitions(request_.rows))));
    return connection_.execute(fmt::format("CREATE TABLE incoming ({}, PRIMARY KEY ({}))",
                                           column_definitions(request_.rows), identifiers(request_.key)));
  }

  Result<sdk::WriteOutcome> write(const model::BatchView& batch) override {
    sdk::WriteOutcome outcome;
    refuse_null_keys(batch, outcome);
    TRY(connection_.execute("DELETE FROM batch"));
    auto appender = TRY(connection_.append_to("batch"));
    TRY(appender.append(batch));
    TRY(appender.close());
    const auto key = identifiers(request_.key);
    std::string not_null;
    for (const auto& name : request_.key) {
      not_null += fmt::format("{}{} IS NOT NULL", not_null.empty() ? "" : " AND ", sql_identifier(name));
    }
    TRY(connection_.execute(fmt::format(
        "INSERT OR REPLACE INTO incoming SELECT * FROM batch WHERE rowid IN (SELECT max(rowid) FROM batch "
        "WHERE {} GROUP BY {})",
        not_null, key)));
    const auto distinct =
        static_cast<std::uint64_t>(TRY(connection_.query_integer("SELECT count(*) FROM incoming")));
    outcome.deduplicated = batch.rows - outcome.refused.size() - (distinct - rows_);
    rows_ = distinct;
    return outcome;
  }

  const model::Schema& columns() const override { return request_.columns; }

  Result<std::optional<WrittenFile>> finish() override {
    std::string query = fmt::format("SELECT {} FROM incoming", select_list(request_.rows, request_.columns));
    for (const auto& older : older_) {
      TRY(verify(older));
      query += fmt::format(
          " UNION ALL SELECT * FROM (SELECT {} FROM ({})) AS older WHERE NOT EXISTS (SELECT 1 FROM incoming "
          "WHERE {})",
          select_list(older.known.columns, request_.columns), read_query(older, request_.options),
          same_key());
    }
    return request_.options.format == FileFormat::Parquet ? write_parquet(query) : write_text(query);
  }

 private:
  void refuse_null_keys(const model::BatchView& batch, sdk::WriteOutcome& outcome) const {
    for (std::size_t row = 0; row < batch.rows; ++row) {
      for (std::size_t i = 0; i < key_columns_.size(); ++i) {
        if (!batch.columns[key_columns_[i]].is_null(row)) continue;
        outcome.refused.push_back({row, fmt::format("the key column '{}' is NULL", request_.key[i])});
        break;
      }
    }
  }

  std::string same_key() const {
    std::string sql;
    for (const auto& name : request_.key) {
      sql += fmt::format("{0}incoming.{1} = older.{1}", sql.empty() ? "" : " AND ", sql_identifier(name));
    }
    return sql;
  }

  Result<std::optional<WrittenFile>> write_parquet(const std::string& query) {
    const auto rows = TRY(connection_.query_integer(fmt::format("SELECT count(*) FROM ({})", query)));
    if (rows == 0) return std::optional<WrittenFile>();
    TRY(copy_to_parquet(connection_, query, request_));
    auto written = TRY(measure_file(request_.file));
    written.rows = static_cast<std::uint64_t>(rows);
    return std::optional(written);
  }

  Result<std::optional<WrittenFile>> write_text(const std::string& query) {
    auto request = request_;
    request.rows = request_.columns;
    auto writer = TRY(make_text_writer(request));
    auto rows = TRY(connection_.query(query));
    while (const auto batch = TRY(rows.next())) TRY(writer->write(*batch));
    return writer->finish();
  }

  WriterRequest request_;
  std::vector<OlderFile> older_;
  engine::Database database_;
  engine::Connection connection_;
  std::vector<std::size_t> key_columns_;
  std::uint64_t rows_ = 0;
};

}  // namespace

Result<std::unique_ptr<TableWriter>> make_merge_writer(const WriterRequest& request,
                                                       std::vector<OlderFile> older) {
  auto database = TRY(open_engine(request));
  auto connection = TRY(database.connect());
  auto writer =
      std::make_unique<MergeWriter>(request, std::move(older), std::move(database), std::move(connection));
  TRY(writer->open());
  return std::unique_ptr<TableWriter>(std::move(writer));
}

}  // namespace weir::files
