// SPDX-License-Identifier: Apache-2.0
// BigQuery's jobs, tables, uploads and pages against answers from a script.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "io/clock.h"
#include "protocols/google/bigquery_options.h"
#include "protocols/google/bigquery_query.h"
#include "protocols/google/bigquery_tables.h"
#include "protocols/google/bigquery_upload.h"
#include "tests/support/fake_http_client.h"

namespace weir::google {
namespace {

using Json = nlohmann::json;

constexpr const char* kBase = "http://h/bigquery/v2/projects/p";

class Bytes final : public UploadBytes {
 public:
  explicit Bytes(std::string bytes) : bytes_(std::move(bytes)) {}
  std::uint64_t size() const override { return bytes_.size(); }
  Result<std::string> read(std::uint64_t offset, std::size_t length) override {
    return bytes_.substr(static_cast<std::size_t>(offset), length);
  }

 private:
  std::string bytes_;
};

struct BigQuery : testing::Test {
  support::FakeHttpClient http;
  io::ManualClock clock{Timestamp{1'700'000'000'000'000}};
  io::RecordingSleeper sleeper;
  BigQueryClient client{{.project = "p", .dataset = "d", .location = "EU", .endpoint = "http://h"},
                        Anonymous{},
                        World{http, clock, sleeper}};
  BigQueryJobs jobs{client};
  const BigQueryTableName table{"p", "d", "t"};

  support::FakeHttpClient::Script& posts() { return http.when(std::string(kBase) + "/jobs"); }
  support::FakeHttpClient::Script& job(const std::string& id) {
    return http.when(std::string(kBase) + "/jobs/" + id + "?location=EU");
  }
  support::FakeHttpClient::Script& starts() {
    return http.when("http://h/upload/bigquery/v2/projects/p/jobs?uploadType=resumable");
  }
  support::FakeHttpClient::Script& session() { return http.when("http://h/session"); }
  static io::HttpResponse error(int status, const std::string& reason, const std::string& message = "Why.") {
    return {status, {}, Json{{"error", {{"message", message}, {"errors", {{{"reason", reason}}}}}}}.dump()};
  }
  static io::HttpResponse state(const std::string& state, const std::string& reason = {}) {
    Json status = {{"state", state}};
    if (!reason.empty()) status["errorResult"] = {{"reason", reason}, {"message", "Why."}};
    return {200, {}, Json{{"jobReference", {{"jobId", "the-job"}}}, {"status", status}}.dump()};
  }
  static io::HttpResponse begun() { return {200, {{"Location", "http://elsewhere/session"}}, ""}; }
  static Error lost() { return {ErrorCode::Unavailable, "the answer was lost"}; }
  /// "ok", the reason of the job's failure, or the error's code.
  static std::string told(const Result<FinishedJob>& done) {
    if (!done) return std::string(name(done.error().code()));
    return done->failure ? done->failure->reason : "ok";
  }
  std::string asked() {
    std::string text;
    for (const auto& request : http.requests()) text += request.method + " " + request.url.substr(9) + "\n";
    return text;
  }
};

TEST_F(BigQuery, inserts_a_job_under_its_id_and_waits_longer_and_longer_for_its_end) {
  posts().then(state("PENDING"));
  job("the-job").then(state("RUNNING")).then(state("RUNNING")).then(state("DONE"));
  EXPECT_EQ(told(jobs.run("the-job", QueryJob{.sql = "SELECT @n", .parameters = {{"n", "INT64", "1"}}})),
            "ok");
  const auto sent = Json::parse(http.requests().front().body);
  EXPECT_EQ(sent["jobReference"], Json({{"projectId", "p"}, {"jobId", "the-job"}, {"location", "EU"}}));
  EXPECT_EQ(sent["configuration"]["query"]["useLegacySql"], false);
  EXPECT_EQ(sent["configuration"]["query"]["queryParameters"].dump(),
            R"([{"name":"n","parameterType":{"type":"INT64"},"parameterValue":{"value":"1"}}])");
  const auto waits = sleeper.waits();
  ASSERT_EQ(waits.size(), 3U);
  EXPECT_LT(waits[0], waits[1]);
  EXPECT_LT(waits[1], waits[2]);
}

TEST_F(BigQuery, follows_the_job_that_has_the_id_already) {
  posts().then(error(409, "duplicate"));
  job("the-job").then(state("DONE"));
  EXPECT_EQ(told(jobs.run("the-job", QueryJob{.sql = "SELECT 1"})), "ok");
}

TEST_F(BigQuery, follows_a_job_whose_insertion_was_done_although_its_answer_was_lost) {
  posts().then_fail(lost()).then(error(409, "duplicate"));
  job("the-job").then(state("DONE"));
  EXPECT_EQ(told(jobs.run("the-job", QueryJob{.sql = "SELECT 1"})), "ok");
}

TEST_F(BigQuery, finds_a_job_whose_insertion_never_got_an_answer) {
  posts().then_fail(lost());
  job("the-job").then(state("DONE"));
  EXPECT_EQ(told(jobs.run("the-job", QueryJob{.sql = "SELECT 1"})), "ok");
}

TEST_F(BigQuery, says_that_it_is_unavailable_when_no_job_began) {
  posts().then_fail(lost());
  job("the-job").then(error(404, "notFound"));
  EXPECT_EQ(told(jobs.run("the-job", QueryJob{.sql = "SELECT 1"})), "unavailable");
}

TEST_F(BigQuery, waits_as_long_as_a_429_says_and_goes_on_after_a_503) {
  auto limited = error(429, "rateLimitExceeded");
  limited.headers.push_back({"Retry-After", "7"});
  posts().then(limited).then(error(503, "backendError")).then(state("RUNNING"));
  job("the-job").then(error(503, "backendError")).then(state("DONE"));
  EXPECT_EQ(told(jobs.run("the-job", QueryJob{.sql = "SELECT 1"})), "ok");
  EXPECT_EQ(sleeper.waits().front(), std::chrono::seconds(7));
}

TEST_F(BigQuery, does_not_repeat_what_cannot_become_better) {
  posts().then(error(403, "accessDenied"));
  const auto done = jobs.run("the-job", QueryJob{.sql = "SELECT 1"});
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().code(), ErrorCode::PermissionDenied);
  EXPECT_NE(done.error().message().find("BigQuery Job User on project p"), std::string::npos);
  EXPECT_EQ(http.requests().size(), 1U);
}

TEST_F(BigQuery, asks_again_when_an_answer_is_cut_short_although_it_counts_as_complete) {
  posts().then({200, {}, R"({"jobReference": {"jobId")"}).then(error(409, "duplicate"));
  job("the-job").then({200, {}, R"({"status": {"state": "DO)"}).then(state("DONE"));
  EXPECT_EQ(told(jobs.run("the-job", QueryJob{.sql = "SELECT 1"})), "ok");
}

TEST_F(BigQuery, gives_up_on_a_job_that_takes_too_long) {
  posts().then(state("RUNNING"));
  job("the-job").then(state("RUNNING"));
  const auto done = jobs.run("the-job", QueryJob{.sql = "SELECT 1"});
  ASSERT_FALSE(done.ok());
  EXPECT_NE(done.error().to_string().find("job_timeout"), std::string::npos) << done.error().to_string();
}

TEST_F(BigQuery, takes_another_id_for_another_attempt) {
  posts().then(state("RUNNING"));
  job("base_1").then(state("DONE", "backendError"));
  job("base_2").then(state("DONE", "jobRateLimitExceeded"));
  job("base_3").then(state("DONE"));
  EXPECT_EQ(told(jobs.run_with_attempts("base", QueryJob{.sql = "SELECT 1"})), "ok");
}

TEST_F(BigQuery, does_not_try_again_what_failed_for_good) {
  posts().then(state("RUNNING"));
  job("base_1").then(state("DONE", "invalidQuery"));
  const auto done = jobs.run_with_attempts("base", QueryJob{.sql = "SELEC 1"});
  EXPECT_EQ(told(done), "invalidQuery");
  EXPECT_EQ(done->error()->code(), ErrorCode::InvalidConfig);
}

TEST_F(BigQuery, chooses_errors_of_jobs_by_what_the_caller_should_do) {
  const auto code = [](const std::string& reason) {
    FinishedJob done;
    done.failure = JobProblem{reason, "", "Why."};
    return std::string(name(done.error()->code()));
  };
  EXPECT_EQ(code("backendError") + code("internalError") + code("tableUnavailable"),
            "unavailableunavailableunavailable");
  EXPECT_EQ(code("rateLimitExceeded"), "rate_limited");
  EXPECT_EQ(code("quotaExceeded"), "exhausted");
  EXPECT_EQ(code("accessDenied"), "permission_denied");
  EXPECT_EQ(code("notFound"), "not_found");
  EXPECT_EQ(code("invalidQuery"), "invalid_config");
  EXPECT_EQ(code("notImplemented"), "unsupported");
  EXPECT_EQ(code("stopped"), "cancelled");
}

TEST_F(BigQuery, does_a_transaction_again_that_lost_against_another) {
  FinishedJob done;
  done.failure =
      JobProblem{"invalidQuery", "", "Transaction is aborted due to concurrent update against table"};
  EXPECT_EQ(done.error()->code(), ErrorCode::Unavailable);
}

TEST_F(BigQuery, uploads_rows_with_their_load_job) {
  starts().then(begun());
  session().then(state("RUNNING"));
  job("load_1").then(state("DONE"));
  Bytes rows("{\"id\":1}\n");
  const LoadJob load{.table = table, .fields = {{"id", "INT64"}}};
  EXPECT_EQ(told(upload_with_attempts(jobs, "load", load, rows)), "ok");
  const auto sent = Json::parse(http.requests().front().body);
  EXPECT_EQ(sent["jobReference"]["jobId"], "load_1");
  EXPECT_EQ(sent["configuration"]["load"]["writeDisposition"], "WRITE_EMPTY");
  EXPECT_EQ(sent["configuration"]["load"]["schema"].dump(),
            R"({"fields":[{"mode":"NULLABLE","name":"id","type":"INT64"}]})");
  EXPECT_EQ(http.requests()[1].headers.front().value, "bytes 0-8/9");
}

TEST_F(BigQuery, goes_on_where_a_broken_upload_stopped) {
  starts().then(begun());
  session().then_fail(lost()).then({308, {{"Range", "bytes=0-3"}}, ""}).then(state("RUNNING"));
  job("load_1").then(state("DONE"));
  Bytes rows("123456789");
  EXPECT_EQ(told(upload_with_attempts(jobs, "load", {.table = table, .fields = {}}, rows)), "ok");
  EXPECT_EQ(http.requests()[2].headers.front().value, "bytes */9");
  EXPECT_EQ(http.requests()[3].headers.front().value, "bytes 4-8/9");
  EXPECT_EQ(http.requests()[3].body, "56789");
}

TEST_F(BigQuery, asks_for_the_job_when_the_answer_to_the_last_piece_was_lost) {
  starts().then(begun());
  session().then_fail(lost()).then({404, {}, ""});
  job("load_1").then(state("DONE"));
  Bytes rows("123456789");
  EXPECT_EQ(told(upload_with_attempts(jobs, "load", {.table = table, .fields = {}}, rows)), "ok");
  EXPECT_EQ(http.requests().size(), 4U);
}

TEST_F(BigQuery, begins_an_upload_anew_whose_session_is_gone) {
  starts().then(begun());
  session().then({410, {}, ""}).then(state("RUNNING"));
  job("load_1").then(error(404, "notFound")).then(state("DONE"));
  Bytes rows("123456789");
  EXPECT_EQ(told(upload_with_attempts(jobs, "load", {.table = table, .fields = {}}, rows)), "ok");
}

TEST_F(BigQuery, does_not_upload_again_what_a_job_of_the_id_has_loaded) {
  starts().then(error(409, "duplicate"));
  job("load_1").then(state("DONE"));
  Bytes rows("123456789");
  EXPECT_EQ(told(upload_with_attempts(jobs, "load", {.table = table, .fields = {}}, rows)), "ok");
  EXPECT_EQ(http.requests().size(), 2U);
}

TEST_F(BigQuery, adds_columns_to_a_schema_and_keeps_what_it_does_not_know) {
  const std::string url = std::string(kBase) + "/datasets/d/tables/t";
  http.when(url)
      .then(
          {200, {}, R"({"etag": "e1", "tableReference": {"projectId": "p", "datasetId": "d", "tableId": "t"},
                          "schema": {"fields": [{"name": "id", "type": "INTEGER", "policyTags": {"names": ["x"]}}]}})"})
      .then({412, {}, ""})
      .then(
          {200, {}, R"({"etag": "e2", "tableReference": {"projectId": "p", "datasetId": "d", "tableId": "t"},
                          "schema": {"fields": [{"name": "id", "type": "INTEGER", "policyTags": {"names": ["x"]}}]}})"})
      .then({200, {}, "{}"});
  const auto added = BigQueryTables(client).add_columns(table, {{"ID", "INT64"}, {"word", "STRING"}});
  ASSERT_TRUE(added.ok()) << added.error().to_string();
  const auto patch = http.requests().back();
  EXPECT_EQ(patch.method, "PATCH");
  EXPECT_EQ(patch.headers.back().value, "e2");
  EXPECT_EQ(Json::parse(patch.body)["schema"]["fields"].dump(),
            R"([{"name":"id","policyTags":{"names":["x"]},"type":"INTEGER"},)"
            R"({"mode":"NULLABLE","name":"word","type":"STRING"}])");
}

TEST_F(BigQuery, tells_a_missing_table_from_a_missing_dataset) {
  const std::string url = std::string(kBase) + "/datasets/d/tables/t";
  http.when(url)
      .then(error(404, "notFound", "Not found: Table p:d.t"))
      .then(error(404, "notFound", "Not found: Dataset p:d"));
  const auto missing = BigQueryTables(client).find(table);
  EXPECT_TRUE(missing.ok() && !*missing);
  EXPECT_FALSE(BigQueryTables(client).find(table).ok());
}

TEST_F(BigQuery, reads_a_query_to_its_last_page_however_long_it_takes) {
  const std::string pages =
      std::string(kBase) + "/queries/q?location=EU&timeoutMs=20000&formatOptions.useInt64Timestamp=true";
  http.when(std::string(kBase) + "/queries")
      .then({200, {}, R"({"jobComplete": false, "jobReference": {"jobId": "q"}})"});
  http.when(pages).then({200, {}, R"({"jobComplete": true, "jobReference": {"jobId": "q"}, "pageToken": "a b",
                                      "rows": [{"f": [{"v": "1"}, {"v": null}]}]})"});
  http.when(pages + "&pageToken=a%20b")
      .then(
          {200,
           {},
           R"({"jobComplete": true, "jobReference": {"jobId": "q"}, "rows": [{"f": [{"v": "2"}, {"v": "x"}]}]})"});
  const auto rows = query_rows(client, "SELECT 1", {});
  ASSERT_TRUE(rows.ok()) << rows.error().to_string();
  EXPECT_EQ(rows->size(), 2U);
  EXPECT_EQ((*rows)[0][1], std::nullopt);
  EXPECT_EQ((*rows)[1][0], "2");
}

TEST(ReadPage, finds_the_rows_and_the_next_page_without_taking_rows_apart) {
  const auto page = read_page(
      R"({"kind": "x", "pageToken": "n\u0041", "rows": [{"f": [{"v": "]}\""}]}], "totalRows": "17"})");
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(page->next, "nA");
  EXPECT_EQ(page->total_rows, 17U);
  EXPECT_EQ(page->body.substr(page->rows_begin, page->rows_end - page->rows_begin),
            R"([{"f": [{"v": "]}\""}]}])");
}

TEST(ReadPage, notices_a_page_that_was_cut_short_wherever_that_was) {
  const std::string whole = R"({"totalRows": "1", "rows": [{"f": [{"v": "a\"b"}, {"v": null}]}]})";
  EXPECT_TRUE(read_page(whole).ok());
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(read_page(whole.substr(0, length)).ok()) << whole.substr(0, length);
  }
}

TEST_F(BigQuery, asks_again_for_a_page_that_was_cut_short) {
  http.when(std::string(kBase) +
            "/datasets/d/tables/t/"
            "data?maxResults=10&formatOptions.useInt64Timestamp=true&selectedFields=id%2Cword")
      .then({200, {}, R"({"rows": [{"f")"})
      .then({200, {}, R"({"rows": [], "totalRows": "0"})"});
  TablePages pages(client, table, {"id", "word"}, 10);
  const auto first = pages.next();
  ASSERT_TRUE(first.ok()) << first.error().to_string();
  EXPECT_TRUE(first->has_value());
  EXPECT_FALSE(pages.next()->has_value());
}

TEST_F(BigQuery, takes_the_project_from_the_environment_and_the_emulator_with_or_without_its_path) {
  const auto place = [&](const std::string& emulator) {
    const io::FixedEnvironment environment(
        {{"BIGQUERY_EMULATOR_HOST", emulator}, {"GOOGLE_CLOUD_PROJECT", "q"}});
    const auto opened = open_bigquery({.dataset = "d"}, environment, {http, clock, sleeper});
    return opened.ok() ? (*opened)->place().project + " " + (*opened)->place().endpoint
                       : opened.error().to_string();
  };
  EXPECT_EQ(place("127.0.0.1:9050"), "q http://127.0.0.1:9050");
  EXPECT_EQ(place("http://127.0.0.1:9050/bigquery/v2/"), "q http://127.0.0.1:9050");
  const auto unknown = open_bigquery({.dataset = "d", .access = GcsAccess::Anonymous},
                                     io::FixedEnvironment({}), {http, clock, sleeper});
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().code(), ErrorCode::InvalidConfig);
}

TEST_F(BigQuery, says_how_to_make_a_dataset_and_where_it_is) {
  BigQueryClient elsewhere({.project = "p", .dataset = "d", .location = "US", .endpoint = "http://h"},
                           Anonymous{}, World{http, clock, sleeper});
  http.when(std::string(kBase) + "/datasets/d")
      .then(error(404, "notFound", "Not found: Dataset p:d"))
      .then({200, {}, R"({"location": "EU"})"})
      .then({200, {}, R"({"location": "us"})"});
  EXPECT_NE(elsewhere.check_dataset().error().message().find("bq mk"), std::string::npos);
  EXPECT_NE(elsewhere.check_dataset().error().message().find("write location: EU"), std::string::npos);
  EXPECT_TRUE(elsewhere.check_dataset().ok());
}

}  // namespace
}  // namespace weir::google
