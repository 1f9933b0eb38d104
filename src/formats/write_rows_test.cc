// SPDX-License-Identifier: Apache-2.0
#include "formats/write_rows.h"

#include <gtest/gtest.h>
#include <libdeflate.h>
#include <zstd.h>

#include <cmath>
#include <limits>

#include "formats/write_compressed.h"
#include "formats/write_values.h"

namespace weir::formats {
namespace {

using model::Type;

std::string written(const RowWriter& writer, const model::Batch& batch) {
  WriteBuffer out;
  writer.begin(out);
  writer.write(batch.view(), out);
  return std::string(out.view());
}

model::Batch texts(const std::vector<std::optional<std::string_view>>& cells) {
  model::Batch batch(model::Schema{{{"a", Type::Text}, {"b", Type::Integer}}});
  for (const auto& cell : cells) {
    const auto row = batch.add_row({});
    if (cell) batch.set_text(0, row, *cell);
    batch.set_integer(1, row, 1);
  }
  return batch;
}

const model::Schema kTwo{{{"a", Type::Text}, {"b", Type::Integer}}};

std::string csv(const std::vector<std::optional<std::string_view>>& cells, CsvWriteOptions options = {}) {
  options.header = false;
  return written(**make_csv_writer(kTwo, options), texts(cells));
}

TEST(CsvWriter, quotes_only_what_it_must) {
  EXPECT_EQ(
      csv({"plain", " blanks ", "a,b", "say \"hi\"", "two\nlines", "cr\r", "it's; fine"}),
      "plain,1\n blanks ,1\n\"a,b\",1\n\"say \"\"hi\"\"\",1\n\"two\nlines\",1\n\"cr\r\",1\nit's; fine,1\n");
}

TEST(CsvWriter, finds_what_must_be_quoted_wherever_it_stands) {
  for (std::size_t size = 1; size < 70; ++size) {
    const std::string plain(size, 'x');
    EXPECT_EQ(csv({plain}), plain + ",1\n");
    for (std::size_t at = 0; at < size; ++at) {
      auto text = plain;
      text[at] = at % 2 == 0 ? ',' : '\n';
      EXPECT_EQ(csv({text}), "\"" + text + "\",1\n") << size << " " << at;
    }
  }
}

TEST(CsvWriter, tells_null_from_empty_text) { EXPECT_EQ(csv({std::nullopt, ""}), ",1\n\"\",1\n"); }

TEST(CsvWriter, tells_null_text_from_the_same_text) {
  CsvWriteOptions options;
  options.null_text = "\\N";
  EXPECT_EQ(csv({std::nullopt, "\\N", ""}, options), "\\N,1\n\"\\N\",1\n\"\",1\n");
}

TEST(CsvWriter, quotes_its_own_delimiter_and_no_other) {
  CsvWriteOptions options;
  options.delimiter = "\t";
  EXPECT_EQ(csv({"a,b", "a\tb"}, options), "a,b\t1\n\"a\tb\"\t1\n");
}

TEST(CsvWriter, writes_names_like_any_text) {
  const auto writer = make_csv_writer(model::Schema{{{"a,b", Type::Text}, {"größe", Type::Text}}}, {});
  WriteBuffer out;
  (*writer)->begin(out);
  EXPECT_EQ(out.view(), "\"a,b\",größe\n");
}

TEST(CsvWriter, does_not_take_a_delimiter_that_it_could_not_read_back) {
  for (const std::string delimiter : {"", "||", "\"", "\n", "-", "7"}) {
    CsvWriteOptions options;
    options.delimiter = delimiter;
    EXPECT_FALSE(make_csv_writer(kTwo, options).ok()) << delimiter;
  }
  CsvWriteOptions options;
  options.null_text = "a,b";
  EXPECT_FALSE(make_csv_writer(kTwo, options).ok());
}

const model::Schema kAll{{{"flag", Type::Boolean},
                          {"whole", Type::Integer},
                          {"part", Type::Double},
                          {"json", Type::Json},
                          {"bytes", Type::Blob},
                          {"at", Type::Timestamp},
                          {"day", Type::Date}}};

model::Batch all_types() {
  model::Batch batch(kAll);
  const auto row = batch.add_row({});
  batch.set_boolean(0, row, true);
  batch.set_integer(1, row, std::numeric_limits<std::int64_t>::min());
  batch.set_double(2, row, 0.1);
  batch.set_text(3, row, "{\"a\":\n[1, \"x\"]}");
  batch.set_text(4, row, std::string_view("\0\xff\x01\x02", 4));
  batch.set_timestamp(5, row, *parse_timestamp("2022-01-24T10:05:03.25Z"));
  batch.set_date(6, row, *parse_date("1969-12-31"));
  batch.add_row({});
  return batch;
}

TEST(CsvWriter, writes_every_type) {
  EXPECT_EQ(written(**make_csv_writer(kAll, {}), all_types()),
            "flag,whole,part,json,bytes,at,day\n"
            "true,-9223372036854775808,0.1,\"{\"\"a\"\":\n[1, \"\"x\"\"]}\",AP8BAg==,2022-01-24T10:05:03.25Z,"
            "1969-12-31\n"
            ",,,,,,\n");
}

TEST(JsonlWriter, writes_every_type_on_one_line) {
  EXPECT_EQ(
      written(*make_jsonl_writer(kAll), all_types()),
      "{\"flag\":true,\"whole\":-9223372036854775808,\"part\":0.1,\"json\":{\"a\": [1, \"x\"]},"
      "\"bytes\":\"AP8BAg==\",\"at\":\"2022-01-24T10:05:03.25Z\",\"day\":\"1969-12-31\"}\n"
      "{\"flag\":null,\"whole\":null,\"part\":null,\"json\":null,\"bytes\":null,\"at\":null,\"day\":null}\n");
}

TEST(JsonlWriter, escapes_what_json_does_not_take) {
  EXPECT_EQ(written(*make_jsonl_writer(kTwo),
                    texts({"say \"hi\" \\ \n\r\t\b\f", std::string_view("\0\x1f\x7f", 3), "Grüße 🌊"})),
            "{\"a\":\"say \\\"hi\\\" \\\\ \\n\\r\\t\\b\\f\",\"b\":1}\n"
            "{\"a\":\"\\u0000\\u001f\x7f\",\"b\":1}\n"
            "{\"a\":\"Grüße 🌊\",\"b\":1}\n");
}

TEST(JsonWriter, writes_one_array_on_one_line) {
  const auto writer = make_json_writer(kTwo);
  WriteBuffer out;
  writer->begin(out);
  writer->write(texts({"a"}).view(), out);
  writer->write(texts({"two\nlines", std::nullopt}).view(), out);
  writer->end(out);
  EXPECT_EQ(out.view(), "[{\"a\":\"a\",\"b\":1},{\"a\":\"two\\nlines\",\"b\":1},{\"a\":null,\"b\":1}]\n");
  out.clear();
  writer->begin(out);
  writer->end(out);
  EXPECT_EQ(out.view(), "[]\n");
}

TEST(JsonlWriter, puts_numbers_that_json_does_not_know_in_quotes) {
  const model::Schema schema{{{"x", Type::Double}}};
  model::Batch batch(schema);
  for (const double value : {std::nan(""), HUGE_VAL, -HUGE_VAL})
    batch.set_double(0, batch.add_row({}), value);
  EXPECT_EQ(written(*make_jsonl_writer(schema), batch),
            "{\"x\":\"NaN\"}\n{\"x\":\"Infinity\"}\n{\"x\":\"-Infinity\"}\n");
}

TEST(WriteValues, write_times_far_away_with_a_sign) {
  const auto text = [](std::int64_t micros) {
    char out[kMaxFixedText];
    return std::string(out, write_timestamp({micros}, out));
  };
  EXPECT_EQ(text(253'402'300'799'999'999), "9999-12-31T23:59:59.999999Z");
  EXPECT_EQ(text(253'402'300'800'000'000), "+010000-01-01T00:00:00.000000Z");
  EXPECT_EQ(text(-62'167'219'200'000'001), "-000001-12-31T23:59:59.999999Z");
  EXPECT_LT(text(std::numeric_limits<std::int64_t>::min()).size(), kMaxFixedText);
}

class Compressors : public testing::TestWithParam<std::size_t> {
 protected:
  /// Half of it repeats and half of it cannot be compressed.
  static std::string block(std::size_t bytes) {
    std::string text(bytes, 'x');
    std::uint64_t state = 1;
    for (std::size_t i = bytes / 2; i < bytes; ++i) {
      state = state * 6364136223846793005U + 1442695040888963407U;
      text[i] = static_cast<char>(state >> 56);
    }
    return text;
  }
};

TEST_P(Compressors, gzip_gives_back_what_went_in) {
  const auto in = block(GetParam());
  WriteBuffer out;
  ASSERT_TRUE(make_compressor(OutputCompression::Gzip)->compress(in, out).ok());
  std::string back(in.size(), '\0');
  std::size_t size = 0;
  auto* inflater = libdeflate_alloc_decompressor();
  EXPECT_EQ(
      libdeflate_gzip_decompress(inflater, out.view().data(), out.size(), back.data(), back.size(), &size),
      LIBDEFLATE_SUCCESS);
  libdeflate_free_decompressor(inflater);
  EXPECT_TRUE(size == in.size() && back == in);
}

TEST_P(Compressors, zstd_gives_back_what_went_in) {
  const auto in = block(GetParam());
  WriteBuffer out;
  ASSERT_TRUE(make_compressor(OutputCompression::Zstd)->compress(in, out).ok());
  std::string back(in.size(), '\0');
  EXPECT_EQ(ZSTD_decompress(back.data(), back.size(), out.view().data(), out.size()), in.size());
  EXPECT_TRUE(back == in);
}

INSTANTIATE_TEST_SUITE_P(OfEverySize, Compressors, testing::Values(0, 1, 65'536, 3'000'000));

}  // namespace
}  // namespace weir::formats
