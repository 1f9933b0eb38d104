// SPDX-License-Identifier: Apache-2.0
// The real program asking the stand-in for Looker: the templates, kills and faults, several instances.
#include <map>

#include "tests/integration/looker_project.h"

namespace weir::integration {
namespace {

using sandbox::FaultAction;

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

TEST_F(LookerProject, loads_every_row_once_when_several_windows_are_too_much_at_once) {
  set_history({230, 200, 180, 160, 140, 120, 100, 80, 60, 40, 20});
  project_.write("weir.yaml",
                 "connections:\n  looker: {type: looker, concurrency: 4}\n"
                 "  warehouse: {type: sqlite, path: usage.db}\n");
  project_.write("pipelines/history.yaml",
                 "pipeline: history\npartitions: { every: cursor, from: 10 days, step: 1 day, lag: 1 h }\n"
                 "source: {connection: looker, explore: history, fields: [history.id, history.created_time], "
                 "partition_field: history.created_time}\n"
                 "destination: {connection: warehouse, table: history, write: append}\n");
  for (const int status : {429, 502, 503})
    sandbox_->faults().add(
        {.match = "/queries/run/", .action = FaultAction::Status, .times = 2, .skip = 2, .status = status});
  run({"-j", "4"});
  EXPECT_EQ(project_.query("usage.db", "SELECT count(*), count(DISTINCT id) FROM history"), "11|11\n");
}

/// As the copy of content usage staged its rows: a file a day, in the root of the bucket.
TEST_F(LookerProject, writes_json_lines_into_a_bucket_of_google) {
  const auto day = set_history({30}).front().substr(0, 10);
  project_.write("weir.yaml", fmt::format("connections:\n  looker: {{type: looker}}\n  bucket: {{type: gcs, "
                                          "bucket: staging, endpoint: \"{}\", access: anonymous}}\n",
                                          sandbox_->url()));
  project_.write("pipelines/history.yaml",
                 fmt::format("pipeline: history\npartitions: {{ every: day, from: {} }}\n"
                             "source: {{connection: looker, explore: history, fields: [history.id, "
                             "history.status, history.created_time, history.runtime], partition_field: "
                             "history.created_time}}\n"
                             "destination: {{connection: bucket, table: history, format: jsonl, path: "
                             "\"history_{{{{ partition.compact }}}}.jsonl\", write: replace_partition}}\n",
                             day));
  run({"history", "--partition", day});
  auto name = day;
  std::erase(name, '-');
  const auto object =
      http_->send({.url = sandbox_->url() + "/storage/v1/b/staging/o/history_" + name + ".jsonl?alt=media"});
  ASSERT_TRUE(object.ok());
  EXPECT_EQ(object->status, 200);
  EXPECT_TRUE(object->body.starts_with(R"({"id":1,"status":"complete","created_time":")" + day))
      << object->body;
  EXPECT_TRUE(object->body.ends_with("\"runtime\":null}\n")) << object->body;
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

TEST_F(LookerProject, loads_from_other_instances_when_one_cannot_be_reached) {
  project_.write("looker.ini",
                 fmt::format("[here]\nbase_url={}\nclient_id=sandbox\nclient_secret=sandbox-secret\n"
                             "[away]\nbase_url=http://127.0.0.1:1\nclient_id=a\nclient_secret=b\n",
                             sandbox_->url()));
  project_.write("weir.yaml",
                 "connections:\n  away: {type: looker, ini_section: away}\n  here: {type: looker, "
                 "ini_section: here}\n  warehouse: {type: sqlite, path: usage.db}\n");
  for (const auto& [pipeline, instance] :
       std::map<std::string, std::string>{{"a", "away"}, {"b", "away"}, {"c", "here"}})
    project_.write("pipelines/" + pipeline + ".yaml",
                   fmt::format("pipeline: {0}\nsource: {{connection: {1}, explore: role}}\n"
                               "destination: {{connection: warehouse, table: {0}, write: replace}}\n",
                               pipeline, instance));
  const auto ended = project_.weir({"run"});
  EXPECT_EQ(ended.exit_code, 1) << ended.output;
  EXPECT_GT(std::stoi(rows("c")), 0);
  EXPECT_NE(ended.output.find("a: not loaded, because it cannot be told what is due"), std::string::npos)
      << ended.output;
  EXPECT_NE(ended.output.find("cannot connect to 127.0.0.1"), std::string::npos) << ended.output;
  EXPECT_NE(ended.output.find("b: not loaded, for the same reason"), std::string::npos) << ended.output;
  const auto checked = project_.weir({"check"});
  EXPECT_EQ(checked.exit_code, 1) << checked.output;
  EXPECT_NE(checked.output.find("while the source is out of reach"), std::string::npos) << checked.output;
}

TEST_F(LookerProject, is_warned_of_rows_that_looker_will_have_forgotten) {
  init("looker");
  const auto first = project_.weir({"check", "history"}, variables());
  EXPECT_NE(first.output.find("are not loaded yet: each day without a run loses the oldest"),
            std::string::npos)
      << first.output;
  const auto day = to_string(Date{day_of(clock_.now()).days - 85});
  project_.write("pipelines/metrics.yaml",
                 fmt::format("pipeline: metrics\npartitions: {{every: cursor, from: {}, step: 1 day}}\n"
                             "source: {{connection: looker, explore: query_metrics, partition_field: "
                             "query_metrics.created_at_time}}\ndestination: {{connection: warehouse, table: "
                             "metrics, write: merge, key: [id]}}\n",
                             day));
  const auto metrics = project_.weir({"gaps", "metrics"}, variables());
  EXPECT_NE(metrics.output.find("the source removes rows after 90 days"), std::string::npos)
      << metrics.output;
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

}  // namespace
}  // namespace weir::integration
