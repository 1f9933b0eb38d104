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
                 "Text for NULL. Without it NULL is nothing between two delimiters, and empty text is \"\".")
          .example("'\\N'");
  return spec;
}

}  // namespace

std::string_view name(FileFormat format) {
  switch (format) {
    case FileFormat::Csv:
      return "csv";
    case FileFormat::Jsonl:
      return "jsonl";
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
              {{"csv", FileFormat::Csv}, {"jsonl", FileFormat::Jsonl}, {"parquet", FileFormat::Parquet}},
              "Format of the files.")
      .choice("compression", &Options::compression,
              {{"none", OutputCompression::None},
               {"gzip", OutputCompression::Gzip},
               {"zstd", OutputCompression::Zstd}},
              "Compression. Without it: none for text, zstd for Parquet.")
      .object("csv", &Options::csv, csv_write_spec(), "Details of CSV files.")
      .field("memory", &Options::memory, "Memory for Parquet and for merging; larger loads go to disk.");
}

}  // namespace weir::files
