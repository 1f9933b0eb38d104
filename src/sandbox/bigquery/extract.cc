// SPDX-License-Identifier: Apache-2.0
// Extract jobs: a table becomes objects of the storage.
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/text.h"
#include "formats/write_compressed.h"
#include "protocols/google/json_value.h"
#include "sandbox/bigquery/job.h"
#include "sandbox/bigquery/table_rows.h"
#include "sandbox/gcs/refusal.h"

namespace weir::sandbox::bigquery {
namespace {

constexpr std::int64_t kRowsOfRead = 1000;

struct ExtractSettings {
  std::string format;
  std::string compression;
  char delimiter = ',';
  bool header = true;
};

ExtractSettings extract_settings(const Json& json) {
  ExtractSettings settings;
  settings.format = google::text_of(json, "destinationFormat");
  if (settings.format.empty()) settings.format = "CSV";
  settings.compression = google::text_of(json, "compression");
  if (settings.compression.empty()) settings.compression = "NONE";
  const std::string delimiter = google::text_of(json, "fieldDelimiter");
  if (delimiter == "\\t" || delimiter == "tab") {
    settings.delimiter = '\t';
  } else if (!delimiter.empty()) {
    settings.delimiter = delimiter.front();
  }
  const Json& header = google::member_of(json, "printHeader");
  settings.header = !header.is_boolean() || header.get<bool>();
  return settings;
}

/// Gives the name of each file in turn, and puts it into the storage.
class Files {
 public:
  Files(Tools& tools, const std::string& uri, std::string content_type)
      : tools_(tools), content_type_(std::move(content_type)) {
    const std::size_t slash = uri.find('/', 5);
    if (uri.rfind("gs://", 0) != 0 || slash == std::string::npos || slash + 1 >= uri.size()) {
      throw Refusal{"invalid", "Extract uri " + uri + " must be a Google Cloud Storage location"};
    }
    bucket_ = uri.substr(5, slash - 5);
    name_ = uri.substr(slash + 1);
  }

  bool may_be_many() const { return name_.find('*') != std::string::npos; }

  void put(const std::string& bytes) {
    std::string name = name_;
    const std::size_t star = name.find('*');
    if (star != std::string::npos) name.replace(star, 1, fmt::format("{:012}", count_));
    const auto writer = tools_.store.writer();
    writer->append(bytes);
    try {
      (void)tools_.store.put({bucket_, name}, {{"contentType", content_type_}}, *writer, {});
    } catch (const gcs::Refusal& refusal) {
      throw Refusal{"notFound", "Not found: URI gs://" + bucket_ + "/" + name + ": " + refusal.message};
    }
    ++count_;
  }

  int count() const { return count_; }

 private:
  Tools& tools_;
  std::string content_type_;
  std::string bucket_;
  std::string name_;
  int count_ = 0;
};

std::string gzip(const std::string& bytes) {
  WriteBuffer packed;
  const auto done = formats::make_compressor(formats::OutputCompression::Gzip)->compress(bytes, packed);
  if (!done.ok()) throw Refusal{"internalError", done.error().message()};
  return std::string(packed.view());
}

std::string csv_value(const std::string& text, char delimiter) {
  const bool plain = text.find_first_of(std::string("\"\r\n") + delimiter) == std::string::npos;
  if (plain) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string csv_line(const Fields& fields, const Row& row, char delimiter) {
  std::string line;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) line += delimiter;
    if (row[i]) line += csv_value(export_text(fields[i].kind, *row[i]), delimiter);
  }
  return line + "\n";
}

std::string json_line(const Fields& fields, const Row& row) {
  // By hand for the order of the columns, which a Json object does not keep.
  std::string line;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const Json value = export_value(fields[i], shown_value(fields[i], row[i]));
    if (value.is_null()) continue;
    line += (line.empty() ? "" : ",") + google::dump_json(fields[i].name) + ":" + google::dump_json(value);
  }
  return "{" + line + "}\n";
}

std::string header_of(const ExtractSettings& settings, const Fields& fields) {
  if (settings.format != "CSV" || !settings.header) return {};
  std::string header;
  for (const Field& field : fields)
    header += (header.empty() ? "" : std::string(1, settings.delimiter)) +
              csv_value(field.name, settings.delimiter);
  return header + "\n";
}

void check_flat(const Fields& fields) {
  for (const Field& field : fields) {
    if (field.kind != Kind::Record && field.mode != Mode::Repeated) continue;
    throw Refusal{"invalid", "Operation cannot be performed on a nested schema. Field: " + field.name};
  }
}

void write_texts(Tools& tools, TableRows& rows, const ExtractSettings& settings, Files& files) {
  if (settings.format == "CSV") check_flat(rows.fields());
  const std::string header = header_of(settings, rows.fields());
  const auto finish = [&](const std::string& text) {
    files.put(settings.compression == "GZIP" ? gzip(text) : text);
  };
  std::string text = header;
  const std::int64_t total = rows.count();
  for (std::int64_t first = 0; first < total; first += kRowsOfRead) {
    for (const Row& row : rows.read(first, kRowsOfRead)) {
      const bool is_full =
          files.may_be_many() && text.size() > header.size() && text.size() >= tools.extract_bytes;
      if (is_full) {
        finish(text);
        text = header;
      }
      text += settings.format == "CSV" ? csv_line(rows.fields(), row, settings.delimiter)
                                       : json_line(rows.fields(), row);
    }
  }
  finish(text);
}

std::string parquet_compression(const std::string& compression) {
  return compression == "NONE" ? "uncompressed" : lower(compression);
}

void write_parquet(Tools& tools, const Table& table, const std::string& partition,
                   const ExtractSettings& settings, Files& files) {
  Warehouse& warehouse = tools.catalog.warehouse();
  std::string columns;
  for (const Field& field : table.fields)
    columns += (columns.empty() ? "" : ", ") + sql_identifier(field.name);
  const std::string path = warehouse.fresh_path(".parquet");
  warehouse.execute("COPY (SELECT " + columns + " FROM " + sql_identifier(table.storage) + " WHERE " +
                    partition_condition(table, partition) + ") TO " + sql_literal(path) +
                    " (FORMAT parquet, COMPRESSION " + parquet_compression(settings.compression) + ")");
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  files.put(bytes.str());
  std::filesystem::remove(path);
}

}  // namespace

Outcome run_extract(Tools& tools, const Job& job) {
  const Json& json = job.settings();
  const ExtractSettings settings = extract_settings(json);
  const Target target = target_of(json.at("sourceTable"), job.project);
  Table& table = tools.catalog.table(target.name);
  Json uris = google::member_of(json, "destinationUris");
  if (!uris.is_array()) uris = Json::array({google::text_of(json, "destinationUri")});
  Json counts = Json::array();
  for (const Json& uri : uris) {
    Files files(tools, uri.get<std::string>(),
                settings.compression == "GZIP" && settings.format != "PARQUET" ? "application/gzip"
                                                                               : "application/octet-stream");
    if (settings.format == "PARQUET") {
      write_parquet(tools, table, target.partition, settings, files);
    } else {
      TableRows rows(tools.catalog.warehouse(), table, target.partition, table.fields);
      write_texts(tools, rows, settings, files);
    }
    counts.push_back(std::to_string(files.count()));
  }
  Outcome outcome;
  outcome.statistics["extract"] = {{"destinationUriFileCounts", counts},
                                   {"inputBytes", std::to_string(tools.catalog.byte_count(table))}};
  return outcome;
}

}  // namespace weir::sandbox::bigquery
