// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <fstream>

#include "base/text.h"
#include "connectors/files/writer_disk.h"
#include "connectors/files/writer_engine.h"
#include "formats/content_hash.h"

namespace weir::files {
namespace {

class ParquetWriter final : public TableWriter {
 public:
  ParquetWriter(WriterRequest request, engine::Database database, engine::Connection connection,
                engine::Appender appender)
      : request_(std::move(request)),
        database_(std::move(database)),
        connection_(std::move(connection)),
        appender_(std::move(appender)) {}

  Result<sdk::WriteOutcome> write(const model::BatchView& batch) override {
    TRY(appender_.append(batch));
    rows_ += batch.rows;
    return sdk::WriteOutcome();
  }

  const model::Schema& columns() const override { return request_.columns; }

  Result<std::optional<WrittenFile>> finish() override {
    if (rows_ == 0) return std::optional<WrittenFile>();
    TRY(appender_.close());
    const auto query = fmt::format("SELECT {} FROM staged", select_list(request_.rows, request_.columns));
    return std::optional(TRY(copy_to_parquet(connection_, query, request_, rows_)));
  }

 private:
  WriterRequest request_;
  engine::Database database_;
  engine::Connection connection_;
  engine::Appender appender_;
  std::uint64_t rows_ = 0;
};

std::string_view parquet_codec(formats::OutputCompression compression) {
  switch (compression) {
    case formats::OutputCompression::None:
      return "uncompressed";
    case formats::OutputCompression::Gzip:
      return "gzip";
    case formats::OutputCompression::Zstd:
      return "zstd";
  }
  return "uncompressed";
}

}  // namespace

Result<engine::Database> open_engine(const WriterRequest& request) {
  engine::DatabaseOptions options;
  options.memory_bytes = request.options.memory.bytes;
  options.spill_folder = (TRY(request.claim.scratch()) / "spill").string();
  options.file_access = engine::DatabaseOptions::FileAccess::Allowed;
  return engine::Database::open(options);
}

std::string column_definitions(const model::Schema& schema) {
  std::string sql;
  for (const auto& column : schema.columns) {
    sql += fmt::format("{}{} {}", sql.empty() ? "" : ", ", sql_identifier(column.name),
                       engine::sql_type(column.type));
  }
  return sql;
}

std::string select_list(const model::Schema& from, const model::Schema& to) {
  std::string sql;
  for (const auto& column : to.columns) {
    const auto name = sql_identifier(column.name);
    const auto found = from.find(column.name);
    sql += sql.empty() ? "" : ", ";
    if (found && from.columns[*found].type == column.type) {
      sql += name;
    } else {
      sql += fmt::format("CAST({} AS {}) AS {}", found ? name : "NULL", engine::sql_type(column.type), name);
    }
  }
  return sql;
}

Result<WrittenFile> copy_to_parquet(engine::Connection& connection, const std::string& query,
                                    const WriterRequest& request, std::uint64_t rows) {
  const auto path = TRY(request.file.local_path());
  TRY(connection.execute(fmt::format("COPY ({}) TO {} (FORMAT parquet, COMPRESSION {})", query,
                                     sql_literal(path.string()),
                                     parquet_codec(request.options.effective_compression()))));
  auto measured = TRY(measure_file(path));
  TRY(request.file.take_local());
  return WrittenFile{rows, measured.bytes, std::move(measured.hash)};
}

Result<Measured> measure_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return disk_failure("read", path, errno);
  formats::ContentHash hash;
  Measured measured;
  std::string piece(1 << 20, '\0');
  while (file.read(piece.data(), static_cast<std::streamsize>(piece.size())) || file.gcount() > 0) {
    const auto got = static_cast<std::size_t>(file.gcount());
    hash.update({piece.data(), got});
    measured.bytes += got;
  }
  if (file.bad()) return disk_failure("read", path, EIO);
  hash.end_input();
  measured.hash = hash.hex();
  return measured;
}

Result<std::unique_ptr<TableWriter>> make_parquet_writer(const WriterRequest& request) {
  auto database = TRY(open_engine(request));
  auto connection = TRY(database.connect());
  TRY(connection.execute(fmt::format("CREATE TABLE staged ({})", column_definitions(request.rows))));
  auto appender = TRY(connection.append_to("staged"));
  return std::unique_ptr<TableWriter>(std::make_unique<ParquetWriter>(
      request, std::move(database), std::move(connection), std::move(appender)));
}

}  // namespace weir::files
