// SPDX-License-Identifier: Apache-2.0
// What is remembered of runs: runs, show, logs, gaps, state.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "app/testing.h"

namespace weir::app {
namespace {

using Json = nlohmann::json;

TEST(History, shows_runs_events_and_gaps) {
  TestProgram weir;
  weir.run({"init", "--sample"});
  EXPECT_NE(weir.run({"gaps"}).out.find("3 of 3 partitions"), std::string::npos);
  EXPECT_FALSE(weir.has(".weir/state.db"));
  weir.run({"run", "request_logs", "--partition", "2022-01-24"});
  const auto runs = Json::parse(weir.run({"runs", "--json"}).out)["runs"];
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_EQ(runs[0]["state"], "loaded");
  const std::string id = runs[0]["run_id"];
  EXPECT_EQ(Json::parse(weir.run({"show", id, "--json"}).out)["tables"]["datasette_request_logs"]["loaded"],
            2);
  EXPECT_GE(Json::parse(weir.run({"logs", id, "--json"}).out)["events"].size(), 3U);
  const auto gaps = Json::parse(weir.run({"gaps", "--json"}).out);
  EXPECT_EQ(gaps["pipelines"][0]["gaps"], Json({"2022-01-25", "2022-01-26"}));
  EXPECT_EQ(weir.run({"gaps", "--fail-if-any"}).exit_code, 4);
  EXPECT_EQ(weir.run({"show", "nonsense"}).exit_code, 1);
}

TEST(State, is_rebuilt_from_the_ledgers) {
  TestProgram weir;
  weir.run({"init", "--sample"});
  weir.run({"run"});
  std::filesystem::remove_all(weir.folder() + "/.weir");
  EXPECT_NE(weir.run({"gaps"}).out.find("3 of 3"), std::string::npos);
  EXPECT_EQ(weir.run({"state", "rebuild"}).exit_code, 0);
  EXPECT_NE(weir.run({"gaps"}).out.find("none; all 3"), std::string::npos);
}

TEST(State, finds_runs_by_their_load_before_and_after_it_is_rebuilt) {
  TestProgram weir;
  weir.run({"init", "--sample"});
  weir.run({"run", "request_logs", "--partition", "2022-01-24"});
  const auto run = Json::parse(weir.run({"runs", "--json"}).out)["runs"][0];
  const std::string id = run["run_id"];
  const std::string load = run["load_id"];
  ASSERT_NE(id, load);
  EXPECT_EQ(Json::parse(weir.run({"show", load, "--json"}).out)["run_id"], id);
  EXPECT_EQ(weir.run({"state", "rebuild"}).exit_code, 0);
  const auto shown = weir.run({"show", load});
  EXPECT_NE(shown.out.find("this is what the destination's ledger tells"), std::string::npos) << shown.out;
  EXPECT_EQ(shown.out.find("weir logs"), std::string::npos) << shown.out;
  EXPECT_NE(weir.run({"logs", load}).out.find("learned of this run from the ledger"), std::string::npos);
  const auto lost = weir.run({"show", id});
  EXPECT_EQ(lost.exit_code, 1);
  EXPECT_NE(lost.err.find("a run goes by the id of its load"), std::string::npos) << lost.err;
}

TEST(Runs, take_the_state_that_they_show) {
  TestProgram weir;
  weir.run({"init", "--sample"});
  weir.run({"run"});
  weir.run({"run", "request_logs", "--partition", "2022-01-24"});
  for (const std::string state : {"loaded", "empty", "up_to_date"}) {
    const auto shown = weir.run({"runs", "--state", state});
    EXPECT_EQ(shown.exit_code, 0) << shown.err;
    EXPECT_NE(shown.out.find("  " + state + "  "), std::string::npos) << shown.out;
    EXPECT_EQ(Json::parse(weir.run({"runs", "--state", state, "--json"}).out)["runs"][0]["state"], state);
  }
  EXPECT_EQ(weir.run({"runs", "--state", "failed"}).out, "No such runs.\n");
  const auto unknown = weir.run({"runs", "--state", "loadd"});
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_NE(unknown.err.find("did you mean 'loaded'?"), std::string::npos) << unknown.err;
}

TEST(Runs, are_forgotten_as_the_retention_of_the_project_says) {
  TestProgram weir;
  weir.run({"init", "--sample"});
  std::ifstream file(weir.folder() + "/weir.yaml");
  const std::string project(std::istreambuf_iterator<char>(file), {});
  weir.write("weir.yaml", project + "retention: {days: 2, runs: 2}\n");
  const auto known = [&] { return Json::parse(weir.run({"runs", "--limit", "100", "--json"}).out)["runs"]; };
  weir.run({"run"});
  EXPECT_EQ(known().size(), 3U);
  const std::string oldest = known().back()["run_id"];
  weir.set_time("2022-01-31T08:00:00Z");
  weir.run({"run"});
  EXPECT_EQ(known().size(), 4U);
  EXPECT_EQ(weir.run({"logs", oldest}).exit_code, 1);
  // The partitions stay known.
  EXPECT_NE(weir.run({"gaps"}).out.find("none; all 7"), std::string::npos) << weir.run({"gaps"}).out;
}

}  // namespace
}  // namespace weir::app
