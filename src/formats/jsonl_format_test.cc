// SPDX-License-Identifier: Apache-2.0
#include "formats/jsonl_format.h"

#include <gtest/gtest.h>

#include "formats/cell.h"

namespace weir::formats {
namespace {

std::string infer(std::string_view text, const ReadOptions& options = {}) {
  std::vector<RawBlock> sample;
  sample.push_back(RawBlock::copy_of(text));
  return model::to_string(*infer_jsonl({}, sample, options));
}

TEST(Inference, guesses_the_type_that_takes_all_values_of_a_key) {
  EXPECT_EQ(infer(R"({"b": true, "i": 1, "d": 1, "t": "x", "j": {"a": 1}, "n": null, "mix": 1, "jm": "x"})"
                  "\n"
                  R"({"d": 1.5, "mix": true, "big": 9223372036854775808, "jm": [], "l": [1]})"),
            "b boolean, i integer, d double, t text, j json, n text, mix text, jm json, big double, l json");
}

TEST(Inference, leaves_times_as_text_unless_they_are_declared) {
  ReadOptions options;
  EXPECT_EQ(infer("{\"at\": \"2022-01-24T00:00:00Z\"}", options), "at text");
  options.columns = {{{"later", model::Type::Integer}, {"at", model::Type::Timestamp}}};
  EXPECT_EQ(infer("{\"at\": \"2022-01-24T00:00:00Z\"}", options), "at timestamp, later integer");
}

TEST(Inference, passes_over_damaged_lines) {
  EXPECT_EQ(infer("{\"a\": 1}\n{\"a\": \"x\nnot json\n{\"b\": 1}}\n[2]\n"), "a integer");
}

TEST(Formats, are_told_by_extension_with_that_of_the_compression_left_out) {
  EXPECT_EQ(format_of_name("a/b.JSONL.gz"), "jsonl");
  EXPECT_EQ(format_of_name("x.csv.zst"), "csv");
  EXPECT_EQ(format_of_name("x.parquet"), "parquet");
  EXPECT_EQ(format_of_name("access.log"), std::nullopt);
  EXPECT_EQ(find_format("access_log")->name, "access_log");
  EXPECT_EQ(find_format("xml"), nullptr);
}

TEST(Cell, reads_whole_numbers_exactly) {
  EXPECT_EQ(parse_integer("9223372036854775807"), 9223372036854775807);
  EXPECT_EQ(parse_integer("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(parse_integer("2e3"), 2000);
  EXPECT_EQ(parse_integer("+5"), 5);
  for (const auto* text : {"", "-", "+-1", "1.5", "1e300", "9223372036854775808", "1x", " 1", "0x10"}) {
    EXPECT_FALSE(parse_integer(text)) << text;
  }
  for (const auto* text : {"", "nan", "inf", "1e999", "1,5", "."}) EXPECT_FALSE(parse_double(text)) << text;
}

TEST(Cell, shows_values_so_that_they_can_be_printed) {
  EXPECT_EQ(show_value("a\tb\x7f"), "\"a\\x09b\\x7f\"");
  EXPECT_EQ(show_value("é"), "\"é\"");
  EXPECT_EQ(show_value("\xff"), "\"\\xff\"");
  EXPECT_EQ(show_value(std::string(100, 'x')), "\"" + std::string(80, 'x') + "\" and 20 bytes more");
}

}  // namespace
}  // namespace weir::formats
