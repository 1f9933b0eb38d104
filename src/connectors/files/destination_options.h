// SPDX-License-Identifier: Apache-2.0
// What a user can say about a destination of files, on a disk or in a bucket. A plain value.
#pragma once

#include <optional>
#include <string>

#include "config/spec.h"
#include "formats/write_compressed.h"
#include "formats/write_rows.h"

namespace weir::files {

enum class FileFormat { Csv, Jsonl, Json, Parquet };

/// "csv", "jsonl", "json" or "parquet", which is also the file extension.
std::string_view name(FileFormat format);

/// What a load without rows leaves.
enum class WithoutRows { NoFile, File };

enum class Manifest { None, Redshift };

struct FilesDestinationOptions {
  std::string folder;
  std::optional<std::string> path;
  FileFormat format = FileFormat::Csv;
  /// Without one, text is not compressed and Parquet is with zstd.
  std::optional<formats::OutputCompression> compression;
  formats::CsvWriteOptions csv;
  config::ByteSize memory{128U << 20};
  WithoutRows without_rows = WithoutRows::NoFile;
  Manifest manifest = Manifest::None;

  formats::OutputCompression effective_compression() const;
  /// ".csv.gz".
  std::string extension() const;
};

/// The same for every connector but for these texts.
config::Spec<FilesDestinationOptions> destination_spec(const std::string& name, const std::string& summary,
                                                       const std::string& folder);

}  // namespace weir::files
