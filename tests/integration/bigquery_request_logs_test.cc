// SPDX-License-Identifier: Apache-2.0
// Request logs out of BigQuery as the program runs them. Tests that begin with a number such as E_2 show
// that a weakness of earlier scripts is gone.
#include "protocols/google/bigquery_upload.h"
#include "tests/integration/bigquery_pipeline.h"

namespace weir {
namespace {

using google::BigQueryField;
using integration::BigQueryPipeline;
using support::TestProject;
using Mode = BigQueryField::Mode;

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

}  // namespace
}  // namespace weir
