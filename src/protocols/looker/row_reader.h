// SPDX-License-Identifier: Apache-2.0
// Takes the answer to a query apart while it arrives: a JSON array of objects. Every row is handed on as its
// own text; what is not rows, and an answer without its end, are errors. Used by run_query.h. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "io/http_client.h"

namespace weir::looker {

/// Takes the rows of an answer.
class RowSink {
 public:
  virtual ~RowSink() = default;
  /// One JSON object as it was sent; valid during the call. An error ends the reading.
  virtual Result<void> row(std::string_view json) = 0;
  virtual bool is_wanted() const { return true; }
};

class RowReader final : public io::BodySink {
 public:
  explicit RowReader(RowSink& sink) : sink_(sink) {}

  Result<void> take(std::string_view bytes) override;
  bool is_wanted() const override { return sink_.is_wanted(); }
  /// Unavailable unless the array was closed.
  Result<void> finish() const;

  std::uint64_t rows() const { return rows_; }
  /// What Looker remarked in place of rows, which is no error.
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  /// What stands between the rows.
  enum class Between { Start, FirstOrEnd, Row, CommaOrEnd, Nothing };

  Result<void> outside(std::string_view rest);
  Result<void> finish_row(std::string_view end);
  Result<void> hand_on(std::string_view json);
  Failure unexpected(std::string_view rest) const;

  RowSink& sink_;
  Between between_ = Between::Start;
  std::size_t depth_ = 0;  ///< of brackets inside a row; 0 between rows
  bool in_string_ = false;
  bool escaped_ = false;
  std::string begun_;  ///< the part of a row that came with earlier bytes
  std::uint64_t rows_ = 0;
  std::vector<std::string> notes_;
};

/// The value of a field in a row, as JSON; empty when it has none. Strings come with their quotes. `hint` is
/// where the field stood in the last row.
std::string_view field_of(std::string_view row, std::string_view quoted_name, std::size_t& hint);

}  // namespace weir::looker
