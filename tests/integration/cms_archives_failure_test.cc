// SPDX-License-Identifier: Apache-2.0
// What the job of an earlier configuration file does about archives, tables and settings that are wrong.
#include "tests/integration/cms_archives.h"

namespace weir::integration {
namespace {

constexpr const char* kArchive = "cms-analytics-csv-20240513.tgz";
constexpr const char* kBad = "processed/bad/client/cmslite_gdx/";

class BadArchive : public CmsArchives {
 protected:
  /// Runs it and sees that it ends as every bad archive does; gives the report beside it.
  std::string refused(const std::string& bytes) {
    drop_bytes(kArchive, bytes);
    const auto ended = run();
    EXPECT_EQ(ended.exit_code, 1) << ended.output;
    EXPECT_NE(ended.output.find("Objects bad: 1\n"), std::string::npos) << ended.output;
    EXPECT_NE(ended.output.find("Tables loaded: 0/4\n"), std::string::npos) << ended.output;
    EXPECT_EQ(keys(kBad), fmt::format("{0}\n{0}.error.json\n", kArchive));
    EXPECT_EQ(keys("processed/good/"), "");
    EXPECT_EQ(loaded(), "NULL|NULL|NULL|NULL\n");
    return keys(kBad).empty() ? "" : object(fmt::format("{}{}.error.json", kBad, kArchive));
  }
  std::string refused(const Files& files) { return refused(packed(files)); }
};

bool has(const std::string& text, const std::string& words) { return text.find(words) != std::string::npos; }

TEST_F(BadArchive, D_6_is_reported_and_copied_when_it_is_no_archive) {
  const auto report = refused("this is no archive");
  EXPECT_TRUE(has(report, "cms-analytics-csv-20240513.tgz")) << report;
}

TEST_F(BadArchive, D_6_is_reported_and_copied_when_a_date_is_none) {
  auto files = good_files();
  files["analytics_user_status.csv"] = "a,b,c,d,e,f,g\n1,,,,,yesterday,x\n";
  const auto report = refused(files);
  EXPECT_TRUE(has(report, "created_dt")) << report;
}

TEST_F(BadArchive, D_6_is_reported_and_copied_when_text_is_not_utf8) {
  auto files = good_files();
  files["analytics_group.csv"] = "a,b,c,d\n1,\xff\xfe,true,GOV\n";
  refused(files);
}

TEST_F(BadArchive, D_5_is_filed_under_its_own_key_and_not_found_again) {
  auto files = good_files();
  files["analytics_group.csv"] = "ID,NAME\n1,\"open\n";
  refused(files);
  const auto again = run();
  EXPECT_EQ(again.exit_code, 0) << again.output;
  EXPECT_TRUE(has(again.output, "0 objects to process")) << again.output;
}

TEST_F(BadArchive, D_12_has_a_row_with_too_many_fields) {
  auto files = good_files();
  files["analytics_group.csv"] += "8,Others,false,GOV,surplus\n";
  const auto report = refused(files);
  EXPECT_TRUE(has(report, "analytics_group.csv") || has(report, "cms_group")) << report;
}

TEST_F(BadArchive, D_13_has_a_file_with_nothing_but_a_header) {
  auto files = good_files();
  files["analytics_group.csv"] = "ID,NAME,ACTIVE,SITE_KEY\n";
  const auto report = refused(files);
  EXPECT_TRUE(has(report, "analytics_group.csv")) << report;
}

TEST_F(BadArchive, D_17_leads_out_of_its_folder) {
  auto files = good_files();
  files["../analytics_else.csv"] = "x\n";
  refused(files);
  EXPECT_FALSE(std::filesystem::exists(project_.path("../analytics_else.csv")));
}

TEST_F(BadArchive, D_23_has_a_text_that_is_too_long_for_its_column) {
  auto files = good_files();
  files["analytics_user_status.csv"] += "43,ORGANIZATION THAT IS TOO LONG,u-2,Kim,,,\n";
  const auto report = refused(files);
  EXPECT_TRUE(has(report, "organization")) << report;
  EXPECT_TRUE(has(report, "20")) << report;
}

TEST_F(BadArchive, D_27_lacks_a_file) {
  auto files = good_files();
  files.erase("analytics_user_status.csv");
  const auto report = refused(files);
  EXPECT_TRUE(has(report, "analytics_user_status.*")) << report;
}

TEST_F(CmsArchives, ignores_the_resource_files_that_a_mac_adds) {
  auto files = good_files();
  files["._analytics_group.csv"] = std::string("\0\5\26\7", 4);
  drop(kArchive, files);
  const auto ended = run();
  EXPECT_EQ(ended.exit_code, 0) << ended.output;
}

TEST_F(CmsArchives, D_7_tables_of_one_archive_are_published_together) {
  drop(kArchive, good_files(" old"));
  ASSERT_EQ(run().exit_code, 0);
  auto files = good_files(" new");
  files["analytics_user_status.csv"] = "a,b,c,d,e,f,g\n,,,,,,\n";  // id must not be NULL
  drop_later("cms-analytics-csv-20240514.tgz", files, kArchive);
  EXPECT_EQ(run().exit_code, 1);
  EXPECT_EQ(loaded(), "Editors old|Editors old|Login old|Jane old\n");
}

TEST_F(CmsArchives, D_8_a_failed_append_leaves_no_rows_that_a_retry_would_double) {
  write_configuration({{"true", "false"}});
  auto files = good_files();
  files["analytics_user_status.csv"] = "a,b,c,d,e,f,g\n,,,,,,\n";
  drop(kArchive, files);
  EXPECT_EQ(run().exit_code, 1);
  drop(kArchive, good_files());
  const auto ended = run();
  EXPECT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_EQ(loaded(), "Editors|Editors|Login|Jane\n");
  EXPECT_EQ(keys("processed/bad/"), "");
}

TEST_F(CmsArchives, D_28_a_bad_archive_is_tried_again_by_a_command) {
  drop(kArchive, good_files());
  sql("ALTER TABLE user_status RENAME COLUMN status TO state; ALTER TABLE user_status ADD COLUMN status INT");
  const auto bad = run();
  EXPECT_EQ(bad.exit_code, 1) << bad.output;
  EXPECT_NE(keys("processed/bad/"), "");
  sql("ALTER TABLE user_status DROP COLUMN status; ALTER TABLE user_status RENAME COLUMN state TO status");
  const auto ended = run({"--partition", std::string("client/cmslite_gdx/") + kArchive});
  EXPECT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_EQ(loaded(), "Editors|Editors|Login|Jane\n");
  EXPECT_EQ(keys("processed/bad/"), "");
  EXPECT_EQ(keys("processed/good/client/cmslite_gdx/"), std::string(kArchive) + "\n");
}

TEST_F(CmsArchives, stops_at_the_first_bad_archive_and_goes_on_when_asked_to) {
  write_configuration({{"true", "false"}});
  drop("cms-analytics-csv-1.tgz", {{"else.csv", "x\n"}});
  drop_later("cms-analytics-csv-2.tgz", good_files(), "cms-analytics-csv-1.tgz");
  const auto stopped = run();
  EXPECT_EQ(stopped.exit_code, 1) << stopped.output;
  EXPECT_TRUE(has(stopped.output,
                  "Objects not processed, because the run ended early:\n"
                  "  client/cmslite_gdx/cms-analytics-csv-2.tgz\n"))
      << stopped.output;
  EXPECT_EQ(loaded(), "NULL|NULL|NULL|NULL\n");
  ASSERT_TRUE(bucket_.store().remove("processed/bad/client/cmslite_gdx/cms-analytics-csv-1.tgz").ok());
  const auto all = run({"--keep-going"});
  EXPECT_EQ(all.exit_code, 1) << all.output;
  EXPECT_TRUE(has(all.output, "Tables loaded: 4/8\n")) << all.output;
  EXPECT_EQ(loaded(), "Editors|Editors|Login|Jane\n");
}

TEST_F(CmsArchives, X_3_every_mistake_is_named_with_its_place_before_anything_runs) {
  write_configuration({{"\"doc\": \"cms-analytics-csv.*\"", "\"doc\": \"cms(\""},
                       {"\"column_count\": 4", "\"column_count\": 5"},
                       {"\"truncate\": true,", ""}});
  const auto ended = run({}, {{"pghost", ""}, {"pguser", ""}, {"AWS_ACCESS_KEY_ID", ""}});
  EXPECT_EQ(ended.exit_code, 1);
  for (const auto* problem :
       {"cmslite.json:6:", "is no regular expression", "column_count is 5, but there are 4 names", "truncate",
        "the variable pghost is not set", "the variable pguser is not set", "AWS_ACCESS_KEY_ID is not",
        "Objects to process: 0\n", "Exiting with code 1 : "}) {
    EXPECT_TRUE(has(ended.output, problem)) << problem << "\n" << ended.output;
  }
}

TEST_F(CmsArchives, X_3_a_file_that_is_not_there_is_named) {
  const auto ended = project_.weir({"run", "absent.json"}, variables());
  EXPECT_EQ(ended.exit_code, 1);
  EXPECT_TRUE(has(ended.output, "absent.json is no file")) << ended.output;
}

TEST_F(CmsArchives, X_3_tables_and_columns_that_the_database_does_not_have_are_named) {
  sql("DROP TABLE cms_group; ALTER TABLE user_status DROP COLUMN status");
  drop(kArchive, good_files());
  const auto ended = run();
  EXPECT_EQ(ended.exit_code, 1);
  EXPECT_TRUE(has(ended.output, "has no table")) << ended.output;
  EXPECT_TRUE(has(ended.output, "user_status has no column status")) << ended.output;
  EXPECT_EQ(keys("processed/"), "");
}

TEST_F(CmsArchives, X_8_of_two_runs_at_once_one_loads_an_archive) {
  write_configuration({{"true", "false"}});
  drop(kArchive, good_files());
  const auto first = project_.start({"run", "cmslite.json"}, variables());
  const auto second = project_.start({"run", "cmslite.json"}, variables());
  project_.wait(first);
  project_.wait(second);
  EXPECT_EQ(loaded(), "Editors|Editors|Login|Jane\n");
  EXPECT_EQ(run().exit_code, 0);
  EXPECT_EQ(loaded(), "Editors|Editors|Login|Jane\n");
}

TEST_F(CmsArchives, X_9_the_database_is_named_by_variables) {
  drop(kArchive, good_files());
  const auto ended = run({}, {{"pgdatabase", "no_such_database"}});
  EXPECT_EQ(ended.exit_code, 1);
  EXPECT_TRUE(has(ended.output, "no_such_database")) << ended.output;
}

TEST_F(CmsArchives, X_10_a_bucket_that_may_not_be_listed_is_no_empty_one) {
  drop(kArchive, good_files());
  const auto ended = run({}, {{"AWS_ACCESS_KEY_ID", support::S3Server::kGuestKey},
                              {"AWS_SECRET_ACCESS_KEY", support::S3Server::kGuestSecret}});
  EXPECT_EQ(ended.exit_code, 1) << ended.output;
  EXPECT_TRUE(has(ended.output, "Report:")) << ended.output;
  EXPECT_EQ(loaded(), "NULL|NULL|NULL|NULL\n");
}

TEST_F(CmsArchives, D_16_an_archive_that_cannot_be_copied_to_good_is_no_success) {
  // Keys have at most 1024 bytes, which the copy below this prefix exceeds.
  const std::string prefix(1000, 'p');
  support::PostgresSchema schema;
  schema.sql(kTables);
  write_configuration({{"\"processed\"", "\"" + prefix + "\""},
                       {"\"schema\": \"cmslite\"", "\"schema\": \"" + schema.name() + "\""}});
  drop(kArchive, good_files());
  auto world = variables();
  world["pgport"] = std::to_string(support::PostgresServer::shared().port());
  world["pgdatabase"] = schema.options().database;
  ASSERT_EQ(
      project_.weir({"migrate", "cmslite.json", "--to", "new", "--warehouse", "postgres"}, world).exit_code,
      0);
  const auto failed = project_.weir({"run", "--project", "new"}, world);
  EXPECT_EQ(failed.exit_code, 1) << failed.output;
  EXPECT_TRUE(has(failed.output, "filing the input away")) << failed.output;
}

}  // namespace
}  // namespace weir::integration
