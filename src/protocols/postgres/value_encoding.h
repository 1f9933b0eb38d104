// SPDX-License-Identifier: Apache-2.0
// Values of ours in PostgreSQL's binary form: the fields of a binary COPY and of arrays that are
// bound to a statement. Used by the connector postgres on its hot path. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "model/batch.h"
#include "protocols/postgres/byte_buffer.h"

namespace weir::postgres {

/// The binary form of a server's type. Which of our types can take it: can_encode().
enum class Form {
  Boolean,
  Int2,
  Int4,
  Int8,
  Float4,
  Float8,
  Numeric,
  Text,  ///< also varchar, json, xml, enum labels and whatever else is sent as its text
  Jsonb,
  Bytea,
  Date,
  Timestamp,  ///< with and without zone
};

/// Whether every value of our type, as far as it fits(), comes out of the form as it went in.
bool can_encode(model::Type type, Form form);

/// Whether the value of a cell, which is not NULL, can be sent at all.
bool fits(const model::ColumnView& column, std::size_t row, Form form);
/// Why a cell that does not fit does not: "has a NUL character, which PostgreSQL's text cannot hold".
std::string misfit(const model::ColumnView& column, std::size_t row, Form form);

/// Appends a field: its length and its bytes, or the mark of NULL. The cell fits.
void put_field(ByteBuffer& out, const model::ColumnView& column, std::size_t row, Form form);
void put_text_field(ByteBuffer& out, std::string_view text);
void put_null_field(ByteBuffer& out);

/// What a binary COPY begins and ends with; each row begins with its number of fields.
void put_copy_header(ByteBuffer& out);
void put_copy_trailer(ByteBuffer& out);
void put_row_header(ByteBuffer& out, std::size_t fields);

/// What an array with one dimension begins with; its elements follow as fields.
void put_array_header(ByteBuffer& out, std::uint32_t element_type, std::size_t elements);

/// Appends the numeric of a decimal text such as "-12.50" or "1.5e-7", without its length; the text is
/// a number, "nan", "inf" or "-inf".
void put_numeric(ByteBuffer& out, std::string_view text);

}  // namespace weir::postgres
