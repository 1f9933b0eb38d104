// SPDX-License-Identifier: Apache-2.0
#include "migrate/object_job.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace weir::migrate {
namespace {

std::string file_with(std::string_view more) {
  return fmt::format(R"({{"bucket": "b", "source": "client", "destination": "processed", "directory": "d",
  "doc": "people.*", "dbtable": "micro.people", "column_count": 2, "columns": ["id", "name"], "truncate": false{}}})",
                     more);
}

std::string problems(std::string_view text) {
  config::Diagnostics diagnostics;
  const auto job = read_object_job(text, "people.json", diagnostics);
  EXPECT_EQ(job.has_value(), diagnostics.ok());
  return diagnostics.to_string();
}

std::string pipeline(std::string_view more, const TargetTables& tables = {}) {
  config::Diagnostics diagnostics;
  const auto job = read_object_job(file_with(more), "people.json", diagnostics);
  EXPECT_TRUE(job) << diagnostics.to_string();
  return job ? write_project(*job, {}, tables).pipeline_yaml : "";
}

bool has(const std::string& text, std::string_view words) { return text.find(words) != std::string::npos; }

TEST(ObjectJob, X_3_every_problem_is_named_with_its_place) {
  const auto all =
      problems(R"({"bucket": "b", "source": "client", "destination": "client/d/out", "directory": "d",
  "doc": "people(", "dbtable": "people", "column_count": 3, "columns": ["id", "ID"], "truncate": false,
  "drop_columns": ["nam"], "add_columns": {"id": 1}, "column_string_limit": {"id": "long"}, "file_limit": "many",
  "replace": [{"field": "id", "old": "", "new": "x"}], "dtype_dic_ints": ["id"], "dtype_dic_floats": ["id"],
  "dateformat": [{"field": "id", "format": "plain"}], "delim": "||"})");
  for (const auto* expected :
       {"would be taken for input, which lies below client/d/", "people.json:2:", "is no regular expression",
        "the schema of 'people' is missing", "column_count is 3, but there are 2 names",
        "'ID' is named twice", "'nam' is none of the columns", "the column 'id' is there already",
        "no number of characters", "file_limit is a number of objects", "the text that is replaced is empty",
        "the column 'id' has two types", "has no directive", "delim is one byte"})
    EXPECT_TRUE(has(all, expected)) << expected << "\n" << all;
}

TEST(ObjectJob, types_are_those_that_are_asked_for_then_those_of_the_table) {
  const TargetTables tables = {{"people", {{"id", "character varying(20)"}, {"name", "integer"}}}};
  const auto yaml = pipeline(R"(, "dtype_dic_ints": ["id"])", tables);
  EXPECT_TRUE(has(yaml, "    id: integer\n    name: integer\n")) << yaml;
  EXPECT_TRUE(has(yaml, "  - cast:\n      id: text\n")) << yaml;
  EXPECT_TRUE(has(pipeline(""), "    id: text\n    name: text\n"));
}

TEST(ObjectJob, both_forms_of_options_mean_the_same) {
  EXPECT_EQ(
      pipeline(R"(, "replace": {"name": {"a": "b"}}, "add_columns": [{"field": "x", "value": 1}])"),
      pipeline(R"(, "replace": [{"field": "name", "old": "a", "new": "b"}], "add_columns": {"x": "1"})"));
}

TEST(ObjectJob, values_cannot_become_sql) {
  const auto yaml = pipeline(R"(, "replace": [{"field": "name", "old": "'", "new": "''\\"}])");
  EXPECT_TRUE(has(yaml, R"(replace(\"name_as_read\", '''', '''''\\'))")) << yaml;
}

TEST(ObjectJob, file_limit_bounds_each_run_where_every_object_counts) {
  EXPECT_TRUE(has(pipeline(R"(, "file_limit": 5)"), "take: all, limit: 5 }"));
  EXPECT_FALSE(has(pipeline(R"(, "file_limit": false)"), "limit:"));
  config::Diagnostics diagnostics;
  auto text = file_with(R"(, "file_limit": 5)");
  text.replace(text.find("\"truncate\": false"), 17, "\"truncate\": true");
  const auto job = read_object_job(text, "people.json", diagnostics);
  ASSERT_TRUE(job);
  EXPECT_TRUE(has(write_project(*job, {}, {}).pipeline_yaml, "take: newest }"));
}

}  // namespace
}  // namespace weir::migrate
