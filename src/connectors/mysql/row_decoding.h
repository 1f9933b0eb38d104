// SPDX-License-Identifier: Apache-2.0
// Rows of the server's text form as rows of ours, and as lines, in which rows that were set aside are
// kept and read again. Used inside this folder only.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/batch.h"
#include "model/time_zone.h"
#include "protocols/mysql/fields.h"

namespace weir::mysql {

/// What becomes of dates that no calendar has, such as 0000-00-00.
enum class ZeroDates { Null, Reject, Text };

/// How the columns of a stream are read. A value.
struct RowShape {
  std::vector<Field> fields;  ///< as the server gives them
  std::vector<model::Column> columns;
  ZeroDates zero_dates = ZeroDates::Null;
  /// The zone of Datetime columns; nothing: UTC.
  std::optional<model::TimeZone> zone{};
};

/// What a column is read as.
model::Type type_of(const Field& field, ZeroDates zero_dates, bool tinyint1_as_bool);

/// Why a row cannot be read; nothing when it was added.
using Unreadable = std::optional<std::string>;

/// Reads rows one after the other. Used by one thread; the shape outlives it.
class RowDecoder {
 public:
  explicit RowDecoder(const RowShape& shape) : shape_(shape) {}

  /// Appends the first row of the bytes (raw_rows.h) and takes it off them. The batch points into them.
  Unreadable decode(std::string_view& bytes, const model::RowOrigin& origin, model::Batch& rows);
  /// Appends a row from a line. What the batch needs is kept in it.
  Unreadable decode_line(std::string_view line, const model::RowOrigin& origin, model::Batch& rows);

 private:
  Unreadable set(std::size_t column, std::string_view text, std::size_t row, model::Batch& rows);
  Unreadable set_number(std::size_t column, std::string_view text, std::size_t row, model::Batch& rows);
  Unreadable set_time(std::size_t column, std::string_view text, std::size_t row, model::Batch& rows);
  std::optional<std::int32_t> day_of(std::string_view text);
  std::int64_t to_utc(std::int64_t local);

  const RowShape& shape_;
  std::array<char, 10> last_day_text_{};  // times mostly lie close together
  std::int32_t last_day_ = 0;
  model::LocalStretch stretch_{};
};

/// The first of these rows (raw_rows.h) as a line, as `mariadb --batch` writes it: tabs between the cells, \N
/// for NULL, and \t, \n, \0 and \\ within them.
std::string line_of(std::string_view row, std::size_t columns);

}  // namespace weir::mysql
