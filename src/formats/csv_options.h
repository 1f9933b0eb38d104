// SPDX-License-Identifier: Apache-2.0
// How delimited text is written down. Used by the CSV decoder and configured by sources.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"

namespace weir::formats {

/// How the fields of a row find their columns.
enum class ColumnsBy {
  Name,      ///< by the header; without one in the order of the declared columns
  Position,  ///< in the order of the declared columns, whatever a header says
};

/// What a row is that has more fields than expected.
enum class ExtraFields {
  Reject,
  Blank,   ///< taken when those are empty, as behind a delimiter at the line's end
  Ignore,  ///< taken without them
};

/// What a row is that has fewer fields than expected.
enum class MissingFields {
  Reject,
  Null,  ///< taken, with null for them
};

/// What a backslash means that no quote's `escape` makes mean something.
enum class Backslash {
  Text,    ///< itself
  Escape,  ///< the delimiter, quote, line end or backslash behind it is text; before others it is itself
};

/// Whether a header may have the names of `columns` at other places than those that are read by
/// position.
enum class MovedColumns {
  Allow,
  Fail,  ///< fails when a field of the header has the name of another one's column
};

struct CsvOptions {
  std::string delimiter = ",";
  std::string quote = "\"";   ///< empty: quotes mean nothing
  std::string escape = "\"";  ///< inside quotes: the quote itself (doubled), or a backslash
  bool header = true;
  /// Unquoted text that stands for null. Without it an empty unquoted field does.
  std::optional<std::string> null_text;
  std::string encoding = "utf-8";  ///< or latin1, utf-16, utf-16le, utf-16be
  ColumnsBy columns_by = ColumnsBy::Name;
  /// How many fields each row has; by default as many as the header, or as there are columns.
  std::optional<std::int64_t> field_count;
  ExtraFields extra_fields = ExtraFields::Reject;
  MissingFields missing_fields = MissingFields::Reject;
  Backslash backslash = Backslash::Text;
  MovedColumns moved_columns = MovedColumns::Allow;
};

/// Whether the options can be understood; says what is expected.
Result<void> check_csv_options(const CsvOptions& options);

}  // namespace weir::formats
