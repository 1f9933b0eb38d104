// SPDX-License-Identifier: Apache-2.0
#include "formats/csv_format.h"

#include <gtest/gtest.h>

#include <random>

#include "formats/input_reader.h"
#include "formats/testing.h"
#include "formats/testing_sources.h"

namespace weir::formats {
namespace {

using model::Type;

/// Head, inference and decoding of a whole input at once: "(schema)\nrows" and rejects.
Decoded read(std::string_view text, const ReadOptions& options = {}) {
  Decoded out;
  const auto head = csv_head(RawBlock::copy_of(text).bytes, options);
  if (!head.ok()) return {.rows = {}, .rejects = head.error().message(), .origins = {}};
  std::vector<RawBlock> sample;
  sample.push_back(RawBlock::copy_of(text.substr(head->bytes)));
  sample.front().line = 1 + count_newlines(text.substr(0, head->bytes));
  const auto schema = infer_csv(*head, sample, options);
  const auto decoder = decode_csv(*schema, {}, *head, options);
  model::Batch rows(*schema);
  std::vector<RowReject> rejects;
  EXPECT_TRUE((*decoder)->decode(sample.front(), rows, rejects).ok());
  out.rows = "(" + model::to_string(*schema) + ")\n" + show_rows(rows);
  for (const auto& reject : rejects)
    out.rejects += fmt::format("{}: {}\n", reject.origin.line, reject.reason);
  for (const auto& origin : rows.origins())
    out.origins += fmt::format("{}@{}+{} ", origin.line, origin.offset, origin.length);
  for (const auto& warning : (*decoder)->warnings()) out.rejects += "warning: " + warning + "\n";
  return out;
}

TEST(Csv, guesses_types_and_takes_unquoted_empty_fields_as_null) {
  EXPECT_EQ(
      read("i,d,b,t,zip,day\n1,1.5,true,x,007,2022-01-24\n-2,3,FALSE,\"\",10115,2022-01-25\n,,,,,\n").rows,
      "(i integer, d double, b boolean, t text, zip text, day text)\n"
      "1|1.5|true|x|007|2022-01-24\n-2|3|false||10115|2022-01-25\nNULL|NULL|NULL|NULL|NULL|NULL\n");
}

TEST(Csv, reads_quotes_embedded_newlines_and_counts_physical_lines) {
  const auto out = read("a,b\n\"x\"\"y\",\"one\r\ntwo\"\r\n\r\n\nz,5\" disk");
  EXPECT_EQ(out.rows, "(a text, b text)\nx\"y|one\r\ntwo\nz|5\" disk\n");
  EXPECT_EQ(out.origins, "2@0+17 6@22+9 ");
}

TEST(Csv, understands_other_delimiters_quotes_and_escapes) {
  ReadOptions options;
  options.csv.delimiter = ";";
  options.csv.quote = "'";
  options.csv.escape = "\\";
  EXPECT_EQ(read("a;b\n'it\\'s; \\\\';\"x\"\n", options).rows, "(a text, b text)\nit's; \\|\"x\"\n");
  options.csv.quote = "";
  EXPECT_EQ(read("a;b\n\"x;y\"\n", options).rows, "(a text, b text)\n\"x|y\"\n");
}

TEST(Csv, takes_only_the_declared_null_text_as_null_text) {
  ReadOptions options;
  options.csv.null_text = "\\N";
  options.columns = {{{"n", Type::Integer}}};
  EXPECT_EQ(read("t,n\n\\N,\\N\n,\n\"\\N\",1\n", options).rows,
            "(t text, n integer)\nNULL|NULL\n|NULL\n\\N|1\n");
}

TEST(Csv, names_columns_without_a_header) {
  ReadOptions options;
  options.csv.header = false;
  EXPECT_EQ(read("1,x\n2,y\n", options).rows, "(column_1 integer, column_2 text)\n1|x\n2|y\n");
  options.columns = {{{"n", Type::Text}, {"t", Type::Text}}};
  EXPECT_EQ(read("1,x\n", options).rows, "(n text, t text)\n1|x\n");
}

TEST(Csv, converts_to_declared_types_and_refuses_what_does_not_fit) {
  ReadOptions options;
  options.columns = {{{"at", Type::Timestamp}, {"n", Type::Integer}, {"j", Type::Json}}};
  const auto out = read(
      "at,n,j\n2022-01-24 10:00:00+02:00,1,\"{\"\"a\"\": 1}\"\nyesterday,2,\n2022-01-24,x,\n2022-01-24,3,{\n",
      options);
  EXPECT_EQ(out.rows, "(at timestamp, n integer, j json)\n2022-01-24T08:00:00Z|1|{\"a\": 1}\n");
  EXPECT_EQ(out.rejects,
            "3: column at: \"yesterday\" is not a timestamp (expected ISO 8601)\n"
            "4: column n: \"x\" is not an integer of 64 bits\n"
            "5: column j: \"{\" is not JSON\n");
}

TEST(Csv, refuses_broken_records_and_reads_on_behind_them) {
  const auto out = read("a,b\n1,2\n1\n1,2,3\n\xff,2\n\"x\"y,2\n3,4\n\"open,5\n6,7\n");
  EXPECT_EQ(out.rows, "(a integer, b integer)\n1|2\n3|4\n6|7\n");
  EXPECT_EQ(
      out.rejects,
      "3: expected 2 fields, got 1\n"
      "4: expected 2 fields, got 3\n"
      "5: field 1: \"\\xff\" is not valid UTF-8; set the csv option `encoding` if the file has another one\n"
      "6: text follows the closing quote of field 1\n"
      "8: the quote that opens field 1 is never closed\n");
}

TEST(Csv, refuses_headers_that_name_a_column_twice) {
  EXPECT_EQ(read("a,b,a\n").rejects,
            "the header has the column \"a\" twice; set `header: false` and name the columns");
}

TEST(Csv, matches_each_files_own_header_by_name) {
  const model::Schema schema{{{"a", Type::Integer}, {"b", Type::Integer}, {"c", Type::Integer}}};
  const ReadOptions options;
  const auto head = csv_head(RawBlock::copy_of("c,a,x\n").bytes, options);
  const auto decoder = decode_csv(schema, {}, *head, options);
  EXPECT_EQ(decode_text(**decoder, schema, "3,1,0\n").rows, "1|NULL|3\n");
  EXPECT_EQ((*decoder)->warnings(),
            (std::vector<std::string>{"the header has \"x\", which is not a column",
                                      "the header lacks the column \"b\", which is null for its rows"}));
}

/// Columns by position under a header whose words do not matter.
ReadOptions by_position() {
  ReadOptions options;
  options.csv.columns_by = ColumnsBy::Position;
  options.columns = {{{"id", Type::Text}, {"name", Type::Text}, {"active", Type::Boolean}}};
  return options;
}

TEST(Csv, takes_columns_by_position_whatever_the_header_says) {
  const auto out = read("NAME,name,\xff\n0007,x,True\n", by_position());
  EXPECT_EQ(out.rows, "(id text, name text, active boolean)\n0007|x|true\n");
  EXPECT_EQ(out.rejects, "");
}

// D-3: the delimiter is the configured one.
TEST(Csv, D_3_honours_the_delimiter) {
  auto options = by_position();
  options.csv.delimiter = "|";
  EXPECT_EQ(read("a|b|c\n1|x,y|false\n", options).rows,
            "(id text, name text, active boolean)\n1|x,y|false\n");
}

// D-11: text columns keep leading zeros, blanks beside numbers, and words like NA.
TEST(Csv, D_11_text_stays_text) {
  EXPECT_EQ(read("a,b,c\n00123,NA,\n,null,true\n1e5,nan,\n", by_position()).rows,
            "(id text, name text, active boolean)\n00123|NA|NULL\nNULL|null|true\n1e5|nan|NULL\n");
  EXPECT_EQ(read("zip\n00123\n\n00456\n").rows, "(zip text)\n00123\n00456\n");
}

// D-12: a row with another number of fields is refused unless that is asked for.
TEST(Csv, D_12_refuses_rows_with_a_wrong_number_of_fields) {
  const std::string text = "a,b,c\n1,x,true\n2,y,true,surplus\n3,z,true,\n4,w\n";
  auto options = by_position();
  EXPECT_EQ(read(text, options).rejects,
            "3: expected 3 fields, got 4\n4: expected 3 fields, got 4\n5: expected 3 fields, got 2\n");
  options.csv.extra_fields = ExtraFields::Blank;
  EXPECT_EQ(read(text, options).rejects, "3: expected 3 fields, got 4\n5: expected 3 fields, got 2\n");
  options.csv.extra_fields = ExtraFields::Ignore;
  options.csv.missing_fields = MissingFields::Null;
  const auto out = read(text, options);
  EXPECT_EQ(out.rows, "(id text, name text, active boolean)\n1|x|true\n2|y|true\n3|z|true\n4|w|NULL\n");
  EXPECT_EQ(out.rejects, "");
}

TEST(Csv, reads_leading_columns_of_wider_rows) {
  auto options = by_position();
  options.csv.field_count = 5;
  EXPECT_EQ(read("a,b,c,d,e\n1,x,true,4,5\n2,y,true\n", options).rows,
            "(id text, name text, active boolean)\n1|x|true\n");
  EXPECT_EQ(
      read("a,b,c\n1,x,true\n", options).rejects,
      "the header has 3 fields, but 5 are expected; if that is right, change `columns`, or the csv option "
      "`missing_fields`");
}

TEST(Csv, refuses_a_header_of_another_width_by_position) {
  EXPECT_EQ(
      read("a,b,c,d\n", by_position()).rejects,
      "the header has 4 fields, but 3 are expected; if that is right, change `columns`, or the csv option "
      "`extra_fields`");
}

TEST(Csv, tells_nothing_from_a_header_alone_and_from_rows) {
  const auto content = [](const std::string& text, const ReadOptions& options) {
    auto reader = InputReader::open(*find_format("csv"), options, Compression::Auto,
                                    std::make_unique<PieceSource>(text, 3), "x.csv");
    EXPECT_TRUE((*reader)->decode_as(options.columns, {}).ok());
    while (*(*reader)->next()) {
    }
    return (*reader)->content();
  };
  using Content = InputReader::Content;
  for (const auto& options : {by_position(), ReadOptions{}}) {
    for (const auto* text : {"", " ", "\n", "\r\n\n\n", "\xef\xbb\xbf\n"}) {
      EXPECT_EQ(content(text, options), Content::Nothing) << text;
    }
    for (const auto* text : {"a,b,c", "a,b,c\n", "\n\na,b,c\r\n\n\n"}) {
      EXPECT_EQ(content(text, options), Content::HeadOnly) << text;
    }
    EXPECT_EQ(content("a,b,c\n1,2,3", options), Content::Rows);
    EXPECT_EQ(content("a,b,c\n\n\n,,", options), Content::Rows);
  }
}

TEST(Csv, says_which_options_cannot_be_meant) {
  CsvOptions options;
  options.delimiter = "||";
  EXPECT_EQ(check_csv_options(options).error().message(),
            "csv option `delimiter` must be one byte other than a line end, but is \"||\"");
  options.delimiter = "\"";
  EXPECT_FALSE(check_csv_options(options).ok());
  options.delimiter = ",";
  options.encoding = "ebcdic";
  EXPECT_FALSE(check_csv_options(options).ok());
}

std::string csv_quoted(const std::string& text, const std::string& escape) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || (c == '\\' && escape == "\\")) out += escape;
    out += c;
  }
  return out + "\"";
}

TEST(Csv, gives_back_random_tables_that_were_written_in_blocks_of_any_size) {
  std::mt19937 random(20220124);
  constexpr std::string_view kBytes = "ab,\"\n\r\\ ;";
  for (int round = 0; round < 400; ++round) {
    ReadOptions options;
    options.csv.header = false;
    options.csv.escape = round % 2 == 0 ? "\"" : "\\";
    const auto columns = 1 + random() % 4;
    std::string text;
    std::string expected;
    for (auto rows = random() % 12; rows > 0; --rows) {
      for (std::size_t column = 0; column < columns; ++column) {
        std::string value;
        for (auto length = random() % 6; length > 0; --length) value += kBytes[random() % kBytes.size()];
        const bool plain = !value.empty() && value.find_first_of(",\"\n\r\\") == std::string::npos;
        text += (column > 0 ? "," : "") + (plain ? value : csv_quoted(value, options.csv.escape));
        expected += value + (column + 1 < columns ? "|" : "\n");
      }
      text += round % 3 == 0 ? "\r\n" : "\n";
    }
    if (round % 5 == 0 && !text.empty()) text.pop_back();
    model::Schema schema;
    for (std::size_t column = 0; column < columns; ++column)
      schema.columns.push_back({fmt::format("c{}", column), Type::Text});
    const auto decoder = decode_csv(schema, {}, {schema.names(), 0}, options);
    const std::size_t block_bytes = 1 + random() % 40;
    BlockReader blocks(std::make_unique<PieceSource>(text, 1 + random() % 7), csv_framing(options),
                       {block_bytes, 1 << 20}, std::make_shared<BufferPool>(block_bytes));
    std::string rows;
    std::uint64_t offset = 0;
    while (auto block = *blocks.next()) {
      EXPECT_EQ(block->offset, offset);
      EXPECT_EQ(block->line, 1 + count_newlines(std::string_view(text).substr(0, offset)));
      offset += block->bytes.size();
      const auto decoded = decode_text(**decoder, schema, block->bytes);
      EXPECT_EQ(decoded.rejects, "") << text;
      rows += decoded.rows;
    }
    EXPECT_EQ(offset, text.size());
    ASSERT_EQ(rows, expected) << text;
  }
}

TEST(Csv, reads_files_in_other_encodings) {
  const auto rows = [](const std::string& bytes, const std::string& encoding) {
    ReadOptions options;
    options.csv.encoding = encoding;
    auto reader = InputReader::open(*find_format("csv"), options, Compression::Auto,
                                    std::make_unique<PieceSource>(bytes, 3), "x.csv");
    if (!reader.ok()) return reader.error().to_string();
    const auto schema = (*reader)->infer();
    if (!schema.ok()) return schema.error().to_string();
    EXPECT_TRUE((*reader)->decode_as(*schema, {}).ok());
    std::string out;
    while (auto block = *(*reader)->next()) {
      out += decode_text(*(*reader)->decoder(), *schema, block->bytes).rows;
    }
    return out;
  };
  const auto utf16 = std::string("\xff\xfe", 2) + std::string("a\0\n\0\xe9\0\xac\x20\n\0", 10);
  EXPECT_EQ(rows("a\n\xe9\n", "latin1"), "é\n");
  EXPECT_EQ(rows(utf16, "utf-16"), "é€\n");
  EXPECT_EQ(rows("\xef\xbb\xbf"
                 "a\nx\n",
                 "utf-8"),
            "x\n");
  EXPECT_EQ(rows(std::string("a\0\n", 3), "utf-16le"),
            "reading x.csv: x.csv is not in the declared encoding: bad bytes at offset 2; check `encoding`");
}

}  // namespace
}  // namespace weir::formats
