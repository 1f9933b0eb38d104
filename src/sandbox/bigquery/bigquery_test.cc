// SPDX-License-Identifier: Apache-2.0
// Loads, jobs and rows, where Google's client cannot look or would take long.
#include <filesystem>
#include <thread>

#include "sandbox/bigquery/testing.h"

namespace weir::sandbox::bigquery {
namespace {

const Json kIdAndName = {
    {"fields",
     {{{"name", "id"}, {"type", "INT64"}, {"mode", "REQUIRED"}}, {{"name", "name"}, {"type", "STRING"}}}}};

TEST_F(BigQueryTest, loads_nothing_of_a_file_with_too_many_bad_rows) {
  put("exports", "a.json", "{\"id\":1}\n");
  put("exports", "b.json", "{\"id\":2}\n{\"id\":null}\n{\"id\":[3]}\n{\"id\":4.5}\n");
  const Json refused =
      run("one", load_of("gs://exports/*.json", "t", {{"schema", kIdAndName}, {"maxBadRecords", 2}}));
  EXPECT_EQ(end_of(refused),
            "invalid: Error while reading data, error message: JSON processing encountered too many errors, "
            "giving up. "
            "Rows: 5; errors: 3; max bad: 2; error percent: 0");
  const Json& errors = refused["status"]["errors"];
  ASSERT_EQ(errors.size(), 4U);
  EXPECT_EQ(
      errors[1].dump(),
      R"({"location":"gs://exports/b.json","message":"Error while reading data, error message: JSON parsing error in row starting at position 9: Only optional fields can be set to NULL. Field: id; Value: NULL File: gs://exports/b.json","reason":"invalid"})");
  EXPECT_EQ(told(ask("GET", "/datasets/d/tables/t")), "404 notFound: Not found: Table p:d.t");
  EXPECT_EQ(
      end_of(run("two", load_of("gs://exports/*.json", "t", {{"schema", kIdAndName}, {"maxBadRecords", 3}}))),
      "2 rows");
  EXPECT_EQ(end_of(run("three", load_of("gs://exports/none*", "t"))),
            "notFound: Not found: URI gs://exports/none*");
  EXPECT_EQ(end_of(run("four", load_of("gs://nowhere/x", "t"))), "notFound: Not found: Bucket nowhere");
  EXPECT_EQ(end_of(run("five", load_of("gs://exports/a.json", "u"))),
            "invalid: No schema specified on job or table.");
}

TEST_F(BigQueryTest, refuses_a_gzip_file_that_was_cut) {
  const std::string packed("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab\x56\xca\x4c", 14);
  put("exports", "cut.json.gz", packed);
  const std::string end =
      end_of(run("cut", load_of("gs://exports/cut.json.gz", "t", {{"schema", kIdAndName}})));
  EXPECT_EQ(end.substr(0, 53), "invalid: Error while reading data, error message: gs:") << end;
}

TEST_F(BigQueryTest, finds_columns_out_by_itself_when_it_is_asked_to) {
  put("exports", "a.json",
      "{\"a\":1,\"b\":\"2024-01-02\",\"c\":[{\"x\":true}]}\n{\"a\":1.5,\"d\":\"text\"}\n");
  EXPECT_EQ(end_of(run("json", load_of("gs://exports/a.json", "j", {{"autodetect", true}}))), "2 rows");
  EXPECT_EQ(query("SELECT column_name, data_type FROM d.INFORMATION_SCHEMA.COLUMNS ORDER BY 1"),
            "a|FLOAT64\nb|DATE\nc|ARRAY<STRUCT<x BOOL>>\nd|STRING\n");
  put("exports", "a.csv", "when,n\n2024-01-02 03:04:05,7\n,\n");
  EXPECT_EQ(
      end_of(run("csv", load_of("gs://exports/a.csv", "c",
                                {{"autodetect", true}, {"sourceFormat", "CSV"}, {"skipLeadingRows", 1}}))),
      "2 rows");
  EXPECT_EQ(query("SELECT `when`, n FROM d.c ORDER BY n"), "NULL|NULL\n1704164645000000|7\n");
}

TEST_F(BigQueryTest, reads_csv_with_all_its_options) {
  put("exports", "a.csv", "skipped\n1;'a;b'\n2;'two\nlines'\n3\n4;\\N;more\n");
  const Json options = {{"schema", kIdAndName},  {"sourceFormat", "CSV"}, {"skipLeadingRows", 1},
                        {"fieldDelimiter", ";"}, {"quote", "'"},          {"nullMarker", "\\N"}};
  Json generous = options;
  generous.update({{"allowQuotedNewlines", true}, {"allowJaggedRows", true}, {"ignoreUnknownValues", true}});
  EXPECT_EQ(end_of(run("generous", load_of("gs://exports/a.csv", "t", generous))), "4 rows");
  EXPECT_EQ(query("SELECT * FROM d.t ORDER BY id"), "1|a;b\n2|two\nlines\n3|NULL\n4|NULL\n");
  const Json strict = run("strict", load_of("gs://exports/a.csv", "u", options));
  EXPECT_NE(strict["status"]["errors"][1]["message"].get<std::string>().find(
                "Missing close quote character (\"); line_number: 3"),
            std::string::npos)
      << strict["status"].dump();
}

TEST_F(BigQueryTest, takes_the_place_of_one_partition_only) {
  const Json schema = {
      {"fields", {{{"name", "id"}, {"type", "INT64"}}, {{"name", "at"}, {"type", "TIMESTAMP"}}}}};
  const Json partitioned = {{"schema", schema}, {"timePartitioning", {{"type", "HOUR"}, {"field", "at"}}}};
  put("exports", "1",
      "{\"id\":1,\"at\":\"2024-03-07T09:59:59.999999Z\"}\n{\"id\":2,\"at\":\"2024-03-07T10:00:00Z\"}\n");
  EXPECT_EQ(end_of(run("whole", load_of("gs://exports/1", "t", partitioned))), "2 rows");
  put("exports", "2", "{\"id\":3,\"at\":\"2024-03-07 10:30:00 UTC\"}\n");
  EXPECT_EQ(end_of(run("part",
                       load_of("gs://exports/2", "t$2024030710", {{"writeDisposition", "WRITE_TRUNCATE"}}))),
            "1 rows");
  EXPECT_EQ(query("SELECT id FROM d.t ORDER BY id"), "1\n3\n");
  EXPECT_EQ(end_of(run("wrong",
                       load_of("gs://exports/2", "t$2024030711", {{"writeDisposition", "WRITE_TRUNCATE"}}))),
            "invalid: Some rows belong to different partitions rather than destination partition 2024030711");
  EXPECT_EQ(
      end_of(run("day", load_of("gs://exports/2", "t$20240307"))),
      "invalid: Invalid date partition suffix \"20240307\" for table p:d.t, which is partitioned by HOUR");
  EXPECT_EQ(query("SELECT id FROM d.t ORDER BY id"), "1\n3\n");
}

TEST_F(BigQueryTest, counts_what_changes_a_table_by_the_day) {
  start({.datasets = {"p.d"}, .loads_per_table = 2});
  put("exports", "a", "{\"id\":1}\n");
  const auto load = [this](const std::string& id) {
    return end_of(run(id, load_of("gs://exports/a", "t", {{"schema", kIdAndName}}))).substr(0, 14);
  };
  EXPECT_EQ(load("a"), "1 rows");
  EXPECT_EQ(load("b"), "1 rows");
  EXPECT_EQ(load("c"), "quotaExceeded:");
  clock.advance(std::chrono::hours(24));
  EXPECT_EQ(load("d"), "1 rows");
}

TEST_F(BigQueryTest, keeps_jobs_where_their_dataset_is) {
  start({.datasets = {"p.d", "p.far@asia-east1"}});
  const Json select = {{"query", {{"query", "SELECT 1"}, {"useLegacySql", false}}}};
  const auto put_job = [&](const std::string& id, const std::string& location, const Json& configuration) {
    return ask("POST", "/jobs",
               {{"jobReference", {{"jobId", id}, {"location", location}}}, {"configuration", configuration}});
  };
  EXPECT_EQ(google::text_of(put_job("x", "asia-east1", select), "id"), "p:asia-east1.x");
  EXPECT_EQ(told(ask("GET", "/jobs/x")), "404 notFound: Not found: Job p:x");
  EXPECT_EQ(ask("GET", "/jobs/x?location=asia-east1")["jobReference"]["location"], "asia-east1");
  EXPECT_EQ(google::text_of(put_job("x", "US", select), "id"), "p:US.x");
  EXPECT_EQ(told(put_job("x", "us", select)), "409 duplicate: Already Exists: Job p:US.x");
  const Json load = {{"load",
                      {{"destinationTable", {{"datasetId", "far"}, {"tableId", "t"}}},
                       {"sourceUris", {"gs://exports/a"}},
                       {"schema", kIdAndName},
                       {"sourceFormat", "NEWLINE_DELIMITED_JSON"}}}};
  EXPECT_EQ(told(put_job("y", "US", load)),
            "404 notFound: Not found: Dataset p:far was not found in location US");
  put("exports", "a", "{\"id\":1}\n");
  put_job("z", "", load);
  Json job;
  while ((job = ask("GET", "/jobs/z?location=asia-east1"))["status"]["state"] != "DONE")
    std::this_thread::yield();
  EXPECT_EQ(end_of(job),
            "invalid: Cannot read and write in different locations: source: US, destination: asia-east1");
}

TEST_F(BigQueryTest, lets_time_pass_between_the_states_of_a_job) {
  const Json fault = {{"kind", "query"}, {"pending_milliseconds", 60000}};
  EXPECT_EQ(ask("POST", "/_bigquery/fault", fault)[0]["kind"], "query");
  const Json taken = ask("POST", "/jobs",
                         {{"jobReference", {{"jobId", "slow"}}},
                          {"configuration", {{"query", {{"query", "SELECT 1"}, {"useLegacySql", false}}}}}});
  EXPECT_EQ(taken["status"].dump(), R"({"state":"PENDING"})");
  EXPECT_EQ(ask("GET", "/queries/slow?timeoutMs=0")["jobComplete"], false);
  ask("DELETE", "/_bigquery/fault");
  EXPECT_EQ(ask("GET", "/queries/slow")["totalRows"], "1");
  ask("POST", "/_bigquery/fault", {{"kind", "query"}, {"reason", "backendError"}, {"message", "try again"}});
  EXPECT_EQ(query("SELECT 1"), "503 backendError: try again");
  EXPECT_EQ(query("SELECT 1"), "1\n");
  EXPECT_EQ(told(ask("POST", "/_bigquery/fault", {{"kidn", "load"}})),
            "400 invalid: a fault of a job has no 'kidn'");
}

TEST_F(BigQueryTest, keeps_nobody_waiting_when_it_ends) {
  ask("POST", "/_bigquery/fault", {{"milliseconds", 60000}});
  std::thread ending([this] { service->stop(); });
  const Json answer =
      ask("POST", "/queries", {{"query", "SELECT 1"}, {"useLegacySql", false}, {"timeoutMs", 60000}});
  ending.join();
  EXPECT_TRUE(answer.contains("jobComplete")) << answer.dump();
}

TEST_F(BigQueryTest, answers_a_repeated_query_with_the_same_job) {
  const Json request = {
      {"query", "INSERT INTO d.t (a) VALUES (1)"}, {"useLegacySql", false}, {"requestId", "once"}};
  EXPECT_EQ(query("CREATE TABLE d.t (a INT64)"), "");
  EXPECT_EQ(ask("POST", "/queries", request)["jobReference"],
            ask("POST", "/queries", request)["jobReference"]);
  EXPECT_EQ(query("SELECT COUNT(*) FROM d.t"), "1\n");
}

TEST_F(BigQueryTest, changes_a_table_only_for_those_who_know_its_state) {
  const Json table =
      ask("POST", "/datasets/d/tables", {{"tableReference", {{"tableId", "t"}}}, {"schema", kIdAndName}});
  const Json change = {{"description", "new"}};
  EXPECT_EQ(told(ask("PATCH", "/datasets/d/tables/t", change, {{"if-match", "old"}})),
            "412 conditionNotMet: Precondition Failed");
  const Json changed =
      ask("PATCH", "/datasets/d/tables/t", change, {{"if-match", google::text_of(table, "etag")}});
  EXPECT_EQ(google::text_of(changed, "description"), "new");
  EXPECT_NE(google::text_of(changed, "etag"), google::text_of(table, "etag"));
  const Json nested = {
      {"schema",
       {{"fields",
         {kIdAndName["fields"][0],
          kIdAndName["fields"][1],
          {{"name", "r"}, {"type", "RECORD"}, {"mode", "REQUIRED"}, {"fields", kIdAndName["fields"]}}}}}}};
  EXPECT_EQ(told(ask("PATCH", "/datasets/d/tables/t", nested)),
            "400 invalid: Provided Schema does not match Table p:d.t. Cannot add required fields to an "
            "existing schema. (field: r)");
}

TEST_F(BigQueryTest, adds_columns_inside_of_records) {
  const auto schema = [](const Json& more) {
    Json fields = Json::array({{{"name", "a"}, {"type", "INT64"}}});
    if (!more.is_null()) fields.push_back(more);
    return Json{
        {"schema",
         {{"fields", {{{"name", "r"}, {"type", "RECORD"}, {"mode", "REPEATED"}, {"fields", fields}}}}}}};
  };
  Json table = schema(nullptr);
  table["tableReference"] = {{"tableId", "t"}};
  ask("POST", "/datasets/d/tables", table);
  EXPECT_EQ(query("INSERT d.t (r) VALUES ([STRUCT(1 AS a), STRUCT(2 AS a)])"), "");
  EXPECT_EQ(
      told(ask("PATCH", "/datasets/d/tables/t", schema({{"name", "b"}, {"type", "STRING"}}))).substr(0, 3),
      "{\"c");
  EXPECT_EQ(query("SELECT r FROM d.t"),
            R"([{"v":{"f":[{"v":"1"},{"v":null}]}},{"v":{"f":[{"v":"2"},{"v":null}]}}])"
            "\n");
}

TEST_F(BigQueryTest, keeps_everything_in_its_folder) {
  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "weir-bigquery-kept";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  start({.folder = folder.string(), .datasets = {"p.d"}});
  EXPECT_EQ(
      end_of(run("made",
                 {{"query", {{"query", "CREATE TABLE d.t AS SELECT 1 AS a"}, {"useLegacySql", false}}}})),
      "done");
  start({.folder = folder.string(), .datasets = {"p.d"}});
  EXPECT_EQ(query("SELECT a FROM d.t"), "1\n");
  EXPECT_EQ(end_of(finished("made")), "done");
  EXPECT_EQ(told(ask("POST", "/jobs",
                     {{"jobReference", {{"jobId", "made"}}},
                      {"configuration", {{"query", {{"query", "SELECT 1"}, {"useLegacySql", false}}}}}})),
            "409 duplicate: Already Exists: Job p:US.made");
  EXPECT_EQ(query("INSERT INTO d.t VALUES (2); SELECT COUNT(*) FROM d.t"), "2\n");
  service.reset();
  std::filesystem::remove_all(folder);
}

TEST_F(BigQueryTest, refuses_requests_that_have_not_their_form) {
  const auto load = [this](const Json& more) {
    return told(ask("POST", "/jobs", {{"configuration", load_of("gs://exports/a", "t", more)}}));
  };
  EXPECT_EQ(load({{"maxBadRecords", "many"}}),
            "400 badRequest: Invalid value at 'job.configuration.load.maxBadRecords' (TYPE_INT32), \"many\"");
  EXPECT_EQ(load({{"schema", {{"fields", {{{"nmae", "x"}}}}}}}),
            "400 badRequest: Invalid JSON payload received. Unknown name \"nmae\" at "
            "'job.configuration.load.schema.fields[0]': Cannot find field.");
  EXPECT_EQ(load({{"writeDisposition", "WRITE_SOME"}}),
            "400 invalid: Invalid value for writeDisposition: WRITE_SOME is not a valid value");
  EXPECT_EQ(load({{"sourceFormat", "AVRO"}}),
            "501 notImplemented: weir-sandbox does not serve sourceFormat AVRO");
  EXPECT_EQ(told(ask("POST", "/jobs", {{"configuration", Json::object()}})).substr(0, 58),
            "400 invalid: Job configuration must contain exactly one jo");
  EXPECT_EQ(told(ask("POST", "/jobs",
                     {{"jobReference", {{"jobId", "a/b"}}}, {"configuration", load_of("gs://x/y", "t")}}))
                .substr(0, 33),
            "400 invalid: Invalid job ID \"a/b\"");
  EXPECT_EQ(told(ask("GET", "/datasets/d/tables/none/data?pageToken=made-up")),
            "400 invalid: Invalid page token: made-up");
  EXPECT_EQ(told(ask("POST", "/datasets/d/tables/t/insertAll")).substr(0, 18), "501 notImplemented");
  const auto field = [this](const Json& given) {
    return told(ask("POST", "/datasets/d/tables",
                    {{"tableReference", {{"tableId", "f"}}}, {"schema", {{"fields", {given}}}}}))
        .substr(0, 37);
  };
  EXPECT_EQ(field({{"name", "1st"}, {"type", "STRING"}}), "400 invalid: Invalid field name \"1st\"");
  EXPECT_EQ(field({{"name", "_PARTITION_x"}, {"type", "STRING"}}), "400 invalid: Invalid field name \"_PAR");
  EXPECT_EQ(field({{"name", "g"}, {"type", "GEOGRAPHY"}}), "501 notImplemented: weir-sandbox serv");
}

}  // namespace
}  // namespace weir::sandbox::bigquery
