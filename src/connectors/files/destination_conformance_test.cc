// SPDX-License-Identifier: Apache-2.0
// The destinations files, s3 and gcs under the suite of all destinations, in every format.
#include <isa-l/igzip_lib.h>
#include <simdjson.h>
#include <zstd.h>

#include <fstream>
#include <map>
#include <sstream>

#include "base/text.h"
#include "connectors/files/destination.h"
#include "engine/database.h"
#include "io/object_store.h"
#include "model/cell_text.h"
#include "protocols/google/testing.h"
#include "tests/conformance/destination_suite.h"
#include "tests/support/memory_object_store.h"
#include "tests/support/s3_server.h"

namespace weir::files {
namespace {

namespace fs = std::filesystem;
using conformance::Cell;
using conformance::DestinationCase;
using conformance::DestinationSuite;
using conformance::Row;

using NamedRow = std::map<std::string, Cell>;

std::string unbase64(const std::string& text) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  unsigned bits = 0;
  int count = 0;
  for (const char c : text) {
    if (c == '=') break;
    bits = bits << 6 | static_cast<unsigned>(kDigits.find(c));
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 0xffU);
  }
  return bytes;
}

std::string inflated(const std::string& bytes, formats::OutputCompression compression) {
  if (compression == formats::OutputCompression::None) return bytes;
  std::string out(64 << 20, '\0');
  if (compression == formats::OutputCompression::Zstd) {
    out.resize(ZSTD_decompress(out.data(), out.size(), bytes.data(), bytes.size()));
    return out;
  }
  std::size_t from = 0;
  std::size_t to = 0;
  while (from < bytes.size()) {
    inflate_state state;
    isal_inflate_init(&state);
    state.crc_flag = ISAL_GZIP;
    state.next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(bytes.data() + from));
    state.avail_in = static_cast<std::uint32_t>(bytes.size() - from);
    state.next_out = reinterpret_cast<std::uint8_t*>(out.data() + to);
    state.avail_out = static_cast<std::uint32_t>(out.size() - to);
    if (isal_inflate(&state) != ISAL_DECOMP_OK) throw std::runtime_error("not gzip");
    from = bytes.size() - state.avail_in;
    to = out.size() - state.avail_out;
  }
  out.resize(to);
  return out;
}

/// The records of a CSV text: an unquoted empty field is NULL.
std::vector<Row> parse_csv(const std::string& text, char delimiter) {
  std::vector<Row> records;
  Row record;
  for (std::size_t at = 0; at < text.size();) {
    Cell cell;
    if (text[at] == '"') {
      cell.emplace();
      for (++at; text[at] != '"' || text[at + 1] == '"'; ++at) {
        if (text[at] == '"') ++at;
        *cell += text[at];
      }
      ++at;
    } else {
      const auto end = text.find_first_of(std::string("\n") + delimiter, at);
      if (end > at) cell = text.substr(at, end - at);
      at = end;
    }
    record.push_back(cell);
    if (text[at++] != '\n') continue;
    records.push_back(std::move(record));
    record.clear();
  }
  return records;
}

std::vector<NamedRow> read_csv(const std::string& text, char delimiter) {
  const auto records = parse_csv(text, delimiter);
  std::vector<NamedRow> rows;
  for (std::size_t i = 1; i < records.size(); ++i) {
    auto& row = rows.emplace_back();
    for (std::size_t c = 0; c < records[i].size(); ++c) row[*records[0][c]] = records[i][c];
  }
  return rows;
}

std::vector<NamedRow> read_jsonl(const std::string& text, const model::Schema& columns) {
  std::vector<NamedRow> rows;
  simdjson::ondemand::parser parser;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const simdjson::padded_string padded(line);
    auto document = parser.iterate(padded);
    auto& row = rows.emplace_back();
    for (auto field : document.get_object()) {
      const std::string name(std::string_view(field.unescaped_key()));
      simdjson::ondemand::value value = field.value();
      const auto column = columns.find(name);
      const bool json = column && columns.columns[*column].type == model::Type::Json;
      if (value.is_null()) {
        row[name] = std::nullopt;
      } else if (!json && value.type() == simdjson::ondemand::json_type::string) {
        row[name] = std::string(std::string_view(value.get_string()));
      } else {
        row[name] = std::string(trim(std::string_view(simdjson::to_json_string(value))));
      }
    }
  }
  return rows;
}

/// The elements of an array on one line, a line each.
std::string elements_of(const std::string& text) {
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
  simdjson::ondemand::parser parser;
  const simdjson::padded_string padded(text);
  std::string lines;
  auto document = parser.iterate(padded);
  for (auto element : document.get_array())
    lines += std::string(std::string_view(simdjson::to_json_string(element.value()))) + "\n";
  return lines;
}

Cell canonical(const Cell& cell, model::Type type) {
  if (!cell) return cell;
  if (type == model::Type::Blob) return unbase64(*cell);
  if (type == model::Type::Double) return fmt::format("{}", std::strtod(cell->c_str(), nullptr));
  if (type != model::Type::Timestamp) return cell;
  char text[26];
  write_sql_timestamp(parse_timestamp(*cell).value(), text);
  return std::string(text, sizeof text);
}

/// Reads the files of a table, wherever they lie.
class FilesUnderTest : public conformance::DestinationUnderTest {
 public:
  explicit FilesUnderTest(FilesDestinationOptions options) : options_(std::move(options)) {}

  std::optional<std::vector<Row>> read(const std::string& table, const model::Schema& columns) override {
    const auto found = files_of(table);
    if (found.empty() && !has_table(table)) return std::nullopt;
    std::vector<Row> rows;
    for (const auto& path : found) {
      options_.format == FileFormat::Parquet ? read_parquet(path, columns, rows)
                                             : read_text(path, columns, rows);
    }
    return rows;
  }

 protected:
  /// Files of this machine with the bytes of the table's.
  virtual std::vector<fs::path> files_of(const std::string& table) = 0;
  /// Whether a table without files is one.
  virtual bool has_table(const std::string& table) const = 0;

  FilesDestinationOptions options_;

 private:
  void read_text(const fs::path& path, const model::Schema& columns, std::vector<Row>& rows) const {
    std::ifstream file(path, std::ios::binary);
    std::stringstream bytes;
    bytes << file.rdbuf();
    auto text = inflated(bytes.str(), options_.effective_compression());
    if (options_.format == FileFormat::Json) text = elements_of(text);
    const auto named = options_.format == FileFormat::Csv ? read_csv(text, options_.csv.delimiter[0])
                                                          : read_jsonl(text, columns);
    for (const auto& row : named) {
      auto& cells = rows.emplace_back();
      for (const auto& column : columns.columns) {
        const auto cell = row.find(column.name);
        cells.push_back(cell == row.end() ? Cell() : canonical(cell->second, column.type));
      }
    }
  }

  static void read_parquet(const fs::path& path, const model::Schema& columns, std::vector<Row>& rows) {
    engine::DatabaseOptions options;
    options.file_access = engine::DatabaseOptions::FileAccess::Allowed;
    auto database = std::move(*engine::Database::open(options));
    auto connection = std::move(*database.connect());
    auto found = std::move(*connection.query("FROM read_parquet(" + sql_literal(path.string()) + ")"));
    const auto schema = found.schema();
    while (const auto batch = *found.next()) {
      for (std::size_t row = 0; row < batch->rows; ++row) {
        auto& cells = rows.emplace_back();
        for (const auto& column : columns.columns) {
          const auto at = schema.find(column.name);
          cells.push_back(at ? cell_of(batch->columns[*at], row) : Cell());
        }
      }
    }
  }

  static Cell cell_of(const model::ColumnView& column, std::size_t row) {
    if (column.is_null(row)) return std::nullopt;
    if (column.type != model::Type::Timestamp) return model::cell_text(column, row);
    char text[26];
    write_sql_timestamp({column.at<std::int64_t>(row)}, text);
    return std::string(text, sizeof text);
  }
};

class FolderUnderTest final : public FilesUnderTest {
 public:
  FolderUnderTest(const fs::path& folder, FilesDestinationOptions options)
      : FilesUnderTest(std::move(options)), folder_(folder / "out") {
    options_.folder = folder_;
  }
  std::unique_ptr<sdk::Destination> open() override {
    return std::move(*make_files_destination(options_, "/"));
  }

 private:
  std::vector<fs::path> files_of(const std::string& table) override {
    if (!has_table(table)) return {};
    return {fs::directory_iterator(folder_ / table), fs::directory_iterator()};
  }
  bool has_table(const std::string& table) const override { return fs::exists(folder_ / table); }

  fs::path folder_;
};

/// A bucket somewhere, removed with this object.
class TestedBucket {
 public:
  virtual ~TestedBucket() = default;
  virtual std::shared_ptr<io::ObjectStore> connect() = 0;
};

class BucketUnderTest final : public FilesUnderTest {
 public:
  BucketUnderTest(const fs::path& folder, FilesDestinationOptions options,
                  std::unique_ptr<TestedBucket> bucket)
      : FilesUnderTest(std::move(options)), folder_(folder), bucket_(std::move(bucket)) {
    options_.folder = "ware/house";
  }
  std::unique_ptr<sdk::Destination> open() override {
    return std::move(*make_bucket_destination(options_, bucket_->connect()));
  }

 private:
  std::vector<fs::path> files_of(const std::string& table) override {
    const auto store = bucket_->connect();
    std::vector<fs::path> copies;
    for (const auto& object : *io::list_all(*store, "ware/house/" + table + "/")) {
      copies.push_back(folder_ / fmt::format("{}.copy", copies.size()));
      std::ofstream(copies.back(), std::ios::binary) << *store->read(object.key, {0, object.size}, "");
    }
    return copies;
  }
  // A bucket has no empty folders, but the ledger knows its tables.
  bool has_table(const std::string& table) const override {
    return bucket_->connect()->head("ware/house/_weir/tables/" + table + ".json").ok();
  }

  fs::path folder_;
  std::unique_ptr<TestedBucket> bucket_;
};

class MemoryBucket final : public TestedBucket {
 public:
  std::shared_ptr<io::ObjectStore> connect() override { return store_; }

 private:
  std::shared_ptr<support::MemoryObjectStore> store_ = std::make_shared<support::MemoryObjectStore>();
};

class SwiftBucket final : public TestedBucket {
 public:
  // Kept by the bucket, which outlives every destination.
  std::shared_ptr<io::ObjectStore> connect() override { return {std::shared_ptr<void>(), &bucket_.store()}; }

 private:
  support::S3Bucket bucket_;
};

class SandboxBucket final : public TestedBucket {
 public:
  std::shared_ptr<io::ObjectStore> connect() override { return {std::shared_ptr<void>(), &bucket_.store()}; }

 private:
  google::TestBucket bucket_;
};

DestinationCase make_case(const std::string& name, FilesDestinationOptions options,
                          std::map<std::string, std::string> deviations = {}) {
  // Two pipelines load the same table in one of the tests, which needs their names in the path.
  options.path = "{{ table }}/{{ pipeline }}-{{ partition.key }}" + options.extension();
  return {name,
          [options](const fs::path& folder) { return std::make_unique<FolderUnderTest>(folder, options); },
          std::move(deviations)};
}

template <typename Kind>
DestinationCase make_bucket_case(const std::string& name, FilesDestinationOptions options) {
  options.path = "{{ table }}/{{ pipeline }}-{{ partition.key }}" + options.extension();
  return {name,
          [options](const fs::path& folder) {
            return std::make_unique<BucketUnderTest>(folder, options, std::make_unique<Kind>());
          },
          {}};
}

FilesDestinationOptions as(FileFormat format, std::optional<formats::OutputCompression> compression = {}) {
  FilesDestinationOptions options;
  options.format = format;
  options.compression = compression;
  return options;
}

FilesDestinationOptions semicolons() {
  auto options = as(FileFormat::Csv, formats::OutputCompression::Gzip);
  options.csv.delimiter = ";";
  return options;
}

INSTANTIATE_TEST_SUITE_P(
    Files, DestinationSuite,
    testing::Values(make_case("Csv", as(FileFormat::Csv)), make_case("CsvGzipWithSemicolons", semicolons()),
                    make_case("Json", as(FileFormat::Json)),
                    make_case("JsonlZstd", as(FileFormat::Jsonl, formats::OutputCompression::Zstd)),
                    make_case("Parquet", as(FileFormat::Parquet))),
    conformance::case_name);

INSTANTIATE_TEST_SUITE_P(
    Bucket, DestinationSuite,
    testing::Values(make_bucket_case<MemoryBucket>("MemoryCsv", as(FileFormat::Csv)),
                    make_bucket_case<MemoryBucket>("MemoryJsonlGzip",
                                                   as(FileFormat::Jsonl, formats::OutputCompression::Gzip)),
                    make_bucket_case<MemoryBucket>("MemoryParquet", as(FileFormat::Parquet)),
                    make_bucket_case<SwiftBucket>("S3CsvZstd",
                                                  as(FileFormat::Csv, formats::OutputCompression::Zstd)),
                    make_bucket_case<SandboxBucket>("GcsCsv", as(FileFormat::Csv))),
    conformance::case_name);

}  // namespace
}  // namespace weir::files
