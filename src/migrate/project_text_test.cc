// SPDX-License-Identifier: Apache-2.0
#include "migrate/project_text.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "config/node.h"
#include "migrate/testing.h"

namespace weir::migrate {
namespace {

const TargetTables kTables = {
    {"user_group", {{"id", "character varying(255)"}, {"is_group_mgr", "boolean"}}},
    {"user_activity",
     {{"user_id", "character varying(100)"}, {"activity_date", "timestamp without time zone"}}}};

MigratedProject project_of(std::string_view text, const Surroundings& around = {},
                           const TargetTables& tables = kTables) {
  config::Diagnostics diagnostics;
  const auto job = read_original(text, "old.json", diagnostics);
  EXPECT_TRUE(job.has_value()) << diagnostics.to_string();
  return write_project(*job, around, tables);
}

/// The files' content without comments, as JSON.
std::string json(const std::string& yaml) {
  config::Diagnostics diagnostics;
  const auto node = config::parse_yaml(yaml, "made.yaml", diagnostics);
  EXPECT_TRUE(node && diagnostics.empty()) << diagnostics.to_string() << yaml;
  return config::to_json(*node);
}

bool says(const MigratedProject& project, std::string_view words) {
  return join(project.decisions, "\n").find(words) != std::string::npos;
}

TEST(MigratedProject, names_the_systems_and_no_password) {
  Surroundings around;
  around.host = "cluster.example.org";
  around.user = "o'loader";
  around.copy_role = "arn:aws:iam::1:role/r";
  EXPECT_EQ(
      json(project_of(kOriginal, around).weir_yaml),
      R"({"connections":{"bucket":{"type":"s3","bucket":"example-bucket"},)"
      R"("warehouse":{"type":"redshift","host":"cluster.example.org","port":5439,"database":"snowplow",)"
      R"("user":"o'loader","password":"env:pgpass","schema":"cmslite","iam_role":"arn:aws:iam::1:role/r",)"
      R"("staging":{"connection":"bucket","prefix":"processed/staging"}}}})");
}

TEST(MigratedProject, X_9_nothing_is_fixed_that_differs_from_place_to_place) {
  Surroundings around;
  around.port = 6000;
  around.database = "dev";
  const auto yaml = project_of(kOriginal, around).weir_yaml;
  EXPECT_NE(yaml.find("# host: name of the server; without it the variable PGHOST"), std::string::npos)
      << yaml;
  EXPECT_NE(yaml.find("port: 6000\n    database: \"dev\""), std::string::npos) << yaml;
}

TEST(MigratedProject, is_the_documented_job) {
  const auto project = project_of(kOriginal);
  EXPECT_EQ(project.pipeline_path, "pipelines/old.yaml");
  EXPECT_EQ(
      json(project.pipeline_yaml),
      R"({"pipeline":"old","partitions":{"every":"object","take":"newest"},)"
      R"("source":{"connection":"bucket","path":"client/cmslite_gdx/","match":"cms-analytics-csv.*$","archive":"tar",)"
      R"("unknown_entries":"fail","format":"csv","csv":{"delimiter":",","columns_by":"position"},"on_empty":"fail",)"
      R"("after":{"good":"processed/good/{{ object.key }}","bad":"processed/bad/{{ object.key }}","action":"copy"}},)"
      R"("tables":[{"table":"user_group","source":{"entry":"analytics_user_group.*","columns":{"id":"text",)"
      R"("user_id":"text","email":"text","group_id":"text","group_name":"text","site_key":"text",)"
      R"("is_group_mgr":"text"}},"transforms":[{"cast":{"is_group_mgr":"boolean"}}]},)"
      R"({"table":"user_activity","source":{"entry":"analytics_user_activity.*","columns":{"user_id":"text",)"
      R"("user_idir":"text","activity_type":"text","memo":"text","activity_date":"text"}},"transforms":[)"
      R"({"cast":{"activity_date":{"type":"timestamp","format":"%Y-%m-%d %H:%M:%S.%f"}}},)"
      R"({"add":{"group_name":"CASE WHEN len(string_split(memo, ' - ')) > 2 THEN array_to_string(string_split(memo, )"
      R"(' - ')[2:-2], ' - ') ELSE string_split(memo, ' - ')[2] END"}}]}],)"
      R"("destination":{"connection":"warehouse","write":"replace","long_text":"quarantine","compression":"none",)"
      R"("keep_staged":true,"batch":"processed/batch/{{ object.folder }}{{ object.stem }}/{{ table }}.csv",)"
      R"("batch_names":{"user_group":"analytics_user_group","user_activity":"analytics_user_activity"}},)"
      R"("max_bad_rows":0})");
}

TEST(MigratedProject, D_13_a_header_alone_is_empty_unless_rows_are_appended) {
  EXPECT_NE(project_of(kOriginal).pipeline_yaml.find("on_empty: fail\n"), std::string::npos);
  const auto appending = project_of(original_with("true", "false"));
  EXPECT_NE(appending.pipeline_yaml.find("on_empty: header\n"), std::string::npos);
  EXPECT_NE(appending.pipeline_yaml.find("take: all }"), std::string::npos);
  EXPECT_NE(appending.pipeline_yaml.find("write: replace_partition\n"), std::string::npos);
}

TEST(MigratedProject, says_what_it_decided) {
  const auto project = project_of(kOriginal);
  EXPECT_TRUE(says(project, "delim says '|', but the files have commas"));
  EXPECT_TRUE(says(project, "doc is the only rule for names"));
  EXPECT_TRUE(says(project, "in the order of their last change"));
  EXPECT_TRUE(says(project, "column_count is the number of fields of each row"));
  EXPECT_TRUE(says(project, "take: newest"));
  EXPECT_TRUE(says(project, "header only makes its archive bad"));
  EXPECT_TRUE(says(project, "a bare name and gets the schema in front"));
  EXPECT_TRUE(says(project, "The archive's name is new in it"));
  EXPECT_TRUE(says(project, "Types of the existing tables: user_group.is_group_mgr boolean."));
  EXPECT_NE(project.pipeline_yaml.find("#   - delim says '|'"), std::string::npos) << project.pipeline_yaml;
}

TEST(MigratedProject, knows_the_documented_tables_without_a_database) {
  const auto project = project_of(kOriginal, {}, {});
  EXPECT_NE(project.pipeline_yaml.find("is_group_mgr: boolean"), std::string::npos);
  EXPECT_TRUE(says(project, "The database was not asked"));
}

TEST(MigratedProject, fills_tables_of_postgres_without_a_batch_copy) {
  Surroundings around;
  around.kind = WarehouseKind::Postgres;
  const auto project = project_of(kOriginal, around);
  EXPECT_EQ(project.weir_yaml.find("staging"), std::string::npos);
  EXPECT_EQ(project.pipeline_yaml.find("batch:"), std::string::npos);
  EXPECT_NE(json(project.pipeline_yaml).find(R"("destination":{"connection":"warehouse","write":"replace",)"),
            std::string::npos);
}

TEST(MigratedProject, types_follow_the_declared_columns) {
  const TargetTables tables = {{"t",
                                {{"flag", "boolean"},
                                 {"small", "smallint"},
                                 {"day", "date"},
                                 {"at", "timestamp with time zone"},
                                 {"share", "numeric(5,2)"},
                                 {"text", "character varying(9)"}}}};
  std::string types;
  for (const auto* column : {"flag", "SMALL", "day", "at", "share", "text", "absent"})
    types += row_type("t", column, tables) + ",";
  EXPECT_EQ(types, "boolean,integer,date,timestamp,double,,,");
}

}  // namespace
}  // namespace weir::migrate
