// SPDX-License-Identifier: Apache-2.0
// CopyTextWriter: values as the delimited text that Redshift's COPY … ESCAPE reads back exactly
// (https://docs.aws.amazon.com/redshift/latest/dg/copy-parameters-data-conversion.html#copy-escape).
// Used by the redshift destination. Immutable; usable by several threads.
//
// A backslash stands before a delimiter, line feed, carriage return and backslash; COPY takes the byte
// behind a backslash as it is. NULL is a word of its own, which COPY compares with the whole field
// after it has taken backslashes away, so a text that reads like it cannot be written: see collides().
// A NUL byte would end the row and cannot be written either.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/write_buffer.h"
#include "model/batch.h"

namespace weir::formats {

class CopyTextWriter {
 public:
  /// Fails with InvalidConfig when the delimiter is no plain ASCII byte, or when the word for NULL is
  /// empty, would have to be escaped, or reads like a number, a truth value or a time.
  static Result<CopyTextWriter> make(char delimiter, std::string null_text);

  char delimiter() const { return delimiter_; }
  const std::string& null_text() const { return null_text_; }
  /// Whether COPY would take this text for NULL.
  bool collides(std::string_view text) const { return text == null_text_; }

  void write_null(WriteBuffer& out) const { out.append(null_text_); }
  /// The text must neither collide nor hold a NUL byte.
  void write_text(std::string_view text, WriteBuffer& out) const;
  /// Two hexadecimal digits a byte, as COPY reads VARBYTE.
  void write_bytes(std::string_view bytes, WriteBuffer& out) const;
  /// A value of a type of fixed width: "true", "42", "2022-01-24", "2022-01-24 10:05:03.25" (years 1 to
  /// 9999).
  void write_fixed(const model::ColumnView& column, std::size_t row, WriteBuffer& out) const;
  /// Behind every field but the last, and behind the last.
  void end_field(WriteBuffer& out) const { end(delimiter_, out); }
  void end_row(WriteBuffer& out) const { end('\n', out); }

 private:
  CopyTextWriter(char delimiter, std::string null_text)
      : delimiter_(delimiter), null_text_(std::move(null_text)) {}
  static void end(char byte, WriteBuffer& out) {
    char* at = out.room(1);
    *at = byte;
    out.used(at + 1);
  }

  char delimiter_;
  std::string null_text_;
};

}  // namespace weir::formats
