// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <numeric>
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

/// A file that the merge reads, on this machine, with what the ledger knows of it.
struct OlderFile {
  std::filesystem::path path;
  DataFile known;
};

std::string read_query(const OlderFile& older, const FilesDestinationOptions& options) {
  const auto path = sql_literal(older.path.string());
  if (options.format == FileFormat::Parquet) return fmt::format("SELECT * FROM read_parquet({})", path);
  constexpr std::array<std::string_view, 3> kCompressions = {"uncompressed", "gzip", "zstd"};
  const auto compression = kCompressions[static_cast<std::size_t>(options.effective_compression())];
  std::string values;
  for (const auto& column : older.known.columns.columns)
    values += (values.empty() ? "" : ", ") + read_as(column);
  if (options.format == FileFormat::Jsonl || options.format == FileFormat::Json) {
    return fmt::format("SELECT {} FROM read_json({}, format = '{}', columns = {{{}}}, compression = '{}')",
                       values, path, options.format == FileFormat::Json ? "array" : "newline_delimited",
                       column_map(older.known.columns, "JSON"), compression);
  }
  return fmt::format(
      "SELECT {} FROM read_csv({}, columns = {{{}}}, auto_detect = false, delim = {}, quote = '\"', escape = "
      "'\"', "
      "header = {}, nullstr = {}, allow_quoted_nulls = false, compression = '{}', max_line_size = 4194304)",
      values, path, column_map(older.known.columns, "VARCHAR"), sql_literal(options.csv.delimiter),
      options.csv.header, sql_literal(options.csv.null_text.value_or("")), compression);
}

// A file that is not what was published must not be taken for it: rows could be lost unseen.
Result<void> verify(const OlderFile& older, const Depot& depot) {
  const auto measured = measure_file(older.path);
  if (measured && measured->bytes == older.known.bytes && measured->hash == older.known.hash) return {};
  return fail(ErrorCode::DataMismatch,
              "'{}' is not as it was published; put it back, or remove the table's files and its ledger and "
              "load again",
              depot.shown(older.known.path));
}

class MergeWriter final : public TableWriter {
 public:
  MergeWriter(WriterRequest request, std::vector<DataFile> known, engine::Database database,
              engine::Connection connection)
      : request_(std::move(request)),
        known_(std::move(known)),
        database_(std::move(database)),
        connection_(std::move(connection)) {
    for (const auto& name : request_.key) key_columns_.push_back(*request_.rows.find(name));
  }

  Result<void> open() {
    auto input = request_.rows;
    input.columns.push_back({"wanted", model::Type::Boolean});
    input.columns.push_back({"position", model::Type::Integer});
    input_ = TRY(connection_.define_input("weir_rows", input));
    TRY(connection_.execute(fmt::format("CREATE TABLE incoming ({}, PRIMARY KEY ({}))",
                                        column_definitions(request_.rows), identifiers(request_.key))));
    gather_ = TRY(connection_.prepare(gather_sql()));
    return {};
  }

  Result<sdk::WriteOutcome> write(const model::BatchView& batch) override {
    sdk::WriteOutcome outcome;
    wanted_.assign(batch.rows, 1);
    refuse_null_keys(batch, outcome);
    positions_.resize(batch.rows);
    std::iota(positions_.begin(), positions_.end(), 0);
    std::vector<model::ColumnView> columns(batch.columns.begin(), batch.columns.end());
    columns.push_back({model::Type::Boolean, wanted_.data(), nullptr});
    columns.push_back({model::Type::Integer, positions_.data(), nullptr});
    input_->set({batch.rows, columns});
    auto done = TRY(gather_->run());
    while (TRY(done.next())) {
    }
    const auto distinct =
        static_cast<std::uint64_t>(TRY(connection_.query_integer("SELECT count(*) FROM incoming")));
    outcome.deduplicated = batch.rows - outcome.refused.size() - (distinct - rows_);
    rows_ = distinct;
    return outcome;
  }

  const model::Schema& columns() const override { return request_.columns; }

  Result<std::optional<WrittenFile>> finish() override {
    std::string query = fmt::format("SELECT {} FROM incoming", select_list(request_.rows, request_.columns));
    TRY(fetch_older());
    for (const auto& older : older_) {
      query += " UNION ALL SELECT * " + kept_of(older);
    }
    auto written =
        TRY(request_.options.format == FileFormat::Parquet ? write_parquet(query) : write_text(query));
    if (written) written->kept = TRY(count_kept(*written));
    return written;
  }

 private:
  Result<void> fetch_older() {
    older_.clear();
    const auto scratch = TRY(request_.claim.scratch());
    for (const auto& known : known_) {
      auto path = request_.depot.local(known.path, scratch);
      // A file that is gone is not as it was published either.
      if (!path.ok() && path.error().code() != ErrorCode::NotFound) return Failure(path.error());
      older_.push_back({path.ok() ? *std::move(path) : std::filesystem::path(), known});
      TRY(verify(older_.back(), request_.depot));
    }
    return {};
  }

  /// Of a batch's rows the last one of each key.
  std::string gather_sql() const {
    std::string values;
    for (std::size_t i = 0; i < request_.rows.size(); ++i) values += fmt::format("c{}, ", i);
    std::string key;
    for (const auto column : key_columns_) key += fmt::format("{}c{}", key.empty() ? "" : ", ", column);
    return fmt::format(
        "INSERT OR REPLACE INTO incoming SELECT {} FROM weir_rows() AS input({}wanted, position) WHERE "
        "wanted QUALIFY "
        "row_number() OVER (PARTITION BY {} ORDER BY position DESC) = 1",
        values.substr(0, values.size() - 2), values, key);
  }

  /// The rows of an older file whose key does not come again.
  std::string kept_of(const OlderFile& older) const {
    return fmt::format(
        "FROM (SELECT {} FROM ({})) AS older WHERE NOT EXISTS (SELECT 1 FROM incoming WHERE {})",
        select_list(older.known.columns, request_.columns), read_query(older, request_.options), same_key());
  }

  /// A table that was merged before is one file, whose rows need no second look.
  Result<std::vector<std::uint64_t>> count_kept(const WrittenFile& written) {
    if (older_.size() == 1) return std::vector<std::uint64_t>{written.rows - rows_};
    std::vector<std::uint64_t> kept;
    for (const auto& older : older_) {
      kept.push_back(
          static_cast<std::uint64_t>(TRY(connection_.query_integer("SELECT count(*) " + kept_of(older)))));
    }
    return kept;
  }

  void refuse_null_keys(const model::BatchView& batch, sdk::WriteOutcome& outcome) {
    for (std::size_t row = 0; row < batch.rows; ++row) {
      for (std::size_t i = 0; i < key_columns_.size(); ++i) {
        if (!batch.columns[key_columns_[i]].is_null(row)) continue;
        outcome.refused.push_back({row, fmt::format("the key column '{}' is NULL", request_.key[i])});
        wanted_[row] = 0;
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
    return std::optional(
        TRY(copy_to_parquet(connection_, query, request_, static_cast<std::uint64_t>(rows))));
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
  std::vector<DataFile> known_;
  std::vector<OlderFile> older_;  // of known_, when they are read
  engine::Database database_;
  engine::Connection connection_;
  std::vector<std::size_t> key_columns_;
  std::optional<engine::Input> input_;
  std::optional<engine::Prepared> gather_;
  std::vector<std::uint8_t> wanted_;     // a row each: whether it has a key
  std::vector<std::int64_t> positions_;  // a row each: 0, 1, 2, …
  std::uint64_t rows_ = 0;
};

}  // namespace

Result<std::unique_ptr<TableWriter>> make_merge_writer(const WriterRequest& request,
                                                       std::vector<DataFile> older) {
  auto database = TRY(open_engine(request));
  auto connection = TRY(database.connect());
  auto writer =
      std::make_unique<MergeWriter>(request, std::move(older), std::move(database), std::move(connection));
  TRY(writer->open());
  return std::unique_ptr<TableWriter>(std::move(writer));
}

}  // namespace weir::files
