// SPDX-License-Identifier: Apache-2.0
// The request-log pipeline as users run it. Tests that begin with a number such as E_1 show that a
// weakness of the scripts that weir replaces is gone.
#include <gtest/gtest.h>

#include "tests/support/test_project.h"

namespace weir {
namespace {

using support::Ended;
using support::TestProject;

/// A project made from the template that `weir init` offers.
class RequestLogs : public testing::Test {
 protected:
  void SetUp() override {
    const auto made = project_.weir({"init", "request-logs", "--dir", "."});
    ASSERT_EQ(made.exit_code, 0) << made.output;
  }

  void log(const std::string& day, const std::string& lines) const {
    project_.write("logs/" + day + ".jsonl", lines);
  }
  Ended load(const std::string& day, const std::string& option = "--json") const {
    return project_.weir({"run", "request_logs", "--partition", day, option});
  }
  std::string query(const std::string& sql) const { return project_.query("usage.db", sql); }
  std::string ids() const {
    return query("SELECT insert_id, timestamp, request_url_path FROM datasette_request_logs ORDER BY 1");
  }

  TestProject project_;
};

/// An entry as the log sink writes it.
std::string entry(const std::string& id, const std::string& time,
                  const std::string& path = "/pudl/plants.json", const std::string& address = "10.1.2.3") {
  return R"({"insertId":")" + id + R"(","timestamp":")" + time + R"(","receiveTimestamp":")" + time +
         R"(","severity":"INFO","textPayload":null,"trace":"projects/p/traces/1","resource":{"type":"cloud_run_revision","labels":{"service_name":"datasette"}},"labels":{"instanceId":"00bf4b"},"httpRequest":{"requestMethod":"GET","requestUrl":"https://data.example.org)" +
         path +
         R"(?_size=5","requestSize":"812","status":200,"responseSize":"20480","userAgent":"curl/7.79","remoteIp":")" +
         address + R"(","latency":"0.042s","protocol":"HTTP/1.1","someNewKey":1}})" + "\n";
}

TEST_F(RequestLogs, E_4_the_pipeline_as_it_ships_is_under_test) {
  log("2024-05-01", entry("a", "2024-05-01T12:34:56.789Z"));
  const auto loaded = load("2024-05-01");
  ASSERT_EQ(loaded.exit_code, 0) << loaded.output;
  EXPECT_EQ(
      query(
          "SELECT insert_id, timestamp, severity, request_method, request_url_scheme, request_url_netloc, "
          "request_url_path, request_url_query, request_size, status, response_size, user_agent, remote_ip, "
          "latency, protocol FROM datasette_request_logs"),
      "a|2024-05-01 "
      "12:34:56.789000|INFO|GET|https|data.example.org|/pudl/plants.json|_size=5|812|200|20480.0|"
      "curl/7.79|10.1.2.3|0.042|HTTP/1.1\n");
}

TEST_F(RequestLogs, E_1_running_a_partition_again_changes_nothing) {
  log("2024-05-01", entry("a", "2024-05-01T01:00:00Z") + entry("b", "2024-05-01T02:00:00Z"));
  ASSERT_EQ(load("2024-05-01").exit_code, 0);
  const auto before = ids();
  EXPECT_EQ(load("2024-05-01").exit_code, 0);
  EXPECT_EQ(load("2024-05-01", "--rerun").exit_code, 0);
  EXPECT_EQ(ids(), before);
  log("2024-05-01", entry("b", "2024-05-01T02:00:00Z") + entry("c", "2024-05-01T03:00:00Z"));
  EXPECT_EQ(load("2024-05-01").exit_code, 0);
  EXPECT_EQ(query("SELECT group_concat(insert_id) FROM datasette_request_logs"), "b,c\n");
}

TEST_F(RequestLogs, E_3_dates_are_bound_not_pasted_into_sql) {
  log("2024-05-01", entry("a", "2024-05-01T01:00:00Z"));
  const auto plan =
      project_.weir({"plan", "request_logs", "--from", "2024-05-01", "--to", "2024-05-01", "--sql"});
  ASSERT_EQ(plan.exit_code, 0) << plan.output;
  const auto sql = plan.output.find("SELECT");
  ASSERT_NE(sql, std::string::npos) << plan.output;
  EXPECT_NE(plan.output.find("window_start()", sql), std::string::npos) << plan.output;
  EXPECT_EQ(plan.output.find("2024-05-01", sql), std::string::npos) << plan.output;
}

TEST_F(RequestLogs, E_5_the_path_filter_is_literal_and_copes_with_no_path) {
  auto without_url = entry("n", "2024-05-01T01:00:00Z");
  const auto at = without_url.find("https://");
  without_url.erase(at, without_url.find('"', at) - at);
  log("2024-05-01", entry("a", "2024-05-01T01:00:00Z", "/ajson") +
                        entry("b", "2024-05-01T01:00:00Z", "/x.json") +
                        entry("c", "2024-05-01T01:00:00Z", "/ferc1/x") + without_url);
  const auto loaded = load("2024-05-01");
  ASSERT_EQ(loaded.exit_code, 0) << loaded.output;
  EXPECT_EQ(query("SELECT group_concat(insert_id) FROM datasette_request_logs"), "b,c\n");
}

TEST_F(RequestLogs, E_7_a_partition_of_private_addresses_loads) {
  log("2024-05-01", entry("a", "2024-05-01T01:00:00Z", "/pudl/x", "192.168.0.1"));
  ASSERT_EQ(load("2024-05-01").exit_code, 0);
  EXPECT_EQ(query("SELECT remote_ip, remote_ip_country FROM datasette_request_logs"), "192.168.0.1|NULL\n");
}

TEST_F(RequestLogs, E_12_a_duplicate_in_another_partition_is_counted_not_fatal) {
  log("2024-05-01", entry("a", "2024-05-01T23:59:00Z"));
  log("2024-05-02", entry("a", "2024-05-02T00:01:00Z") + entry("b", "2024-05-02T01:00:00Z"));
  ASSERT_EQ(load("2024-05-01").exit_code, 0);
  const auto second = load("2024-05-02");
  ASSERT_EQ(second.exit_code, 0) << second.output;
  EXPECT_EQ(
      query(
          "SELECT rows_read, rows_loaded, rows_deduplicated FROM _weir_loads WHERE partition = '2024-05-02'"),
      "2|1|1\n");
}

TEST_F(RequestLogs, E_13_a_partition_without_rows_is_recorded_as_empty) {
  log("2024-05-01", "");
  EXPECT_EQ(load("2024-05-01").exit_code, 0);
  EXPECT_EQ(load("2024-05-02").exit_code, 0);  // there is not even a file
  EXPECT_EQ(query("SELECT partition, rows_read FROM _weir_loads ORDER BY 1"), "2024-05-01|0\n2024-05-02|0\n");
  const auto gaps = project_.weir({"gaps", "request_logs"});
  EXPECT_EQ(gaps.exit_code, 0) << gaps.output;
  EXPECT_EQ(gaps.output.find("2024-05-01"), std::string::npos) << gaps.output;
}

TEST_F(RequestLogs, E_13_rows_that_are_loaded_stay_when_their_file_is_gone) {
  log("2024-05-01", entry("a", "2024-05-01T01:00:00Z"));
  ASSERT_EQ(load("2024-05-01").exit_code, 0);
  std::filesystem::remove(project_.path("logs/2024-05-01.jsonl"));
  EXPECT_EQ(load("2024-05-01").exit_code, 0);
  EXPECT_EQ(query("SELECT count(*) FROM datasette_request_logs"), "1\n");
}

TEST_F(RequestLogs, E_15_a_missing_key_file_is_named_before_anything_runs) {
  auto pipeline = project_.read("pipelines/request_logs.yaml");
  const auto checks = pipeline.find("\nchecks:");
  ASSERT_NE(checks, std::string::npos);
  pipeline.insert(checks, "\n  - mask: {column: user_agent, method: hmac, key: \"file:no-such-key\"}");
  project_.write("pipelines/request_logs.yaml", pipeline);
  log("2024-05-01", entry("a", "2024-05-01T01:00:00Z"));
  const auto failed = load("2024-05-01");
  EXPECT_NE(failed.exit_code, 0);
  EXPECT_NE(failed.output.find("no-such-key"), std::string::npos) << failed.output;
}

TEST_F(RequestLogs, E_17_nothing_is_left_over_but_state_and_quarantine) {
  log("2024-05-01", entry("a", "2024-05-01T01:00:00Z"));
  ASSERT_EQ(load("2024-05-01").exit_code, 0);
  for (const auto& file : std::filesystem::recursive_directory_iterator(project_.path(".weir"))) {
    if (!file.is_regular_file()) continue;
    EXPECT_TRUE(file.path().filename().string().starts_with("state.db")) << file.path();
  }
}

TEST_F(RequestLogs, E_18_another_table_of_the_file_is_left_alone) {
  EXPECT_EQ(query("CREATE TABLE mine (x); INSERT INTO mine VALUES (1)"),
            "error: unable to open database file\n");
  log("2024-05-01", entry("a", "2024-05-01T01:00:00Z"));
  ASSERT_EQ(load("2024-05-01").exit_code, 0);
  query("CREATE TABLE mine (x); INSERT INTO mine VALUES (1)");
  ASSERT_EQ(load("2024-05-01", "--rerun").exit_code, 0);
  EXPECT_EQ(query("SELECT count(*) FROM mine"), "1\n");
  EXPECT_EQ(query("SELECT count(*) FROM pragma_table_info('datasette_request_logs') WHERE pk = 1 AND name = "
                  "'insert_id'"),
            "1\n");
}

TEST_F(RequestLogs, E_22_names_of_tables_and_places_are_configuration) {
  auto pipeline = project_.read("pipelines/request_logs.yaml");
  pipeline.replace(pipeline.find("datasette_request_logs"), 22, "visits");
  project_.write("pipelines/request_logs.yaml", pipeline);
  log("2024-05-01", entry("a", "2024-05-01T01:00:00Z"));
  ASSERT_EQ(load("2024-05-01").exit_code, 0);
  EXPECT_EQ(query("SELECT count(*) FROM visits"), "1\n");
}

TEST_F(RequestLogs, take_over_a_table_of_the_scripts_without_losing_its_rows) {
  log("2024-05-01", entry("a", "2024-05-01T01:00:00Z"));
  ASSERT_EQ(load("2024-05-01").exit_code, 0);
  // As the scripts left it: their table, their rows of a day that weir has not loaded yet.
  query(
      "DROP TABLE _weir_loads; DELETE FROM datasette_request_logs; INSERT INTO datasette_request_logs "
      "(insert_id, "
      "timestamp, severity) VALUES ('old', '2024-05-01 03:00:00.000000', 'KEPT'), ('a', '2024-05-01 "
      "01:00:00.000000', 'KEPT')");
  log("2024-05-01", entry("a", "2024-05-01T01:00:00Z") + entry("b", "2024-05-01T02:00:00Z"));
  const auto loaded = load("2024-05-01");
  ASSERT_EQ(loaded.exit_code, 0) << loaded.output;
  EXPECT_EQ(query("SELECT insert_id, severity FROM datasette_request_logs ORDER BY 1"),
            "a|KEPT\nb|INFO\nold|KEPT\n");
}

TEST_F(RequestLogs, a_partition_is_never_appended_twice) {
  auto pipeline = project_.read("pipelines/request_logs.yaml");
  pipeline.replace(pipeline.find("write: replace_partition"), 24, "write: append");
  pipeline.erase(pipeline.find("  - deduplicate:"), pipeline.find("\n", pipeline.find("  - deduplicate:")) +
                                                        1 - pipeline.find("  - deduplicate:"));
  pipeline.erase(pipeline.find("  key: [insert_id]\n"), 19);
  project_.write("pipelines/request_logs.yaml", pipeline);
  log("2024-05-01", entry("a", "2024-05-01T01:00:00Z"));
  ASSERT_EQ(load("2024-05-01").exit_code, 0);
  const auto again = load("2024-05-01", "--rerun");
  EXPECT_EQ(again.exit_code, 1) << again.output;
  EXPECT_EQ(query("SELECT count(*) FROM datasette_request_logs"), "1\n");
}

TEST_F(RequestLogs, bad_rows_keep_their_bytes_and_can_be_fixed_and_replayed) {
  const auto good = entry("a", "2024-05-01T01:00:00Z");
  const auto late = entry("b", "yesterday at noon");
  log("2024-05-01", good + late + "{\"insertId\": \"c\", broken\n");
  const auto loaded = load("2024-05-01");
  ASSERT_EQ(loaded.exit_code, 0) << loaded.output;
  EXPECT_EQ(query("SELECT rows_read, rows_loaded, rows_quarantined FROM _weir_loads"), "3|1|2\n");
  const auto shown = project_.weir({"quarantine", "show", "request_logs", "--partition", "2024-05-01"});
  EXPECT_NE(shown.output.find("yesterday at noon"), std::string::npos) << shown.output;
  EXPECT_NE(shown.output.find("broken"), std::string::npos) << shown.output;

  auto file = project_.read(".weir/quarantine/request_logs/2024-05-01.jsonl");
  const std::string bad = "yesterday at noon";
  for (auto at = file.find(bad); at != std::string::npos; at = file.find(bad)) {
    file.replace(at, bad.size(), "2024-05-01T02:00:00Z");
  }
  project_.write(".weir/quarantine/request_logs/2024-05-01.jsonl", file);
  const auto replayed = project_.weir({"quarantine", "replay", "request_logs", "--partition", "2024-05-01"});
  EXPECT_EQ(query("SELECT group_concat(insert_id) FROM datasette_request_logs"), "a,b\n") << replayed.output;
  const auto again = project_.weir({"quarantine", "replay", "request_logs", "--partition", "2024-05-01"});
  EXPECT_EQ(query("SELECT group_concat(insert_id) FROM datasette_request_logs"), "a,b\n") << again.output;
}

TEST_F(RequestLogs, the_state_is_rebuilt_from_the_ledger) {
  log("2024-05-01", entry("a", "2024-05-01T01:00:00Z"));
  ASSERT_EQ(load("2024-05-01").exit_code, 0);
  std::filesystem::remove_all(project_.path(".weir"));
  const auto rebuilt = project_.weir({"state", "rebuild"});
  ASSERT_EQ(rebuilt.exit_code, 0) << rebuilt.output;
  const auto gaps = project_.weir({"gaps", "request_logs"});
  EXPECT_EQ(gaps.exit_code, 0) << gaps.output;
  EXPECT_EQ(gaps.output.find("2024-05-01"), std::string::npos) << gaps.output;
}

TEST_F(RequestLogs, a_backfill_with_several_jobs_loads_each_day_once) {
  for (int day = 1; day <= 9; ++day) {
    const auto date = "2024-05-0" + std::to_string(day);
    log(date, entry("a" + std::to_string(day), date + "T01:00:00Z") +
                  entry("b" + std::to_string(day), date + "T02:00:00Z"));
  }
  const auto ended = project_.weir(
      {"backfill", "request_logs", "--from", "2024-05-01", "--to", "2024-05-09", "--jobs", "4"});
  ASSERT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_EQ(query("SELECT count(*), count(DISTINCT substr(timestamp, 1, 10)) FROM datasette_request_logs"),
            "18|9\n");
  EXPECT_EQ(query("SELECT count(*), sum(rows_loaded) FROM _weir_loads"), "9|18\n");
}

}  // namespace
}  // namespace weir
