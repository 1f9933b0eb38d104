// SPDX-License-Identifier: Apache-2.0
// The bytes were taken from a server's own binary COPY.
#include "protocols/postgres/value_encoding.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <limits>

namespace weir::postgres {
namespace {

using model::Type;

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return text;
}

/// A column of one cell.
template <typename T>
class Cell {
 public:
  Cell(Type type, T value) : value_(value), column_{type, &value_, nullptr} {}
  const model::ColumnView& view() const { return column_; }

 private:
  T value_;
  model::ColumnView column_;
};

/// The field of a cell without its length, in hexadecimal digits.
template <typename T>
std::string encoded(Type type, T value, Form form) {
  const Cell<T> cell(type, value);
  EXPECT_TRUE(can_encode(type, form));
  EXPECT_TRUE(fits(cell.view(), 0, form));
  ByteBuffer out;
  put_field(out, cell.view(), 0, form);
  ByteBuffer length;
  length.put32(static_cast<std::uint32_t>(out.size() - 4));
  EXPECT_EQ(hex(out.view().substr(0, 4)), hex(length.view()));
  return hex(out.view().substr(4));
}

template <typename T>
std::string refused(Type type, T value, Form form) {
  const Cell<T> cell(type, value);
  return fits(cell.view(), 0, form) ? "fits" : misfit(cell.view(), 0, form);
}

std::string numeric(std::string_view text) {
  ByteBuffer out;
  put_numeric(out, text);
  return hex(out.view());
}

std::int64_t micros(std::string_view time) { return parse_timestamp(time)->micros; }

TEST(ValueEncoding, whole_numbers_have_the_width_of_the_column) {
  EXPECT_EQ(encoded(Type::Integer, std::int64_t{-2}, Form::Int2), "fffe");
  EXPECT_EQ(encoded(Type::Integer, std::int64_t{-2}, Form::Int4), "fffffffe");
  EXPECT_EQ(encoded(Type::Integer, std::int64_t{-2}, Form::Int8), "fffffffffffffffe");
  EXPECT_EQ(encoded(Type::Boolean, std::uint8_t{1}, Form::Int4), "00000001");
  EXPECT_EQ(encoded(Type::Boolean, std::uint8_t{1}, Form::Boolean), "01");
}

TEST(ValueEncoding, numbers_that_do_not_fit_are_told) {
  EXPECT_EQ(refused(Type::Integer, std::int64_t{32768}, Form::Int2),
            "32768 does not fit into a smallint (-32768 to 32767)");
  EXPECT_EQ(refused(Type::Integer, std::int64_t{-2147483649}, Form::Int4),
            "-2147483649 does not fit into an integer (-2147483648 to 2147483647)");
  EXPECT_EQ(refused(Type::Integer, std::int64_t{-2147483648}, Form::Int4), "fits");
  EXPECT_EQ(refused(Type::Double, 1e39, Form::Float4), "1e+39 does not fit into a real");
}

TEST(ValueEncoding, floating_point_numbers_are_ieee) {
  EXPECT_EQ(encoded(Type::Double, 1.5, Form::Float4), "3fc00000");
  EXPECT_EQ(encoded(Type::Double, 1.5, Form::Float8), "3ff8000000000000");
  EXPECT_EQ(encoded(Type::Integer, std::int64_t{1}, Form::Float8), "3ff0000000000000");
  EXPECT_EQ(encoded(Type::Double, std::numeric_limits<double>::infinity(), Form::Float4), "7f800000");
}

TEST(ValueEncoding, numerics_are_groups_of_four_digits) {
  EXPECT_EQ(numeric("12345.678"),
            "000300010000000300010929"
            "1a7c");
  EXPECT_EQ(numeric("-0.00012"), "0002ffff40000005000107d0");
  EXPECT_EQ(numeric("0"), "0000000000000000");
  EXPECT_EQ(numeric("1.50"),
            "0002000000000002"
            "00011388");
  EXPECT_EQ(numeric("10000"), "00010001000000000001");
  EXPECT_EQ(numeric("1e4"), "00010001000000000001");
  EXPECT_EQ(numeric("1.2e-7"), "0001fffe00000008000c");
  EXPECT_EQ(numeric("nan"), "00000000c0000000");
  EXPECT_EQ(numeric("inf"), "00000000d0000000");
  EXPECT_EQ(numeric("-inf"), "00000000f0000000");
  EXPECT_EQ(encoded(Type::Double, 0.1, Form::Numeric), "0001ffff0000000103e8");
  EXPECT_EQ(encoded(Type::Integer, std::int64_t{-7}, Form::Numeric), "00010000400000000007");
}

TEST(ValueEncoding, times_count_from_the_year_2000) {
  EXPECT_EQ(encoded(Type::Timestamp, micros("2000-01-01T00:00:01.000002Z"), Form::Timestamp),
            "00000000000f4242");
  EXPECT_EQ(encoded(Type::Date, std::int32_t{0}, Form::Date), "ffffd533");
  EXPECT_EQ(encoded(Type::Date, std::int32_t{10958}, Form::Timestamp), "000000141dd76000");
}

TEST(ValueEncoding, times_beyond_the_calendar_are_told) {
  constexpr auto kLowest = std::numeric_limits<std::int64_t>::min();
  EXPECT_EQ(refused(Type::Timestamp, kLowest, Form::Timestamp),
            "lies outside the years -4712 to 294276 that PostgreSQL can hold");
  EXPECT_EQ(refused(Type::Timestamp, std::numeric_limits<std::int64_t>::max(), Form::Timestamp), "fits");
  EXPECT_NE(refused(Type::Date, std::numeric_limits<std::int32_t>::max(), Form::Date), "fits");
  EXPECT_NE(refused(Type::Date, std::numeric_limits<std::int32_t>::max(), Form::Timestamp), "fits");
  EXPECT_EQ(refused(Type::Date, std::numeric_limits<std::int32_t>::max(), Form::Text),
            "lies outside the years 0 to 9999");
}

TEST(ValueEncoding, text_is_its_bytes) {
  EXPECT_EQ(encoded(Type::Text, model::Text("\xc3\xa9"), Form::Text), "c3a9");
  EXPECT_EQ(encoded(Type::Json, model::Text("{}"), Form::Text), "7b7d");
  EXPECT_EQ(encoded(Type::Json, model::Text("{}"), Form::Jsonb), "017b7d");
  EXPECT_EQ(encoded(Type::Blob, model::Text(std::string_view("\0\xff", 2)), Form::Bytea), "00ff");
}

TEST(ValueEncoding, other_types_have_a_text_too) {
  EXPECT_EQ(encoded(Type::Integer, std::int64_t{-12}, Form::Text), hex("-12"));
  EXPECT_EQ(encoded(Type::Double, 0.30000000000000004, Form::Text), hex("0.30000000000000004"));
  EXPECT_EQ(encoded(Type::Timestamp, micros("2022-01-24T10:05:03.25Z"), Form::Text),
            hex("2022-01-24 10:05:03.250000"));
  EXPECT_EQ(encoded(Type::Date, std::int32_t{0}, Form::Text), hex("1970-01-01"));
}

TEST(ValueEncoding, a_nul_character_is_told) {
  const model::Text text(std::string_view("a\0b", 3));
  EXPECT_EQ(refused(Type::Text, text, Form::Text),
            "has a NUL character, which PostgreSQL's text cannot hold");
  EXPECT_EQ(refused(Type::Json, text, Form::Jsonb),
            "has a NUL character, which PostgreSQL's text cannot hold");
  EXPECT_EQ(refused(Type::Blob, text, Form::Bytea), "fits");
}

TEST(ValueEncoding, null_is_a_length_of_its_own) {
  const std::int64_t value = 7;
  const std::uint64_t no_values = 0;
  ByteBuffer out;
  put_field(out, {Type::Integer, &value, &no_values}, 0, Form::Int8);
  EXPECT_EQ(hex(out.view()), "ffffffff");
}

TEST(ValueEncoding, a_copy_has_a_beginning_and_an_end) {
  const Cell<std::int64_t> one(Type::Integer, 1);
  ByteBuffer out;
  put_copy_header(out);
  put_row_header(out, 2);
  put_field(out, one.view(), 0, Form::Int4);
  put_null_field(out);
  put_copy_trailer(out);
  EXPECT_EQ(hex(out.view()),
            "5047434f50590aff0d0a00"
            "00000000"
            "00000000"
            "0002"
            "00000004"
            "00000001"
            "ffffffff"
            "ffff");
}

TEST(ValueEncoding, an_array_names_its_type_and_size) {
  const Cell<std::int64_t> one(Type::Integer, 1);
  ByteBuffer out;
  put_array_header(out, 23, 2);
  put_field(out, one.view(), 0, Form::Int4);
  put_null_field(out);
  EXPECT_EQ(hex(out.view()),
            "00000001"
            "00000001"
            "00000017"
            "00000002"
            "00000001"
            "0000000400000001"
            "ffffffff");
}

TEST(ValueEncoding, types_that_would_change_values_are_no_match) {
  EXPECT_FALSE(can_encode(Type::Text, Form::Int8));
  EXPECT_FALSE(can_encode(Type::Text, Form::Jsonb));
  EXPECT_FALSE(can_encode(Type::Timestamp, Form::Date));
  EXPECT_FALSE(can_encode(Type::Blob, Form::Text));
  EXPECT_FALSE(can_encode(Type::Double, Form::Int8));
}

}  // namespace
}  // namespace weir::postgres
