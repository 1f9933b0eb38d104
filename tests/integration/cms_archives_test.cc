// SPDX-License-Identifier: Apache-2.0
// The job of an earlier configuration file, from a real bucket into the stand-in for Redshift. Tests
// that begin with a number such as D_1 show that a weakness of the earlier program is gone.
#include "tests/integration/cms_archives.h"

#include <algorithm>
#include <fstream>
#include <iterator>

namespace weir::integration {
namespace {

constexpr const char* kFirst = "cms-analytics-csv-20240513.tgz";
constexpr const char* kSecond = "cms-analytics-csv-20240514.tgz";

TEST_F(CmsArchives, D_9_D_10_D_11_every_value_arrives_as_it_was_written) {
  auto files = good_files();
  files["analytics_group.csv"] =
      "ID,NAME,ACTIVE,SITE_KEY\n"
      "0007,\"Web Editors, North | \"\"Süd\"\" \\ 日本\",true,GOV\n"
      "00123,\"two\nlines\\\",False,NA\n"
      "-,-,,null\n"
      "\\N,\"\",TRUE,a\\|b\n";
  drop(kFirst, files);
  const auto ended = run();
  ASSERT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_EQ(sql("SELECT id, replace(name, chr(10), '<LF>'), active, site_key FROM cms_group ORDER BY "
                "length(id), id"),
            "-|-|NULL|null\n"
            "\\N||t|a\\|b\n"
            "0007|Web Editors, North | \"Süd\" \\ 日本|t|GOV\n"
            "00123|two<LF>lines\\|f|NA\n");
  EXPECT_EQ(sql("SELECT memo IS NULL, group_name IS NULL FROM user_activity"), "t|t\n");
}

TEST_F(CmsArchives, D_24_the_group_is_found_in_the_memo_even_when_its_name_has_hyphens) {
  auto files = good_files();
  files["analytics_user_activity.csv"] =
      "a,b,c,d,e\n"
      "1,,,Added by admin - Web Editors - site A,2024-05-13 09:15:22\n"
      "2,,,Added by admin - Web - Editors - site A,2024-05-13 09:15:22.5\n"
      "3,,,Removed - Web Editors,\n"
      "4,,,no group here,2024-05-13 09:15:22.000001\n"
      "5,,,,2024-05-13 09:15:22.000\n";
  drop(kFirst, files);
  const auto ended = run();
  ASSERT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_EQ(sql("SELECT user_id, group_name, activity_date FROM user_activity ORDER BY 1"),
            "1|Web Editors|2024-05-13 09:15:22\n2|Web - Editors|2024-05-13 09:15:22.5\n3|Web Editors|NULL\n"
            "4|NULL|2024-05-13 09:15:22.000001\n5|NULL|2024-05-13 09:15:22\n");
}

TEST_F(CmsArchives, D_29_dates_pass_with_and_without_a_fraction) {
  auto files = good_files();
  files["analytics_user_status.csv"] =
      "a,b,c,d,e,f,g\n1,,,,,2021-02-03 08:00:00,x\n2,,,,,2021-02-03 08:00:00.123456,x\n";
  drop(kFirst, files);
  const auto ended = run();
  ASSERT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_EQ(sql("SELECT created_dt FROM user_status ORDER BY id"),
            "2021-02-03 08:00:00\n2021-02-03 08:00:00.123456\n");
}

TEST_F(CmsArchives, D_4_the_archive_is_copied_to_good_in_the_configured_bucket) {
  drop(kFirst, good_files());
  ASSERT_EQ(run().exit_code, 0);
  EXPECT_EQ(keys("processed/good/"), "client/cmslite_gdx/cms-analytics-csv-20240513.tgz\n");
  EXPECT_EQ(keys("processed/bad/"), "");
  EXPECT_EQ(keys("client/"), "cmslite_gdx/cms-analytics-csv-20240513.tgz\n");
  EXPECT_EQ(object("processed/good/client/cmslite_gdx/cms-analytics-csv-20240513.tgz"),
            object("client/cmslite_gdx/cms-analytics-csv-20240513.tgz"));
}

TEST_F(CmsArchives, a_second_run_finds_nothing_to_do) {
  drop(kFirst, good_files());
  ASSERT_EQ(run().exit_code, 0);
  const auto again = run();
  EXPECT_EQ(again.exit_code, 0) << again.output;
  EXPECT_NE(again.output.find("0 objects to process"), std::string::npos) << again.output;
  EXPECT_EQ(again.output.find("Report:"), std::string::npos) << again.output;
  EXPECT_EQ(sql("SELECT count(*) FROM _weir_loads"), "4\n");
}

TEST_F(CmsArchives, an_archive_that_was_corrected_is_loaded_again) {
  drop(kFirst, good_files());
  ASSERT_EQ(run().exit_code, 0);
  drop(kFirst, good_files(" corrected"));
  const auto again = run();
  ASSERT_EQ(again.exit_code, 0) << again.output;
  EXPECT_EQ(loaded(), "Editors corrected|Editors corrected|Login corrected|Jane corrected\n");
}

TEST_F(CmsArchives, a_corrected_archive_among_many_replaces_its_own_rows_only) {
  write_configuration({{"true", "false"}});
  drop(kFirst, good_files(" wrong"));
  drop(kSecond, good_files(" other"));
  ASSERT_EQ(run().exit_code, 0);
  drop(kFirst, good_files(" right"));
  const auto again = run();
  ASSERT_EQ(again.exit_code, 0) << again.output;
  EXPECT_NE(again.output.find("Objects to process: 1\n"), std::string::npos) << again.output;
  for (const auto* column : {"group_name FROM user_group", "name FROM cms_group",
                             "activity_type FROM user_activity", "user_name FROM user_status"}) {
    const auto rows = sql(std::string("SELECT ") + column + " ORDER BY 1");
    EXPECT_EQ(std::count(rows.begin(), rows.end(), '\n'), 2) << rows;
    EXPECT_NE(rows.find(" other\n"), std::string::npos) << rows;
    EXPECT_NE(rows.find(" right\n"), std::string::npos) << rows;
  }
}

TEST_F(CmsArchives, D_1_an_older_archive_never_follows_a_newer_one) {
  drop(kFirst, good_files(" old"));
  drop_later(kSecond, good_files(" new"), kFirst);
  const auto ended = run();
  ASSERT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_EQ(loaded(), "Editors new|Editors new|Login new|Jane new\n");
  ASSERT_EQ(run().exit_code, 0);
  EXPECT_EQ(loaded(), "Editors new|Editors new|Login new|Jane new\n");
  // The older one is marked as dealt with.
  EXPECT_EQ(keys("processed/good/client/cmslite_gdx/"), std::string(kFirst) + "\n" + kSecond + "\n");
}

TEST_F(CmsArchives, D_2_archives_are_appended_in_the_order_of_their_last_change) {
  write_configuration({{"true", "false"}});
  drop(kSecond, good_files(" first"));
  drop_later(kFirst, good_files(" second"), kSecond);
  const auto ended = run();
  ASSERT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_EQ(sql("SELECT DISTINCT partition FROM _weir_loads WHERE load_id = (SELECT min(load_id) FROM "
                "_weir_loads)"),
            std::string("client/cmslite_gdx/") + kSecond + "\n");
  EXPECT_EQ(sql("SELECT count(*) FROM cms_group"), "2\n");
}

TEST_F(CmsArchives, D_15_a_replaced_table_keeps_its_grants_and_owner) {
  sql("CREATE ROLE looker_test; GRANT SELECT ON cms_group TO looker_test");
  drop(kFirst, good_files());
  const auto ended = run();
  EXPECT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_EQ(support::RedshiftServer::shared().postgres_sql("SELECT has_table_privilege('looker_test', '" +
                                                           warehouse_.name() + ".cms_group', 'SELECT')"),
            "t\n");
  support::RedshiftServer::shared().postgres_sql("DROP OWNED BY looker_test; DROP ROLE looker_test");
}

TEST_F(CmsArchives, D_20_what_was_loaded_of_one_archive_is_not_overwritten_by_the_next) {
  auto files = good_files();
  files["analytics_user_activity.csv"] =
      "a,b,c,d,e\nu-1001,JDOE,Add|to \\ group,Added by admin - Web Editors - site A,2024-05-13 "
      "09:15:22.125\n";
  drop(kFirst, files);
  const auto first = run();
  ASSERT_EQ(first.exit_code, 0) << first.output;
  drop_later(kSecond, good_files(), kFirst);
  const auto second = run();
  ASSERT_EQ(second.exit_code, 0) << second.output;
  // The names are those of the archive's files, in a folder with the archive's name.
  EXPECT_EQ(keys("processed/batch/client/cmslite_gdx/cms-analytics-csv-20240513/"),
            "analytics_group.csv\nanalytics_user_activity.csv\nanalytics_user_group.csv\n"
            "analytics_user_status.csv\n");
  EXPECT_EQ(keys("processed/batch/client/cmslite_gdx/cms-analytics-csv-20240514/"),
            "analytics_group.csv\nanalytics_user_activity.csv\nanalytics_user_group.csv\n"
            "analytics_user_status.csv\n");
  EXPECT_EQ(
      object("processed/batch/client/cmslite_gdx/cms-analytics-csv-20240513/analytics_user_activity.csv"),
      "u-1001|JDOE|Add\\|to \\\\ group|Added by admin - Web Editors - site A|2024-05-13 09:15:22.125|Web "
      "Editors\n");
}

TEST_F(CmsArchives, D_21_one_rule_says_which_objects_are_archives) {
  write_configuration({{"cms-analytics-csv.*", "export-[0-9]+\\\\.tgz"}});
  drop("export-1.tgz", good_files());
  drop("cms-analytics-csv-1.tgz", {{"else.csv", "x\n"}});
  const auto ended = run();
  EXPECT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_EQ(keys("processed/good/"), "client/cmslite_gdx/export-1.tgz\n");
}

TEST_F(CmsArchives, D_30_every_key_is_made_of_the_key_of_the_archive) {
  write_configuration({{"\"source\": \"client\"", "\"source\": \"partner/in\""}});
  drop("partner/in/cmslite_gdx/cms-analytics-csv-1.tgz", good_files());
  drop("partner/in/cmslite_gdx/cms-analytics-csv-2.tgz", {{"else.csv", "x\n"}});
  EXPECT_EQ(run().exit_code, 1);
  EXPECT_EQ(run().exit_code, 0);
  EXPECT_EQ(keys("processed/bad/"),
            "partner/in/cmslite_gdx/cms-analytics-csv-2.tgz\npartner/in/cmslite_gdx/"
            "cms-analytics-csv-2.tgz.error.json\n");
  EXPECT_EQ(keys("processed/good/"), "partner/in/cmslite_gdx/cms-analytics-csv-1.tgz\n");
}

TEST_F(CmsArchives, D_25_every_variable_is_documented) {
  std::ifstream file(WEIR_SOURCE_DIR "/docs/guides/archives.md");
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  for (const auto& [name, value] : variables()) {
    if (!name.starts_with("pg")) continue;
    EXPECT_NE(page.find("`" + name + "`"), std::string::npos) << name;
  }
}

TEST_F(CmsArchives, D_26_the_report_counts_tables_of_the_configuration_and_archives) {
  write_configuration({{"true", "false"}});
  drop(kFirst, good_files());
  drop(kSecond, good_files());
  const auto ended = run();
  EXPECT_EQ(ended.exit_code, 0) << ended.output;
  for (const auto* line :
       {"Configuration: ", "cmslite.json\n", "Elapsed: 0:00:", "Objects to process: 2\n",
        "Objects processed: 2\n", "Objects failed: 0\n", "Objects good: 2\n", "Objects bad: 0\n",
        "Tables loaded: 8/8\n", ".user_activity from client/cmslite_gdx/cms-analytics-csv-20240514.tgz\n",
        " (P"}) {
    EXPECT_NE(ended.output.find(line), std::string::npos) << line << "\n" << ended.output;
  }
}

TEST_F(CmsArchives, X_1_X_2_the_log_has_details_and_the_console_what_matters) {
  drop(kFirst, good_files());
  const auto ended = run({"--logs", "my/logs"});
  ASSERT_EQ(ended.exit_code, 0) << ended.output;
  const auto log = project_.read("my/logs/weir.log");
  EXPECT_NE(log.find("DEBUG:weir:20"), std::string::npos) << log;
  EXPECT_NE(log.find("Exiting with code 0 : done\n"), std::string::npos) << log;
  EXPECT_NE(ended.output.find("INFO:weir:20"), std::string::npos) << ended.output;
  EXPECT_EQ(ended.output.find("DEBUG:"), std::string::npos) << ended.output;
  EXPECT_EQ(ended.output.find("logs/weir.log"), std::string::npos);
}

TEST_F(CmsArchives, X_4_X_5_D_14_secrets_are_passed_whole_and_shown_nowhere) {
  drop(kFirst, good_files());
  const auto good = run({"--verbose"});
  ASSERT_EQ(good.exit_code, 0) << good.output;  // the password has quotes, blanks and backslashes
  drop(kSecond, good_files());
  const auto bad = run({"--verbose"}, {{"copy_role", support::RedshiftServer::kGuestRole}});
  EXPECT_EQ(bad.exit_code, 1) << bad.output;
  const auto all = good.output + bad.output + project_.read("logs/weir.log");
  for (const auto& secret :
       {std::string(support::S3Server::kSecret), support::PostgresServer::shared().password()})
    EXPECT_EQ(all.find(secret), std::string::npos) << all;
}

TEST_F(CmsArchives, D_18_nothing_temporary_is_left) {
  drop(kFirst, good_files());
  drop_later(kSecond, {{"else.csv", "x\n"}}, kFirst);
  EXPECT_EQ(run().exit_code, 1);
  std::string names;
  for (const auto* name : {"tmp", "made.tar"}) {
    if (std::filesystem::exists(project_.path(name))) names += name;
  }
  EXPECT_EQ(names, "");
  EXPECT_EQ(keys("processed/staging/"), "");
  EXPECT_EQ(bucket_.unfinished_uploads(), "");
}

}  // namespace
}  // namespace weir::integration
