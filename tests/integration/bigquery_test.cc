// SPDX-License-Identifier: Apache-2.0
// Whole pipelines with BigQuery as the program runs them: request logs out of it, Looker's content usage
// into it. Tests that begin with a number such as E_2 show that a weakness of earlier scripts is gone.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <thread>

#include "protocols/google/bigquery_query.h"
#include "protocols/google/bigquery_tables.h"
#include "protocols/google/bigquery_upload.h"
#include "sandbox/sandbox.h"
#include "tests/support/test_project.h"

namespace weir {
namespace {

using google::BigQueryField;
using support::Ended;
using support::TestProject;
using Mode = BigQueryField::Mode;

constexpr const char* kProject = "example-project";

class Lines final : public google::UploadBytes {
 public:
  explicit Lines(std::string text) : text_(std::move(text)) {}
  std::uint64_t size() const override { return text_.size(); }
  Result<std::string> read(std::uint64_t offset, std::size_t length) override {
    return text_.substr(static_cast<std::size_t>(offset), length);
  }

 private:
  std::string text_;
};

class BigQueryPipeline : public testing::Test {
 protected:
  explicit BigQueryPipeline(const std::string& dataset) {
    auto started = sandbox::Sandbox::start(
        {.buckets = {"lake"}, .datasets = {std::string(kProject) + "." + dataset, dataset}}, clock_);
    auto opened = io::CurlHttpClient::open();
    EXPECT_TRUE(started.ok() && opened.ok());
    sandbox_ = *std::move(started);
    http_ = *std::move(opened);
    client_ = std::make_unique<google::BigQueryClient>(
        google::BigQueryPlace{.project = kProject, .dataset = dataset, .endpoint = sandbox_->url()},
        google::Anonymous{}, google::World{*http_, clock_, sleeper_});
  }
  ~BigQueryPipeline() override {
    client_.reset();
    http_.reset();  // the server waits for connections that are kept
  }

  TestProject::Variables variables(const std::string& crash_at = {}) const {
    TestProject::Variables all = {{"BIGQUERY_EMULATOR_HOST", sandbox_->url()},
                                  {"STORAGE_EMULATOR_HOST", sandbox_->url()}};
    if (!crash_at.empty()) all["WEIR_CRASH_AT"] = crash_at;
    return all;
  }
  Ended weir(const std::vector<std::string>& arguments, const std::string& crash_at = {}) const {
    return project_.weir(arguments, variables(crash_at));
  }
  std::string rows(const std::string& sql) {
    const auto found = google::query_rows(*client_, sql, {});
    if (!found) return found.error().to_string();
    std::string text;
    for (const auto& row : *found) {
      for (std::size_t i = 0; i < row.size(); ++i) text += (i > 0 ? "|" : "") + row[i].value_or("NULL");
      text += "\n";
    }
    return text;
  }
  /// Makes a template's project for the stand-in, at whatever port it is here, and runs it.
  void run_sandboxed(const TestProject& project, const std::string& name,
                     const std::vector<std::vector<std::string>>& commands) const {
    const auto made = project.weir({"init", name, "--sandbox"});
    ASSERT_EQ(made.exit_code, 0) << made.output;
    for (const auto* file : {"weir.yaml", "looker.ini"}) {
      if (!std::filesystem::exists(project.path(file))) continue;
      auto text = project.read(file);
      constexpr std::string_view kUsual = "http://127.0.0.1:8086";
      ASSERT_NE(text.find(kUsual), std::string::npos) << text;
      project.write(file, text.replace(text.find(kUsual), kUsual.size(), sandbox_->url()));
    }
    for (const auto& command : commands) {
      const auto ended = project.weir(command);
      EXPECT_EQ(ended.exit_code, 0) << ended.output;
    }
  }
  google::BigQueryTableName table(const std::string& name) const {
    return {kProject, client_->place().dataset, name};
  }
  std::size_t staging_tables() { return google::BigQueryTables(*client_).list("_weir_stage_")->size(); }
  std::size_t count(const std::string& text) const {
    std::size_t found = 0;
    for (const auto& request : sandbox_->requests()) found += request.find(text) != std::string::npos;
    return found;
  }

  io::SystemClock clock_;
  io::SystemSleeper sleeper_;
  std::unique_ptr<sandbox::Sandbox> sandbox_;
  std::unique_ptr<io::CurlHttpClient> http_;
  std::unique_ptr<google::BigQueryClient> client_;
  TestProject project_;
};

class BigQueryRequestLogs : public BigQueryPipeline {
 protected:
  BigQueryRequestLogs() : BigQueryPipeline("datasette_logs") {}

  void SetUp() override {
    const auto made = weir({"init", "request-logs-bigquery", "--dir", "."});
    ASSERT_EQ(made.exit_code, 0) << made.output;
  }

  static std::vector<BigQueryField> fields() {
    const std::vector<BigQueryField> request = {
        {"requestMethod", "STRING"}, {"requestUrl", "STRING"},  {"requestSize", "INT64"},
        {"status", "INT64"},         {"responseSize", "INT64"}, {"userAgent", "STRING"},
        {"remoteIp", "STRING"},      {"serverIp", "STRING"},    {"referer", "STRING"},
        {"latency", "FLOAT64"},      {"cacheLookup", "BOOL"},   {"cacheHit", "BOOL"},
        {"cacheFillBytes", "INT64"}, {"protocol", "STRING"}};
    return {{"logName", "STRING"},
            {"resource",
             "STRUCT",
             Mode::Nullable,
             {{"type", "STRING"}, {"labels", "STRUCT", Mode::Nullable, {{"service_name", "STRING"}}}}},
            {"textPayload", "STRING"},
            {"timestamp", "TIMESTAMP"},
            {"receiveTimestamp", "TIMESTAMP"},
            {"severity", "STRING"},
            {"insertId", "STRING"},
            {"httpRequest", "STRUCT", Mode::Nullable, request},
            {"labels", "STRUCT", Mode::Nullable, {{"instanceId", "STRING"}}},
            {"operation", "STRUCT", Mode::Nullable, {{"id", "STRING"}}},
            {"trace", "STRING"},
            {"spanId", "STRING"},
            {"traceSampled", "BOOL"},
            {"sourceLocation", "STRUCT", Mode::Nullable, {{"file", "STRING"}}}};
  }
  static std::string entry(const std::string& id, const std::string& time, const std::string& path) {
    return fmt::format(
        R"({{"insertId":"{}","timestamp":"{}","receiveTimestamp":"{}","severity":"INFO","trace":"t/1",)"
        R"("resource":{{"type":"cloud_run_revision","labels":{{"service_name":"datasette"}}}},)"
        R"("labels":{{"instanceId":"00bf4b"}},"httpRequest":{{"requestMethod":"GET",)"
        R"("requestUrl":"https://data.example.org{}?_size=5","requestSize":812,"status":200,"responseSize":20480,)"
        R"("userAgent":"curl/7.79","remoteIp":"10.1.2.3","latency":0.042,"protocol":"HTTP/1.1"}}}})"
        "\n",
        id, time, time, path);
  }
  /// The log sink's table with these entries.
  void log(const std::string& lines) {
    const auto name = table("run_googleapis_com_requests");
    ASSERT_TRUE(google::BigQueryTables(*client_).remove(name).ok());
    ASSERT_TRUE(google::BigQueryTables(*client_).create({.name = name, .fields = fields()}).ok());
    google::BigQueryJobs jobs(*client_);
    Lines bytes(lines);
    const auto done = google::upload_with_attempts(jobs, fmt::format("sink_{}", ++sinks_),
                                                   {.table = name, .fields = fields()}, bytes);
    ASSERT_TRUE(done.ok() && !done->failure)
        << (done.ok() ? done->error()->to_string() : done.error().to_string());
  }
  std::string stored(const std::string& sql) const { return project_.query("usage.db", sql); }

  int sinks_ = 0;
};

TEST_F(BigQueryRequestLogs, E_2_a_partition_has_the_rows_of_its_day_with_their_types) {
  log(entry("a", "2024-05-01T00:00:00Z", "/pudl/plants.json") +
      entry("b", "2024-05-01T23:59:59.999999Z", "/ferc1/x.csv") +
      entry("b", "2024-05-01T23:59:59.999999Z", "/ferc1/x.csv") +
      entry("c", "2024-05-02T00:00:00Z", "/pudl/plants.json") +
      entry("d", "2024-05-01T12:00:00Z", "/favicon.ico"));
  const auto loaded = weir({"run", "request_logs", "--partition", "2024-05-01"});
  ASSERT_EQ(loaded.exit_code, 0) << loaded.output;
  EXPECT_EQ(
      stored(
          "SELECT insert_id, timestamp, severity, request_method, request_url_path, request_url_query, "
          "request_size, status, response_size, latency, remote_ip FROM datasette_request_logs ORDER BY 1"),
      "a|2024-05-01 00:00:00.000000|INFO|GET|/pudl/plants.json|_size=5|812|200|20480.0|0.042|10.1.2.3\n"
      "b|2024-05-01 23:59:59.999999|INFO|GET|/ferc1/x.csv|_size=5|812|200|20480.0|0.042|10.1.2.3\n");
  EXPECT_EQ(stored("SELECT resource FROM datasette_request_logs WHERE insert_id = 'a'"),
            R"({"type":"cloud_run_revision","labels":{"service_name":"datasette"}})"
            "\n");
}

TEST_F(BigQueryRequestLogs, E_3_dates_are_typed_parameters_and_never_part_of_the_sql) {
  log(entry("a", "2024-05-01T00:00:00Z", "/pudl/plants.json"));
  ASSERT_EQ(weir({"run", "request_logs", "--partition", "2024-05-01"}).exit_code, 0);
  const auto jobs = http_->send({.url = sandbox_->url() + "/_bigquery/jobs"});
  ASSERT_TRUE(jobs.ok());
  EXPECT_NE(jobs->body.find("`timestamp` >= @weir_start AND `timestamp` < @weir_end"), std::string::npos);
  EXPECT_NE(jobs->body.find("2024-05-01 00:00:00.000000"), std::string::npos);
}

TEST_F(BigQueryRequestLogs, E_13_a_day_without_rows_succeeds_and_E_1_another_run_changes_nothing) {
  log(entry("a", "2024-05-01T00:00:00Z", "/pudl/plants.json"));
  EXPECT_EQ(weir({"run", "request_logs", "--partition", "2024-05-03"}).exit_code, 0);
  ASSERT_EQ(weir({"run", "request_logs", "--partition", "2024-05-01"}).exit_code, 0);
  ASSERT_EQ(weir({"run", "request_logs", "--partition", "2024-05-01", "--rerun"}).exit_code, 0);
  EXPECT_EQ(stored("SELECT insert_id FROM datasette_request_logs"), "a\n");
}

TEST_F(BigQueryRequestLogs, come_through_a_bucket_when_they_are_many) {
  std::string lines;
  std::string expected;
  for (int i = 100; i < 400; ++i) {
    lines += entry(std::to_string(i), "2024-05-01T10:00:00Z", "/pudl/plants.json");
    expected += std::to_string(i) + "\n";
  }
  log(lines);
  auto yaml = project_.read("weir.yaml");
  yaml.replace(yaml.find("dataset: datasette_logs"), 23,
               "dataset: datasette_logs\n    staging: {connection: lake, prefix: weir}");
  yaml.replace(yaml.find("connections:\n"), 13, "connections:\n  lake: {type: gcs, bucket: lake}\n");
  project_.write("weir.yaml", yaml);
  auto pipeline = project_.read("pipelines/request_logs.yaml");
  pipeline.replace(pipeline.find("  partition_column:"), 0, "  transfer: export\n");
  project_.write("pipelines/request_logs.yaml", pipeline);
  const auto loaded = weir({"run", "request_logs", "--partition", "2024-05-01"});
  ASSERT_EQ(loaded.exit_code, 0) << loaded.output;
  EXPECT_EQ(stored("SELECT insert_id FROM datasette_request_logs ORDER BY 1"), expected);
  EXPECT_GT(count("GET /storage/v1/b/lake/o/"), 0U);
  EXPECT_GT(count("DELETE /storage/v1/b/lake/o/"), 0U);
}

TEST_F(BigQueryRequestLogs, of_the_template_can_be_tried_with_the_stand_in) {
  const TestProject project;
  run_sandboxed(project, "request-logs-bigquery", {{"run", "log_sink"}, {"check"}, {"run"}, {"run"}});
  EXPECT_EQ(project.query("usage.db",
                          "SELECT insert_id, status, response_size, latency, request_url_path FROM "
                          "datasette_request_logs ORDER BY 1"),
            "61ee0a01|200|20480.0|0.042|/pudl/plants.json\n61ee0a03|200|918000.0|1.31|/ferc1/fuel.csv\n");
}

TEST_F(BigQueryRequestLogs, are_checked_with_words_that_say_what_is_missing) {
  const auto missing = weir({"check"});
  EXPECT_NE(missing.exit_code, 0);
  EXPECT_NE(
      missing.output.find("there is no table example-project.datasette_logs.run_googleapis_com_requests"),
      std::string::npos)
      << missing.output;
  log(entry("a", "2024-05-01T00:00:00Z", "/pudl/plants.json"));
  const auto checked = weir({"check"});
  EXPECT_EQ(checked.exit_code, 0) << checked.output;
}

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
