// SPDX-License-Identifier: Apache-2.0
#include "migrate/original_job.h"

#include <gtest/gtest.h>

#include "migrate/testing.h"

namespace weir::migrate {
namespace {

/// The problems of a file, one a line: "old.json:5:7: what is wrong".
std::string problems(std::string_view text) {
  config::Diagnostics diagnostics;
  const auto job = read_original(text, "old.json", diagnostics);
  EXPECT_EQ(job.has_value(), diagnostics.ok());
  std::string all;
  for (const auto& problem : diagnostics.sorted()) all += problem.to_string() + "\n";
  return all;
}

std::string problems_with(std::string_view piece, std::string_view instead) {
  return problems(original_with(piece, instead));
}

TEST(OriginalJob, reads_the_documented_file) {
  config::Diagnostics diagnostics;
  const auto job = read_original(kOriginal, "etc/cmslite_user_group.json", diagnostics);
  ASSERT_TRUE(job.has_value()) << diagnostics.to_string();
  EXPECT_TRUE(diagnostics.empty());
  EXPECT_EQ(job->name, "cmslite_user_group");
  EXPECT_EQ(job->folder(), "client/cmslite_gdx/");
  EXPECT_EQ(job->target_schema(), "cmslite");
  EXPECT_TRUE(job->truncate);
  ASSERT_EQ(job->files.size(), 2U);
  EXPECT_EQ(job->files[0].stem, "analytics_user_group");
  EXPECT_FALSE(job->files[0].derives_group());
  EXPECT_TRUE(job->files[1].derives_group());
  EXPECT_EQ(job->files[1].dates.at(0).format, "%Y-%m-%d %H:%M:%S.%f");
}

TEST(OriginalJob, X_3_every_problem_is_named_with_its_place) {
  const auto all = problems(R"({
  "source": "client", "destination": "client/in/out", "directory": "in",
  "doc": "cms(", "schema": " ", "truncate": "yes", "delim": "::", "surplus": 1,
  "files": {
    "users": {"dbtable": "people", "column_count": 3, "columns": ["id", "ID"],
              "dateformat": [{"field": "born", "format": "%Y-%q"}]},
    "groups": {"dbtable": "other.people", "columns": ["id"]},
    "a.csv": {"dbtable": "a.b.c", "column_count": 1, "columns": ["id"]}
  }
})");
  for (const auto* expected :
       {"1:1: ", "bucket", "2:", "what is written below client/in/out/ would be taken for archives",
        "3:10: 'cms(' is no regular expression", "schema is empty", "truncate",
        "delim is one byte such as ',', not '::'", "the key 'surplus' means nothing",
        "5:52: column_count is 3, but there are 2 names", "the column 'ID' is named twice",
        "'born' is none of the columns", "format '%Y-%q' has the unknown directive %q", "column_count",
        "'a.csv' is no file's name up to its first dot", "'a.b.c' is no table",
        "the table people is filled twice"}) {
    EXPECT_NE(all.find(expected), std::string::npos) << expected << "\n" << all;
  }
}

TEST(OriginalJob, X_3_says_what_is_not_json) {
  EXPECT_NE(problems("{\"bucket\": ").find("old.json:1:"), std::string::npos);
  EXPECT_NE(problems("[1]").find("must hold a JSON object"), std::string::npos);
}

TEST(OriginalJob, takes_a_table_with_its_schema_too) {
  config::Diagnostics diagnostics;
  const auto job =
      read_original(original_with("\"user_group\"", "\"gdx.user_group\""), "old.json", diagnostics);
  EXPECT_FALSE(job.has_value());
  EXPECT_NE(diagnostics.to_string().find("must be in one schema, but are in cmslite and gdx"),
            std::string::npos);
  auto both = original_with("\"user_group\"", "\"gdx.user_group\"");
  both.replace(both.find("\"user_activity\""), 15, "\"gdx.user_activity\"");
  config::Diagnostics none;
  const auto dotted = read_original(both, "old.json", none);
  ASSERT_TRUE(dotted.has_value()) << none.to_string();
  EXPECT_EQ(dotted->target_schema(), "gdx");
  EXPECT_EQ(dotted->files[0].table(), "user_group");
}

TEST(OriginalJob, D_3_honours_the_delimiter_but_reads_commas_for_the_pipe_that_was_ignored) {
  config::Diagnostics diagnostics;
  EXPECT_EQ(read_original(kOriginal, "old.json", diagnostics)->delimiter(), ",");
  EXPECT_EQ(read_original(original_with("\"|\"", "\";\""), "old.json", diagnostics)->delimiter(), ";");
  EXPECT_EQ(read_original(original_with("\"|\"", "\"\\t\""), "old.json", diagnostics)->delimiter(), "\t");
}

TEST(OriginalJob, D_24_wants_a_memo_to_take_the_group_from) {
  EXPECT_NE(problems_with("\"memo\"", "\"note\"").find("gets group_name out of memo"), std::string::npos);
}

}  // namespace
}  // namespace weir::migrate
