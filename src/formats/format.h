// SPDX-License-Identifier: Apache-2.0
// The formats that can be read, each a row of one table. Used by the sources for files and objects
// through input_reader.h. Everything here is immutable or made fresh; safe from any thread.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "formats/block_reader.h"
#include "formats/csv_options.h"
#include "formats/decoder.h"
#include "formats/jsonl_decoder.h"
#include "model/schema.h"

namespace weir::formats {

/// How a user wants an input to be read.
struct ReadOptions {
  CsvOptions csv;
  /// Types that were declared; they win over what the sample suggests.
  model::Schema columns;
};

/// What the start of an input tells: the columns' names, and how many bytes to leave out.
struct Head {
  std::vector<std::string> names;  ///< empty: the format names its columns in each record, or never
  std::size_t bytes = 0;           ///< of the first block, before the first row
};

/// A format whose records are cut and decoded here.
struct Format {
  std::string_view name;                         ///< "jsonl"
  std::span<const std::string_view> extensions;  ///< ".jsonl", without that of the compression
  Framing (*framing)(const ReadOptions& options);
  /// Whether the rows cannot be understood without the start of their input.
  bool (*has_head)(const ReadOptions& options);
  /// Reads the head from an input's first block.
  Result<Head> (*head)(std::string_view first_block, const ReadOptions& options);
  /// The columns of the rows in `sample`, which starts behind the head; declared types win and
  /// declared columns that the sample lacks are appended.
  Result<model::Schema> (*infer)(const Head& head, std::span<const RawBlock> sample,
                                 const ReadOptions& options);
  /// `paths` may be empty, see make_jsonl_decoder().
  Result<std::shared_ptr<const Decoder>> (*make_decoder)(const model::Schema& schema,
                                                         const std::vector<JsonPath>& paths, const Head& head,
                                                         const ReadOptions& options);
};

/// All of them. Parquet is not among them: the engine reads it, see parquet_reader.h.
std::span<const Format> formats();
/// By name; null when unknown.
const Format* find_format(std::string_view name);
/// "jsonl" for "logs/2022.jsonl.gz"; nothing when the extension says nothing. Knows parquet, too.
std::optional<std::string_view> format_of_name(std::string_view file_name);

}  // namespace weir::formats
