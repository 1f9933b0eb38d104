// SPDX-License-Identifier: Apache-2.0
// Rows on their way to BigQuery and back, what load jobs say of them, and the SQL of both ways: from bytes
// alone.
#include <gtest/gtest.h>

#include "base/text.h"
#include "connectors/bigquery/row_decoder.h"
#include "connectors/bigquery/row_encoder.h"
#include "connectors/bigquery/row_problem.h"
#include "connectors/bigquery/script.h"
#include "connectors/bigquery/source_query.h"
#include "model/cell_text.h"
#include "tests/conformance/destination_suite.h"

namespace weir::bigquery {
namespace {

using conformance::Row;
using conformance::schema_of;
using conformance::TestRows;
using google::BigQueryField;
using Mode = BigQueryField::Mode;

TablePlan plan_of(const std::vector<BigQueryField>& fields, const model::Schema& schema) {
  TablePlan plan;
  plan.table.name = {"p", "d", "t"};
  for (std::size_t i = 0; i < fields.size(); ++i) {
    plan.fields.push_back({fields[i], schema.columns[i].type, false});
    plan.table.fields.push_back(fields[i]);
  }
  return plan;
}

/// The lines of rows, and behind them what was refused.
std::string encoded(const std::vector<BigQueryField>& fields, std::string_view types,
                    const std::vector<Row>& rows) {
  const auto schema = schema_of(types);
  RowEncoder encoder(plan_of(fields, schema));
  const TestRows batch(schema, rows);
  std::string text;
  sdk::WriteOutcome outcome;
  encoder.encode(batch.view(), text, outcome);
  return text + conformance::text_of(outcome.refused);
}

TEST(RowEncoder, writes_each_type_as_its_column_reads_it) {
  EXPECT_EQ(encoded({{"i", "INT64"}, {"d", "FLOAT64"}, {"t", "STRING"}, {"b", "BYTES"}, {"ok", "BOOL"}},
                    "i integer, d double, t text, b blob, ok boolean",
                    {{"9007199254740993", "0.1", "a\"\n\x01", std::string("\0\xff", 2), "true"},
                     {"-3", "inf", std::nullopt, "", "false"}}),
            "{\"i\":\"9007199254740993\",\"d\":0.1,\"t\":\"a\\\"\\n\\u0001\",\"b\":\"AP8=\",\"ok\":true}\n"
            "{\"i\":-3,\"d\":\"Infinity\",\"b\":\"\",\"ok\":false}\n");
  const std::string time = "2022-01-24 10:05:03.250000";
  EXPECT_EQ(encoded({{"ts", "TIMESTAMP"}, {"dt", "DATETIME"}, {"day", "DATE"}, {"s", "STRING"}},
                    "ts timestamp, dt timestamp, day date, s integer", {{time, time, "2022-01-24", "42"}}),
            "{\"ts\":\"2022-01-24 10:05:03.250000Z\",\"dt\":\"2022-01-24 "
            "10:05:03.250000\",\"day\":\"2022-01-24\",\"s\":\"42\"}\n");
  EXPECT_EQ(encoded({{"j", "JSON"}, {"s", "STRING"}, {"l", "STRING", Mode::Repeated}},
                    "j json, s json, l json", {{"{\"a\":\n1}", "{\"a\": 1}", "[\"x\"]"}}),
            "{\"j\":{\"a\": 1},\"s\":\"{\\\"a\\\": 1}\",\"l\":[\"x\"]}\n");
}

TEST(RowEncoder, refuses_what_its_column_does_not_take_and_goes_on) {
  BigQueryField narrow{"s", "STRING"};
  narrow.max_length = 2;
  EXPECT_EQ(encoded({narrow}, "s text", {{"äö"}, {"abc"}, {"ok"}}),
            "{\"s\":\"äö\"}\n{\"s\":\"ok\"}\n1: s has 3 characters, and column s of table t takes 2\n");
  EXPECT_EQ(encoded({{"s", "STRING", Mode::Required}}, "s text", {{std::nullopt}}),
            "0: s is NULL, which table t does not allow\n");
  EXPECT_EQ(encoded({{"n", "NUMERIC"}}, "n text", {{"1.5"}, {"x"}}),
            "{\"n\":\"1.5\"}\n1: n 'x' does not fit into column n of table t, which is NUMERIC\n");
  EXPECT_EQ(encoded({{"f", "FLOAT64"}}, "f integer", {{"9007199254740993"}}),
            "0: f 9007199254740993 has more digits than column f of table t holds, which is FLOAT64\n");
}

TEST(RowProblem, is_understood_in_every_form) {
  const auto told = [](const std::string& location, const std::string& message) -> std::string {
    const auto problem = row_problem({"invalid", location, message});
    if (!problem) return "none";
    return fmt::format("{}@{}#{}: {}", problem->file,
                       problem->offset ? std::to_string(*problem->offset) : "-",
                       problem->number ? std::to_string(*problem->number) : "-", problem->reason);
  };
  const std::string head = "Error while reading data, error message: ";
  EXPECT_EQ(told("gs://b/o", head + "JSON parsing error in row starting at position 42: No such field: x."),
            "gs://b/o@42#-: No such field: x.");
  EXPECT_EQ(
      told("",
           head + "JSON parsing error in row starting at position 0 at file: gs://b/o: No such field: x."),
      "@0#-: No such field: x.");
  EXPECT_EQ(told("", head + "Could not parse 'x'. Row: 12"), "@-#12: Could not parse 'x'. Row: 12");
  EXPECT_EQ(told("", head + "JSON table encountered too many errors, giving up. Rows: 2; errors: 1."),
            "none");
  EXPECT_EQ(told("", "Access Denied"), "none");
}

TEST(RowFinder, finds_rows_by_place_and_by_number_however_the_text_comes) {
  const std::string text = "{\"a\":1}\n{\"a\":22}\n{\"a\":3}\n";
  const RowProblem by_offset{"", 8, std::nullopt, ""};
  const RowProblem by_number{"", std::nullopt, 3, ""};
  const RowProblem unknown{"", 9, std::nullopt, ""};
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, text.size()}) {
    RowFinder finder({&by_offset, &by_number, &unknown});
    for (std::size_t at = 0; at < text.size(); at += piece)
      finder.take(std::string_view(text).substr(at, piece));
    std::string found;
    for (const auto& row : finder.found()) found += fmt::format("{} {}\n", row.line, row.bytes);
    EXPECT_EQ(found, "2 {\"a\":22}\n3 {\"a\":3}\n0 \n");
  }
}

std::string decoded(std::string_view text, RowForm form, const std::vector<BigQueryField>& fields) {
  model::Schema schema;
  for (const auto& field : fields) schema.columns.push_back({field.name, read_as(field)});
  model::Batch batch(schema);
  const auto reason = decode_row(text, form, fields, {}, batch);
  if (reason) return "refused: " + *reason;
  std::string row;
  const auto view = batch.view();
  for (const auto& column : view.columns) {
    row += (row.empty() ? "" : "|") + (column.is_null(0) ? "NULL" : model::cell_text(column, 0));
  }
  return row;
}

const std::vector<BigQueryField> kEveryType = {
    {"i", "INT64"},     {"f", "FLOAT64"},   {"b", "BOOL"}, {"n", "NUMERIC"}, {"s", "STRING"}, {"y", "BYTES"},
    {"t", "TIMESTAMP"}, {"dt", "DATETIME"}, {"d", "DATE"}, {"time", "TIME"}, {"j", "JSON"}};

TEST(RowDecoder, reads_every_type_of_a_page) {
  EXPECT_EQ(decoded(R"({"f": [{"v": "9223372036854775807"}, {"v": "1.0E-7"}, {"v": "true"},
                       {"v": "12345678901234567890.5"}, {"v": "a\u00e9\n"}, {"v": "AP8="}, {"v": "1643718896789000"},
                       {"v": "2022-02-01T12:34:56.5"}, {"v": "2022-02-01"}, {"v": "09:15:02"},
                       {"v": "{\"a\":[1,null]}"}]})",
                    RowForm::Page, kEveryType),
            std::string("9223372036854775807|1e-07|true|12345678901234567890.5|aé\n|") +
                std::string("\0\xff", 2) +
                "|2022-02-01T12:34:56.789Z|2022-02-01T12:34:56.5Z|2022-02-01|09:15:02|{\"a\":[1,null]}");
}

TEST(RowDecoder, reads_every_type_of_an_export) {
  EXPECT_EQ(
      decoded(R"({"i":"42","f":0.5,"b":false,"n":"1.50","s":"x","y":"AP8=","t":"2022-02-01 12:34:56.789 UTC",
                       "dt":"2022-02-01T12:34:56","d":"2022-02-01","j":{"a":1},"unknown":7})",
              RowForm::Line, kEveryType),
      std::string("42|0.5|false|1.50|x|") + std::string("\0\xff", 2) +
          "|2022-02-01T12:34:56.789Z|2022-02-01T12:34:56Z|2022-02-01|NULL|{\"a\":1}");
}

TEST(RowDecoder, reads_null_and_the_numbers_that_are_none) {
  EXPECT_EQ(
      decoded(R"({"f": [{"v": null}, {"v": "NaN"}]})", RowForm::Page, {{"s", "STRING"}, {"f", "FLOAT64"}}),
      "NULL|nan");
  EXPECT_EQ(decoded(R"({"f": [{"v": "-Infinity"}]})", RowForm::Page, {{"f", "FLOAT64"}}), "-inf");
  EXPECT_EQ(decoded(R"({})", RowForm::Line, {{"s", "STRING"}}), "NULL");
}

const std::vector<BigQueryField> kNested = {
    {"r",
     "STRUCT",
     Mode::Nullable,
     {{"n", "INT64"}, {"at", "TIMESTAMP"}, {"tags", "STRING", Mode::Repeated}}},
    {"l", "STRUCT", Mode::Repeated, {{"x", "FLOAT64"}, {"ok", "BOOL"}}}};

TEST(RowDecoder, makes_the_same_json_of_a_structure_in_both_forms) {
  const std::string json = R"({"n":5,"at":"2022-02-01T12:34:56.789Z","tags":["a","b"]}|[{"x":0.5,"ok":true},)"
                           R"({"x":null,"ok":null}])";
  EXPECT_EQ(decoded(R"({"f":[{"v":{"f":[{"v":"5"},{"v":"1643718896789000"},{"v":[{"v":"a"},{"v":"b"}]}]}},
                       {"v":[{"v":{"f":[{"v":"0.5"},{"v":"true"}]}},{"v":{"f":[{"v":null},{"v":null}]}}]}]})",
                    RowForm::Page, kNested),
            json);
  EXPECT_EQ(
      decoded(
          R"({"r":{"n":"5","at":"2022-02-01 12:34:56.789 UTC","tags":["a","b"]},"l":[{"x":0.5,"ok":true},{}]})",
          RowForm::Line, kNested),
      json);
}

TEST(RowDecoder, gives_a_row_of_a_page_as_a_line_that_reads_the_same) {
  const std::string page = R"({"f":[{"v":{"f":[{"v":"5"},{"v":"1643718896789000"},{"v":[]}]}},{"v":[]}]})";
  const auto line = line_of_page_row(page, kNested);
  EXPECT_EQ(line, R"({"r":{"n":5,"at":"2022-02-01T12:34:56.789Z","tags":[]},"l":[]})");
  EXPECT_EQ(decoded(line, RowForm::Line, kNested), decoded(page, RowForm::Page, kNested));
}

TEST(RowDecoder, refuses_what_does_not_fit_and_names_the_column) {
  EXPECT_EQ(decoded(R"({"i":"x"})", RowForm::Line, {{"i", "INT64"}}),
            "refused: column i: \"x\" is not an integer of 64 bits");
  EXPECT_EQ(decoded(R"({"t":"yesterday"})", RowForm::Line, {{"t", "TIMESTAMP"}}).substr(0, 18),
            "refused: column t:");
  EXPECT_EQ(decoded(R"({"i":)", RowForm::Line, {{"i", "INT64"}}),
            "refused: not a JSON object; the line may be cut short");
  EXPECT_EQ(decoded("7", RowForm::Line, {{"i", "INT64"}}).substr(0, 8), "refused:");
}

std::string bound(std::string_view sql) {
  const auto made = bind_placeholders(sql, conformance::day("2022-01-04"));
  if (!made) return made.error().message();
  auto text = made->text;
  for (const auto& parameter : made->parameters) {
    text += fmt::format("\n{} {} {}", parameter.name, parameter.type, *parameter.value);
  }
  return text;
}

TEST(BindPlaceholders, gives_each_value_its_type) {
  EXPECT_EQ(
      bound("DATE(t) >= {{ partition.date }} AND t < {{partition.end}} AND m = {{ partition.month }} AND k = "
            "{{ partition.key }}"),
      "DATE(t) >= @weir_1 AND t < @weir_2 AND m = @weir_3 AND k = @weir_4\n"
      "weir_1 DATE 2022-01-04\nweir_2 TIMESTAMP 2022-01-05T00:00:00Z\nweir_3 INT64 1\nweir_4 STRING "
      "2022-01-04");
}

TEST(BindPlaceholders, puts_text_into_quotes_and_names) {
  EXPECT_EQ(
      bound("SELECT 'it\\'s {{ partition.date }}', `logs_{{ partition.compact }}` -- {{ partition.date }}\n, "
            "{{ partition.date }}"),
      "SELECT 'it\\'s 2022-01-04', `logs_20220104` -- 2022-01-04\n, @weir_1\nweir_1 DATE 2022-01-04");
  EXPECT_EQ(bound("`logs_{{ partition.start }}`"),
            "'2022-01-04T00:00:00Z' cannot be part of a name: only letters, digits, _ and - can");
  EXPECT_EQ(bound("x = {{ partition.dat }}").substr(0, 1), "u");
  EXPECT_EQ(bound("x = {{ partition.date"), "a placeholder has no end: {{ partition.date");
}

TEST(BindPlaceholders, reads_again_what_overlaps) {
  auto partition = conformance::day("2022-01-04");
  partition.overlap = 300'000'000;
  EXPECT_EQ(*bind_placeholders("{{ partition.start }}", partition)->parameters.front().value,
            "2022-01-03T23:55:00Z");
}

std::string script_of(const TablePlan& plan, std::uint64_t rows, const model::Partition& partition) {
  Script script;
  add_change(script, {plan, {"p", "d", "stage"}, rows, 0}, partition, "`p.d._weir_loads`", "t");
  const auto job = script.job();
  auto text = job.sql;
  for (const auto& parameter : job.parameters) {
    text += fmt::format("\n{} {} {}", parameter.name, parameter.type, *parameter.value);
  }
  return text;
}

TEST(Script, merges_the_last_row_of_each_key) {
  auto plan = plan_of({{"k", "INT64"}, {"b", "STRING"}}, schema_of("k integer, b text"));
  plan.mode = bigquery::Mode::Merge;
  plan.key = {"k"};
  EXPECT_EQ(
      script_of(plan, 1, conformance::whole()),
      "BEGIN TRANSACTION;\n"
      "MERGE INTO `p.d.t` AS target USING (SELECT `k`, `b` FROM (SELECT `k`, `b`, ROW_NUMBER() OVER "
      "(PARTITION BY "
      "`k` ORDER BY `_weir_row` DESC) AS `_weir_rank` FROM `p.d.stage`) WHERE `_weir_rank` = 1) AS latest ON "
      "target.`k` = latest.`k` WHEN MATCHED THEN UPDATE SET `b` = latest.`b` WHEN NOT MATCHED THEN INSERT "
      "(`k`, "
      "`b`) VALUES (latest.`k`, latest.`b`);\n"
      "COMMIT TRANSACTION;");
}

TEST(Script, replaces_the_days_whose_midnight_lies_in_the_window) {
  auto plan = plan_of({{"day", "DATE"}}, schema_of("day date"));
  plan.state = TablePlan::State::Stored;
  plan.mode = bigquery::Mode::ReplaceWindow;
  plan.partition_column = "day";
  model::Partition partition{
      "x", model::Window{*parse_timestamp("2022-01-24T05:00:00Z"), *parse_timestamp("2022-01-26T00:00:00Z")}};
  EXPECT_EQ(
      script_of(plan, 0, partition),
      "BEGIN TRANSACTION;\nDELETE FROM `p.d.t` WHERE `day` >= @window_start_0 AND `day` < @window_end_0;\n"
      "COMMIT TRANSACTION;\nwindow_end_0 DATE 2022-01-26\nwindow_start_0 DATE 2022-01-25");
  partition.window->start = model::kBeginning;
  EXPECT_EQ(script_of(plan, 0, partition),
            "BEGIN TRANSACTION;\nDELETE FROM `p.d.t` WHERE (`day` < @window_end_0 OR `day` IS NULL);\n"
            "COMMIT TRANSACTION;\nwindow_end_0 DATE 2022-01-26");
}

TEST(Script, brings_marked_rows_in_and_takes_their_elders_out) {
  auto plan = plan_of({{"a", "INT64"}}, schema_of("a integer"));
  plan.state = TablePlan::State::Stored;
  plan.mode = bigquery::Mode::ReplaceLoads;
  plan.marks_rows = true;
  EXPECT_EQ(script_of(plan, 1, conformance::whole()),
            "BEGIN TRANSACTION;\n"
            "DELETE FROM `p.d.t` WHERE `_weir_load_id` IN (SELECT `load_id` FROM `p.d._weir_loads` WHERE "
            "`pipeline` = "
            "@pipeline AND `partition` = @partition AND `table_name` = @table_0);\n"
            "INSERT INTO `p.d.t` (`a`, `_weir_load_id`) SELECT `a`, @load_id FROM `p.d.stage`;\n"
            "COMMIT TRANSACTION;\ntable_0 STRING t");
}

}  // namespace
}  // namespace weir::bigquery
