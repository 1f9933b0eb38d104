// SPDX-License-Identifier: Apache-2.0
#include "protocols/postgres/value_decoding.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "protocols/postgres/value_encoding.h"

namespace weir::postgres {
namespace {

std::string bytes_of(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    while (hex[i] == ' ') ++i;
    bytes += static_cast<char>(hex_digit(hex[i]) * 16 + hex_digit(hex[i + 1]));
  }
  return bytes;
}

std::string cell(const model::ColumnView& column) {
  if (column.is_null(0)) return "NULL";
  switch (column.type) {
    case model::Type::Boolean:
      return column.at<std::uint8_t>(0) != 0 ? "true" : "false";
    case model::Type::Integer:
      return std::to_string(column.at<std::int64_t>(0));
    case model::Type::Double:
      return fmt::format("{}", column.at<double>(0));
    case model::Type::Timestamp:
      return to_string(Timestamp{column.at<std::int64_t>(0)});
    case model::Type::Date:
      return to_string(Date{column.at<std::int32_t>(0)});
    default:
      return std::string(column.text(0));
  }
}

RowShape shape_of(Decode decode, OutOfRange out_of_range = OutOfRange::Reject) {
  return {{decode}, {"c"}, out_of_range};
}

/// A field alone in its row, as "value / line"; what is wrong with it in place of the value.
std::string read(Decode decode, std::string_view hex, OutOfRange out_of_range = OutOfRange::Reject) {
  const auto field = bytes_of(hex);
  ByteBuffer row;
  put_row_header(row, 1);
  put_text_field(row, field);
  const auto shape = shape_of(decode, out_of_range);
  EXPECT_EQ(*row_length(row.view(), 1), row.size());
  model::Batch rows(model::Schema{{{"c", type_of(decode)}}});
  const auto done = decode_row(row.view(), shape, {}, rows);
  if (!done) return done.error().to_string();
  const auto value = *done ? **done : cell(rows.view().columns[0]);
  return value + " / " + line_of(row.view(), shape);
}

/// A line of one column.
std::string reread(Decode decode, std::string_view line) {
  model::Batch rows(model::Schema{{{"c", type_of(decode)}}});
  const auto unreadable = decode_line(line, shape_of(decode), {}, rows);
  return unreadable ? *unreadable : cell(rows.view().columns[0]);
}

TEST(ValueDecoding, numbers_come_out_as_they_went_in) {
  EXPECT_EQ(read(Decode::Int2, "fffe"), "-2 / -2");
  EXPECT_EQ(read(Decode::Int4, "fffffffe"), "-2 / -2");
  EXPECT_EQ(read(Decode::Int8, "8000000000000000"), "-9223372036854775808 / -9223372036854775808");
  EXPECT_EQ(read(Decode::Oid, "ffffffff"), "4294967295 / 4294967295");
  EXPECT_EQ(read(Decode::Float4, "3fc00000"), "1.5 / 1.5");
  EXPECT_EQ(read(Decode::Float8, "3fb999999999999a"), "0.1 / 0.1");
  EXPECT_EQ(read(Decode::Boolean, "01"), "true / t");
}

TEST(ValueDecoding, text_is_escaped_in_lines) {
  EXPECT_EQ(read(Decode::Text, "c3a9"), "é / é");
  EXPECT_EQ(read(Decode::Text, "61095c0a0d4e"), "a\t\\\n\rN / a\\t\\\\\\n\\rN");
  EXPECT_EQ(read(Decode::Jsonb, "017b7d"), "{} / {}");
  EXPECT_EQ(read(Decode::Bytea, "01ff").substr(2), " / \\\\x01ff");
}

TEST(ValueDecoding, times_count_from_the_year_2000) {
  EXPECT_EQ(read(Decode::Date, "ffffd533"), "1970-01-01 / 1970-01-01");
  EXPECT_EQ(read(Decode::Timestamp, "00000000000f4242"),
            "2000-01-01T00:00:01.000002Z / 2000-01-01 00:00:01.000002");
}

TEST(ValueDecoding, times_without_a_day_are_set_aside_or_null) {
  EXPECT_EQ(read(Decode::Timestamp, "7fffffffffffffff"),
            "c: infinity is not within the years 0 to 9999 / infinity");
  EXPECT_EQ(read(Decode::Timestamp, "8000000000000000", OutOfRange::Null), "NULL / -infinity");
  EXPECT_EQ(read(Decode::Date, "7fffffff", OutOfRange::Null), "NULL / infinity");
  EXPECT_EQ(read(Decode::Date, "002c95d4"),
            "c: 2921940 days from 2000-01-01 is not within the years 0 to "
            "9999 / 2921940 days from 2000-01-01");
}

TEST(ValueDecoding, text_of_a_database_without_encoding_is_checked) {
  ByteBuffer row;
  put_row_header(row, 1);
  put_text_field(row, "\xff");
  auto shape = shape_of(Decode::Text);
  shape.text = TextBytes::Unchecked;
  model::Batch rows(model::Schema{{{"c", model::Type::Text}}});
  const auto done = decode_row(row.view(), shape, {}, rows);
  ASSERT_TRUE(done.ok());
  EXPECT_EQ(done->value_or("fine"), "c: the text is not UTF-8");
  EXPECT_EQ(rows.rows(), 0U);
}

TEST(ValueDecoding, a_field_of_another_width_is_no_value) {
  EXPECT_EQ(read(Decode::Int4, "01"), "column c came with 1 bytes instead of 4");
  EXPECT_EQ(read(Decode::Jsonb, "027b7d"), "column c came in an unknown form of jsonb");
}

TEST(ValueDecoding, a_row_that_is_cut_short_is_noticed) {
  const auto row = bytes_of("0002 00000004 00000001 ffffffff");
  EXPECT_EQ(*row_length(row, 2), row.size());
  for (std::size_t size = 0; size < row.size(); ++size) {
    EXPECT_FALSE(row_length(std::string_view(row).substr(0, size), 2).ok()) << size;
  }
  EXPECT_FALSE(row_length(row, 3).ok());
  EXPECT_EQ(*row_length(bytes_of("ffff"), 2), 0U);
}

TEST(ValueDecoding, the_head_of_a_copy_is_left_out) {
  ByteBuffer out;
  put_copy_header(out);
  out.put("rest");
  EXPECT_EQ(*after_copy_header(out.view()), "rest");
  EXPECT_FALSE(after_copy_header("PGCOPY").ok());
  EXPECT_FALSE(after_copy_header(std::string(30, 'x')).ok());
}

TEST(ValueDecoding, a_line_reads_back) {
  EXPECT_EQ(reread(Decode::Int8, "-9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ(reread(Decode::Float8, "inf"), "inf");
  EXPECT_EQ(reread(Decode::Boolean, "f"), "false");
  EXPECT_EQ(reread(Decode::Text, "a\\t\\\\\\n\\rN"), "a\t\\\n\rN");
  EXPECT_EQ(reread(Decode::Text, "\\N"), "NULL");
  EXPECT_EQ(reread(Decode::Text, "\\\\N"), "\\N");
  EXPECT_EQ(reread(Decode::Text, ""), "");
  EXPECT_EQ(reread(Decode::Bytea, "\\\\x6162"), "ab");
  EXPECT_EQ(reread(Decode::Timestamp, "2000-01-01 00:00:01.000002"), "2000-01-01T00:00:01.000002Z");
  EXPECT_EQ(reread(Decode::Date, "2000-01-01"), "2000-01-01");
}

TEST(ValueDecoding, a_line_that_makes_no_sense_is_told) {
  EXPECT_EQ(reread(Decode::Int8, "many"), "c: 'many' is no integer");
  EXPECT_EQ(reread(Decode::Timestamp, "infinity"), "c: 'infinity' is no timestamp");
  EXPECT_EQ(reread(Decode::Boolean, "maybe"), "c: 'maybe' is no boolean");
  EXPECT_EQ(reread(Decode::Bytea, "\\\\x6"), "c: '\\x6' is no blob");
  EXPECT_EQ(reread(Decode::Text, "\xff"), "c: '\xff' is no text");
  EXPECT_EQ(reread(Decode::Text, "a\tb"), "the line has 2 columns instead of 1");
}

}  // namespace
}  // namespace weir::postgres
