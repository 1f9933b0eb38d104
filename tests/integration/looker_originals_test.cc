// SPDX-License-Identifier: Apache-2.0
// The files of earlier jobs that asked Looker, run unchanged against its stand-in. Tests that begin with a
// number such as C_1 show that a weakness of those jobs is gone.
#include <algorithm>

#include "tests/integration/looker_project.h"
#include "tests/support/s3_server.h"

namespace weir::integration {
namespace {

using sandbox::FaultAction;

/// The variables of the copy of content usage into BigQuery, as its file holds them.
class LookerUsage : public LookerProject {
 protected:
  LookerUsage() {
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

  support::TestProject::Variables google() const {
    return {{"STORAGE_EMULATOR_HOST", sandbox_->url()}, {"BIGQUERY_EMULATOR_HOST", sandbox_->url()}};
  }
  support::Ended run_usage(const std::string& crash_at = {}) {
    auto all = google();
    if (!crash_at.empty()) all["WEIR_CRASH_AT"] = crash_at;
    return project_.weir({"run", "usage.json"}, all);
  }
  void set_rows(const std::string& rows) {
    post("/_looker/rows", R"({"view":"content_usage","rows":[)" + rows + "]}");
  }
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

TEST_F(LookerUsage, B_5_rows_of_a_run_that_died_are_never_loaded_by_the_next) {
  set_rows(used(1, "of the run that died", "2024-05-13 04:12:09"));
  for (const auto* point : {"extracted", "staged"}) ASSERT_EQ(run_usage(point).exit_code, 128 + 9) << point;
  set_rows(used(2, "as it is now", "2024-05-13 05:00:00"));
  const auto ended = run_usage();
  ASSERT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_EQ(cells("SELECT id FROM looker.content_usage"), R"("2")");
}

TEST_F(LookerUsage, B_15_rows_wait_in_the_bucket_and_any_machine_goes_on) {
  set_rows(used(1, "a", "2024-05-13 04:12:09"));
  ASSERT_EQ(run_usage("staged").exit_code, 128 + 9);
  const auto asked = sandbox_->requests();
  EXPECT_TRUE(std::any_of(asked.begin(), asked.end(), [](const auto& request) {
    return request.find("/upload/storage/v1/b/staging/") != std::string::npos;
  }));
  const support::TestProject other_machine;
  other_machine.write("usage.json", project_.read("usage.json"));
  const auto there = other_machine.weir({"run", "usage.json"}, google());
  ASSERT_EQ(there.exit_code, 0) << there.output;
  const auto here = run_usage();
  EXPECT_EQ(here.exit_code, 0) << here.output;
  EXPECT_EQ(cells("SELECT COUNT(*), COUNT(DISTINCT id) FROM looker.content_usage"), R"("1" "1")");
}

TEST_F(LookerUsage, B_16_settings_say_what_is_asked_and_no_host_name_does) {
  set_rows(used(1, "a", "2024-05-13 04:12:09"));
  auto variables = project_.read("usage.json");
  const auto from = variables.find("\"looker_api_base_url\"");
  const auto to = variables.find("\"looker_api_bucket_name\"");
  variables.erase(from, to - from);
  replace(variables, R"(,"looker_api_client_id":"sandbox","looker_api_client_secret":"sandbox-secret")", "");
  project_.write("usage.json", variables);
  project_.write("looker.ini", fmt::format("[Looker]\nbase_url={}\nclient_id=sandbox\nclient_secret="
                                           "sandbox-secret\n",
                                           sandbox_->url()));
  for (const auto* host : {"airflow-worker-0", "laptop"}) {
    auto all = google();
    all["HOSTNAME"] = host;
    const auto ended = project_.weir({"run", "usage.json"}, all);
    EXPECT_EQ(ended.exit_code, 0) << host << ": " << ended.output;
  }
  EXPECT_EQ(cells("SELECT id FROM looker.content_usage"), R"("1")");
}

/// Rows are appended, so that one which came twice would be seen.
TEST_F(LookerUsage, killed_at_any_point_lose_and_double_nothing) {
  set_history({200, 180, 160, 140, 120, 100, 80, 60, 40, 20});
  project_.write("weir.yaml",
                 "connections:\n  looker: {type: looker}\n"
                 "  warehouse: {type: bigquery, project: sandbox, dataset: looker}\n");
  project_.write("pipelines/history.yaml",
                 "pipeline: history\npartitions: { every: cursor, from: 9 days, step: 1 day, lag: 1 h }\n"
                 "source: {connection: looker, explore: history, fields: [history.id, history.created_time], "
                 "partition_field: history.created_time}\n"
                 "destination: {connection: warehouse, table: history, write: append}\n");
  auto all = google();
  all.merge(variables());
  for (const auto* point : {"claimed:2", "extracted:2", "staged:2", "published:2", "recorded:2"}) {
    all["WEIR_CRASH_AT"] = point;
    const auto killed = project_.weir({"run"}, all);
    EXPECT_EQ(killed.exit_code, 128 + 9) << point << ": " << killed.output;
  }
  all.erase("WEIR_CRASH_AT");
  const auto resumed = project_.weir({"run"}, all);
  EXPECT_EQ(resumed.exit_code, 0) << resumed.output;
  EXPECT_EQ(cells("SELECT COUNT(*), COUNT(DISTINCT id) FROM looker.history"), R"("10" "10")");
  EXPECT_EQ(cells("SELECT COUNT(*) = COUNT(DISTINCT `partition`), SUM(rows_loaded) FROM looker._weir_loads"),
            R"("true" "10")");
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
  set_history({47, 1});
  const auto ran = project_.weir({"run", "my_looker_query.json"}, with_bucket());
  ASSERT_EQ(ran.exit_code, 0) << ran.output;
  std::string all;
  for (const auto& key : keys("looker/run_history/json/")) all += content(key);
  EXPECT_NE(all.find("\"history.id\":1,"), std::string::npos) << all;
  EXPECT_NE(all.find("\"history.id\":2,"), std::string::npos) << all;
  const auto again = project_.weir({"run", "my_looker_query.json"}, with_bucket());
  EXPECT_EQ(again.exit_code, 0) << again.output;
}

TEST_F(LookerQueries, C_16_neither_labels_nor_nulls_decide_where_the_next_run_begins) {
  const auto times = set_history({47, 1, -1});
  project_.write("by_label.json",
                 R"([{"name":"by_label","model":"system__activity","explore":"history",
      "fields":["history.created_time","history.id","history.status"],"sorts":["history.created_time asc"],
      "metadata":{"datetime":"history.created_time","default_days":"2","result_format":"csv"}}])");
  for (int run = 0; run < 2; ++run) {
    const auto ended = project_.weir({"run", "by_label.json"}, with_bucket());
    ASSERT_EQ(ended.exit_code, 0) << ended.output;
  }
  std::string all;
  for (const auto& key : keys("looker/by_label/csv/")) {
    const auto text = content(key);
    EXPECT_TRUE(text.starts_with("History Created Time,History ID,History Status\n")) << text;
    all += text.substr(text.find('\n') + 1);
  }
  EXPECT_EQ(all, fmt::format("{},1,complete\n{},2,complete\n", times[0], times[1]));
}

TEST_F(LookerQueries, C_23_a_relative_path_is_one_of_the_working_directory) {
  project_.write("queries/people.json",
                 R"({"name":"people","model":"system__activity","explore":"user","fields":["user.id"]})");
  const auto ended = project_.weir({"run", "queries/people.json"}, with_bucket());
  EXPECT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_EQ(keys("looker/people/json/").size(), 1U);
  const auto missing = project_.weir({"run", "people.json"}, with_bucket());
  EXPECT_EQ(missing.exit_code, 1);
  EXPECT_NE(missing.output.find(project_.path("people.json").string() + " is no file"), std::string::npos)
      << missing.output;
}

/// Killed again and again, one window further each time.
TEST_F(LookerQueries, killed_at_any_point_lose_and_double_nothing) {
  set_history({40, 30, 25, 20, 10, 5, 2});
  for (const auto* point : {"claimed", "extracted", "staged", "published", "recorded"}) {
    auto all = with_bucket();
    all["WEIR_CRASH_AT"] = point;
    EXPECT_EQ(project_.weir({"run", "my_looker_query.json"}, all).exit_code, 128 + 9) << point;
  }
  const auto resumed = project_.weir({"run", "my_looker_query.json"}, with_bucket());
  EXPECT_EQ(resumed.exit_code, 0) << resumed.output;
  std::vector<std::string> ids;
  for (const auto& key : keys("looker/run_history/json/")) {
    const auto text = content(key);
    for (auto at = text.find("history.id\":"); at != text.npos; at = text.find("history.id\":", at + 1))
      ids.push_back(text.substr(at + 12, text.find(',', at) - at - 12));
  }
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(join(ids, " "), "1 2 3 4 5 6 7");
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
}  // namespace weir::integration
