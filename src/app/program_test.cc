// SPDX-License-Identifier: Apache-2.0
// What the program says of itself: help, mistakes on the command line, signs and colours, completion.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "app/testing.h"

namespace weir::app {
namespace {

using Json = nlohmann::json;

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

TEST(Program, help_is_a_command_too) {
  TestProgram weir;
  EXPECT_EQ(weir.run({"help"}).out, weir.run({"--help"}).out);
  EXPECT_EQ(weir.run({"help", "quarantine", "list"}).out, weir.run({"quarantine", "list", "--help"}).out);
  EXPECT_EQ(weir.run({"help", "rnu"}).exit_code, weir.run({"rnu", "--help"}).exit_code);
}

TEST(Program, help_keeps_options_of_earlier_jobs_apart) {
  TestProgram weir;
  const auto help = weir.run({"run", "--help"}).out;
  const auto own = help.find("\nOptions\n");
  const auto earlier = help.find("\nWith the JSON file of an earlier job\n");
  ASSERT_NE(own, std::string::npos) << help;
  ASSERT_NE(earlier, std::string::npos) << help;
  EXPECT_LT(own, help.find("--fail-if-nothing"));
  EXPECT_LT(help.find("--fail-if-nothing"), earlier);
  EXPECT_LT(earlier, help.find("--aws_server_public_key"));
}

TEST(Program, help_fits_a_narrow_terminal) {
  TestProgram weir;
  weir.width = 60;
  std::istringstream stream(weir.run({"--help"}).out);
  for (std::string line; std::getline(stream, line);) EXPECT_LE(line.size(), 60U) << line;
}

TEST(Program, help_moves_lists_in) {
  TestProgram weir;
  weir.width = 60;
  const auto help = weir.run({"init", "--help"}).out;
  EXPECT_NE(help.find("\n- access-log: Access logs of a web server (Apache or nginx,\n  combined format)"),
            std::string::npos)
      << help;
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
  // A name that a shell would carry out is left out.
  weir.write("pipelines/evil.yaml", "pipeline: $(touch evil)\n");
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

TEST(Program, says_its_version) {
  TestProgram weir;
  const auto shown = weir.run({"version"});
  EXPECT_EQ(shown.exit_code, 0);
  EXPECT_TRUE(shown.out.starts_with("weir ")) << shown.out;
  EXPECT_TRUE(Json::parse(weir.run({"version", "--json"}).out).contains("version"));
}

// What bash itself makes of the script, with words in place of the keys that a person presses.
TEST(Completion, of_bash_offers_commands_options_and_choices) {
  TestProgram weir;
  weir.write("complete.sh",
             weir.run({"completion", "bash"}).out +
                 "offer() { COMP_WORDS=(weir \"$@\"); COMP_CWORD=$#; _weir; echo \"${COMPREPLY[*]}\"; }\n"
                 "offer back; offer quarantine re; offer backfill --al; offer init look; "
                 "offer runs --state fai; offer completion z\n");
  auto* const shell = ::popen(("bash " + weir.folder() + "/complete.sh 2>&1").c_str(), "r");
  ASSERT_NE(shell, nullptr);
  std::string out(4096, '\0');
  out.resize(::fread(out.data(), 1, out.size(), shell));
  EXPECT_EQ(::pclose(shell), 0);
  EXPECT_EQ(out, "backfill\nreplay\n--all\nlooker-database looker\nfailed\nzsh\n");
}

}  // namespace
}  // namespace weir::app
