// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/source_options.h"

#include "base/text.h"
#include "model/partition.h"

namespace weir::files {

using formats::Compression;
using formats::CsvOptions;

const config::Spec<CsvOptions>& csv_spec() {
  static const auto spec =
      config::Spec<CsvOptions>("csv", "How delimited text is written.")
          .field("delimiter", &CsvOptions::delimiter, "The byte between two fields.")
          .example("\";\"")
          .field("quote", &CsvOptions::quote, "The byte around fields that hold delimiters; empty: none.")
          .field("escape", &CsvOptions::escape,
                 "The byte that takes a quote's meaning inside quotes: the quote itself, or a backslash.")
          .field("header", &CsvOptions::header, "Whether the first row holds the names of the columns.")
          .field("null_text", &CsvOptions::null_text,
                 "Unquoted text that stands for NULL. Without it an empty unquoted field does.")
          .example("\"\\\\N\"")
          .field("encoding", &CsvOptions::encoding,
                 "utf-8, latin1, windows-1252, utf-16, utf-16le or utf-16be.")
          .check([](const CsvOptions& options, const config::Node& node, config::Diagnostics& diagnostics) {
            if (auto checked = formats::check_csv_options(options); !checked.ok()) {
              diagnostics.error(node.at(), checked.error().message());
            }
          });
  return spec;
}

const config::Spec<FilesSourceOptions>& files_source_spec() {
  using O = FilesSourceOptions;
  static const auto spec =
      config::Spec<O>("files", "Reads files on this machine.")
          .field("path", &O::path,
                 "File, glob pattern or list of them, relative to the project folder. "
                 "Placeholders such as {{ partition.date }} choose the files of a partition.")
          .required()
          .example("\"logs/{{ partition.date }}*.jsonl.gz\"")
          .field("format", &O::format,
                 "jsonl, csv, access_log, s3_access_log or parquet; by default what the extension says.")
          .example("jsonl")
          .choice("compression", &O::compression,
                  {{"auto", Compression::Auto},
                   {"none", Compression::None},
                   {"gzip", Compression::Gzip},
                   {"zstd", Compression::Zstd}},
                  "How the files are packed; auto looks at the first bytes of each.")
          .field("columns", &O::columns,
                 "Types by column name. They win over what the first rows suggest; times are text "
                 "unless they are declared here.")
          .example("{timestamp: timestamp, status: integer}")
          .object("csv", &O::csv, csv_spec(), "How the fields of csv files are written.")
          .choice("on_missing", &O::on_missing, {{"empty", OnMissing::Empty}, {"fail", OnMissing::Fail}},
                  "What a partition without any file is: empty, or a failed run.")
          .check([](const O& options, const config::Node& node, config::Diagnostics& diagnostics) {
            const auto* format = node.find("format");
            if (auto read = read_options(options); !read.ok()) {
              const bool about_format =
                  format != nullptr && read.error().message().starts_with("unknown format");
              diagnostics.error(about_format ? format->at() : node.at(), read.error().message());
            }
            // An hour has every placeholder that any partition has.
            const auto sample = model::partition_of(model::Every::Hour, Timestamp{});
            for (const auto& path : options.path) {
              const auto expanded = model::expand(path, sample);
              if (!expanded.ok()) diagnostics.error(node.find("path")->at(), expanded.error().message());
            }
          });
  return spec;
}

namespace {

Result<model::Schema> declared_columns(const config::OrderedTextMap& columns) {
  model::Schema schema;
  for (const auto& [name, type_name] : columns) {
    const auto type = model::type_from_name(type_name);
    if (!type) {
      const auto& known = model::type_names();
      const auto meant = closest(type_name, known);
      return fail(ErrorCode::InvalidConfig, "column {} has the unknown type '{}'; {}use one of {}", name,
                  type_name, meant ? "did you mean '" + *meant + "'? Otherwise " : "", join(known));
    }
    schema.columns.push_back({name, *type});
  }
  return schema;
}

}  // namespace

Result<formats::ReadOptions> read_options(const FilesSourceOptions& options) {
  if (options.path.empty()) return fail(ErrorCode::InvalidConfig, "`path` names no file");
  for (const auto& path : options.path) {
    if (trim(path).empty()) return fail(ErrorCode::InvalidConfig, "`path` holds an empty path");
  }
  TRY(formats::check_csv_options(options.csv));
  if (options.format && *options.format != "parquet" && formats::find_format(*options.format) == nullptr) {
    std::vector<std::string> known;
    for (const auto& format : formats::formats()) known.emplace_back(format.name);
    known.emplace_back("parquet");
    const auto meant = closest(*options.format, known);
    return fail(ErrorCode::InvalidConfig, "unknown format '{}'; {}use one of {}", *options.format,
                meant ? "did you mean '" + *meant + "'? Otherwise " : "", join(known));
  }
  auto csv = options.csv;
  // By default a quote is escaped by doubling it, whichever it is.
  const formats::CsvOptions defaults;
  if (csv.escape == defaults.escape && csv.quote != defaults.quote && !csv.quote.empty())
    csv.escape = csv.quote;
  return formats::ReadOptions{std::move(csv), TRY(declared_columns(options.columns))};
}

}  // namespace weir::files
