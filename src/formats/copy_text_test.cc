// SPDX-License-Identifier: Apache-2.0
#include "formats/copy_text.h"

#include <gtest/gtest.h>

#include <limits>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace weir::formats {
namespace {

using model::Type;

CopyTextWriter writer() { return *CopyTextWriter::make('|', "@null@"); }

std::string text(std::string_view value) {
  WriteBuffer out;
  writer().write_text(value, out);
  return std::string(out.view());
}

using Fields = std::vector<std::optional<std::string>>;

/// Rows as the documentation of COPY says that it reads them, byte by byte.
std::vector<Fields> read_back(std::string_view data, char delimiter, std::string_view null_text) {
  std::vector<Fields> rows(1);
  std::string field;
  const auto end_field = [&] {
    rows.back().push_back(field == null_text ? std::nullopt : std::optional(field));
    field.clear();
  };
  for (std::size_t i = 0; i < data.size(); ++i) {
    if (data[i] == '\\') {
      field += data[++i];
    } else if (data[i] == delimiter) {
      end_field();
    } else if (data[i] == '\n' || data[i] == '\r' || data[i] == '\0') {
      end_field();
      rows.emplace_back();
    } else {
      field += data[i];
    }
  }
  rows.pop_back();
  return rows;
}

TEST(CopyText, puts_a_backslash_before_exactly_four_bytes) {
  std::string all;
  std::string expected;
  for (int byte = 1; byte < 256; ++byte) {
    const auto c = static_cast<char>(byte);
    all += c;
    if (c == '|' || c == '\\' || c == '\n' || c == '\r') expected += '\\';
    expected += c;
  }
  EXPECT_EQ(text(all), expected);
}

TEST(CopyText, writes_line_ends_as_themselves_behind_a_backslash) {
  EXPECT_EQ(text("two\nlines"), "two\\\nlines");
  EXPECT_EQ(text("a\r\nb"), "a\\\r\\\nb");
  EXPECT_EQ(text("\\n"), "\\\\n");
}

TEST(CopyText, leaves_quotes_tabs_and_blanks_alone) {
  EXPECT_EQ(text(" \"it's\"\t,; "), " \"it's\"\t,; ");
  EXPECT_EQ(text(""), "");
}

TEST(CopyText, escapes_at_every_place_of_a_block) {
  for (std::size_t length = 1; length < 50; ++length) {
    for (std::size_t at = 0; at < length; ++at) {
      std::string value(length, 'x');
      value[at] = '|';
      auto expected = value;
      expected.insert(at, "\\");
      ASSERT_EQ(text(value), expected) << length << " " << at;
    }
  }
}

TEST(CopyText, writes_another_delimiter_than_a_pipe) {
  const auto tabs = *CopyTextWriter::make('\t', "@null@");
  WriteBuffer out;
  tabs.write_text("a\tb|c", out);
  tabs.end_field(out);
  tabs.write_null(out);
  tabs.end_row(out);
  EXPECT_EQ(out.view(), "a\\\tb|c\t@null@\n");
}

TEST(CopyText, knows_the_text_that_copy_would_take_for_null) {
  EXPECT_TRUE(writer().collides("@null@"));
  EXPECT_FALSE(writer().collides("@NULL@"));
  EXPECT_FALSE(writer().collides(""));
  EXPECT_FALSE(writer().collides("-"));
}

TEST(CopyText, writes_bytes_in_hexadecimal) {
  WriteBuffer out;
  writer().write_bytes(std::string_view("\0\xff|a", 4), out);
  EXPECT_EQ(out.view(), "00ff7c61");
}

std::string fixed(Type type, const auto& value) {
  const model::ColumnView column{type, &value, nullptr};
  WriteBuffer out;
  writer().write_fixed(column, 0, out);
  return std::string(out.view());
}

TEST(CopyText, writes_values_of_every_fixed_type_as_copy_reads_them) {
  EXPECT_EQ(fixed(Type::Boolean, std::uint8_t{1}), "true");
  EXPECT_EQ(fixed(Type::Boolean, std::uint8_t{0}), "false");
  EXPECT_EQ(fixed(Type::Integer, std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(fixed(Type::Double, 0.1), "0.1");
  EXPECT_EQ(fixed(Type::Double, 5e-324), "5e-324");
  EXPECT_EQ(fixed(Type::Date, std::int32_t{19016}), "2022-01-24");
}

TEST(CopyText, writes_times_with_a_blank_and_without_needless_zeros) {
  EXPECT_EQ(fixed(Type::Timestamp, std::int64_t{1643018703250000}), "2022-01-24 10:05:03.25");
  EXPECT_EQ(fixed(Type::Timestamp, std::int64_t{1643018703000000}), "2022-01-24 10:05:03");
  EXPECT_EQ(fixed(Type::Timestamp, std::int64_t{1643018700000000}), "2022-01-24 10:05:00");
  EXPECT_EQ(fixed(Type::Timestamp, std::int64_t{-1}), "1969-12-31 23:59:59.999999");
}

TEST(CopyText, random_rows_come_back_as_they_were) {
  std::mt19937 random(20240514);
  constexpr std::string_view kBytes = "|\\\n\r\tab\"' @nul\xc3\xa9";
  const auto writes = writer();
  WriteBuffer out;
  std::vector<Fields> sent;
  for (int row = 0; row < 2000; ++row) {
    auto& fields = sent.emplace_back();
    for (int column = 0; column < 3; ++column) {
      std::string value;
      for (auto left = random() % 40; left > 0; --left) value += kBytes[random() % kBytes.size()];
      const bool is_null = random() % 5 == 0 || writes.collides(value);
      fields.push_back(is_null ? std::nullopt : std::optional(value));
      if (is_null) {
        writes.write_null(out);
      } else {
        writes.write_text(value, out);
      }
      if (column < 2) writes.end_field(out);
    }
    writes.end_row(out);
  }
  EXPECT_TRUE(read_back(out.view(), '|', "@null@") == sent);
}

TEST(CopyText, refuses_delimiters_that_values_are_made_of) {
  for (const char delimiter : {'\\', '\n', '\r', '\0', '-', ':', '.', '7', 'n', ' ', '\xe9'}) {
    const auto made = CopyTextWriter::make(delimiter, "@null@");
    ASSERT_FALSE(made.ok()) << static_cast<int>(delimiter);
    EXPECT_EQ(made.error().code(), ErrorCode::InvalidConfig);
  }
}

TEST(CopyText, refuses_words_for_null_that_could_be_values_or_need_escaping) {
  for (const std::string_view word : {"", "\\N", "a|b", "x\n", "0", "-", "true", "NaN", "null"}) {
    EXPECT_FALSE(CopyTextWriter::make('|', std::string(word)).ok()) << word;
  }
}

}  // namespace
}  // namespace weir::formats
