// SPDX-License-Identifier: Apache-2.0
#include "protocols/looker/row_reader.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace weir::looker {
namespace {

struct Rows final : RowSink {
  Result<void> row(std::string_view json) override {
    all.emplace_back(json);
    return {};
  }
  std::vector<std::string> all;
};

/// The rows of an answer that comes in pieces of so many bytes, and how it ended.
std::string read(std::string_view answer, std::size_t piece = 1'000'000) {
  Rows rows;
  RowReader reader(rows);
  std::string outcome = "whole";
  for (std::size_t at = 0; at < answer.size(); at += piece) {
    const auto taken = reader.take(answer.substr(at, piece));
    if (!taken.ok()) return join(rows.all, " ") + " | " + taken.error().message();
  }
  const auto finished = reader.finish();
  if (!finished.ok()) outcome = finished.error().message();
  for (const auto& note : reader.notes()) outcome += " (" + note + ")";
  return join(rows.all, " ") + " | " + outcome;
}

constexpr std::string_view kAnswer =
    R"([ {"a.t":"Bob's \"board\" {x","a.n":1} ,
{"a.t":"ü\\","a.l":["x","]"],"a.o":{"value":{"v":1}}},{}])";
constexpr std::string_view kRows =
    R"({"a.t":"Bob's \"board\" {x","a.n":1} {"a.t":"ü\\","a.l":["x","]"],"a.o":{"value":{"v":1}}} {} | whole)";

TEST(RowReader, gives_each_row_however_the_bytes_come) {
  for (std::size_t piece = 1; piece <= kAnswer.size(); ++piece)
    EXPECT_EQ(read(kAnswer, piece), kRows) << piece;
}

TEST(RowReader, takes_no_answer_for_whole_whose_end_is_missing) {
  for (std::size_t size = 0; size < kAnswer.size(); ++size) {
    const auto outcome = read(kAnswer.substr(0, size), 7);
    EXPECT_NE(outcome.find("its end is missing"), std::string::npos) << size << ": " << outcome;
  }
}

TEST(RowReader, knows_an_empty_answer) {
  EXPECT_EQ(read("[]"), " | whole");
  EXPECT_EQ(read(" [\n] \n"), " | whole");
}

TEST(RowReader, finds_an_error_anywhere_among_the_rows) {
  EXPECT_EQ(read(R"([{"looker_error":"SQL Error: Unknown column 'x'"}])"),
            " | Looker answered with an error: SQL Error: Unknown column 'x'");
  EXPECT_EQ(read(R"([{"a.n":1},{"a.n":2}, { "looker_error" : "lost connection" }])"),
            R"({"a.n":1} {"a.n":2} | Looker answered with an error behind row 2: lost connection)");
}

TEST(RowReader, passes_notes_of_the_development_mode_on) {
  EXPECT_EQ(read(R"([{"looker_error":"Note: This query contains derived tables with x"},{"a.n":1}])"),
            R"({"a.n":1} | whole (Note: This query contains derived tables with x))");
}

TEST(RowReader, takes_a_column_of_that_name_for_no_error) {
  EXPECT_EQ(read(R"([{"looker_error":"x","a.n":1}])"), R"({"looker_error":"x","a.n":1} | whole)");
}

TEST(RowReader, says_what_came_in_place_of_rows) {
  EXPECT_EQ(read(R"({"message":"Query could not be run","documentation_url":"x"})"),
            " | Looker answered with an error in place of rows: Query could not be run");
  EXPECT_NE(read("<html><body>Please log in").find("an HTML page ('<html><body>Please log in')"),
            std::string::npos);
  EXPECT_NE(read(R"([1,2])").find("the answer is damaged behind row 0"), std::string::npos);
  EXPECT_NE(read(R"([{"a":1} {"a":2}])").find("the answer is damaged behind row 1"), std::string::npos);
  EXPECT_NE(read(R"([{"a":1},])").find("the answer is damaged behind row 1"), std::string::npos);
  EXPECT_NE(read(R"([{"a":1}] x)").find("the answer is damaged behind row 1"), std::string::npos);
}

TEST(FieldOf, finds_a_value_by_its_key_only) {
  std::size_t hint = 0;
  const auto value = [&](std::string_view row) { return std::string(field_of(row, "\"a.t\"", hint)); };
  EXPECT_EQ(value(R"({"a.n":1,"a.t" : "x\"y" ,"b":2})"), R"("x\"y")");
  EXPECT_EQ(value(R"({"a.n":1,"a.t":17})"), "17");
  EXPECT_EQ(value(R"({"a.t":null})"), "null");
  EXPECT_EQ(value(R"({"x":"a.t","b":2})"), "");
  EXPECT_EQ(value(R"({"x":"a.t","a.t":3})"), "3");
  EXPECT_EQ(value(R"({"x":"\"a.t\":1","a.t":2})"), "2");
}

}  // namespace
}  // namespace weir::looker
