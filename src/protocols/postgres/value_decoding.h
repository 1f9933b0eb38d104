// SPDX-License-Identifier: Apache-2.0
// Rows of PostgreSQL's binary COPY as rows of ours, and as lines of its text COPY, in which rows that
// were set aside are kept and read again. Used by the connector postgres; workers decode side by
// side. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/batch.h"

namespace weir::postgres {

/// The binary form of a column, and what becomes of it.
enum class Decode {
  Boolean,
  Int2,
  Int4,
  Int8,
  Oid,
  Float4,
  Float8,
  Text,   ///< whatever is sent as its text
  Json,   ///< json, sent as text
  Jsonb,  ///< with a version byte before the text
  Bytea,
  Date,
  Timestamp,
};

model::Type type_of(Decode decode);

/// What becomes of infinite times and those outside the years 0 to 9999.
enum class OutOfRange { Reject, Null };

/// Why a row cannot be read; nothing when it was added.
using Unreadable = std::optional<std::string>;

/// Whether the server sees to it that text is UTF-8. A database in SQL_ASCII holds any bytes.
enum class TextBytes { Utf8, Unchecked };

struct RowShape {
  std::vector<Decode> columns;
  std::vector<std::string> names;
  OutOfRange out_of_range = OutOfRange::Reject;
  TextBytes text = TextBytes::Utf8;
};

/// What a binary COPY begins with: the rest is rows. Fails when it is something else.
Result<std::string_view> after_copy_header(std::string_view bytes);
/// The length of the first row in the bytes; 0 for the end of the data. Fails when it is no whole row
/// of this many columns.
Result<std::size_t> row_length(std::string_view bytes, std::size_t columns);

/// Appends a row, as cut out by row_length(). The batch points into the bytes.
Result<Unreadable> decode_row(std::string_view row, const RowShape& shape, const model::RowOrigin& origin,
                              model::Batch& rows);
/// The same row as a line of the text format, without its end: "1\tAda\t\N".
std::string line_of(std::string_view row, const RowShape& shape);
/// Appends a row from such a line. What the batch needs is kept in it.
Unreadable decode_line(std::string_view line, const RowShape& shape, const model::RowOrigin& origin,
                       model::Batch& rows);

}  // namespace weir::postgres
