// SPDX-License-Identifier: Apache-2.0
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

TEST(Program, without_arguments_shows_what_it_can_do) {
  TestProgram weir;
  const auto shown = weir.run({});
  EXPECT_EQ(shown.exit_code, 0);
  EXPECT_NE(shown.out.find("Usage: weir COMMAND"), std::string::npos);
  EXPECT_NE(shown.out.find("backfill"), std::string::npos);
  EXPECT_EQ(shown.out.find("__complete"), std::string::npos);
}

TEST(Program, every_command_explains_itself_with_an_example) {
  TestProgram weir;
  for (const std::string command :
       {"init", "check", "plan", "preview", "run", "backfill", "runs", "show", "logs", "gaps", "quarantine",
        "state", "schema", "completion", "version"}) {
    const auto help = weir.run({command, "--help"});
    EXPECT_EQ(help.exit_code, 0) << command;
    EXPECT_NE(help.out.find("Usage: weir " + command), std::string::npos) << help.out;
    EXPECT_NE(help.out.find("Examples"), std::string::npos) << command;
  }
}

TEST(Program, help_fits_a_narrow_terminal) {
  TestProgram weir;
  weir.width = 60;
  std::istringstream stream(weir.run({"--help"}).out);
  for (std::string line; std::getline(stream, line);) EXPECT_LE(line.size(), 60U) << line;
}

TEST(Program, suggests_the_command_that_was_meant) {
  TestProgram weir;
  const auto shown = weir.run({"rnu"});
  EXPECT_EQ(shown.exit_code, 2);
  EXPECT_EQ(shown.out, "");
  EXPECT_EQ(shown.err,
            "error: there is no command 'rnu'; did you mean 'run'?\n"
            "help: `weir --help` shows how it is used\n");
}

TEST(Program, suggests_the_option_that_was_meant) {
  TestProgram weir;
  const auto shown = weir.run({"backfill", "--form", "2022-01-01"});
  EXPECT_EQ(shown.exit_code, 2);
  EXPECT_NE(shown.err.find("there is no option '--form'; did you mean '--from'?"), std::string::npos)
      << shown.err;
}

TEST(Program, names_the_argument_that_is_missing) {
  TestProgram weir;
  const auto shown = weir.run({"show"});
  EXPECT_EQ(shown.exit_code, 2);
  EXPECT_NE(shown.err.find("RUN is missing: the id of a run or of its load, or the beginning of it\n"),
            std::string::npos)
      << shown.err;
}

TEST(Program, explains_a_value_that_does_not_fit) {
  TestProgram weir;
  const auto problem = [&](const std::vector<std::string>& arguments) {
    const auto shown = weir.run(arguments);
    EXPECT_EQ(shown.exit_code, 2);
    return shown.err.substr(0, shown.err.find('\n'));
  };
  const auto near = problem({"init", "request-log"});
  EXPECT_TRUE(near.starts_with("error: TEMPLATE is one of request-logs, ")) << near;
  EXPECT_NE(near.find("cms-archives, looker-database, "), std::string::npos) << near;
  EXPECT_TRUE(near.ends_with(", but not 'request-log'; did you mean 'request-logs'?")) << near;
  EXPECT_EQ(problem({"completion"}), "error: SHELL is missing: one of bash, zsh");
  EXPECT_EQ(problem({"backfill", "--jobs", "x"}), "error: --jobs is a number, but not 'x'");
  EXPECT_EQ(problem({"runs", "--limit"}), "error: --limit needs a value: at most so many");
}

TEST(Program, says_how_to_make_a_project_where_there_is_none_and_makes_no_file) {
  TestProgram weir;
  for (const std::string command : {"run", "runs", "check", "plan", "gaps"}) {
    const auto shown = weir.run({command});
    EXPECT_EQ(shown.exit_code, 2) << command;
    EXPECT_NE(shown.err.find("`weir init` makes a project here"), std::string::npos) << shown.err;
  }
  EXPECT_TRUE(std::filesystem::is_empty(weir.folder()));
}

TEST(Program, writes_errors_as_json_when_asked) {
  TestProgram weir;
  const auto shown = weir.run({"--json", "runs"});
  EXPECT_EQ(shown.exit_code, 2);
  EXPECT_EQ(shown.err, "");
  EXPECT_EQ(Json::parse(shown.out)["error"]["code"], "invalid_config");
}

TEST(Program, colours_only_a_terminal_and_only_when_wanted) {
  TestProgram weir;
  const auto coloured = [&] { return weir.run({"--help"}).out.find('\x1b') != std::string::npos; };
  EXPECT_FALSE(coloured());
  weir.stream = World::Stream::Terminal;
  EXPECT_TRUE(coloured());
  weir.environment["NO_COLOR"] = "1";
  EXPECT_FALSE(coloured());
  weir.environment.erase("NO_COLOR");
  weir.environment["CLICOLOR"] = "0";
  EXPECT_FALSE(coloured());
  weir.environment.erase("CLICOLOR");
  weir.environment["TERM"] = "dumb";
  EXPECT_FALSE(coloured());
}

TEST(Program, uses_plain_signs_where_the_locale_has_no_others) {
  TestProgram weir;
  weir.environment["LANG"] = "C";
  weir.environment["LC_ALL"] = "POSIX";
  const auto shown = weir.run({"init"});
  EXPECT_EQ(shown.out.substr(0, 13), "ok weir.yaml\n");
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

TEST(Quarantine, rows_are_mended_in_a_file_and_replayed_once) {
  TestProgram weir;
  weir.run({"init", "--sample"});
  weir.run({"run"});
  EXPECT_EQ(Json::parse(weir.run({"quarantine", "list", "--json"}).out)["partitions"][0]["rows"], 1);
  EXPECT_EQ(weir.run({"quarantine", "show", "--export", "rows.txt"}).exit_code, 0);
  std::ifstream exported(weir.folder() + "/rows.txt");
  std::string text(std::istreambuf_iterator<char>(exported), {});
  const auto row = text.rfind("\n{");
  ASSERT_NE(row, std::string::npos) << text;
  weir.write("mended.txt", text.substr(0, row + 1) +
                               R"({"insertId":"61ee8a10-4","timestamp":"2022-01-24T11:03:00Z",)"
                               R"("httpRequest":{"requestUrl":"https://data.example.org/x.json"}})"
                               "\n");
  const auto replayed = weir.run({"quarantine", "replay", "--from", "mended.txt"});
  EXPECT_EQ(replayed.exit_code, 0) << replayed.err;
  EXPECT_NE(replayed.out.find("1 loaded"), std::string::npos) << replayed.out;
  EXPECT_NE(weir.run({"quarantine", "list"}).out.find("No rows are in quarantine"), std::string::npos);
  EXPECT_NE(weir.run({"quarantine", "replay"}).out.find("Nothing to do"), std::string::npos);
  EXPECT_NE(weir.run({"run"}).out.find("Nothing to do"), std::string::npos);
}

TEST(Quarantine, a_replay_of_rows_that_are_still_bad_changes_nothing_and_says_why) {
  TestProgram weir;
  weir.run({"init", "--sample"});
  weir.run({"run"});
  const auto entries = [&] {
    return Json::parse(weir.run({"state", "rebuild", "--json"}).out)["ledger_entries"];
  };
  const auto before = entries();
  const auto kept = weir.run({"quarantine", "show", "--json"}).out;
  const auto replayed = weir.run({"quarantine", "replay"});
  EXPECT_EQ(replayed.exit_code, 4);
  EXPECT_NE(replayed.out.find("nothing was loaded; every row stays in quarantine"), std::string::npos)
      << replayed.out;
  EXPECT_NE(replayed.out.find("2022-01-24: the row is still bad: 2022-01-24.jsonl line 5: not JSON"),
            std::string::npos)
      << replayed.out;
  EXPECT_EQ(entries(), before);
  EXPECT_EQ(weir.run({"quarantine", "show", "--json"}).out, kept);
  EXPECT_EQ(weir.run({"quarantine", "replay", "--json"}).exit_code, 4);
}

TEST(Quarantine, never_writes_over_a_file_of_mended_rows) {
  TestProgram weir;
  weir.run({"init", "--sample"});
  weir.run({"run"});
  weir.write("rows.txt", "mended");
  EXPECT_EQ(weir.run({"quarantine", "show", "--export", "rows.txt"}).exit_code, 2);
}

TEST(Preview, shows_rows_and_writes_nothing) {
  TestProgram weir;
  weir.run({"init", "--sample"});
  const auto json = Json::parse(weir.run({"preview", "--rows", "1", "--json"}).out);
  ASSERT_EQ(json["rows"].size(), 1U);
  EXPECT_EQ(json["rows"][0]["insert_id"], "61ee8a10-1");
  EXPECT_EQ(json["rows"][0]["status"], 200);
  EXPECT_EQ(json["bad_rows"].size(), 1U);
  EXPECT_FALSE(weir.has("usage.db"));
  EXPECT_FALSE(weir.has(".weir"));
}

TEST(Preview, works_with_transforms_that_need_all_rows) {
  TestProgram weir;
  weir.run({"init", "access-log", "--sample"});
  std::ifstream file(weir.folder() + "/pipelines/access_log.yaml");
  std::string text(std::istreambuf_iterator<char>(file), {});
  const auto at = text.find("checks:");
  weir.write("pipelines/access_log.yaml", text.substr(0, at) +
                                              "  - sql: { query: \"SELECT remote_ip, count(*) AS requests, "
                                              "now() AS timestamp FROM input GROUP BY 1\" }\n" +
                                              text.substr(at));
  const auto shown = weir.run({"preview", "--json"});
  EXPECT_EQ(Json::parse(shown.out)["rows"].size(), 3U) << shown.out << shown.err;
}

TEST(Schema, is_valid_json_with_all_definitions) {
  TestProgram weir;
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"schema"}, {"schema", "project"}, {"schema", "pipeline"}}) {
    const auto schema = Json::parse(weir.run(arguments).out);
    for (const auto* name :
         {"connection", "source", "destination", "transform", "check", "project", "pipeline"})
      EXPECT_TRUE(schema["$defs"].contains(name)) << name;
  }
}

TEST(Completion, knows_the_pipelines_and_stays_silent_without_a_project) {
  TestProgram weir;
  EXPECT_EQ(weir.run({"__complete", "pipelines"}).out, "");
  weir.run({"init"});
  EXPECT_EQ(weir.run({"__complete", "pipelines"}).out, "request_logs\n");
  EXPECT_NE(weir.run({"completion", "bash"}).out.find("'quarantine show')"), std::string::npos);
  EXPECT_NE(weir.run({"completion", "zsh"}).out.find("_weir_quarantine_show()"), std::string::npos);
}

TEST(Completion, has_no_json_form_and_says_so) {
  TestProgram weir;
  const auto shown = weir.run({"completion", "bash", "--json"});
  EXPECT_EQ(shown.exit_code, 2);
  EXPECT_NE(Json::parse(shown.out)["error"]["message"].get<std::string>().find("has no JSON form"),
            std::string::npos);
}

TEST(Reference, is_written_and_then_found_fresh) {
  TestProgram weir;
  EXPECT_EQ(weir.run({"reference", "docs", "--check"}).exit_code, 1);
  EXPECT_EQ(weir.run({"reference", "docs"}).exit_code, 0);
  EXPECT_EQ(weir.run({"reference", "docs", "--check"}).exit_code, 0);
  for (const auto* page : {"project", "pipeline", "connectors", "transforms", "checks", "commands"})
    EXPECT_TRUE(weir.has(std::string("docs/") + page + ".md"));
}

}  // namespace
}  // namespace weir::app
