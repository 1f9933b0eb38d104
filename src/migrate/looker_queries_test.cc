// SPDX-License-Identifier: Apache-2.0
#include "migrate/looker_queries.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "config/node.h"
#include "migrate/original_text.h"

namespace weir::migrate {
namespace {

constexpr std::string_view kQuery = R"([{"name":"run_history","model":"system__activity","explore":"history",
  "fields":["history.id"," history.created_time","history.runtime"],
  "filters":{"history.status":"complete"},"sorts":["history.created_time"],"limit":"10000",
  "metadata":{"datetime":"history.created_time","default_days":"4","result_format":"csv"}}])";

std::string with(std::string_view piece, std::string_view instead) {
  std::string text(kQuery);
  return text.replace(text.find(piece), piece.size(), instead);
}

MigratedProject project_of(std::string_view text, const LookerOutput& output = {"example-bucket"}) {
  config::Diagnostics diagnostics;
  const auto job = read_looker_queries(text, "my_looker_query.json", diagnostics);
  EXPECT_TRUE(job.has_value()) << diagnostics.to_string();
  return job ? write_project(*job, output) : MigratedProject();
}

std::string problems(std::string_view text) {
  config::Diagnostics diagnostics;
  read_looker_queries(text, "q.json", diagnostics);
  std::string all;
  for (const auto& problem : diagnostics.sorted()) all += (all.empty() ? "" : " | ") + problem.message;
  return all;
}

/// The file's content without comments, as JSON.
std::string json(const std::string& yaml) {
  config::Diagnostics diagnostics;
  const auto node = config::parse_yaml(yaml, "made.yaml", diagnostics);
  EXPECT_TRUE(node && diagnostics.empty()) << diagnostics.to_string() << yaml;
  return config::to_json(*node);
}

TEST(LookerQueries, are_told_from_other_originals) {
  EXPECT_EQ(kind_of(kQuery), OriginalKind::LookerQueries);
  EXPECT_EQ(kind_of(R"({"name":"a","model":"m","explore":"e","fields":["e.a"]})"),
            OriginalKind::LookerQueries);
}

TEST(LookerQueries, say_what_is_missing_when_no_bucket_is_known) {
  EXPECT_EQ(project_of(kQuery, {}).decisions.front(),
            "The bucket is not known, because bucket_name is not set: write it into weir.yaml.");
}

TEST(LookerQueries, become_pipelines_with_the_documented_layout) {
  const auto project = project_of(kQuery);
  EXPECT_EQ(
      json(project.weir_yaml),
      R"({"connections":{"looker":{"type":"looker"},"bucket":{"type":"s3","bucket":"example-bucket"}}})");
  EXPECT_EQ(project.pipeline_path, "pipelines/run_history.yaml");
  EXPECT_EQ(
      json(project.pipeline_yaml),
      R"({"pipeline":"run_history","partitions":{"every":"cursor","from":"4 days","step":"1 day","lag":"5 minutes",)"
      R"("freshness":"10 minutes"},"source":{"connection":"looker","model":"system__activity","explore":"history",)"
      R"("fields":["history.id","history.created_time","history.runtime"],"filters":{"history.status":"complete"},)"
      R"("sorts":["history.created_time"],"limit":10000,"partition_field":"history.created_time","names":"label",)"
      R"("values":"as_written"},"destination":{"connection":"bucket","table":"run_history","folder":"looker",)"
      R"("path":"run_history/csv/looker_run_history_{{ partition.end_unix }}.csv","format":"csv",)"
      R"("write":"replace_partition"}})");
}

TEST(LookerQueries, C_12_the_bucket_may_be_named_in_both_forms) {
  EXPECT_NE(project_of(kQuery, {"s3://my-bucket/"}).weir_yaml.find("bucket: \"my-bucket\""),
            std::string::npos);
}

TEST(LookerQueries, C_14_what_is_optional_may_be_missing_or_null) {
  for (const auto* text :
       {R"({"name":"a","model":"m","explore":"e","fields":["e.a"]})",
        R"({"name":"a","model":"m","explore":"e","fields":["e.a"],"filters":null,"sorts":null,
                               "limit":5000,"metadata":null})"}) {
    EXPECT_EQ(
        json(project_of(text).pipeline_yaml),
        R"({"pipeline":"a","partitions":{"every":"cursor","from":"1 day","step":"10000 days"},"source":{"connection":"looker","model":"m","explore":"e",)"
        R"("fields":["e.a"],"limit":5000,"names":"full","values":"as_written"},"destination":)"
        R"({"connection":"bucket","table":"a","folder":"looker","path":"a/json/looker_a_{{ partition.end_unix }}.json",)"
        R"("format":"json","write":"replace_partition"}})");
  }
}

TEST(LookerQueries, an_explicit_filter_on_the_time_wins) {
  const auto yaml =
      project_of(with(R"("history.status":"complete")", R"("history.created_time":"7 days")")).pipeline_yaml;
  EXPECT_NE(yaml.find("step: 10000 days"), std::string::npos);
  EXPECT_EQ(yaml.find("partition_field"), std::string::npos);
}

TEST(LookerQueries, default_days_that_are_no_number_are_one) {
  EXPECT_NE(project_of(with(R"("4")", R"("4 days")")).pipeline_yaml.find("from: 1 days"), std::string::npos);
  EXPECT_NE(problems(with(R"("4")", R"("4 days")")).find("1 day is meant, as before"), std::string::npos);
}

TEST(LookerQueries, C_14_all_queries_are_checked_before_one_is_run) {
  const auto text = R"([{"name":"a","model":"m","explore":"e","fields":["e.a"],"limit":"many"},
    {"name":"b","model":"m","explore":"e","fields":["e.t"],"sorts":["e.t desc"],"metadata":{"datetime":"e.t"}},
    {"name":"c","model":"m","explore":"e","fields":["e.a"],"metadata":{"result_format":"parquet"}},
    {"name":"","model":"m","fields":[]}, 5])";
  const auto found = problems(text);
  for (const auto* words :
       {"limit is 'many'; it must be a number of rows", "sorts must begin with e.t in ascending order",
        "result_format is 'parquet'; it must be json or csv", "explore", "a query is a JSON object"}) {
    EXPECT_NE(found.find(words), std::string::npos) << words << " in " << found;
  }
}

TEST(LookerQueries, C_10_two_queries_of_one_name_are_refused) {
  const auto query = std::string(R"({"name":"a","model":"m","explore":"e","fields":["e.a"]})");
  EXPECT_NE(problems("[" + query + "," + query + "]").find("two queries are called a"), std::string::npos);
  const auto two = project_of("[" + query + R"(,{"name":"b c","model":"m","explore":"e","fields":["e.a"]}])");
  ASSERT_EQ(two.more_pipelines.size(), 1U);
  EXPECT_EQ(two.more_pipelines[0].first, "pipelines/b_c.yaml");
  EXPECT_NE(two.more_pipelines[0].second.find("path: \"b c/json/looker_b c_{{ partition.end_unix }}.json\""),
            std::string::npos);
}

TEST(LookerQueries, C_11_a_given_file_name_does_not_make_objects_replace_each_other) {
  LookerOutput output{"b"};
  output.prefix = "looker_metadata/my_query";
  output.file_name = "2021-01-01/my_query";
  const auto yaml = project_of(kQuery, output).pipeline_yaml;
  EXPECT_NE(yaml.find("folder: \"looker_metadata/my_query\""), std::string::npos);
  EXPECT_NE(yaml.find("path: \"run_history/csv/2021-01-01/my_query_{{ partition.end_unix }}.csv\""),
            std::string::npos);
}

}  // namespace
}  // namespace weir::migrate
