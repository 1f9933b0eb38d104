// SPDX-License-Identifier: Apache-2.0
// The real program asking the stand-in for Looker: the templates, and the files of earlier jobs.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/text.h"
#include "io/http_client.h"
#include "sandbox/sandbox.h"
#include "tests/support/s3_server.h"
#include "tests/support/test_project.h"

namespace weir {
namespace {

using sandbox::FaultAction;

class LookerProject : public ::testing::Test {
 protected:
  LookerProject() {
    sandbox::Settings settings;
    settings.looker.history_rows = 4'000;
    settings.buckets = {"staging"};
    settings.datasets = {"looker"};
    auto started = sandbox::Sandbox::start(settings, clock_);
    EXPECT_TRUE(started.ok());
    sandbox_ = *std::move(started);
  }

  support::TestProject::Variables variables() const {
    return {{"LOOKERSDK_BASE_URL", sandbox_->url() + "/api/4.0/"},
            {"LOOKERSDK_CLIENT_ID", "sandbox"},
            {"LOOKERSDK_CLIENT_SECRET", "sandbox-secret"}};
  }
  /// Makes a template's project, with an SQLite file in place of DuckDB's so that this test can look into it.
  void init(const std::string& name) {
    const auto made = project_.weir({"init", name, "--sandbox"});
    ASSERT_EQ(made.exit_code, 0) << made.output;
    auto yaml = project_.read("weir.yaml");
    replace(yaml, "type: duckdb", "type: sqlite");
    replace(yaml, "usage.duckdb", "usage.db");
    project_.write("weir.yaml", yaml);
  }
  static void replace(std::string& text, const std::string& piece, const std::string& instead) {
    ASSERT_NE(text.find(piece), std::string::npos) << piece;
    text.replace(text.find(piece), piece.size(), instead);
  }
  std::string run(std::vector<std::string> arguments = {}) {
    arguments.insert(arguments.begin(), "run");
    const auto ended = project_.weir(arguments, variables());
    EXPECT_EQ(ended.exit_code, 0) << ended.output;
    return ended.output;
  }
  std::string rows(const std::string& table) const {
    return std::string(trim(project_.query("usage.db", "SELECT count(*) FROM " + table)));
  }

  io::SystemClock clock_;
  std::unique_ptr<sandbox::Sandbox> sandbox_;
  support::TestProject project_;
};

TEST_F(LookerProject, of_the_template_copies_all_of_system_activity) {
  init("looker");
  const auto checked = project_.weir({"check"}, variables());
  EXPECT_EQ(checked.exit_code, 0) << checked.output;
  run();
  for (const auto* table :
       {"history", "event", "user", "dashboard", "look", "query", "role", "\"group\"", "scheduled_plan",
        "event_attribute", "content_usage", "pdt_event_log", "query_metrics", "api_usage"}) {
    EXPECT_GT(std::stoi(rows(table)), 0) << table;
  }
  const auto before = rows("history");
  EXPECT_EQ(rows("history"),
            std::string(trim(project_.query("usage.db", "SELECT count(DISTINCT id) FROM history"))));
  sandbox_->faults().add({.match = "/queries/run/", .action = FaultAction::ExpireTokens});
  run({"history", "--rerun"});
  EXPECT_GE(std::stoi(rows("history")), std::stoi(before));
}

TEST_F(LookerProject, of_the_counter_template_computes_what_was_added) {
  init("content-usage-daily");
  run({"content_usage_snapshots"});
  run({"content_usage_snapshots", "--rerun"});
  run({"content_usage_daily"});
  const auto all = rows("content_usage_daily");
  EXPECT_GT(std::stoi(all), 0);
  EXPECT_EQ(rows("content_usage_daily WHERE views IS NULL"), all)
      << "nothing is known before the first snapshot";
  EXPECT_EQ(all, std::string(
                     trim(project_.query("usage.db", "SELECT count(DISTINCT id) FROM content_usage_daily"))));
}

/// A snapshot of one look as the template's pipeline writes it.
std::string snapshot(const std::string& at, int views) {
  return fmt::format(
      R"({{"id":1,"content_id":"7","content_type":"look","content_title":"Bob's","api_count":0,"embed_count":0,)"
      R"("favorite_count":2,"schedule_count":3,"other_count":{},"snapshot_at":"{}"}})"
      "\n",
      views, at);
}

TEST_F(LookerProject, of_the_counter_template_knows_a_reset_and_a_missing_day) {
  init("content-usage-daily");
  project_.write("old.jsonl", snapshot("2024-05-01T01:00:00Z", 10) + snapshot("2024-05-02T01:00:00Z", 12) +
                                  snapshot("2024-05-02T13:00:00Z", 15) +
                                  snapshot("2024-05-05T01:00:00Z", 21) + snapshot("2024-05-06T01:00:00Z", 4));
  auto yaml = project_.read("weir.yaml");
  project_.write("weir.yaml", yaml + "  here: { type: files }\n");
  project_.write(
      "pipelines/old.yaml",
      "pipeline: old\nsource: {connection: here, path: old.jsonl, format: jsonl, columns: {snapshot_at: "
      "timestamp, id: integer, content_id: text, content_type: text, content_title: text, api_count: "
      "integer, "
      "embed_count: integer, favorite_count: integer, schedule_count: integer, other_count: integer}}\n"
      "destination: {connection: snapshots, table: content_usage, write: append, format: parquet}\n");
  run({"old"});
  run({"content_usage_daily"});
  EXPECT_EQ(
      project_.query("usage.db", "SELECT day, days, views, was_reset FROM content_usage_daily ORDER BY day"),
      "2024-05-01|NULL|NULL|0\n2024-05-02|1|5|0\n2024-05-05|3|6|0\n2024-05-06|1|4|1\n");
}

TEST_F(LookerProject, B_1_a_first_load_that_failed_is_made_again_whole) {
  init("content-usage");
  sandbox_->faults().add(
      {.match = "/queries/run/", .action = FaultAction::LookerError, .times = 1, .after_rows = 3});
  const auto failed = project_.weir({"run"}, variables());
  EXPECT_NE(failed.exit_code, 0) << failed.output;
  EXPECT_NE(failed.output.find("Looker answered with an error"), std::string::npos) << failed.output;
  run();
  const auto all = rows("content_usage");
  EXPECT_GT(std::stoi(all), 0);
  run();
  EXPECT_EQ(rows("content_usage"), all);
}

TEST_F(LookerProject, loads_every_row_once_although_it_is_killed_and_answers_break_off) {
  init("looker");
  project_.write(
      "pipelines/all.yaml",
      "pipeline: all\nsource: {connection: looker, explore: history, fields: [history.id, "
      "history.created_time]}\ndestination: {connection: warehouse, table: everything, write: replace}\n");
  run({"all"});
  for (const int patience : {60, 150, 300})
    project_.wait(project_.start({"run", "history"}, variables()), std::chrono::milliseconds(patience));
  sandbox_->faults().add({.match = "/queries/run/", .action = FaultAction::Cut, .after_bytes = 20'000});
  sandbox_->faults().add({.match = "/queries/run/", .action = FaultAction::Truncate, .after_bytes = 9'000});
  sandbox_->faults().add({.match = "/queries/run/", .action = FaultAction::ExpireTokens});
  sandbox_->faults().add(
      {.match = "/queries/run/", .action = FaultAction::Status, .status = 429, .retry_after = 1});
  run({"history", "--rerun"});
  EXPECT_EQ(rows("history"),
            std::string(trim(project_.query("usage.db", "SELECT count(DISTINCT id) FROM history"))));
  EXPECT_EQ(rows("everything WHERE created_time < datetime('now', '-1 hour') AND id NOT IN (SELECT id FROM "
                 "history)"),
            "0");
}

TEST_F(LookerProject, B_18_of_several_instances_copies_each) {
  project_.write("looker.ini",
                 fmt::format("[here]\nbase_url={0}\nclient_id=sandbox\nclient_secret=sandbox-secret\n"
                             "[there]\nbase_url={0}\nclient_id=\"sandbox\"\nclient_secret='sandbox-secret'\n",
                             sandbox_->url()));
  project_.write("weir.yaml",
                 "connections:\n  here: {type: looker}\n  there: {type: looker, ini_section: there}\n"
                 "  warehouse: {type: sqlite, path: usage.db}\n");
  for (const std::string instance : {"here", "there"})
    project_.write("pipelines/" + instance + ".yaml",
                   fmt::format("pipeline: {0}\nsource: {{connection: {0}, explore: user}}\n"
                               "destination: {{connection: warehouse, table: user_{0}, write: replace}}\n",
                               instance));
  const auto ended = project_.weir({"run"});
  ASSERT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_GT(std::stoi(rows("user_here")), 0);
  EXPECT_EQ(rows("user_there"), rows("user_here"));
}

TEST_F(LookerProject, is_warned_of_rows_that_looker_will_have_forgotten) {
  init("looker");
  const auto day = to_string(Date{day_of(clock_.now()).days - 85});
  project_.write(
      "pipelines/history.yaml",
      fmt::format("pipeline: history\npartitions: {{every: day, from: {}}}\nsource: {{connection: looker, "
                  "explore: history, partition_field: history.created_time}}\ndestination: {{connection: "
                  "warehouse, table: history, write: replace_partition}}\n",
                  day));
  for (const auto* command : {"gaps", "check"}) {
    const auto told = project_.weir({command, "history"}, variables());
    EXPECT_NE(told.output.find("the source removes rows after 90 days"), std::string::npos) << told.output;
    EXPECT_NE(told.output.find("from " + day + " on"), std::string::npos) << told.output;
  }
}

/// The variables of the copy of content usage into BigQuery, as its file holds them.
class LookerUsage : public LookerProject {
 protected:
  LookerUsage() {
    auto opened = io::CurlHttpClient::open();
    EXPECT_TRUE(opened.ok());
    http_ = *std::move(opened);
    project_.write(
        "usage.json",
        fmt::format(
            R"({{"bigquery_content_usage_schema":"{{'name':'id','type':'INTEGER','mode':'NULLABLE'}},{{'name':'content_title','type':'STRING'}},{{'name':'last_accessed_time','type':'DATETIME'}}",
      "bigquery_content_usage_table":"content_usage","bigquery_dataset_id":"looker","bigquery_location":"US",
      "bigquery_project_id":"sandbox","content_usage_fields":"content_usage.id, content_usage.content_title ,content_usage.last_accessed_time",
      "content_usage_filters":"","content_usage_initial_load":"true","looker_api_base_url":"{}",
      "looker_api_bucket_name":"staging","looker_api_client_id":"sandbox","looker_api_client_secret":"sandbox-secret"}})",
            sandbox_->url()));
  }
  ~LookerUsage() override { http_.reset(); }

  support::Ended run_usage() {
    return project_.weir({"run", "usage.json"}, {{"STORAGE_EMULATOR_HOST", sandbox_->url()},
                                                 {"BIGQUERY_EMULATOR_HOST", sandbox_->url()}});
  }
  void post(const std::string& path, const std::string& body) {
    const auto answer = http_->send({.method = "POST",
                                     .url = sandbox_->url() + path,
                                     .headers = {{"Content-Type", "application/json"}},
                                     .body = body});
    ASSERT_TRUE(answer.ok() && answer->status < 300)
        << (answer.ok() ? answer->body : answer.error().to_string());
  }
  /// All cells of a query at BigQuery, one after the other.
  std::string cells(const std::string& sql) {
    const auto answer = http_->send({.method = "POST",
                                     .url = sandbox_->url() + "/bigquery/v2/projects/sandbox/queries",
                                     .headers = {{"Content-Type", "application/json"}},
                                     .body = fmt::format(R"({{"query":"{}","useLegacySql":false}})", sql)});
    if (!answer.ok()) return answer.error().to_string();
    const std::string start = "\"v\":";
    std::string all;
    for (auto at = answer->body.find(start); at != std::string::npos; at = answer->body.find(start, at + 1)) {
      const auto begin = at + start.size();
      all += (all.empty() ? "" : " ") + answer->body.substr(begin, answer->body.find('}', begin) - begin);
    }
    return all.empty() ? answer->body : all;
  }
  void set_rows(const std::string& rows) {
    post("/_looker/rows", R"({"view":"content_usage","rows":[)" + rows + "]}");
  }

  std::unique_ptr<io::HttpClient> http_;
};

std::string used(int id, const std::string& title, const std::string& time) {
  return fmt::format(R"({{"id":{},"content_title":"{}","last_accessed_time":{}}})", id, title,
                     time.empty() ? "null" : "\"" + time + "\"");
}

TEST_F(LookerUsage, B_2_and_B_6_the_original_variables_run_into_bigquery_without_duplicates) {
  set_rows(used(1, "Bob's board", "2024-05-13 04:12:09") + "," + used(2, "never opened", ""));
  const auto first = run_usage();
  ASSERT_EQ(first.exit_code, 0) << first.output;
  const std::string all =
      "SELECT id, content_title, last_accessed_time FROM looker.content_usage ORDER BY id";
  EXPECT_EQ(cells(all), R"("1" "Bob's board" "2024-05-13T04:12:09" "2" "never opened" null)");
  const auto second = run_usage();
  EXPECT_EQ(second.exit_code, 0) << "B-3: a day without rows is no failure" << second.output;
  EXPECT_EQ(cells(all), R"("1" "Bob's board" "2024-05-13T04:12:09" "2" "never opened" null)");
}

TEST_F(LookerUsage, B_1_the_first_load_counts_only_when_it_is_in_bigquery) {
  set_rows(used(1, "a", "2024-05-13 04:12:09"));
  sandbox_->faults().add({.match = "/bigquery/v2/projects/sandbox/jobs",
                          .action = FaultAction::Status,
                          .times = 50,
                          .status = 403});
  const auto failed = run_usage();
  EXPECT_NE(failed.exit_code, 0) << failed.output;
  sandbox_->faults().clear();
  const auto again = run_usage();
  ASSERT_EQ(again.exit_code, 0) << again.output;
  EXPECT_EQ(cells("SELECT id FROM looker.content_usage"), R"("1")")
      << "everything is loaded, not what is new";
}

class LookerQueries : public LookerProject {
 protected:
  LookerQueries() {
    project_.write("my_looker_query.json",
                   R"([{"name":"run_history","model":"system__activity","explore":"history",
      "fields":["history.id","history.created_time","history.runtime","history.cache"],
      "filters":{"history.status":"complete"},"sorts":["history.created_time"],"limit":"7",
      "metadata":{"datetime":"history.created_time","default_days":"2"}},
      {"name":"people","model":"system__activity","explore":"user","fields":["user.id","user.name"],
      "metadata":{"result_format":"csv"}}])");
  }
  support::TestProject::Variables with_bucket() const {
    auto all = variables();
    all["AWS_ACCESS_KEY_ID"] = support::S3Server::kAccessKey;
    all["AWS_SECRET_ACCESS_KEY"] = support::S3Server::kSecret;
    all["AWS_REGION"] = support::S3Server::kRegion;
    all["AWS_ENDPOINT_URL_S3"] = bucket_.server().endpoint();
    all["bucket_name"] = "s3://" + bucket_.name();
    return all;
  }
  std::vector<std::string> keys(const std::string& prefix) {
    std::vector<std::string> all;
    for (const auto& object : *io::list_all(bucket_.store(), prefix)) all.push_back(object.key);
    return all;
  }
  std::string content(const std::string& key) {
    const auto found = *io::list_all(bucket_.store(), key);
    return found.empty() ? "" : *bucket_.store().read(key, {0, found.front().size}, "");
  }

  support::S3Bucket bucket_;
};

TEST_F(LookerQueries, run_unchanged_into_the_documented_layout) {
  const auto ran = project_.weir({"run", "my_looker_query.json"}, with_bucket());
  ASSERT_EQ(ran.exit_code, 0) << ran.output;
  const auto objects = keys("looker/run_history/json/looker_run_history_");
  ASSERT_GE(objects.size(), 2U) << ran.output;
  std::size_t answers = 0;
  for (const auto& key : objects) {
    EXPECT_TRUE(key.ends_with(".json")) << key;
    const auto text = content(key);
    EXPECT_TRUE(text.starts_with("[{\"history.id\":")) << text.substr(0, 200);
    EXPECT_TRUE(text.ends_with("}]\n"));
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
    EXPECT_TRUE(text.find("\"history.cache\":\"No\"") != text.npos ||
                text.find("\"history.cache\":\"Yes\"") != text.npos);
    answers += static_cast<std::size_t>(std::count(text.begin(), text.end(), '{'));
  }
  EXPECT_GT(answers, 7U) << "C-2, C-3: there are more rows than the limit allows at once";
  std::vector<std::string> ids;
  for (const auto& key : objects) {
    const auto text = content(key);
    for (auto at = text.find("history.id\":"); at != text.npos; at = text.find("history.id\":", at + 1))
      ids.push_back(text.substr(at, text.find(',', at) - at));
  }
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(std::adjacent_find(ids.begin(), ids.end()), ids.end()) << "C-17: a row comes once";
  const auto newest = std::stoll(objects.back().substr(objects.back().rfind('_') + 1));
  EXPECT_LE(newest, clock_.now().micros / 1'000'000) << "C-5: no window ends ahead of now";
  const auto people = keys("looker/people/csv/looker_people_");
  ASSERT_EQ(people.size(), 1U);
  EXPECT_TRUE(content(people.front()).starts_with("User ID,User Name\n"))
      << content(people.front()).substr(0, 100);
}

TEST_F(LookerQueries, C_18_what_is_up_to_date_is_no_error_and_stops_nothing) {
  const auto first = project_.weir({"run", "--json_file", "my_looker_query.json"}, with_bucket());
  ASSERT_EQ(first.exit_code, 0) << first.output;
  const auto before = keys("looker/run_history/").size();
  for (const auto& key : keys("looker/run_history/")) ASSERT_TRUE(bucket_.store().remove(key).ok());
  const auto second = project_.weir({"run", "--json_file", "my_looker_query.json"}, with_bucket());
  ASSERT_EQ(second.exit_code, 0) << second.output;
  EXPECT_GT(before, 0U);
  EXPECT_EQ(keys("looker/run_history/").size(), 0U)
      << "C-4: what is younger than ten minutes waits. C-6, C-19, C-20: objects that are gone do not matter";
  EXPECT_EQ(keys("looker/people/").size(), 2U);
}

TEST_F(LookerQueries, C_1_a_gap_of_days_is_crossed) {
  const auto at = [&](int hours) {
    auto text =
        to_string(Timestamp{(clock_.now().micros / 1'000'000 - hours * 3600) * 1'000'000}).substr(0, 19);
    text[10] = ' ';
    return text;
  };
  auto opened = io::CurlHttpClient::open();
  ASSERT_TRUE(opened.ok());
  const auto told = (*opened)->send(
      {.method = "POST",
       .url = sandbox_->url() + "/_looker/rows",
       .headers = {{"Content-Type", "application/json"}},
       .body = fmt::format(R"({{"view":"history","rows":[{{"id":1,"created_time":"{}","status":"complete"}},
                              {{"id":2,"created_time":"{}","status":"complete"}}]}})",
                           at(47), at(1))});
  ASSERT_TRUE(told.ok() && told->status == 200) << told->body;
  const auto ran = project_.weir({"run", "my_looker_query.json"}, with_bucket());
  ASSERT_EQ(ran.exit_code, 0) << ran.output;
  std::string all;
  for (const auto& key : keys("looker/run_history/json/")) all += content(key);
  EXPECT_NE(all.find("\"history.id\":1,"), std::string::npos) << all;
  EXPECT_NE(all.find("\"history.id\":2,"), std::string::npos) << all;
  const auto again = project_.weir({"run", "my_looker_query.json"}, with_bucket());
  EXPECT_EQ(again.exit_code, 0) << again.output;
}

TEST_F(LookerQueries, C_13_every_argument_counts_alone) {
  auto variables = with_bucket();
  variables.erase("bucket_name");
  const auto without = project_.weir({"run", "my_looker_query.json"}, variables);
  EXPECT_EQ(without.exit_code, 2) << without.output;
  EXPECT_NE(without.output.find("bucket_name is not set"), std::string::npos) << without.output;
  const auto with =
      project_.weir({"run", "my_looker_query.json", "--aws_storage_bucket_name", bucket_.name()}, variables);
  EXPECT_EQ(with.exit_code, 0) << with.output;
}

}  // namespace
}  // namespace weir
