// SPDX-License-Identifier: Apache-2.0
// RowEncoder: rows as COPY text, checked against what their columns take, so that Redshift has no
// reason to refuse one. Used by TableStage. Belongs to one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/write_buffer.h"
#include "connectors/redshift/key_set.h"
#include "connectors/redshift/options.h"
#include "connectors/redshift/types.h"
#include "connectors/sdk/destination.h"
#include "formats/copy_text.h"

namespace weir::redshift {

/// A field of the staged text.
struct Field {
  std::string name;
  model::Type type = model::Type::Text;  ///< of our rows
  StoredType stored;                     ///< of the column; of one that is made later, what it can become
  bool not_null = false;
  bool is_key = false;  ///< of a merge: must not be NULL

  bool operator==(const Field&) const = default;
};

struct EncoderOptions {
  std::string table;  ///< for messages
  std::vector<Field> fields;
  LongText long_text = LongText::Widen;
  NulText nul_text = NulText::Quarantine;
  std::string mark{};         ///< the load's id, when rows carry it
  bool number_rows = false;   ///< a merge finds the last row of a key by its number
  std::size_t part_size = 0;  ///< bytes after which encode() stops
};

class RowEncoder {
 public:
  static Result<RowEncoder> make(EncoderOptions options);

  enum class Stop {
    Done,       ///< all rows are written or refused
    Full,       ///< the part has its size
    Collision,  ///< the next row has a text that reads like NULL: call change_null_text()
  };
  struct Progress {
    Stop stop = Stop::Done;
    std::size_t next = 0;  ///< the first row that was not looked at
  };
  /// Appends rows from `from` on to a part. A row of a merge whose key was written before is written
  /// all the same, since it overtakes the other one, and counted as a duplicate.
  Progress encode(const model::BatchView& rows, std::size_t from, WriteBuffer& out,
                  sdk::WriteOutcome& outcome);
  /// Rows from now on are written with another word for NULL, and belong into another part.
  Result<void> change_null_text();

  /// The text of a row, without its end, as it is among others: with a word for NULL and its number.
  /// Nothing when it would be refused.
  std::optional<std::string> text_of(const model::BatchView& rows, std::size_t row,
                                     const std::string& null_text, std::uint64_t number) const;

  const std::string& null_text() const { return writer_.null_text(); }
  std::uint64_t rows_written() const { return rows_; }
  /// Rows of a merge whose key was written before.
  std::uint64_t duplicates() const { return duplicates_; }
  /// The longest text of each field so far, in bytes.
  const std::vector<std::uint64_t>& longest() const { return longest_; }
  std::uint64_t truncated(std::size_t field) const { return truncated_[field]; }
  std::uint64_t stripped(std::size_t field) const { return stripped_[field]; }

 private:
  RowEncoder(EncoderOptions options, formats::CopyTextWriter writer);

  enum class Outcome { Good, Refused, Collision };
  Outcome write_row(const model::BatchView& rows, std::size_t row, WriteBuffer& out);
  Outcome write_field(std::size_t field, const model::ColumnView& column, std::size_t row, WriteBuffer& out);
  Outcome write_text(std::size_t field, std::string_view text, WriteBuffer& out);
  Outcome write_short(std::size_t field, const model::ColumnView& column, std::size_t row, WriteBuffer& out);
  Outcome refuse(std::string reason);
  std::optional<std::string_view> fitted(std::size_t field, std::string_view text);

  EncoderOptions options_;
  formats::CopyTextWriter writer_;
  int null_texts_ = 1;
  std::uint64_t rows_ = 0;
  std::uint64_t duplicates_ = 0;
  std::string reason_;  // why the last row was refused
  std::string scratch_;
  std::string key_;  // of the row being written
  KeySet keys_;
  std::vector<std::uint64_t> longest_;
  std::vector<std::uint64_t> truncated_;
  std::vector<std::uint64_t> stripped_;
};

}  // namespace weir::redshift
