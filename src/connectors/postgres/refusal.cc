// SPDX-License-Identifier: Apache-2.0
#include "connectors/postgres/refusal.h"

#include <fmt/format.h>

#include <vector>

#include "base/text.h"

namespace weir::postgres {
namespace {

constexpr std::size_t kShownBytes = 60;

std::string shortened(std::string_view text) {
  if (text.size() <= kShownBytes) return std::string(text);
  auto end = kShownBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
  return std::string(text.substr(0, end)) + "…";
}

std::string value_text(const model::ColumnView& column, std::size_t row) {
  if (column.is_null(row)) return "NULL";
  switch (column.type) {
    case model::Type::Boolean:
      return column.at<std::uint8_t>(row) != 0 ? "true" : "false";
    case model::Type::Integer:
      return fmt::format("{}", column.at<std::int64_t>(row));
    case model::Type::Double:
      return fmt::format("{}", column.at<double>(row));
    case model::Type::Timestamp:
      return to_string(Timestamp{column.at<std::int64_t>(row)});
    case model::Type::Date:
      return to_string(Date{column.at<std::int32_t>(row)});
    case model::Type::Blob:
      return fmt::format("a blob of {} bytes", column.text(row).size());
    case model::Type::Text:
    case model::Type::Json:
      return "'" + shortened(column.text(row)) + "'";
  }
  return "";
}

/// The columns of "Key (a, b)=(1, 2) already exists." with our values; empty when they are not ours.
std::string shown_key(std::string_view detail, const RefusedValues& values) {
  constexpr std::string_view kStart = "Key (";
  const auto end = detail.find(")=(");
  if (!detail.starts_with(kStart) || end == std::string_view::npos) return "";
  std::vector<std::string> shown;
  for (const auto& name : split(detail.substr(kStart.size(), end - kStart.size()), ',')) {
    auto column = trim(name);
    if (column.starts_with('"') && column.ends_with('"')) column = column.substr(1, column.size() - 2);
    const auto found = values.schema.find(column);
    if (!found) return "";
    shown.push_back(show(values, *found));
  }
  return join(shown);
}

std::string words_of(const ServerError& failure) {
  const auto detail = failure.detail.empty() ? "" : " (" + shortened(failure.detail) + ")";
  return failure.message + detail;
}

}  // namespace

std::string show(const RefusedValues& values, std::size_t column) {
  return fmt::format("{} {}", values.schema.columns[column].name,
                     value_text(values.rows.columns[column], values.row));
}

std::string refusal(const ServerError& failure, const RefusedValues& values) {
  const auto column = values.schema.find(failure.column);
  const auto key = shown_key(failure.detail, values);
  if (failure.sqlstate == "23505" && !key.empty()) {
    return fmt::format("{} is already in table {}", key, values.table);
  }
  if (failure.sqlstate == "23503" && !key.empty()) {
    return fmt::format("{} is missing in the table that table {} refers to ({})", key, values.table,
                       failure.constraint);
  }
  if (failure.sqlstate == "23502" && !failure.column.empty()) {
    return fmt::format("{} is NULL, which table {} does not allow", failure.column, values.table);
  }
  if (failure.sqlstate == "23514" && !failure.constraint.empty()) {
    return fmt::format("breaks the rule {} of table {}", failure.constraint, values.table);
  }
  const auto words = words_of(failure);
  return column ? fmt::format("{}: {}", show(values, *column), words)
                : fmt::format("table {} refused it: {}", values.table, words);
}

}  // namespace weir::postgres
