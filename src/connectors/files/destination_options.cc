// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/destination_options.h"

namespace weir::files {
namespace {

using formats::OutputCompression;

const config::Spec<formats::CsvWriteOptions>& csv_write_spec() {
  using Options = formats::CsvWriteOptions;
  static const auto spec =
      config::Spec<Options>("csv", "How CSV files are written. Fields are quoted only when they must be.")
          .field("delimiter", &Options::delimiter, "The byte between two fields.")
          .example("\";\"")
          .field("header", &Options::header, "Whether the first line holds the names.")
          .field("null_text", &Options::null_text,
                 "Text for NULL. Without it NULL is nothing between two delimiters, and empty text is \"\"; "
                 "with `quotes: none` it is \\N.")
          .example("'\\N'")
          .choice("quotes", &Options::quotes,
                  {{"minimal", formats::Quotes::Minimal}, {"none", formats::Quotes::None}},
                  "What becomes of text that holds delimiters and line ends: minimal puts it in quotes; none "
                  "puts a backslash before each of them and before backslashes, as COPY … ESCAPE reads it.")
          .choice("times", &Options::times, {{"iso", formats::Times::Iso}, {"sql", formats::Times::Sql}},
                  "How timestamps are written: 2022-01-24T10:05:03.25Z, or 2022-01-24 10:05:03.25.");
  return spec;
}

}  // namespace

std::string_view name(FileFormat format) {
  switch (format) {
    case FileFormat::Csv:
      return "csv";
    case FileFormat::Jsonl:
      return "jsonl";
    case FileFormat::Json:
      return "json";
    case FileFormat::Parquet:
      return "parquet";
  }
  return "csv";
}

OutputCompression FilesDestinationOptions::effective_compression() const {
  if (compression) return *compression;
  return format == FileFormat::Parquet ? OutputCompression::Zstd : OutputCompression::None;
}

std::string FilesDestinationOptions::extension() const {
  const auto suffix = format == FileFormat::Parquet ? "" : formats::file_suffix(effective_compression());
  return fmt::format(".{}{}", name(format), suffix);
}

config::Spec<FilesDestinationOptions> destination_spec(const std::string& name, const std::string& summary,
                                                       const std::string& folder) {
  using Options = FilesDestinationOptions;
  return config::Spec<Options>(name, summary)
      .field("folder", &Options::folder, folder)
      .example("warehouse")
      .field(
          "path", &Options::path,
          "Where a load's file goes inside the folder. May hold {{ table }}, {{ pipeline }}, {{ load }} and "
          "{{ partition.* }}. Without it: {{ table }}/{{ partition.key }} and the extension.")
      .example("\"{{ table }}/{{ partition.year }}/{{ partition.date }}.csv\"")
      .choice("format", &Options::format,
              {{"csv", FileFormat::Csv},
               {"jsonl", FileFormat::Jsonl},
               {"json", FileFormat::Json},
               {"parquet", FileFormat::Parquet}},
              "Format of the files: jsonl is one object a line, json one array of them.")
      .choice("compression", &Options::compression,
              {{"none", OutputCompression::None},
               {"gzip", OutputCompression::Gzip},
               {"zstd", OutputCompression::Zstd}},
              "Compression. Without it: none for text, zstd for Parquet.")
      .object("csv", &Options::csv, csv_write_spec(), "Details of CSV files.")
      .choice("without_rows", &Options::without_rows,
              {{"no_file", WithoutRows::NoFile}, {"file", WithoutRows::File}},
              "Whether a load without rows leaves a file, which then holds the header of format csv.")
      .choice("manifest", &Options::manifest, {{"none", Manifest::None}, {"redshift", Manifest::Redshift}},
              "Whether a manifest of each partition's files of a table is kept, "
              "`_weir/manifests/<table>/<partition>.manifest`, in the form that Redshift's COPY takes.")
      .field("memory", &Options::memory, "Memory for Parquet and for merging; larger loads go to disk.");
}

}  // namespace weir::files
