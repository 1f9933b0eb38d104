// SPDX-License-Identifier: Apache-2.0
#include "connectors/mysql/row_text.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "base/text.h"
#include "base/time.h"
#include "model/cell_text.h"

namespace weir::mysql {
namespace {

using model::Type;

// The first microseconds of these years.
constexpr std::int64_t kYear0 = -62'167'219'200'000'000;
constexpr std::int64_t kYear10000 = 253'402'300'800'000'000;

template <typename Number>
void put_number(std::string& sql, Number value) {
  char digits[32];
  const auto written = std::to_chars(digits, digits + sizeof digits, value);
  sql.append(digits, written.ptr);
}

/// Always with an exponent, so that it is no decimal, which has fewer digits.
void put_double(std::string& sql, double value) {
  const auto before = sql.size();
  put_number(sql, value);
  if (sql.find('e', before) == std::string::npos) sql += "e0";
}

void put_quoted(std::string& sql, std::string_view text) {
  sql += '\'';
  for (const char c : text) {
    if (c == '\0') {
      sql += "\\0";
      continue;
    }
    if (c == '\'' || c == '\\') sql += '\\';
    sql += c;
  }
  sql += '\'';
}

void put_blob(std::string& sql, std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  sql += "x'";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    sql += kDigits[byte >> 4U];
    sql += kDigits[byte & 15U];
  }
  sql += '\'';
}

void put_timestamp(std::string& sql, Timestamp time) {
  char text[26];
  write_sql_timestamp(time, text);
  sql += '\'';
  sql.append(text, sizeof text);
  sql += '\'';
}

std::string shortened(std::string_view text) {
  constexpr std::size_t kShownBytes = 60;
  if (text.size() <= kShownBytes) return std::string(text);
  auto end = kShownBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
  return std::string(text.substr(0, end)) + "…";
}

}  // namespace

void put_cell(std::string& sql, const model::ColumnView& column, std::size_t row) {
  if (column.is_null(row)) {
    sql += "NULL";
    return;
  }
  switch (column.type) {
    case Type::Boolean:
      sql += column.at<std::uint8_t>(row) != 0 ? '1' : '0';
      return;
    case Type::Integer:
      return put_number(sql, column.at<std::int64_t>(row));
    case Type::Double:
      return put_double(sql, column.at<double>(row));
    case Type::Text:
    case Type::Json:
      return put_quoted(sql, column.text(row));
    case Type::Blob:
      return put_blob(sql, column.text(row));
    case Type::Timestamp:
      return put_timestamp(sql, Timestamp{column.at<std::int64_t>(row)});
    case Type::Date:
      sql += '\'';
      sql += to_string(Date{column.at<std::int32_t>(row)});
      sql += '\'';
      return;
  }
}

std::optional<std::string> misfit(const PlannedColumn& planned, const model::ColumnView& column,
                                  std::size_t row) {
  if (column.is_null(row)) return std::nullopt;
  if (column.type == Type::Double && !std::isfinite(column.at<double>(row))) {
    return fmt::format("{} is {}, which MySQL cannot hold", planned.name, column.at<double>(row));
  }
  if (column.type != Type::Timestamp) return std::nullopt;
  const auto micros = column.at<std::int64_t>(row);
  if (micros < kYear0 || micros >= kYear10000) {
    return fmt::format("{} is not in the years 0 to 9999, which MySQL can hold", planned.name);
  }
  // MySQL would cut it off, or round it.
  std::int64_t step = 1;
  for (int i = planned.type.fraction; i < 6; ++i) step *= 10;
  if (micros % step == 0) return std::nullopt;
  return fmt::format("{} has a finer time than its column, which is {}",
                     shown_cell(planned.name, column, row), planned.type.declared);
}

std::string shown_cell(const std::string& name, const model::ColumnView& column, std::size_t row) {
  if (column.is_null(row)) return name + " NULL";
  if (column.type == Type::Blob) {
    return fmt::format("{} a blob of {}", name, counted(column.text(row).size(), "byte"));
  }
  const bool is_text = column.type == Type::Text || column.type == Type::Json;
  return is_text ? fmt::format("{} '{}'", name, shortened(column.text(row)))
                 : fmt::format("{} {}", name, model::cell_text(column, row));
}

}  // namespace weir::mysql
