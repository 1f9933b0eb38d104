// SPDX-License-Identifier: Apache-2.0
// The job that copies four tables of Looker's database into a bucket, from a real MariaDB. Tests that begin
// with a number such as A_1 show that a weakness of the earlier program is gone.
#include "tests/integration/looker_usage.h"

#include <algorithm>
#include <set>

#include "base/time.h"
#include "io/clock.h"

namespace weir::integration {
namespace {

/// So many days before today, in UTC.
std::string days_ago(int days) { return to_string(Date{day_of(io::SystemClock().now()).days - days}); }

TEST_F(LookerUsage, A_2_A_3_A_6_A_7_X_4_X_5_objects_have_their_documented_keys_and_text_that_reads_back) {
  sql("UPDATE dashboard SET description = NULL, title = 'C:\\\\new | \"odd\"\\ntwo' WHERE id = 3;\n"
      "UPDATE dashboard SET description = '', title = '\"quoted\"' WHERE id = 4;\n"
      "UPDATE user_facts SET active_api_sessions = NULL WHERE id = 1");
  const auto ended = run();
  ASSERT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_EQ(keys("client/"),
            "looker_dashboards/dashboard.2024-03-01\nlooker_dashboards/history.2024-03-01\n"
            "looker_dashboards/looker_user_facts.2024-03-01\nlooker_dashboards/user.2024-03-01\n");
  EXPECT_EQ(lines(key("looker_user_facts"), "id|"),
            "id|user_id|external_id|is_admin|is_developer|is_explorer|is_embed|has_ui_credentials|"
            "active_ui_sessions|last_ui_login_at|last_ui_login_credential_type|has_api_credentials|"
            "active_api_sessions|last_api_login_at|is_viewer|is_presumed_looker_employee|"
            "is_verified_looker_employee|is_content_saver|is_sql_runner\n");
  EXPECT_EQ(lines(key("looker_user_facts"), "1|"),
            "1|1|\\N|0|1|1|0|1|1|2024-05-13 00:00:01|embed|0|\\N|\\N|1|\\N|\\N|\\N|\\N\n");
  EXPECT_TRUE(has(object(key("dashboard")), "\n3|4|C:\\\\new \\| \"odd\"\\\ntwo|\\N|0|"))
      << object(key("dashboard"));
  EXPECT_TRUE(has(object(key("dashboard")), "\n4|5|\\\"quoted\"||0|")) << object(key("dashboard"));
  // The password has quotes, blanks, slashes and a question mark, and is shown nowhere.
  EXPECT_FALSE(has(ended.output + project_.read("logs/weir.log"), database_.server().password()));
}

TEST_F(LookerUsage, A_9_A_10_A_12_A_16_history_has_the_rows_completed_on_the_day_and_its_own_columns) {
  sql("DELETE FROM history;\n"
      "INSERT INTO history (id, source, status, completed_at, dashboard_id) VALUES "
      "(1, 'dashboard', 'complete', '2024-03-01 00:00:00', '1'), "
      "(2, 'dashboard', 'complete', '2024-03-01 23:59:59', 'model::overview'), "
      "(3, 'dashboard', 'complete', '2024-03-02 00:00:00', '2'), "
      "(4, 'dashboard', NULL, '2024-03-01 12:00:00', '1'), "
      "(5, 'dashboard', 'error', '2024-03-01 12:00:00', '1'), "
      "(6, 'Explore', 'complete', '2024-03-01 12:00:00', '1'), "
      "(7, 'dashboard', 'complete', '2024-03-02 07:59:59', '3');\n"
      "INSERT INTO dashboard (id, title) VALUES (0, 'of no LookML')");
  const auto ids = [&](const std::string& table) {
    std::istringstream text(object(key(table)));
    std::set<std::string> found;
    for (std::string line; std::getline(text, line);) found.insert(line.substr(0, line.find('|')));
    std::string all;
    for (const auto& id : found) all += id + " ";
    return all;
  };
  auto ended = run();
  ASSERT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_EQ(ids("history"), "1 2 4 id ");
  const auto header = lines(key("history"), "id|");
  EXPECT_EQ(std::count(header.begin(), header.end(), '|'), 34) << header;
  EXPECT_TRUE(has(lines(key("history"), "2|"), "|model::overview|"));
  // Dashboards that history names, as text: 0 is not what 'model::overview' means.
  EXPECT_EQ(sql("SELECT COUNT(*) FROM dashboard WHERE id IN (SELECT dashboard_id FROM history)"), "4\n");
  EXPECT_EQ(lines(key("dashboard"), "0|") + lines(key("dashboard"), "4|"), "");
  EXPECT_NE(lines(key("dashboard"), "1|"), "");
  // A day of another zone.
  ended = weir({"run", "looker.json", "--partition", kDay, "--rerun"}, {{"lookerzone", "America/Vancouver"}});
  ASSERT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_EQ(ids("history"), "2 3 4 7 id ");
}

TEST_F(LookerUsage, A_8_a_missed_day_is_caught_up_and_any_past_day_can_be_loaded) {
  auto ended = weir({"run", "looker.json"});
  ASSERT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_EQ(keys(key("history", "")), days_ago(1) + "\n");
  EXPECT_EQ(lines(key("history", days_ago(1)), "id|"), object(key("history", days_ago(1))));
  // As though that first run had been two days earlier.
  const auto ledger = "_weir/loads/looker/" + days_ago(1) + ".json";
  auto text = object(ledger);
  const auto since = "since " + days_ago(1);
  for (auto at = text.find(since); at != text.npos; at = text.find(since, at + 1))
    text.replace(at, since.size(), "since " + days_ago(3));
  put(ledger, text);
  ended = weir({"run", "looker.json"});
  ASSERT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_EQ(keys(key("history", "")), days_ago(3) + "\n" + days_ago(2) + "\n" + days_ago(1) + "\n");
  EXPECT_TRUE(has(ended.output, "Objects to process: 8\n")) << ended.output;
  ended = run();
  ASSERT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_NE(lines(key("history"), "2|"), "no object");
  // That day does not make those since then due.
  ended = weir({"run", "looker.json"});
  EXPECT_TRUE(has(ended.output, "Result: empty\n")) << ended.output;
}

TEST_F(LookerUsage, A_11_A_13_A_15_A_18_a_column_that_is_gone_is_named_in_one_report_of_all_tables) {
  sql("ALTER TABLE history DROP COLUMN dashboard_session");
  const auto ended = run();
  EXPECT_EQ(ended.exit_code, 1) << ended.output;
  EXPECT_TRUE(has(ended.output, "dashboard_session")) << ended.output;
  EXPECT_EQ(ended.output.find("Report:"), ended.output.rfind("Report:"));
  EXPECT_EQ(keys("client/"), "");
  EXPECT_TRUE(has(ended.output, "Result: unsuccessful\n")) << ended.output;
  EXPECT_TRUE(has(ended.output,
                  "Objects that failed:\n  1. client/looker_dashboards/history.2024-03-01\n\n"
                  "Objects not written, because those of a day are written together:\n"
                  "  1. client/looker_dashboards/dashboard.2024-03-01\n"
                  "  2. client/looker_dashboards/user.2024-03-01\n"
                  "  3. client/looker_dashboards/looker_user_facts.2024-03-01\n"))
      << ended.output;
  sql("ALTER TABLE history ADD COLUMN dashboard_session VARCHAR(255), ADD COLUMN surplus INT DEFAULT 5");
  const auto good = run();
  ASSERT_EQ(good.exit_code, 0) << good.output;
  EXPECT_FALSE(has(lines(key("history"), "id|"), "surplus"));
  EXPECT_TRUE(has(good.output, "Result: successful\n")) << good.output;
  EXPECT_TRUE(has(good.output,
                  "Objects to process: 4\nObjects failed: 0\nObjects good: 4\nObjects bad: 0\n\n"
                  "Objects written:\n  1. client/looker_dashboards/dashboard.2024-03-01\n"
                  "  2. client/looker_dashboards/history.2024-03-01\n"
                  "  3. client/looker_dashboards/user.2024-03-01\n"
                  "  4. client/looker_dashboards/looker_user_facts.2024-03-01\n"))
      << good.output;
}

TEST_F(LookerUsage, A_1_X_3_every_variable_is_documented_and_one_that_is_missing_is_named) {
  const auto none =
      run(kDay, {{"lookerhost", ""}, {"lookeruser", ""}, {"lookerpass", ""}, {"lookerzone", "Moon"}});
  EXPECT_EQ(none.exit_code, 1);
  for (const auto* words : {"the variable lookerhost is not set", "the variable lookeruser is not set",
                            "the variable lookerpass is not set", "lookerzone", "Result: unsuccessful\n"})
    EXPECT_TRUE(has(none.output, words)) << words << "\n" << none.output;
  const auto old = run(kDay, {{"lookerpass", ""}, {"pgpass", database_.server().password()}});
  EXPECT_EQ(old.exit_code, 0) << old.output;
  EXPECT_TRUE(has(old.output, "taken from pgpass")) << old.output;
  std::ifstream file(WEIR_SOURCE_DIR "/docs/guides/looker-database.md");
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  for (const auto* name : {"lookerhost", "lookerport", "lookerdatabase", "lookeruser", "lookerpass", "pgpass",
                           "lookertls", "lookerzone", "lookermaskkey", "client/looker_dashboards/history."})
    EXPECT_TRUE(has(page, name)) << name;
}

TEST_F(LookerUsage, A_17_personal_columns_are_hidden_where_that_is_asked_for) {
  auto text = project_.read("looker.json");
  text.insert(text.rfind('}'),
              R"(, "mask": {"email": "keep_domain", "first_name": "redact", "last_name": "hmac"})");
  project_.write("looker.json", text);
  const auto ended = run(kDay, {{"lookermaskkey", "a key of some length"}});
  ASSERT_EQ(ended.exit_code, 0) << ended.output;
  const auto users = object(key("user"));
  EXPECT_FALSE(has(users, "user1@") || has(users, "Name 1") || has(users, "Zo")) << users;
  EXPECT_TRUE(has(users, "example.com") && has(users, "[redacted]")) << users;
}

TEST_F(LookerUsage, weir_migrate_makes_a_project_that_does_the_same_and_says_what_it_decided) {
  const auto made = weir({"migrate", "looker.json", "--to", "new"});
  ASSERT_EQ(made.exit_code, 0) << made.output;
  for (const auto* words : {"compared as text", "status is NULL stays", "Names and mail addresses"})
    EXPECT_TRUE(has(made.output, words)) << words << made.output;
  ASSERT_EQ(run().exit_code, 0);
  const auto before = object(key("history"));
  // Under another name, because the ledger of the first knows the day.
  auto pipeline = project_.read("new/pipelines/looker.yaml");
  const std::string place = "client/looker_dashboards/{{ table }}";
  pipeline.replace(pipeline.find(place), place.size(), "again/{{ table }}");
  pipeline.replace(pipeline.find("pipeline: looker"), 16, "pipeline: again");
  project_.write("new/pipelines/looker.yaml", pipeline);
  const auto ended = weir({"backfill", "--project", "new", "--from", "2024-02-29", "--to", kDay});
  ASSERT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_TRUE(object("again/history.2024-03-01") == before);
  EXPECT_EQ(keys("again/history."), "2024-02-29\n2024-03-01\n");
}

TEST_F(LookerUsage, the_template_copies_masked_tables_each_day_and_the_whole_history_by_its_cursor) {
  const auto made = weir({"init", "looker-database", "--dir", "new"});
  ASSERT_EQ(made.exit_code, 0) << made.output;
  const auto options = database_.options();
  auto text = project_.read("new/weir.yaml");
  const auto put_in = [&](const std::string& place, const std::string& value) {
    text.replace(text.find(place), place.size(), value);
  };
  put_in("host: looker-db.example.org", fmt::format("host: {}\n    port: {}", options.host, options.port));
  put_in("database: looker", "database: " + options.database);
  put_in("user: reader", "user: " + options.user);
  put_in("example-bucket", bucket_.name());
  project_.write("new/weir.yaml", text);
  const Variables secrets = {{"LOOKER_DB_PASSWORD", database_.server().password()},
                             {"MASK_KEY", "some long key"}};
  const auto day =
      weir({"backfill", "looker_tables", "--project", "new", "--from", kDay, "--to", kDay}, secrets);
  ASSERT_EQ(day.exit_code, 0) << day.output;
  EXPECT_EQ(keys("client/looker_dashboards/"),
            "dashboard.2024-03-01\nhistory.2024-03-01\nlooker_user_facts.2024-03-01\nuser.2024-03-01\n");
  EXPECT_FALSE(has(object(key("user")), "@example.com"));
  // The same day as Parquet, as the template's last lines have it.
  text = project_.read("new/pipelines/looker_tables.yaml");
  put_in("pipeline: looker_tables", "pipeline: looker_parquet");
  text = text.substr(0, text.find("  path: \"client"));
  project_.write(
      "new/pipelines/looker_parquet.yaml",
      text +
          "  path: \"parquet/{{ table }}/{{ partition.date }}.parquet\"\n  write: replace_partition\n"
          "  format: parquet\n  manifest: redshift\n");
  const auto parquet = weir({"run", "looker_parquet", "--project", "new", "--partition", kDay}, secrets);
  ASSERT_EQ(parquet.exit_code, 0) << parquet.output;
  EXPECT_TRUE(object("parquet/user/2024-03-01.parquet").starts_with("PAR1"));
  EXPECT_TRUE(has(object("_weir/manifests/user/2024-03-01.manifest"),
                  "s3://" + bucket_.name() + "/parquet/user/2024-03-01.parquet"));
  // All of it, also what has no time; then only what is new.
  sql("UPDATE history SET created_at = NULL WHERE id = 3");
  const auto first = weir({"run", "looker_history", "--project", "new"}, secrets);
  ASSERT_EQ(first.exit_code, 0) << first.output;
  EXPECT_TRUE(has(first.output, "200")) << first.output;
  const auto manifests = keys("_weir/manifests/history/");
  EXPECT_TRUE(has(manifests, "start--")) << manifests;
  const auto again = weir({"run", "looker_history", "--project", "new"}, secrets);
  EXPECT_EQ(again.exit_code, 0) << again.output;
  EXPECT_EQ(keys("_weir/manifests/history/"), manifests);
}

}  // namespace
}  // namespace weir::integration
