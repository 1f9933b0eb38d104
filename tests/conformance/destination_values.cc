// SPDX-License-Identifier: Apache-2.0
// Values arrive as they were sent, in any number.
#include <fmt/format.h>

#include <array>

#include "tests/conformance/destination_suite.h"

namespace weir::conformance {
namespace {

const model::Schema kEveryType = schema_of(
    "id integer, flag boolean, amount double, word text, document json, bytes blob, at timestamp, on_day "
    "date");

TEST_P(DestinationSuite, creates_the_table_with_its_rows) {
  const auto schema = schema_of("id integer, word text");
  load(request("1", whole(), {.table = "words", .schema = schema}), {{"1", "one"}, {"2", "two"}});
  EXPECT_EQ(table("words", schema), "1|one\n2|two\n");
}

TEST_P(DestinationSuite, every_type_comes_back_as_it_went_in) {
  const Row plain = {"1",
                     "true",
                     "0.1",
                     "Grüße 🌊",
                     R"({"a": [1, null]})",
                     std::string("\0\xff\x01", 3),
                     "2022-01-24 10:05:03.250000",
                     "2022-01-24"};
  const Row low = {"-9223372036854775808",
                   "false",
                   "-1.7976931348623157e+308",
                   "it's \"quoted\"",
                   "\"\"",
                   std::string("a\0b", 3),
                   "1969-12-31 23:59:59.999999",
                   "1969-12-31"};
  const Row high = {"9223372036854775807",        "true",      "5e-324",
                    "two\nlines\tand a tab",      "[]",        std::string(300, '\0'),
                    "9999-12-31 23:59:59.999999", "9999-12-31"};
  load(request("1", whole(), {.table = "all_types", .schema = kEveryType}), {plain, low, high});
  // One column after the other, so that a difference shows which type it is.
  for (std::size_t i = 1; i < kEveryType.size(); ++i) {
    const model::Schema shown{{kEveryType.columns[0], kEveryType.columns[i]}};
    EXPECT_EQ(table("all_types", shown),
              *low[0] + "|" + *low[i] + "\n" + "1|" + *plain[i] + "\n" + *high[0] + "|" + *high[i] + "\n");
  }
}

TEST_P(DestinationSuite, every_type_can_be_null) {
  const Row nulls(kEveryType.size() - 1, std::nullopt);
  Row row = {"1"};
  row.insert(row.end(), nulls.begin(), nulls.end());
  load(request("1", whole(), {.table = "nulls", .schema = kEveryType}), {row});
  EXPECT_EQ(table("nulls", kEveryType), "1|NULL|NULL|NULL|NULL|NULL|NULL|NULL\n");
}

TEST_P(DestinationSuite, empty_text_is_not_null) {
  const auto schema = schema_of("id integer, word text");
  load(request("1", whole(), {.table = "words", .schema = schema}), {{"1", ""}, {"2", std::nullopt}});
  EXPECT_EQ(table("words", schema), "1|\n2|NULL\n");
}

TEST_P(DestinationSuite, text_that_looks_like_a_number_stays_text) {
  const auto schema = schema_of("id integer, word text");
  load(request("1", whole(), {.table = "words", .schema = schema}),
       {{"1", "007"}, {"2", "1e3"}, {"3", " 5 "}});
  EXPECT_EQ(table("words", schema), "1|007\n2|1e3\n3| 5 \n");
}

TEST_P(DestinationSuite, nulls_stand_where_they_stood_in_a_long_batch) {
  const auto schema = schema_of("id integer, word text");
  std::vector<Row> rows;
  std::string expected;
  for (int i = 10'000; i < 15'000; ++i) {
    const Cell word = i % 7 == 0 ? Cell() : Cell(fmt::format("a word of some length {}", i));
    rows.push_back({std::to_string(i), word});
    expected += fmt::format("{}|{}\n", i, word.value_or("NULL"));
  }
  load(request("1", whole(), {.table = "words", .schema = schema}), rows);
  EXPECT_EQ(table("words", schema), expected);
}

TEST_P(DestinationSuite, a_column_without_validity_holds_no_nulls) {
  constexpr std::size_t kRows = 5'000;
  std::vector<std::int64_t> numbers(kRows);
  std::vector<model::Text> words(kRows, model::Text("word"));
  std::string expected;
  for (std::size_t i = 0; i < kRows; ++i) {
    numbers[i] = static_cast<std::int64_t>(10'000 + i);
    expected += fmt::format("{}|word\n", 10'000 + i);
  }
  const std::array<model::ColumnView, 2> columns = {
      model::ColumnView{model::Type::Integer, numbers.data(), nullptr},
      model::ColumnView{model::Type::Text, words.data(), nullptr}};

  const auto schema = schema_of("id integer, word text");
  const auto wanted = request("1", whole(), {.table = "words", .schema = schema});
  auto begun = destination().begin(wanted);
  ASSERT_TRUE(begun.ok()) << begun.error().to_string();
  ASSERT_TRUE((*begun)->write(0, {kRows, columns}).ok());
  ASSERT_TRUE((*begun)->publish({entry(wanted, 0, kRows)}).ok());
  EXPECT_EQ(table("words", schema), expected);
}

TEST_P(DestinationSuite, takes_a_hundred_thousand_rows_at_once) {
  const auto schema = schema_of("id integer, word text");
  std::vector<Row> rows;
  std::string expected;
  for (int i = 100'000; i < 200'000; ++i) {
    rows.push_back({std::to_string(i), "w"});
    expected += std::to_string(i) + "|w\n";
  }
  load(request("1", whole(), {.table = "words", .schema = schema}), rows);
  EXPECT_TRUE(table("words", schema) == expected);
}

TEST_P(DestinationSuite, batches_of_a_load_add_up) {
  const auto schema = schema_of("id integer");
  const auto wanted = request("1", whole(), {.table = "numbers", .schema = schema});
  auto begun = destination().begin(wanted);
  ASSERT_TRUE(begun.ok()) << begun.error().to_string();
  for (const auto& number : {"1", "2", "3"}) {
    const TestRows rows(schema, {{number}});
    ASSERT_TRUE((*begun)->write(0, rows.view()).ok());
  }
  ASSERT_TRUE((*begun)->publish({entry(wanted, 0, 3)}).ok());
  EXPECT_EQ(table("numbers", schema), "1\n2\n3\n");
}

TEST_P(DestinationSuite, odd_names_are_quoted) {
  const model::Schema schema{{{"select", model::Type::Integer},
                              {"two words", model::Type::Text},
                              {"it's", model::Type::Text},
                              {"a \"quote\"", model::Type::Text},
                              {"größe", model::Type::Text},
                              {"camelCase", model::Type::Text},
                              {"; drop table x --", model::Type::Text}}};
  for (const std::string name : {"order", "my table", "o'clock", "größen", "MixedCase"}) {
    SCOPED_TRACE(name);
    sdk::TableTarget target{.table = name, .schema = schema};
    if (destination().capabilities().resolves_keys) target.key = {"select"};
    load(request("load of " + name, whole(), target), {{"1", "a", "b", "c", "d", "e", "f"}});
    EXPECT_EQ(table(name, schema), "1|a|b|c|d|e|f\n");
  }
}

}  // namespace
}  // namespace weir::conformance
