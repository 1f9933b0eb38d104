// SPDX-License-Identifier: Apache-2.0
#include "connectors/redshift/row_encoder.h"

#include <gtest/gtest.h>

#include <limits>

#include "base/text.h"

namespace weir::redshift {
namespace {

using model::Type;

Field field(std::string name, Type type, std::string_view stored) {
  return {.name = std::move(name), .type = type, .stored = parse_type(stored)};
}

/// One encoder and what it has written.
struct Encoded {
  explicit Encoded(EncoderOptions options) : encoder(*RowEncoder::make(std::move(options))) {}

  RowEncoder::Progress write(const model::Batch& batch, std::size_t from = 0) {
    return encoder.encode(batch.view(), from, out, outcome);
  }
  std::string refusals() const {
    std::string all;
    for (const auto& refused : outcome.refused)
      all += std::to_string(refused.row) + ": " + refused.reason + "\n";
    return all;
  }

  RowEncoder encoder;
  WriteBuffer out;
  sdk::WriteOutcome outcome;
};

EncoderOptions options_of(std::vector<Field> fields) {
  EncoderOptions options;
  options.table = "people";
  options.fields = std::move(fields);
  options.part_size = 1 << 20;
  return options;
}

model::Batch texts(const std::vector<std::optional<std::string_view>>& cells) {
  model::Batch batch(model::Schema{{{"memo", Type::Text}}});
  for (const auto& cell : cells) {
    const auto row = batch.add_row({});
    if (cell) batch.set_text(0, row, *cell);
  }
  return batch;
}

template <typename Set>
model::Batch one(Type type, Set set) {
  model::Batch batch(model::Schema{{{"value", type}}});
  batch.add_row({});
  set(batch);
  return batch;
}

TEST(RedshiftRows, lengths_are_bytes_and_not_characters) {
  auto options = options_of({field("memo", Type::Text, "character varying(4)")});
  options.long_text = LongText::Quarantine;
  Encoded encoded(options);
  encoded.write(texts({"abcd", "éé", "ééé"}));
  EXPECT_EQ(encoded.out.view(), "abcd\néé\n");
  EXPECT_EQ(encoded.refusals(), "2: memo 'ééé' has 6 bytes, and column memo of table people takes 4\n");
}

TEST(RedshiftRows, long_text_is_cut_between_characters_and_counted) {
  auto options = options_of({field("memo", Type::Text, "character varying(5)")});
  options.long_text = LongText::Truncate;
  Encoded encoded(options);
  encoded.write(texts({"ééé", "abcdefg", "ok"}));
  EXPECT_EQ(encoded.out.view(), "éé\nabcde\nok\n");
  EXPECT_EQ(encoded.encoder.truncated(0), 2U);
}

TEST(RedshiftRows, long_text_is_kept_and_measured_when_the_column_may_grow) {
  Encoded encoded(options_of({field("memo", Type::Text, "character varying(5)")}));
  encoded.write(texts({"abcdefg", "éééé"}));
  EXPECT_EQ(encoded.out.view(), "abcdefg\néééé\n");
  EXPECT_EQ(encoded.encoder.longest()[0], 8U);
}

TEST(RedshiftRows, text_beyond_the_longest_varchar_is_refused_even_when_columns_grow) {
  Encoded encoded(options_of({field("memo", Type::Text, "character varying(5)")}));
  const std::string longest(65'535, 'x');
  const std::string longer(65'536, 'x');
  encoded.write(texts({longest, longer}));
  ASSERT_EQ(encoded.outcome.refused.size(), 1U);
  EXPECT_EQ(encoded.outcome.refused[0].row, 1U);
  EXPECT_EQ(encoded.encoder.rows_written(), 1U);
}

TEST(RedshiftRows, a_nul_refuses_the_row_or_is_left_out) {
  auto options = options_of({field("memo", Type::Text, "character varying(50)")});
  Encoded refusing(options);
  refusing.write(texts({std::string_view("a\0b", 3)}));
  EXPECT_EQ(refusing.out.view(), "");
  EXPECT_NE(refusing.refusals().find("memo has a NUL character"), std::string::npos) << refusing.refusals();
  options.nul_text = NulText::Strip;
  Encoded stripping(options);
  stripping.write(texts({std::string_view("a\0b", 3)}));
  EXPECT_EQ(stripping.out.view(), "ab\n");
  EXPECT_EQ(stripping.encoder.stripped(0), 1U);
}

TEST(RedshiftRows, a_text_that_reads_like_null_gets_a_part_with_another_word) {
  Encoded encoded(options_of({field("memo", Type::Text, "character varying(50)")}));
  const auto batch = texts({std::nullopt, "@null@", std::nullopt, "-"});
  const auto progress = encoded.write(batch);
  EXPECT_EQ(progress.stop, RowEncoder::Stop::Collision);
  EXPECT_EQ(progress.next, 1U);
  EXPECT_EQ(encoded.out.view(), "@null@\n");
  encoded.out.clear();
  ASSERT_TRUE(encoded.encoder.change_null_text().ok());
  EXPECT_EQ(encoded.write(batch, progress.next).stop, RowEncoder::Stop::Done);
  EXPECT_EQ(encoded.out.view(), "@null@\n@null2@\n-\n");
  EXPECT_EQ(encoded.encoder.null_text(), "@null2@");
}

TEST(RedshiftRows, stops_where_the_part_is_full) {
  auto options = options_of({field("memo", Type::Text, "character varying(50)")});
  options.part_size = 8;
  Encoded encoded(options);
  const auto batch = texts({"12345", "12345", "12345"});
  const auto progress = encoded.write(batch);
  EXPECT_EQ(progress.stop, RowEncoder::Stop::Full);
  EXPECT_EQ(progress.next, 2U);
}

TEST(RedshiftRows, numbers_must_fit_their_columns) {
  const auto refused = [](const Field& target, const model::Batch& batch) {
    Encoded encoded(options_of({target}));
    encoded.write(batch);
    return encoded.outcome.refused.size();
  };
  const auto integer = [](std::int64_t value) {
    return one(Type::Integer, [&](auto& batch) { batch.set_integer(0, 0, value); });
  };
  const auto number = [](double value) {
    return one(Type::Double, [&](auto& batch) { batch.set_double(0, 0, value); });
  };
  EXPECT_EQ(refused(field("n", Type::Integer, "smallint"), integer(32'767)), 0U);
  EXPECT_EQ(refused(field("n", Type::Integer, "smallint"), integer(32'768)), 1U);
  EXPECT_EQ(refused(field("n", Type::Integer, "integer"), integer(-2'147'483'649)), 1U);
  EXPECT_EQ(refused(field("n", Type::Integer, "bigint"), integer(std::numeric_limits<std::int64_t>::min())),
            0U);
  EXPECT_EQ(refused(field("n", Type::Integer, "numeric(3,0)"), integer(1000)), 1U);
  EXPECT_EQ(refused(field("n", Type::Double, "numeric(5,2)"), number(999.5)), 1U);
  EXPECT_EQ(refused(field("n", Type::Double, "numeric(5,2)"), number(99.5)), 0U);
  EXPECT_EQ(
      refused(field("n", Type::Double, "numeric(5,2)"), number(std::numeric_limits<double>::quiet_NaN())),
      1U);
  EXPECT_EQ(refused(field("n", Type::Double, "real"), number(1e300)), 1U);
}

TEST(RedshiftRows, times_outside_of_the_calendar_are_refused) {
  const auto rows = [](std::int64_t micros) {
    return one(Type::Timestamp, [&](auto& batch) { batch.set_timestamp(0, 0, {micros}); });
  };
  for (const auto& [micros, refused] : {std::pair(std::int64_t{-62'135'596'800'000'001}, 1U),
                                        std::pair(std::int64_t{-62'135'596'800'000'000}, 0U),
                                        std::pair(std::int64_t{253'402'300'799'999'999}, 0U),
                                        std::pair(std::int64_t{253'402'300'800'000'000}, 1U)}) {
    Encoded encoded(options_of({field("at", Type::Timestamp, "timestamp without time zone")}));
    encoded.write(rows(micros));
    EXPECT_EQ(encoded.outcome.refused.size(), refused) << micros;
  }
}

TEST(RedshiftRows, nulls_are_refused_where_the_table_or_the_key_does_not_allow_them) {
  auto required = field("id", Type::Text, "character varying(50)");
  required.not_null = true;
  Encoded table(options_of({required}));
  table.write(texts({std::nullopt, "a"}));
  EXPECT_EQ(table.refusals(), "0: id is NULL, which table people does not allow\n");
  auto key = field("id", Type::Text, "character varying(50)");
  key.is_key = true;
  Encoded merge(options_of({key}));
  merge.write(texts({std::nullopt}));
  EXPECT_EQ(merge.refusals(), "0: id is NULL, and it is part of the key of table people\n");
}

TEST(RedshiftRows, char_columns_take_ascii_only) {
  Encoded encoded(options_of({field("code", Type::Text, "character(4)")}));
  encoded.write(texts({"abcd", "é", "abcde"}));
  EXPECT_EQ(encoded.out.view(), "abcd\n");
  EXPECT_EQ(encoded.outcome.refused.size(), 2U);
}

TEST(RedshiftRows, a_merge_numbers_its_rows_and_counts_keys_that_came_before) {
  auto key = field("id", Type::Text, "character varying(50)");
  key.is_key = true;
  auto options = options_of({key});
  options.number_rows = true;
  options.mark = "load|1";
  Encoded encoded(options);
  encoded.write(texts({"a", "b", "a"}));
  EXPECT_EQ(encoded.out.view(), "a|load\\|1|0\nb|load\\|1|1\na|load\\|1|2\n");
  EXPECT_EQ(encoded.outcome.deduplicated, 1U);
}

TEST(RedshiftRows, a_row_beyond_four_megabytes_is_refused) {
  std::vector<Field> fields;
  model::Schema schema;
  for (int i = 0; i < 70; ++i) {
    fields.push_back(field("c" + std::to_string(i), Type::Text, "character varying(65535)"));
    schema.columns.push_back({fields.back().name, Type::Text});
  }
  const std::string wide(65'000, 'x');
  model::Batch batch(schema);
  batch.add_row({});
  for (std::size_t i = 0; i < fields.size(); ++i) batch.set_text(i, 0, wide);
  Encoded encoded(options_of(fields));
  encoded.write(batch);
  EXPECT_EQ(encoded.out.view(), "");
  EXPECT_NE(encoded.refusals().find("rows of up to 4194304"), std::string::npos) << encoded.refusals();
}

}  // namespace
}  // namespace weir::redshift
