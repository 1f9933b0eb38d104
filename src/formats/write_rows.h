// SPDX-License-Identifier: Apache-2.0
// RowWriter: turns rows into the bytes of a text format. Used by the files destination and by
// whatever else hands out rows as text. An instance belongs to one thread; it keeps no rows.
//
// All formats write timestamps as ISO 8601 with a Z unless told otherwise, dates as 2022-01-24, numbers in
// the shortest form that reads back as the same value, and blobs in base64.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/write_buffer.h"
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
  /// Appends what stands behind the last row.
  virtual void end(WriteBuffer&) const {}
};

/// How a field is written that holds a delimiter, quote or line end, is empty, or reads like NULL.
enum class Quotes {
  Minimal,  ///< in quotes; NULL is nothing between two delimiters unless there is a text for it
  None,     ///< without: a backslash stands before delimiters, line ends, backslashes and a quote at the
            ///< start. NULL is \N unless there is another text for it.
};

/// How timestamps are written.
enum class Times {
  Iso,  ///< 2022-01-24T10:05:03.25Z
  Sql,  ///< 2022-01-24 10:05:03.25
};

struct CsvWriteOptions {
  std::string delimiter = ",";
  bool header = true;
  std::optional<std::string> null_text;  ///< written, unquoted, for NULL
  Quotes quotes = Quotes::Minimal;
  Times times = Times::Iso;
};

/// Fails with InvalidConfig when the delimiter is not one byte, or cannot be told from other parts.
Result<std::unique_ptr<RowWriter>> make_csv_writer(const model::Schema& schema,
                                                   const CsvWriteOptions& options);

/// One object a line with every column of the schema, NULL as null. Json columns stand as they are,
/// without line ends; numbers that JSON does not know as "NaN", "Infinity" and "-Infinity".
std::unique_ptr<RowWriter> make_jsonl_writer(const model::Schema& schema);

/// The same objects as one array on one line.
std::unique_ptr<RowWriter> make_json_writer(const model::Schema& schema);

}  // namespace weir::formats
