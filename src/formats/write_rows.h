// SPDX-License-Identifier: Apache-2.0
// RowWriter: turns rows into the bytes of a text format. Used by the files destination and by
// whatever else hands out rows as text. An instance belongs to one thread; it keeps no rows.
//
// Both formats write timestamps as ISO 8601 with a Z, dates as 2022-01-24, numbers in the shortest
// form that reads back as the same value, and blobs in base64.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "formats/write_buffer.h"
#include "model/batch.h"
#include "model/schema.h"

namespace weir::formats {

class RowWriter {
 public:
  virtual ~RowWriter() = default;
  /// Appends what stands before the first row.
  virtual void begin(WriteBuffer& out) const = 0;
  /// Appends rows whose columns are those of the schema.
  virtual void write(const model::BatchView& rows, WriteBuffer& out) const = 0;
};

/// A field is quoted only when it must be: when it holds a delimiter, quote or line end, when it is
/// empty (NULL is nothing between two delimiters), or when it reads like `null_text`.
struct CsvWriteOptions {
  std::string delimiter = ",";
  bool header = true;
  std::optional<std::string> null_text;  ///< written, unquoted, for NULL
};

/// Fails with InvalidConfig when the delimiter is not one byte, or cannot be told from other parts.
Result<std::unique_ptr<RowWriter>> make_csv_writer(const model::Schema& schema,
                                                   const CsvWriteOptions& options);

/// One object a line with every column of the schema, NULL as null. Json columns stand as they are,
/// without line ends; numbers that JSON does not know as "NaN", "Infinity" and "-Infinity".
std::unique_ptr<RowWriter> make_jsonl_writer(const model::Schema& schema);

}  // namespace weir::formats
