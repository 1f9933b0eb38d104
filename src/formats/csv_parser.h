// SPDX-License-Identifier: Apache-2.0
// Splits delimited text into records and fields. Used by the CSV format. One thread at a time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "formats/csv_options.h"
#include "model/batch.h"

namespace weir::formats {

struct CsvField {
  std::string_view text;  ///< without the quotes around it, escapes as written
  bool quoted = false;
  bool escaped = false;  ///< needs unescape()
};

struct CsvRecord {
  model::RowOrigin origin;
  std::vector<CsvField> fields;
  std::string problem;  ///< not empty: the record cannot be split, and why
};

class CsvParser {
 public:
  /// `bytes` start at a record on physical line `line`; kPadding readable bytes follow them.
  CsvParser(std::string_view bytes, std::uint64_t line, const CsvOptions& options);

  /// Reads the next record that is not an empty line; false at the end. A record whose quote is
  /// never closed ends with its first physical line.
  bool next(CsvRecord& record);
  /// Where the next record starts.
  std::size_t position() const { return at_; }

  /// Writes a field's text without escapes to `to`, which has room for the text as written.
  std::size_t unescape(const CsvField& field, char* to) const;

 private:
  std::size_t next_separator(std::size_t from);
  std::uint64_t separators_from(std::size_t base) const;
  bool read_field(CsvRecord& record, CsvField& field);
  bool quoted_field(CsvRecord& record, CsvField& field);
  bool is_escaped(std::size_t start, std::size_t at) const;
  std::size_t end_of_escaped(std::size_t from, bool& escaped) const;
  std::size_t unescape_backslashes(const CsvField& field, char* to) const;
  std::size_t closing_quote(std::size_t from, bool& escaped) const;
  void give_up(CsvRecord& record, std::size_t start, std::string problem);

  std::string_view bytes_;
  std::uint64_t line_;
  char delimiter_;
  char quote_;
  char escape_;
  bool quotes_;
  bool backslashes_;  // they escape
  std::size_t at_ = 0;
  std::size_t window_ = static_cast<std::size_t>(-1);  // the 64 bytes that separators_ tells of
  std::uint64_t separators_ = 0;
};

}  // namespace weir::formats
