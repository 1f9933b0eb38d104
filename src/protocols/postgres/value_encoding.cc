// SPDX-License-Identifier: Apache-2.0
// The forms: https://www.postgresql.org/docs/15/sql-copy.html and the send functions of the types.
#include "protocols/postgres/value_encoding.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "protocols/postgres/times.h"

namespace weir::postgres {
namespace {

using model::Type;

// What it can hold, in our counts, begins in 4713 BC. Its last timestamp lies beyond our own last one;
// its last day is in 5874897 AD.
constexpr std::int64_t kFirstMicros = -211'813'488'000'000'000 + kEpochMicros;
constexpr std::int64_t kFirstServerDay = -2'451'545 + kEpochDays;
constexpr std::int64_t kEndServerDay = 2'145'031'949 + kEpochDays;
constexpr std::int64_t kFirstTextMicros = -62'167'219'200'000'000;  // 0000-01-01
constexpr std::int64_t kEndTextMicros = 253'402'300'800'000'000;    // 10000-01-01

std::int64_t whole_number(const model::ColumnView& column, std::size_t row) {
  return column.type == Type::Boolean ? column.at<std::uint8_t>(row) : column.at<std::int64_t>(row);
}

template <typename Number>
bool in_range(std::int64_t value) {
  return value >= std::numeric_limits<Number>::min() && value <= std::numeric_limits<Number>::max();
}

bool has_no_nul(std::string_view text) { return std::memchr(text.data(), 0, text.size()) == nullptr; }

bool is_text(Type type) { return type == Type::Text || type == Type::Json; }

std::int64_t micros_of(const model::ColumnView& column, std::size_t row) {
  return column.type == Type::Date ? column.at<std::int32_t>(row) * kMicrosPerDay
                                   : column.at<std::int64_t>(row);
}

/// Whether a date's midnight can be counted in microseconds.
bool has_micros(const model::ColumnView& column, std::size_t row) {
  constexpr std::int32_t kMostDays = 100'000'000;
  return column.type != Type::Date || std::abs(std::int64_t{column.at<std::int32_t>(row)}) <= kMostDays;
}

bool text_fits(const model::ColumnView& column, std::size_t row) {
  if (is_text(column.type)) return has_no_nul(column.text(row));
  if (column.type != Type::Timestamp && column.type != Type::Date) return true;
  if (!has_micros(column, row)) return false;
  const auto micros = micros_of(column, row);
  return micros >= kFirstTextMicros && micros < kEndTextMicros;
}

bool float4_fits(double value) { return !std::isfinite(value) || std::isfinite(static_cast<float>(value)); }

void put_float4(ByteBuffer& out, double value) {
  out.put32(4);
  out.put32(std::bit_cast<std::uint32_t>(static_cast<float>(value)));
}

void put_float8(ByteBuffer& out, double value) {
  out.put32(8);
  out.put64(std::bit_cast<std::uint64_t>(value));
}

double number(const model::ColumnView& column, std::size_t row) {
  return column.type == Type::Double ? column.at<double>(row)
                                     : static_cast<double>(whole_number(column, row));
}

constexpr std::size_t kNumberText = 32;

std::string_view number_text(const model::ColumnView& column, std::size_t row,
                             std::array<char, kNumberText>& text) {
  auto* end = column.type == Type::Double
                  ? std::to_chars(text.data(), text.data() + text.size(), column.at<double>(row)).ptr
                  : std::to_chars(text.data(), text.data() + text.size(), whole_number(column, row)).ptr;
  return {text.data(), static_cast<std::size_t>(end - text.data())};
}

void put_text_of(ByteBuffer& out, const model::ColumnView& column, std::size_t row) {
  if (is_text(column.type)) return put_text_field(out, column.text(row));
  if (column.type == Type::Timestamp || column.type == Type::Date) {
    char text[26];
    write_sql_timestamp(Timestamp{micros_of(column, row)}, text);
    return put_text_field(out, {text, column.type == Type::Date ? std::size_t{10} : sizeof text});
  }
  std::array<char, kNumberText> text;
  put_text_field(out, number_text(column, row, text));
}

void put_numeric_of(ByteBuffer& out, const model::ColumnView& column, std::size_t row) {
  std::array<char, kNumberText> text;
  const auto at = out.size();
  out.put32(0);
  put_numeric(out, number_text(column, row, text));
  out.set32(at, static_cast<std::uint32_t>(out.size() - at - 4));
}

}  // namespace

bool can_encode(Type type, Form form) {
  const bool whole = type == Type::Integer || type == Type::Boolean;
  switch (form) {
    case Form::Boolean:
      return type == Type::Boolean;
    case Form::Int2:
    case Form::Int4:
    case Form::Int8:
      return whole;
    case Form::Float4:
    case Form::Float8:
    case Form::Numeric:
      return whole || type == Type::Double;
    case Form::Text:
      return type != Type::Blob && type != Type::Boolean;
    case Form::Jsonb:
      return type == Type::Json;
    case Form::Bytea:
      return type == Type::Blob;
    case Form::Date:
      return type == Type::Date;
    case Form::Timestamp:
      return type == Type::Timestamp || type == Type::Date;
  }
  return false;
}

bool fits(const model::ColumnView& column, std::size_t row, Form form) {
  switch (form) {
    case Form::Int2:
      return in_range<std::int16_t>(whole_number(column, row));
    case Form::Int4:
      return in_range<std::int32_t>(whole_number(column, row));
    case Form::Text:
      return text_fits(column, row);
    case Form::Jsonb:
      return has_no_nul(column.text(row));
    case Form::Float4:
      return float4_fits(number(column, row));
    case Form::Date: {
      const auto day = column.at<std::int32_t>(row);
      return day >= kFirstServerDay && day < kEndServerDay;
    }
    case Form::Timestamp:
      return has_micros(column, row) && micros_of(column, row) >= kFirstMicros;
    case Form::Boolean:
    case Form::Int8:
    case Form::Float8:
    case Form::Numeric:
    case Form::Bytea:
      return true;
  }
  return true;
}

std::string misfit(const model::ColumnView& column, std::size_t row, Form form) {
  switch (form) {
    case Form::Int2:
      return fmt::format("{} does not fit into a smallint (-32768 to 32767)", whole_number(column, row));
    case Form::Int4:
      return fmt::format("{} does not fit into an integer (-2147483648 to 2147483647)",
                         whole_number(column, row));
    case Form::Float4:
      return fmt::format("{} does not fit into a real", number(column, row));
    case Form::Date:
    case Form::Timestamp:
      return "lies outside the years -4712 to 294276 that PostgreSQL can hold";
    default:
      return is_text(column.type) ? "has a NUL character, which PostgreSQL's text cannot hold"
                                  : "lies outside the years 0 to 9999";
  }
}

void put_text_field(ByteBuffer& out, std::string_view text) {
  out.put32(static_cast<std::uint32_t>(text.size()));
  out.put(text);
}

void put_null_field(ByteBuffer& out) { out.put32(0xffff'ffff); }

void put_field(ByteBuffer& out, const model::ColumnView& column, std::size_t row, Form form) {
  if (column.is_null(row)) return put_null_field(out);
  switch (form) {
    case Form::Boolean:
      out.put32(1);
      return out.put_byte(column.at<std::uint8_t>(row) != 0 ? 1 : 0);
    case Form::Int2:
      out.put32(2);
      return out.put16(static_cast<std::uint16_t>(whole_number(column, row)));
    case Form::Int4:
      out.put32(4);
      return out.put32(static_cast<std::uint32_t>(whole_number(column, row)));
    case Form::Int8:
      out.put32(8);
      return out.put64(static_cast<std::uint64_t>(whole_number(column, row)));
    case Form::Float4:
      return put_float4(out, number(column, row));
    case Form::Float8:
      return put_float8(out, number(column, row));
    case Form::Numeric:
      return put_numeric_of(out, column, row);
    case Form::Text:
      return put_text_of(out, column, row);
    case Form::Jsonb: {
      const auto text = column.text(row);
      out.put32(static_cast<std::uint32_t>(text.size() + 1));
      out.put_byte(1);  // the version of the form
      return out.put(text);
    }
    case Form::Bytea:
      return put_text_field(out, column.text(row));
    case Form::Date:
      out.put32(4);
      return out.put32(static_cast<std::uint32_t>(column.at<std::int32_t>(row) - kEpochDays));
    case Form::Timestamp:
      out.put32(8);
      return out.put64(static_cast<std::uint64_t>(micros_of(column, row) - kEpochMicros));
  }
}

void put_copy_header(ByteBuffer& out) {
  using namespace std::string_view_literals;
  out.put("PGCOPY\n\377\r\n\0"sv);
  out.put32(0);  // flags
  out.put32(0);  // length of the extension
}

void put_copy_trailer(ByteBuffer& out) { out.put16(0xffff); }

void put_row_header(ByteBuffer& out, std::size_t fields) { out.put16(static_cast<std::uint16_t>(fields)); }

void put_array_header(ByteBuffer& out, std::uint32_t element_type, std::size_t elements) {
  constexpr std::uint32_t kDimensions = 1;
  constexpr std::uint32_t kMayHoldNull = 1;
  constexpr std::uint32_t kLowerBound = 1;
  out.put32(kDimensions);
  out.put32(kMayHoldNull);
  out.put32(element_type);
  out.put32(static_cast<std::uint32_t>(elements));
  out.put32(kLowerBound);
}

}  // namespace weir::postgres
