// SPDX-License-Identifier: Apache-2.0
// Text without quotes, in which a backslash escapes: as it is written, and as it is read again.
#include <gtest/gtest.h>

#include <random>

#include "formats/csv_format.h"
#include "formats/testing.h"
#include "formats/testing_sources.h"
#include "formats/write_rows.h"

namespace weir::formats {
namespace {

using model::Type;

const model::Schema kTexts{{{"a", Type::Text}, {"b", Type::Text}}};

CsvWriteOptions without_quotes() {
  CsvWriteOptions options;
  options.delimiter = "|";
  options.quotes = Quotes::None;
  options.times = Times::Sql;
  return options;
}

ReadOptions with_escapes() {
  ReadOptions options;
  options.csv.delimiter = "|";
  options.csv.backslash = Backslash::Escape;
  options.csv.null_text = "\\N";
  options.csv.header = false;
  options.columns = kTexts;
  return options;
}

std::string written(const model::Batch& rows, const model::Schema& schema) {
  const auto writer = make_csv_writer(schema, without_quotes());
  WriteBuffer out;
  (*writer)->begin(out);
  (*writer)->write(rows.view(), out);
  return std::string(out.view());
}

/// Reads text in blocks of a few bytes; the rows as show_rows() gives them, and the rejects.
std::string read(const std::string& text, std::size_t block_bytes, std::size_t piece) {
  const auto options = with_escapes();
  const auto decoder = decode_csv(kTexts, {}, {kTexts.names(), 0}, options);
  BlockReader blocks(std::make_unique<PieceSource>(text, piece), csv_framing(options), {block_bytes, 1 << 20},
                     std::make_shared<BufferPool>(block_bytes));
  std::string all;
  while (auto block = *blocks.next()) {
    const auto decoded = decode_text(**decoder, kTexts, block->bytes);
    all += decoded.rows + decoded.rejects;
  }
  return all;
}

TEST(EscapedText, puts_a_backslash_before_what_would_be_taken_for_more) {
  model::Batch rows(model::Schema{{{"a", Type::Text}, {"at", Type::Timestamp}, {"n", Type::Integer}}});
  const model::Schema schema{{{"a", Type::Text}, {"at", Type::Timestamp}, {"n", Type::Integer}}};
  for (const auto* text : {"a|b\\c", "two\nlines\r", "\"quoted\" and \"not\"", "\\N", ""}) {
    const auto row = rows.add_row({});
    rows.set_text(0, row, text);
    rows.set_timestamp(1, row, *parse_timestamp("2024-05-13T21:40:05.25Z"));
  }
  rows.add_row({});
  EXPECT_EQ(written(rows, schema),
            "a|at|n\na\\|b\\\\c|2024-05-13 21:40:05.25|\\N\ntwo\\\nlines\\\r|2024-05-13 21:40:05.25|\\N\n"
            "\\\"quoted\" and \"not\"|2024-05-13 21:40:05.25|\\N\n\\\\N|2024-05-13 21:40:05.25|\\N\n"
            "|2024-05-13 21:40:05.25|\\N\n\\N|\\N|\\N\n");
}

TEST(EscapedText, any_text_comes_back_whatever_blocks_it_is_cut_into) {
  std::mt19937 random(7);  // NOLINT(cert-msc*): the same texts each time
  constexpr std::string_view kBytes = "ab|\\\n\r\"N ";
  for (int round = 0; round < 300; ++round) {
    model::Batch rows(kTexts);
    std::string expected;
    for (std::size_t row = 0; row < 1 + random() % 5; ++row) {
      rows.add_row({});
      for (std::size_t column = 0; column < 2; ++column) {
        std::string text;
        for (auto size = random() % 6; size > 0; --size) text += kBytes[random() % kBytes.size()];
        if (random() % 5 != 0) rows.set_text(column, row, text);
      }
    }
    auto text = written(rows, kTexts);
    text.erase(0, text.find('\n') + 1);
    EXPECT_EQ(read(text, 1 + random() % 40, 1 + random() % 7), show_rows(rows)) << text;
  }
}

TEST(EscapedText, text_of_a_writer_with_quotes_is_read_as_well) {
  EXPECT_EQ(read("\"bad \\| worse\"|\"say \"\"hi\"\"\n\"\nC:\\new|\n", 100, 100),
            "bad | worse|say \"hi\"\n\nC:\\new|\n");
}

TEST(EscapedText, lines_may_end_with_a_return_that_is_not_escaped) {
  EXPECT_EQ(read("a|b\\\\\r\nc|d\\\r\ne|f\r\n", 100, 100), "a|b\\\nc|d\r\ne|f\n");
}

TEST(EscapedText, a_quote_that_is_never_closed_takes_its_line_only) {
  const auto rows = read("\"open|x\nb|c\n", 100, 100);
  EXPECT_NE(rows.find("b|c\n"), std::string::npos) << rows;
  EXPECT_NE(rows.find("never closed"), std::string::npos) << rows;
}

TEST(EscapedText, a_text_for_null_that_a_value_could_read_like_is_refused) {
  for (const auto* text : {"", "NULL", "\\", "\\\\N"}) {
    auto options = without_quotes();
    options.null_text = text;
    EXPECT_FALSE(make_csv_writer(kTexts, options).ok()) << text;
  }
}

TEST(MovedColumns, a_header_with_the_name_of_one_column_at_the_place_of_another_is_refused) {
  ReadOptions options;
  options.csv.columns_by = ColumnsBy::Position;
  options.csv.extra_fields = ExtraFields::Ignore;
  options.csv.moved_columns = MovedColumns::Fail;
  options.columns = {{{"id", Type::Integer}, {"name", Type::Text}}};
  const auto problem = [&](const std::string& header) {
    const auto head = csv_head(RawBlock::copy_of(header).bytes, options);
    return head.ok() ? std::string() : head.error().message();
  };
  EXPECT_EQ(problem("ID,Full name,id\n"), "");
  EXPECT_NE(problem("id,id\n").find("field 2, where the column \"name\" is expected"), std::string::npos);
  EXPECT_NE(problem("name,id\n"), "");
  options.csv.moved_columns = MovedColumns::Allow;
  EXPECT_EQ(problem("name,id\n"), "");
}

}  // namespace
}  // namespace weir::formats
