// SPDX-License-Identifier: Apache-2.0
#include "model/cell_text.h"

#include <fmt/format.h>

namespace weir::model {

std::string cell_text(const ColumnView& column, std::size_t row) {
  switch (column.type) {
    case Type::Boolean:
      return column.at<std::uint8_t>(row) != 0 ? "true" : "false";
    case Type::Integer:
      return fmt::format("{}", column.at<std::int64_t>(row));
    case Type::Double:
      return fmt::format("{}", column.at<double>(row));
    case Type::Timestamp:
      return to_string(Timestamp{column.at<std::int64_t>(row)});
    case Type::Date:
      return to_string(Date{column.at<std::int32_t>(row)});
    case Type::Text:
    case Type::Json:
    case Type::Blob:
      break;
  }
  return std::string(column.text(row));
}

}  // namespace weir::model
