// SPDX-License-Identifier: Apache-2.0
#include "migrate/looker_usage.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "config/node.h"
#include "migrate/original_text.h"

namespace weir::migrate {
namespace {

constexpr std::string_view kVariables = R"({
  "bigquery_content_usage_schema": "{'name':'id','type':'INTEGER','mode':'NULLABLE'},{'name':'last_accessed_time','type':'DATETIME'}",
  "bigquery_content_usage_table": "content_usage", "bigquery_dataset_id": "looker", "bigquery_location": "EU",
  "bigquery_project_id": "analytics-prod", "content_usage_fields": "content_usage.id, content_usage.last_accessed_time",
  "content_usage_filters": "", "content_usage_initial_load": "True",
  "looker_api_base_url": "https://looker.example.com:19999", "looker_api_bucket_name": "staging",
  "looker_api_client_id": "id", "looker_api_client_secret": "s3cr3t"})";

std::string with(std::string_view piece, std::string_view instead) {
  std::string text(kVariables);
  return text.replace(text.find(piece), piece.size(), instead);
}

MigratedProject project_of(std::string_view text) {
  config::Diagnostics diagnostics;
  const auto job = read_looker_usage(text, "content_usage.json", diagnostics);
  EXPECT_TRUE(job.has_value()) << diagnostics.to_string();
  return job ? write_project(*job) : MigratedProject();
}

std::string problems(std::string_view text) {
  config::Diagnostics diagnostics;
  read_looker_usage(text, "v.json", diagnostics);
  return diagnostics.to_string();
}

std::string json(const std::string& yaml) {
  config::Diagnostics diagnostics;
  const auto node = config::parse_yaml(yaml, "made.yaml", diagnostics);
  EXPECT_TRUE(node && diagnostics.empty()) << diagnostics.to_string() << yaml;
  return config::to_json(*node);
}

TEST(LookerUsage, becomes_one_pipeline) {
  EXPECT_EQ(kind_of(kVariables), OriginalKind::LookerUsage);
  EXPECT_EQ(
      json(project_of(kVariables).pipeline_yaml),
      R"({"pipeline":"content_usage","partitions":{"every":"cursor","from":"start","step":"1 day","lag":"1 minute"},)"
      R"("source":{"connection":"looker","model":"system__activity","explore":"content_usage","fields":)"
      R"(["content_usage.id","content_usage.last_accessed_time"],"partition_field":"content_usage.last_accessed_time"},)"
      R"("destination":{"connection":"warehouse","table":"content_usage","write":"merge","key":["id"],"schema":)"
      R"([{"name":"id","type":"INTEGER","mode":"NULLABLE"},{"name":"last_accessed_time","type":"DATETIME"}]}})");
}

TEST(LookerUsage, B_17_and_B_19_place_and_secret_are_used_and_not_written_down) {
  EXPECT_EQ(
      json(project_of(kVariables).weir_yaml),
      R"({"connections":{"looker":{"type":"looker","base_url":"https://looker.example.com:19999","client_id":"id",)"
      R"("client_secret":"env:LOOKERSDK_CLIENT_SECRET","timeout":"120 s"},"bucket":{"type":"gcs","bucket":"staging"},)"
      R"("warehouse":{"type":"bigquery","project":"analytics-prod","dataset":"looker","location":"EU",)"
      R"("staging":{"connection":"bucket","prefix":"weir"}}}})");
}

TEST(LookerUsage, B_9_certificates_are_checked_unless_the_file_says_no) {
  EXPECT_EQ(project_of(kVariables).weir_yaml.find("verify_ssl"), std::string::npos);
  const auto unsafe =
      with(R"("looker_api_client_id")", R"("looker_api_verify_ssl": "false", "looker_api_client_id")");
  EXPECT_NE(project_of(unsafe).weir_yaml.find("verify_ssl: false"), std::string::npos);
  EXPECT_NE(join(project_of(unsafe).decisions, "\n").find("can read the secret"), std::string::npos);
}

TEST(LookerUsage, B_8_blanks_between_fields_mean_nothing) {
  config::Diagnostics diagnostics;
  const auto job = read_looker_usage(with("content_usage.id, content", " content_usage.id ,content"),
                                     "v.json", diagnostics);
  ASSERT_TRUE(job);
  EXPECT_EQ(join(job->fields, "|"), "content_usage.id|content_usage.last_accessed_time");
  const auto all = read_looker_usage(with("content_usage.id, content_usage.last_accessed_time", ""), "v.json",
                                     diagnostics);
  ASSERT_TRUE(all);
  EXPECT_EQ(all->fields.size(), 13U);
}

TEST(LookerUsage, B_13_a_schema_that_is_none_is_an_error) {
  for (const auto* schema : {"not a schema", "{'name':'id'", "{'name':'id'}", ""}) {
    const auto text = with(
        "{'name':'id','type':'INTEGER','mode':'NULLABLE'},{'name':'last_accessed_time','type':'DATETIME'}",
        schema);
    EXPECT_NE(problems(text).find("bigquery_content_usage_schema must be field objects"), std::string::npos)
        << schema;
  }
}

TEST(LookerUsage, B_14_every_variable_that_is_missing_is_named) {
  const auto found = problems(R"({"looker_api_bucket_name":"b"})");
  for (const auto* name :
       {"bigquery_content_usage_schema", "bigquery_content_usage_table", "bigquery_dataset_id"})
    EXPECT_NE(found.find(name), std::string::npos) << name;
}

TEST(LookerUsage, B_11_yesterday_is_a_window_and_no_expression) {
  const auto yesterday = with(
      R"("content_usage_filters": "")",
      R"("content_usage_filters": "{\"content_usage.last_accessed_time\":\"1 day ago\",\"content_usage.content_type\":\"look\"}")");
  const auto yaml = project_of(yesterday).pipeline_yaml;
  EXPECT_EQ(yaml.find("1 day ago"), std::string::npos) << yaml;
  EXPECT_NE(yaml.find("\"content_usage.content_type\": \"look\""), std::string::npos);
  const auto own = with(R"("content_usage_filters": "")",
                        R"("content_usage_filters": "{\"content_usage.last_accessed_time\":\"7 days\"}")");
  EXPECT_NE(project_of(own).pipeline_yaml.find("partitions: none"), std::string::npos);
}

TEST(LookerUsage, without_an_initial_load_begins_a_day_ago) {
  EXPECT_NE(project_of(with("\"True\"", "\"\"")).pipeline_yaml.find("from: 1 day,"), std::string::npos);
}

}  // namespace
}  // namespace weir::migrate
