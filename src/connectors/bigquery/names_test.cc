// SPDX-License-Identifier: Apache-2.0
// Names, types and plans of tables, from values alone.
#include "connectors/bigquery/names.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "connectors/bigquery/decimal.h"
#include "connectors/bigquery/plan.h"
#include "tests/conformance/destination_suite.h"

namespace weir::bigquery {
namespace {

using conformance::schema_of;
using google::BigQueryField;
using model::WriteMode;

std::string columns(const std::vector<std::string>& names, Names policy = Names::Replace) {
  model::Schema schema;
  for (const auto& name : names) schema.columns.push_back({name, model::Type::Text});
  const auto made = column_names(schema, policy, "t");
  return made.ok() ? join(*made) : std::string(name(made.error().code())) + ": " + made.error().message();
}

TEST(BigQueryNames, keep_what_is_allowed_and_put_underscores_for_the_rest) {
  EXPECT_EQ(columns({"id", "_x", "camelCase", "a9"}), "id, _x, camelCase, a9");
  EXPECT_EQ(columns({"two words", "größe", "9lives", "a.b-c", "\"q\""}),
            "two_words, gr__e, _9lives, a_b_c, _q_");
}

TEST(BigQueryNames, keep_away_from_what_the_server_keeps_for_itself) {
  EXPECT_EQ(columns({"_PARTITIONTIME", "_table_suffix", "_CHANGE_TYPE", "partition"}),
            "x_PARTITIONTIME, x_table_suffix, x_CHANGE_TYPE, partition");
}

TEST(BigQueryNames, never_make_two_columns_one) {
  EXPECT_EQ(columns({"Id", "iD"}),
            "invalid_config: columns Id and iD of table t are the same to BigQuery, which would call both "
            "iD; rename "
            "one of them");
  EXPECT_EQ(columns({"a b", "a_b"}).substr(0, 14), "invalid_config");
  EXPECT_EQ(columns({std::string(301, 'x')}).substr(0, 14), "invalid_config");
  EXPECT_EQ(columns({std::string(300, 'x')}), std::string(300, 'x'));
}

TEST(BigQueryNames, say_what_to_write_when_they_are_strict) {
  EXPECT_EQ(columns({"id"}, Names::Strict), "id");
  EXPECT_EQ(
      columns({"two words"}, Names::Strict),
      "invalid_config: BigQuery takes no column named two words (table t); rename it to two_words, or write "
      "names: replace");
  EXPECT_EQ(*table_name("o'clock", Names::Replace), "o_clock");
  EXPECT_FALSE(table_name("o'clock", Names::Strict).ok());
}

std::string declared_as(std::string_view type) {
  const auto field = parse_declared(type);
  return field ? shown_type(*field) : "none";
}

TEST(BigQueryTypes, are_understood_as_people_write_them) {
  EXPECT_EQ(declared_as("integer"), "INT64");
  EXPECT_EQ(declared_as("Float64"), "FLOAT64");
  EXPECT_EQ(declared_as("NUMERIC(10, 2)"), "NUMERIC(10, 2)");
  EXPECT_EQ(declared_as("string( 20 )"), "STRING(20)");
  EXPECT_EQ(declared_as("DATETIME"), "DATETIME");
  for (const auto* wrong :
       {"GEOGRAPHY", "ARRAY<STRING>", "NUMERIC(", "NUMERIC(x)", "DATE(3)", "STRING(1, 2)", ""}) {
    EXPECT_EQ(declared_as(wrong), "none") << wrong;
  }
}

bool fits(std::string_view text, DecimalLimits limits = {}) {
  return fits_decimal(text, limits, Rounding::Refused);
}

TEST(Decimals, are_taken_when_no_digit_is_lost) {
  for (const auto* good : {"0", "-1.5", "12345678901234567890123456789.123456789", "000.100", "1e3",
                           "1.50000000000", ".5", "+7", "1500e-3"}) {
    EXPECT_TRUE(fits(good)) << good;
  }
  for (const auto* bad : {"", "-", ".", "1.1234567891", "123456789012345678901234567890", "1e30", "1e-10",
                          "abc", "1.5x", "NaN", "1,5"}) {
    EXPECT_FALSE(fits(bad)) << bad;
  }
  EXPECT_TRUE(fits("12.34", {2, 2}));
  EXPECT_FALSE(fits("123.4", {2, 2}));
  EXPECT_TRUE(fits_decimal("0.30000000000000004", {}, Rounding::Allowed));
}

struct Plans : testing::Test {
  DestinationOptions options;
  sdk::TableTarget target{.table = "visits", .schema = schema_of("id integer, at timestamp, page text")};
  model::Partition partition = conformance::day("2022-01-24");
  std::optional<google::BigQueryTable> stored;

  Result<TablePlan> plan() {
    const sdk::LoadRequest request{"1", "usage", partition, {target}};
    return plan_table({"p", "d", "visits"}, stored, request, 0, options);
  }
  std::string error() {
    const auto made = plan();
    return made.ok() ? "ok" : std::string(name(made.error().code())) + ": " + made.error().message();
  }
  void store(std::vector<BigQueryField> fields) {
    stored = google::BigQueryTable{.name = {"p", "d", "visits"}, .fields = std::move(fields)};
  }
};

TEST_F(Plans, make_a_new_table_partitioned_and_clustered_as_it_is_wanted) {
  options.schema = {{"page", "STRING(100)", "required", "The page."}};
  options.partitioning =
      PartitioningOptions{"at", PartitionUnit::Month, config::Duration{std::chrono::hours(24)}, true};
  options.clustering = {"page", "not there"};
  const auto made = plan();
  ASSERT_TRUE(made.ok()) << made.error().to_string();
  const auto& table = made->table;
  ASSERT_EQ(table.fields.size(), 3U);
  EXPECT_EQ(table.fields[2],
            (BigQueryField{"page", "STRING", BigQueryField::Mode::Required, {}, "The page.", 100}));
  EXPECT_EQ(table.partitioning->unit + " " + table.partitioning->column, "MONTH at");
  EXPECT_EQ(table.partitioning->expiration_ms, 86'400'000);
  EXPECT_TRUE(table.requires_partition_filter);
  EXPECT_EQ(join(table.clustering), "page");
}

TEST_F(Plans, refuse_partitions_by_what_is_no_time) {
  options.partitioning = PartitioningOptions{"page", PartitionUnit::Day, {}, false};
  EXPECT_EQ(error(),
            "invalid_config: table visits cannot be partitioned by page, which is STRING; it must be DATE, "
            "DATETIME or "
            "TIMESTAMP");
}

TEST_F(Plans, follow_the_columns_that_are_stored_and_add_those_that_are_not) {
  store({{"ID", "INT64"}, {"at", "DATETIME"}});
  const auto made = plan();
  ASSERT_TRUE(made.ok()) << made.error().to_string();
  EXPECT_EQ(made->fields[0].column.name, "ID");
  EXPECT_EQ(made->fields[1].column.type, "DATETIME");
  ASSERT_EQ(made->add.size(), 1U);
  EXPECT_EQ(made->add[0].name, "page");
  EXPECT_EQ(join(made->notes), "column id of table visits is called ID in BigQuery");
}

TEST_F(Plans, name_the_column_and_both_types_when_they_do_not_fit) {
  store({{"id", "STRING"}, {"at", "BOOL"}});
  EXPECT_EQ(
      error(),
      "data_mismatch: column at of table visits is BOOL but the rows have timestamp; cast it, or load into "
      "another table");
}

TEST_F(Plans, miss_a_required_column_before_any_row_is_sent) {
  store({{"id", "INT64"},
         {"at", "TIMESTAMP"},
         {"page", "STRING"},
         {"who", "STRING", BigQueryField::Mode::Required}});
  EXPECT_EQ(error().substr(0, 48), "data_mismatch: column who of table visits is REQ");
}

TEST_F(Plans, mark_rows_only_where_partitions_cannot_be_found_by_time) {
  target.write = WriteMode::ReplacePartition;
  target.partition_column = "at";
  EXPECT_FALSE(plan()->marks_rows);
  target.partition_column = "";
  EXPECT_TRUE(plan()->marks_rows);
  store({{"id", "INT64"}, {std::string(kLoadColumn), "STRING"}});
  target.write = WriteMode::Append;
  EXPECT_TRUE(plan()->marks_rows);
  EXPECT_FALSE(plan()->adds_mark);
}

TEST_F(Plans, refuse_to_write_without_a_filter_where_the_table_wants_one) {
  options.partitioning = PartitioningOptions{"at", PartitionUnit::Day, {}, true};
  EXPECT_EQ(error(), "ok");
  target.write = WriteMode::ReplacePartition;
  target.partition_column = "at";
  EXPECT_EQ(error(), "ok");
  target.write = WriteMode::Replace;
  EXPECT_EQ(error().substr(0, 61), "invalid_config: table visits wants a filter on its partitions");
}

TEST_F(Plans, refuse_a_view_and_a_key_that_cannot_be_compared) {
  store({{"id", "INT64"}});
  stored->kind = "VIEW";
  EXPECT_EQ(error(), "data_mismatch: p.d.visits is a view; name a table, or drop it");
  stored.reset();
  target.schema = schema_of("id double, page text");
  target.write = WriteMode::Merge;
  target.key = {"id"};
  EXPECT_EQ(
      error(),
      "invalid_config: the key of table visits has column id, which is FLOAT64, and BigQuery cannot group by "
      "that");
}

}  // namespace
}  // namespace weir::bigquery
