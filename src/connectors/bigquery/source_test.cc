// SPDX-License-Identifier: Apache-2.0
// What only BigQuery's source does: whole tables without a query, windows in the type of their column,
// parameters, results through a bucket, pages that break.
#include "connectors/bigquery/source.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "connectors/bigquery/testing.h"
#include "model/cell_text.h"
#include "tests/conformance/source_suite.h"

namespace weir::bigquery {
namespace {

using google::BigQueryField;
using Mode = BigQueryField::Mode;

class BigQuerySource : public testing::Test {
 protected:
  explicit BigQuerySource(Staging staging = Staging::Upload, const sandbox::Settings& settings = {})
      : dataset_(staging, settings) {
    dataset_.create("events", {{"id", "INT64"},
                               {"at", "TIMESTAMP"},
                               {"day", "DATE"},
                               {"word", "STRING"},
                               {"tags", "STRING", Mode::Repeated},
                               {"place", "STRUCT", Mode::Nullable, {{"city", "STRING"}, {"zip", "INT64"}}}});
    dataset_.add_lines(
        "events",
        R"({"id":1,"at":"2022-01-24T00:00:00Z","day":"2022-01-24","word":"a","tags":["x","y"],"place":{"city":"Rome","zip":1}})"
        "\n"
        R"({"id":2,"at":"2022-01-24T23:59:59.999999Z","day":"2022-01-24"})"
        "\n"
        R"({"id":3,"at":"2022-01-25T00:00:00Z","day":"2022-01-25","word":"c"})"
        "\n"
        R"({"id":4,"word":"without a time"})"
        "\n");
    options_.table = "events";
  }

  std::unique_ptr<sdk::Source> open() {
    return make_bigquery_source(dataset_.dataset(), options_, {options_});
  }
  /// The rows of a partition, sorted, "1|a|NULL\n" each; or the error.
  std::string read(const model::Partition& partition) {
    const auto source = open();
    const auto inputs = source->inputs(partition);
    if (!inputs) return inputs.error().to_string();
    const auto opened = source->open(partition, *inputs);
    if (!opened) return opened.error().to_string();
    std::vector<std::string> rows;
    while (true) {
      const auto block = (*opened)->next();
      if (!block) return block.error().to_string();
      if (!*block) break;
      model::Batch batch((*opened)->schema(0));
      std::vector<sdk::Reject> rejects;
      EXPECT_TRUE((*block)->decode(batch, rejects).ok());
      for (const auto& reject : rejects) rows.push_back("refused: " + reject.reason + "\n");
      const auto view = batch.view();
      for (std::size_t row = 0; row < view.rows; ++row) {
        auto& text = rows.emplace_back();
        for (const auto& column : view.columns) {
          text += (text.empty() ? "" : "|") + (column.is_null(row) ? "NULL" : model::cell_text(column, row));
        }
        text += "\n";
      }
    }
    std::sort(rows.begin(), rows.end());
    return join(rows, "");
  }
  std::string version(const model::Partition& partition) {
    return (*open()->inputs(partition)).front().version;
  }

  TestDataset dataset_;
  SourceOptions options_;
  const model::Partition whole_{"all", std::nullopt};
  const model::Partition monday_ = conformance::day_of("2022-01-24");
};

constexpr const char* kAll =
    "1|2022-01-24T00:00:00Z|2022-01-24|a|[\"x\",\"y\"]|{\"city\":\"Rome\",\"zip\":1}\n"
    "2|2022-01-24T23:59:59.999999Z|2022-01-24|NULL|[]|NULL\n"
    "3|2022-01-25T00:00:00Z|2022-01-25|c|[]|NULL\n"
    "4|NULL|NULL|without a time|[]|NULL\n";

TEST_F(BigQuerySource, reads_a_whole_table_without_a_query) {
  EXPECT_EQ(read(whole_), kAll);
  EXPECT_EQ(dataset_.count("POST /bigquery/v2/projects/sandbox/queries"), 0U);
  EXPECT_EQ(dataset_.count("GET /bigquery/v2/projects/sandbox/datasets/usage/tables/events/data"), 1U);
}

TEST_F(BigQuerySource, reads_many_small_pages_one_after_the_other) {
  options_.page_rows = 1;
  EXPECT_EQ(read(whole_), kAll);
  EXPECT_EQ(dataset_.count("tables/events/data"), 4U);
}

TEST_F(BigQuerySource, reads_only_the_columns_that_are_wanted) {
  options_.columns = {"word", "id"};
  EXPECT_EQ(read(whole_), "1|a\n2|NULL\n3|c\n4|without a time\n");
  options_.columns = {"wort"};
  EXPECT_NE(read(whole_).find("has no column wort; did you mean word?"), std::string::npos);
}

TEST_F(BigQuerySource, finds_the_rows_of_a_window_in_the_type_of_the_column) {
  options_.columns = {"id"};
  for (const auto* column : {"at", "day"}) {
    options_.partition_column = column;
    EXPECT_EQ(read(monday_), "1\n2\n") << column;
  }
  options_.partition_column = "word";
  EXPECT_NE(read(monday_).find("must be DATE, DATETIME or TIMESTAMP"), std::string::npos);
}

TEST_F(BigQuerySource, begins_at_the_beginning_of_time_and_reads_again_what_overlaps) {
  options_.columns = {"id"};
  options_.partition_column = "at";
  const auto end = *parse_timestamp("2022-01-25T00:00:00Z");
  EXPECT_EQ(read({"start--x", model::Window{model::kBeginning, end}}), "1\n2\n4\n");
  const auto later = *parse_timestamp("2022-01-26T00:00:00Z");
  EXPECT_EQ(read({"x", model::Window{end, later}, 1}), "2\n3\n");
}

TEST_F(BigQuerySource, filters_with_the_values_of_the_partition) {
  options_.columns = {"id"};
  options_.filter = "DATE(`at`) = {{ partition.date }} -- that day";
  EXPECT_EQ(read(conformance::day_of("2022-01-25")), "3\n");
}

TEST_F(BigQuerySource, runs_a_query_with_parameters) {
  options_.table.clear();
  options_.query =
      "SELECT `id`, @mark AS `mark` FROM `sandbox.usage.events` WHERE `at` >= {{ partition.start }} AND `at` "
      "< "
      "{{ partition.end }} AND `id` < @most;";
  options_.parameters = {{"mark", "STRING", "of {{ partition.date }}"}, {"most", "INT64", "2"}};
  EXPECT_EQ(read(monday_), "1|of 2022-01-24\n");
  options_.query = "SELECT `id`, `id` FROM `sandbox.usage.nothing`";
  const auto missing = open()->inputs(monday_);
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code(), ErrorCode::NotFound);
}

TEST_F(BigQuerySource, knows_when_a_whole_table_was_changed) {
  const auto before = version(whole_);
  EXPECT_EQ(version(whole_), before);
  const auto source = open();
  const auto inputs = *source->inputs(whole_);
  dataset_.add_lines("events", "{\"id\":5}\n");
  EXPECT_NE(version(whole_), before);
  const auto opened = source->open(whole_, inputs);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code(), ErrorCode::Conflict);
}

TEST_F(BigQuerySource, asks_a_column_of_changes_whether_a_partition_must_be_loaded_again) {
  options_.partition_column = "day";
  EXPECT_EQ(version(monday_), "over");
  options_.change_column = "at";
  const auto before = version(monday_);
  EXPECT_EQ(before.substr(0, 14), "2 rows, newest");
  dataset_.add_lines("events", R"({"id":6,"at":"2022-02-01T00:00:00Z","day":"2022-01-24"})"
                               "\n");
  EXPECT_NE(version(monday_), before);
}

TEST_F(BigQuerySource, finds_the_first_time_in_a_table) {
  options_.partition_column = "at";
  EXPECT_EQ(to_string(**open()->earliest()), "2022-01-24T00:00:00Z");
}

TEST_F(BigQuerySource, goes_on_after_answers_that_break) {
  options_.page_rows = 1;
  for (const auto action : {sandbox::FaultAction::Cut, sandbox::FaultAction::Reset,
                            sandbox::FaultAction::Lose, sandbox::FaultAction::Status}) {
    dataset_.fault({.match = "/data", .action = action, .times = 2, .skip = 1, .after_bytes = 20});
    EXPECT_EQ(read(whole_), kAll);
    dataset_.server().faults().clear();
  }
}

TEST_F(BigQuerySource, repeats_a_query_whose_job_broke_in_the_server) {
  options_.columns = {"id"};
  options_.partition_column = "at";
  dataset_.job_fault(
      R"({"kind": "query", "match": "weir_read", "reason": "internalError", "message": "Oops."})");
  EXPECT_EQ(read(monday_), "1\n2\n");
}

class BigQueryExport : public BigQuerySource {
 protected:
  BigQueryExport() : BigQuerySource(Staging::Bucket, {.extract_bytes = 100}) {
    options_.transfer = Transfer::Export;
  }
};

TEST_F(BigQueryExport, gives_the_same_rows_through_objects_and_removes_them) {
  EXPECT_EQ(read(whole_), kAll);
  EXPECT_GT(dataset_.count("GET /storage/v1/b/staging/o/"), 1U);
  EXPECT_EQ(dataset_.count("tables/events/data"), 0U);
  EXPECT_EQ(dataset_.keys(), "");
}

TEST_F(BigQueryExport, gives_the_rows_of_a_query_and_none_of_an_empty_one) {
  options_.partition_column = "at";
  EXPECT_EQ(read(monday_), std::string(kAll).substr(0, std::string(kAll).find("3|")));
  EXPECT_GT(dataset_.count("GET /storage/v1/b/staging/o/"), 1U);
  EXPECT_EQ(read(conformance::day_of("2001-01-01")), "");
}

TEST_F(BigQueryExport, is_for_what_is_large_unless_it_is_asked_for) {
  options_.transfer = Transfer::Auto;
  EXPECT_EQ(read(whole_), kAll);
  EXPECT_EQ(dataset_.count("tables/events/data"), 1U);
  options_.export_above.bytes = 10;
  EXPECT_EQ(read(whole_), kAll);
  EXPECT_EQ(dataset_.count("tables/events/data"), 1U);
}

TEST_F(BigQueryExport, does_not_lose_rows_silently_when_an_object_is_missing) {
  const auto source = open();
  const auto opened = source->open(whole_, *source->inputs(whole_));
  ASSERT_TRUE(opened.ok());
  ASSERT_TRUE((*opened)->next().ok());
  dataset_.fault({.method = "GET", .match = "alt=media", .times = 100, .status = 404});
  std::optional<Error> error;
  while (!error) {
    const auto block = (*opened)->next();
    if (!block) error = block.error();
    if (block && !*block) break;
  }
  EXPECT_TRUE(error);
}

}  // namespace
}  // namespace weir::bigquery
