// SPDX-License-Identifier: Apache-2.0
// From a new project to loaded rows: init, check, run, backfill.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "app/testing.h"

namespace weir::app {
namespace {

using Json = nlohmann::json;

std::vector<Json> lines_of(const std::string& text) {
  std::vector<Json> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(Json::parse(line));
  return lines;
}

TEST(Init, makes_projects_that_pass_their_check) {
  for (const std::string name : {"request-logs", "access-log"}) {
    TestProgram weir;
    EXPECT_EQ(weir.run({"init", name, "--sample"}).exit_code, 0);
    const auto checked = weir.run({"check", "--json"});
    EXPECT_EQ(checked.exit_code, 0) << checked.out << checked.err;
    const auto json = Json::parse(checked.out);
    EXPECT_TRUE(json["ok"].get<bool>()) << checked.out;
    EXPECT_EQ(json["pipelines"][0]["checks"].size(), 3U);
  }
}

TEST(Init, makes_the_folder_that_the_pipeline_reads_so_that_a_run_works_at_once) {
  for (const std::string name : {"request-logs", "access-log"}) {
    TestProgram weir;
    EXPECT_EQ(weir.run({"init", name}).exit_code, 0);
    EXPECT_TRUE(weir.has("logs"));
    const auto checked = weir.run({"check"});
    EXPECT_EQ(checked.exit_code, 0) << checked.out;
    const auto shown = weir.run({"run"});
    EXPECT_EQ(shown.exit_code, 0) << shown.err;
    EXPECT_NE(shown.out.find("1 empty"), std::string::npos) << shown.out;
  }
}

TEST(Init, moves_the_sample_to_the_last_days) {
  TestProgram weir;
  weir.set_time("2026-03-02T08:00:00Z");
  weir.run({"init", "--sample"});
  EXPECT_TRUE(weir.has("logs/2026-02-27.jsonl"));
  const auto shown = weir.run({"run"});
  EXPECT_NE(shown.out.find("1 loaded, 2 empty"), std::string::npos) << shown.out << shown.err;
}

TEST(Init, never_overwrites) {
  TestProgram weir;
  weir.write("weir.yaml", "mine");
  const auto shown = weir.run({"init"});
  EXPECT_EQ(shown.exit_code, 2);
  EXPECT_NE(shown.err.find("already has weir.yaml"), std::string::npos) << shown.err;
  EXPECT_FALSE(weir.has("pipelines"));
}

TEST(Check, reports_every_problem_at_once) {
  TestProgram weir;
  weir.write("weir.yaml", "connections:\n  logs: {type: fils}\n");
  weir.write("pipelines/a.yaml", "pipelin: a\nsource: {connection: logs}\n");
  const auto shown = weir.run({"check", "--json"});
  EXPECT_EQ(shown.exit_code, 2);
  const auto json = Json::parse(shown.out);
  EXPECT_FALSE(json["ok"].get<bool>());
  EXPECT_GE(json["problems"].size(), 3U) << shown.out;
}

TEST(Run, loads_the_sample_and_then_has_nothing_to_do) {
  TestProgram weir;
  weir.run({"init", "--sample"});
  const auto first = weir.run({"run"});
  EXPECT_EQ(first.exit_code, 0) << first.err;
  EXPECT_NE(first.out.find("request_logs: 1 loaded, 2 empty"), std::string::npos) << first.out;
  EXPECT_NE(first.out.find("weir quarantine show request_logs"), std::string::npos) << first.out;
  const auto second = weir.run({"run"});
  EXPECT_EQ(second.exit_code, 0);
  EXPECT_EQ(second.out, "✓ Nothing to do: the pipeline is up to date.\n");
  EXPECT_EQ(weir.run({"run", "--fail-if-nothing"}).exit_code, 3);
}

TEST(Run, accounts_for_every_row_as_json_events) {
  TestProgram weir;
  weir.run({"init", "--sample"});
  const auto shown = weir.run({"run", "--json"});
  EXPECT_EQ(shown.err, "");
  const auto events = lines_of(shown.out);
  ASSERT_GT(events.size(), 3U);
  EXPECT_EQ(events.front()["pipeline"], "request_logs");
  const auto rows = events.back()["rows"];
  EXPECT_EQ(events.back()["event"], "pipeline_finished");
  EXPECT_EQ(rows["read"], 5);
  EXPECT_EQ(rows["loaded"], 2);
  EXPECT_EQ(rows["filtered"], 1);
  EXPECT_EQ(rows["deduplicated"], 1);
  EXPECT_EQ(rows["quarantined"], 1);
}

TEST(Run, loads_a_partition_again_when_its_input_has_changed) {
  TestProgram weir;
  weir.run({"init", "--sample"});
  weir.run({"run"});
  weir.write(
      "logs/2022-01-25.jsonl",
      R"({"insertId":"x","timestamp":"2022-01-25T00:00:00Z","httpRequest":{"requestUrl":"https://a/b.json"}})"
      "\n");
  const auto plan = Json::parse(weir.run({"plan", "--json"}).out)["pipelines"][0]["partitions"];
  EXPECT_EQ(plan[0]["need"], "up_to_date");
  EXPECT_EQ(plan[1]["need"], "input_changed");
  const auto shown = weir.run({"run"});
  EXPECT_NE(shown.out.find("request_logs: 1 loaded\n"), std::string::npos) << shown.out;
}

TEST(Run, stopped_by_the_user_says_that_it_is_incomplete) {
  TestProgram weir;
  weir.run({"init", "--sample"});
  weir.cancelled = true;
  const auto shown = weir.run({"run"});
  EXPECT_EQ(shown.exit_code, 4);
  EXPECT_NE(shown.out.find("3 not loaded"), std::string::npos) << shown.out;
}

TEST(Backfill, includes_both_ends_and_goes_on_where_it_stopped) {
  TestProgram weir;
  weir.run({"init", "--sample"});
  const auto first = weir.run({"backfill", "--from", "2022-01-24", "--to", "2022-01-25"});
  EXPECT_NE(first.out.find("1 loaded, 1 empty"), std::string::npos) << first.out << first.err;
  const auto all = weir.run({"backfill", "--all", "--jobs", "2"});
  EXPECT_NE(all.out.find("2 of 3 partitions are loaded already"), std::string::npos) << all.out;
  EXPECT_EQ(weir.run({"backfill", "--all"}).out, "✓ Nothing to do: all 3 partitions are loaded.\n");
}

TEST(Backfill, needs_a_range) {
  TestProgram weir;
  EXPECT_EQ(weir.run({"backfill"}).exit_code, 2);
  EXPECT_EQ(weir.run({"backfill", "--all", "--from", "2022-01-24"}).exit_code, 2);
}

TEST(Backfill, goes_on_after_a_partition_that_failed) {
  TestProgram weir;
  weir.run({"init", "--sample"});
  weir.write("logs/2022-01-25.jsonl.gz", "\x1f\x8b\x08 this is no gzip");
  const auto shown = weir.run({"backfill", "--all"});
  EXPECT_EQ(shown.exit_code, 1);
  EXPECT_NE(shown.out.find("1 loaded, 1 empty, 1 failed"), std::string::npos) << shown.out;
  EXPECT_NE(shown.err.find("while loading request_logs 2022-01-25"), std::string::npos) << shown.err;
}

}  // namespace
}  // namespace weir::app
