// SPDX-License-Identifier: Apache-2.0
// Looker's content usage into BigQuery as the program runs it. Tests that begin with a number such as B_2
// show that a weakness of earlier scripts is gone.
#include <signal.h>

#include <thread>

#include "tests/integration/bigquery_pipeline.h"

namespace weir {
namespace {

using integration::BigQueryPipeline;
using support::Ended;
using support::TestProject;

class BigQueryContentUsage : public BigQueryPipeline {
 protected:
  BigQueryContentUsage() : BigQueryPipeline("usage") {}

  void SetUp() override {
    project_.write("weir.yaml",
                   "connections:\n"
                   "  drop: {type: files, folder: drop}\n"
                   "  warehouse: {type: bigquery, project: example-project, dataset: usage}\n");
    project_.write("pipelines/content_usage.yaml", R"yaml(pipeline: content_usage
partitions: { every: day, from: 2024-05-13 }
source:
  connection: drop
  path: "content_usage_{{ partition.compact }}.jsonl"
  format: jsonl
  columns:
    content_id: text
    content_title: text
    content_type: text
    days_since_last_accessed: integer
    id: integer
    embed_count: integer
    other_count: integer
    last_accessed_time: timestamp
transforms:
  - deduplicate: { key: [id], keep: last }
  - mask: { column: content_title, method: redact }
destination:
  connection: warehouse
  table: content_usage
  write: merge
  key: [id]
  clustering: [content_type]
  schema:
    - { name: last_accessed_time, type: DATETIME, description: In UTC. }
)yaml");
    project_.write("drop/content_usage_20240513.jsonl",
                   line(1, "Ada's \"board\"", 5) + line(2, "Two", 7) + line(1, "Ada's \"board\"", 6));
  }
  static std::string line(int id, const std::string& title, int count) {
    std::string quoted;
    for (const char c : title) quoted += c == '"' ? "\\\"" : std::string(1, c);
    return fmt::format(
        R"({{"content_id": "204", "content_title": "{}", "content_type": "dashboard", "days_since_last_accessed": 1, )"
        R"("id": {}, "embed_count": 14, "other_count": {}, "last_accessed_time": "2024-05-13 04:12:09"}})"
        "\n",
        quoted, id, count);
  }
  Ended load(const std::string& day, const std::string& crash_at = {}) const {
    return weir({"run", "content_usage", "--partition", day}, crash_at);
  }
  std::string usage() {
    return rows(
        "SELECT `id`, `other_count`, `last_accessed_time` FROM `example-project.usage.content_usage` ORDER "
        "BY 1");
  }
  std::string ledger() {
    return rows(
        "SELECT `partition`, `rows_loaded` FROM `example-project.usage._weir_loads` ORDER BY `sequence`");
  }
  static constexpr const char* kLoaded = "1|6|2024-05-13T04:12:09\n2|7|2024-05-13T04:12:09\n";
};

TEST_F(BigQueryContentUsage, is_deduplicated_and_masked_before_it_is_loaded) {
  const auto loaded = load("2024-05-13");
  ASSERT_EQ(loaded.exit_code, 0) << loaded.output;
  EXPECT_EQ(usage(), kLoaded);
  EXPECT_EQ(ledger(), "2024-05-13|2\n");
  EXPECT_EQ(
      rows("SELECT COUNT(*) FROM `example-project.usage.content_usage` WHERE `content_title` LIKE '%Ada%'"),
      "0\n");
  EXPECT_EQ(staging_tables(), 0U);
}

TEST_F(BigQueryContentUsage, B_2_another_run_of_a_day_appends_nothing) {
  ASSERT_EQ(load("2024-05-13").exit_code, 0);
  ASSERT_EQ(weir({"run", "content_usage", "--partition", "2024-05-13", "--rerun"}).exit_code, 0);
  EXPECT_EQ(usage(), kLoaded);
}

TEST_F(BigQueryContentUsage, B_3_a_day_without_a_file_is_no_failure) {
  const auto empty = load("2024-05-14");
  EXPECT_EQ(empty.exit_code, 0) << empty.output;
  EXPECT_EQ(ledger(), "2024-05-14|0\n");
}

/// The template of the whole way, from the stand-in for Looker on.
TEST_F(BigQueryContentUsage, comes_from_looker_with_the_documented_columns_and_once) {
  const TestProject project;
  ASSERT_EQ(project.weir({"init", "content-usage-bigquery", "--dir", "."}).exit_code, 0);
  auto all = variables();
  all["LOOKERSDK_CLIENT_SECRET"] = "sandbox-secret";
  auto yaml = project.read("weir.yaml");
  for (const auto& [piece, instead] :
       {std::pair<std::string, std::string>("https://looker.example.com", sandbox_->url()),
        {"AbC123", "sandbox"}}) {
    ASSERT_NE(yaml.find(piece), std::string::npos);
    yaml.replace(yaml.find(piece), piece.size(), instead);
  }
  project.write("weir.yaml", yaml);
  for (int run = 0; run < 2; ++run) {
    const auto loaded = project.weir({"run"}, all);
    ASSERT_EQ(loaded.exit_code, 0) << loaded.output;
  }
  EXPECT_EQ(rows("SELECT COUNT(*) > 100, COUNT(*) = COUNT(DISTINCT `id`) FROM "
                 "`example-project.usage.content_usage`"),
            "true|true\n");
  const auto stored = google::BigQueryTables(*client_).find(table("content_usage"));
  ASSERT_TRUE(stored.ok() && *stored);
  std::string columns;
  for (const auto& field : (*stored)->fields) columns += field.name + " " + field.type + "\n";
  EXPECT_EQ(
      columns,
      "content_id STRING\ncontent_title STRING\ncontent_type STRING\ndays_since_last_access_tiers STRING\n"
      "days_since_last_accessed INT64\nid INT64\napi_count INT64\nembed_count INT64\nfavorite_count INT64\n"
      "public_count INT64\nschedule_count INT64\nother_count INT64\nlast_accessed_time DATETIME\n");
}

TEST_F(BigQueryContentUsage, of_the_template_can_be_tried_with_the_stand_ins) {
  const TestProject project;
  run_sandboxed(project, "content-usage-bigquery", {{"check"}, {"run"}, {"run"}});
  EXPECT_EQ(rows("SELECT COUNT(*) > 100, COUNT(*) = COUNT(DISTINCT `id`) FROM `sandbox.usage.content_usage`"),
            "true|true\n");
}

class BigQueryCrash : public BigQueryContentUsage, public testing::WithParamInterface<const char*> {};

TEST_P(BigQueryCrash, loses_and_doubles_nothing) {
  const auto killed = load("2024-05-13", GetParam());
  ASSERT_EQ(killed.exit_code, 128 + 9) << killed.output;
  const auto resumed = load("2024-05-13");
  EXPECT_EQ(resumed.exit_code, 0) << resumed.output;
  EXPECT_EQ(usage(), kLoaded);
  EXPECT_EQ(ledger(), "2024-05-13|2\n");
  EXPECT_EQ(staging_tables(), 0U);
}

INSTANTIATE_TEST_SUITE_P(EveryPoint, BigQueryCrash,
                         testing::Values("claimed", "extracted", "staged", "published", "recorded"),
                         [](const auto& test) { return std::string(test.param); });

TEST_F(BigQueryContentUsage, is_published_once_when_weir_is_killed_while_it_waits_for_that) {
  const auto ordered = http_->send({.method = "POST",
                                    .url = sandbox_->url() + "/_bigquery/fault",
                                    .body = R"({"kind": "query", "match": "publish", "milliseconds": 700})"});
  ASSERT_TRUE(ordered.ok());
  const auto process = project_.start({"run", "content_usage", "--partition", "2024-05-13"}, variables());
  while (count("_publish_1?") < 2)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));  // asked, and begun
  kill(process, SIGKILL);
  EXPECT_EQ(project_.wait(process).exit_code, 128 + 9);
  // The publication goes on by itself. Who comes before it is over waits for it and says so.
  for (int attempt = 0; attempt < 2; ++attempt) {
    const auto resumed = load("2024-05-13");
    if (resumed.exit_code == 0) break;
    EXPECT_NE(resumed.output.find("run again"), std::string::npos) << resumed.output;
  }
  EXPECT_EQ(load("2024-05-13").exit_code, 0);
  EXPECT_EQ(usage() + ledger(), std::string(kLoaded) + "2024-05-13|2\n");
  EXPECT_EQ(staging_tables(), 0U);
}

}  // namespace
}  // namespace weir
