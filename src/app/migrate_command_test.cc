// SPDX-License-Identifier: Apache-2.0
// `weir migrate` and what `weir run OLD.json` says before it reaches any system.
#include <gtest/gtest.h>

#include "app/original_run.h"
#include "app/testing.h"

namespace weir::app {
namespace {

constexpr std::string_view kOriginal = R"({
  "bucket": "example-bucket", "source": "client", "destination": "processed", "directory": "in",
  "doc": "export.*", "schema": "cmslite", "truncate": false, "delim": ",",
  "files": {"groups": {"dbtable": "cms_group", "column_count": 1, "columns": ["id"]}}
})";

bool has(const std::string& text, std::string_view words) { return text.find(words) != std::string::npos; }

TEST(Migrate, writes_a_project_and_says_what_it_decided) {
  TestProgram weir;
  weir.write("old.json", kOriginal);
  const auto shown = weir.run({"migrate", "old.json", "--to", "new"});
  EXPECT_EQ(shown.exit_code, 0) << shown.err;
  EXPECT_TRUE(has(shown.out, "new/weir.yaml\n")) << shown.out;
  EXPECT_TRUE(has(shown.out, "What was decided:\n- delim is honoured")) << shown.out;
  EXPECT_TRUE(weir.has("new/pipelines/old.yaml"));
  const auto again = weir.run({"migrate", "old.json", "--to", "new"});
  EXPECT_EQ(again.exit_code, 2);
  EXPECT_TRUE(has(again.err, "already has weir.yaml, pipelines/old.yaml")) << again.err;
}

TEST(Migrate, says_once_that_a_warning_is_one) {
  TestProgram weir;
  weir.write("old.json", "{\"extra\": 1," + std::string(kOriginal.substr(1)));
  const auto shown = weir.run({"migrate", "old.json", "--to", "new"});
  EXPECT_EQ(shown.exit_code, 0) << shown.err;
  EXPECT_TRUE(shown.err.starts_with("warning: old.json:1:2: ")) << shown.err;
  EXPECT_EQ(shown.err.find("warning:", 1), std::string::npos) << shown.err;
}

TEST(Migrate, names_every_problem_of_the_file) {
  TestProgram weir;
  weir.write("old.json", R"({"bucket": "", "truncate": 1})");
  const auto shown = weir.run({"migrate", "old.json"});
  EXPECT_EQ(shown.exit_code, 2);
  EXPECT_TRUE(has(shown.err, "old.json:1:12: bucket is empty")) << shown.err;
  EXPECT_TRUE(has(shown.err, "'doc'")) << shown.err;
}

TEST(OriginalRun, X_3_names_every_problem_and_ends_with_a_report_and_exit_code_1) {
  TestProgram weir;
  weir.environment["pgport"] = "redshift";
  weir.write("old.json", R"({"bucket": "b"})");
  const auto shown = weir.run({"run", "old.json"});
  EXPECT_EQ(shown.exit_code, 1);
  for (const auto* words :
       {"'doc'", "'files'", "the variable pgport is 'redshift', which is no port",
        "the variable pghost is not set", "the variable pgpass is not set",
        "Start: 2022-01-27 00:00:00-0800 (PST)\n", "Elapsed: 0:00:00.000000\n", "Objects to process: 0\n",
        "INFO:weir:2022-01-27 00:00:00,000:Exiting with code 1 : invalid_config\n"}) {
    EXPECT_TRUE(has(shown.out, words)) << words << "\n" << shown.out;
  }
}

TEST(OriginalRun, X_1_writes_its_log_into_the_folder_that_is_asked_for) {
  TestProgram weir;
  weir.write("old.json", "{}");
  weir.run({"run", "old.json"});
  EXPECT_TRUE(weir.has("logs/weir.log"));
  weir.run({"run", "old.json", "--logs", "var/log"});
  EXPECT_TRUE(weir.has("var/log/weir.log"));
}

TEST(OriginalRun, keeps_its_project_in_one_place_for_each_file) {
  const auto one = original_project_folder("/home/ana", "a/cms.json");
  EXPECT_TRUE(one.starts_with("/home/ana/.weir/cms-")) << one;
  EXPECT_EQ(one, original_project_folder("/home/ana", "./a/../a/cms.json"));
  EXPECT_NE(one, original_project_folder("/home/ana", "b/cms.json"));
}

TEST(OriginalRun, ends_with_1_when_there_is_no_such_file) {
  TestProgram weir;
  const auto shown = weir.run({"run", "absent.json"});
  EXPECT_EQ(shown.exit_code, 1);
  EXPECT_TRUE(has(shown.err, "absent.json is no file")) << shown.err;
}

}  // namespace
}  // namespace weir::app
