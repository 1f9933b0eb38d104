// SPDX-License-Identifier: Apache-2.0
// The way of Looker's tables to their end: from a real MariaDB into a bucket, and from there into the
// stand-in for Redshift, by the jobs of the earlier configuration files. Tests that begin with a number
// such as A_4 show that a weakness of the earlier programs is gone.
#include "base/text.h"
#include "migrate/looker_columns.h"
#include "tests/integration/looker_usage.h"

namespace weir::integration {
namespace {

using migrate::LookerTable;

std::string declared(const migrate::LookerColumn& column) {
  const auto name = "\"" + std::string(column.name) + "\" ";
  if (column.name == "id") return name + "INT NOT NULL";
  if (column.type == "integer") return name + "INT";
  if (column.type == "timestamp") return name + "TIMESTAMP";
  return name + (column.type == "double" ? "DOUBLE PRECISION" : "VARCHAR(2048)");
}

class LookerLoad : public LookerUsage {
 protected:
  LookerLoad() {
    for (const auto& table : migrate::looker_tables()) {
      std::vector<std::string> columns;
      for (const auto& column : table.columns) columns.push_back(declared(column));
      warehouse_.sql(fmt::format("CREATE TABLE {} ({})", table.dbtable, join(columns)));
    }
  }

  /// The configuration of a table's loader, with more keys.
  void write_loader(const LookerTable& table, const std::string& doc, const std::string& more) {
    std::vector<std::string> names;
    for (const auto& column : table.columns) names.push_back("\"" + std::string(column.name) + "\"");
    write_loader(std::string(table.dbtable), doc, names, more);
  }
  void write_loader(const std::string& table, const std::string& doc, const std::vector<std::string>& names,
                    const std::string& more) {
    project_.write(
        table + ".json",
        fmt::format(R"({{"bucket": "{}", "source": "client", "destination": "processed",
  "directory": "looker_dashboards", "doc": "{}", "dbtable": "{}.{}", "column_count": {},
  "columns": [{}], {}}})",
                    bucket_.name(), doc, warehouse_.name(), table, names.size(), join(names), more));
  }
  void write_loaders() {
    const auto tables = migrate::looker_tables();
    write_loader(tables[0], "dashboard\\\\..*", R"("truncate": true, "delim": "|",
      "dtype_dic_ints": ["last_updater_id", "space_id", "show_title", "filters_bar_collapsed", "show_filters_bar", "deleter_id"])");
    write_loader(tables[1], "history.*", R"("truncate": false, "delim": "|", "dtype_dic_ints": ["query_id",
      "connection_id", "result_maker_id", "rebuild_pdts", "apply_formatting", "apply_vis", "force_production",
      "generate_links", "cache", "cache_only", "server_table_calcs", "sql_query_id", "path_prefix_id", "node_id",
      "look_id", "user_id", "id"], "dtype_dic_floats": ["runtime"], "dtype_dic_strings": ["message", "dashboard_id"])");
    write_loader(tables[2], "user\\\\..*",
                 R"("truncate": true, "delim": "|", "dtype_dic_ints": ["dev_mode"])");
    write_loader(tables[3], "looker_user_facts.*", R"("truncate": true, "delim": "|")");
  }

  Ended load(const std::string& table, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {"run", table + ".json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return weir(arguments, warehouse());
  }
  static Variables warehouse() {
    const auto options = support::RedshiftServer::shared().options();
    return {{"pghost", options.host},
            {"pgport", std::to_string(*options.port)},
            {"pgdatabase", options.database},
            {"pguser", options.user},
            {"pgpass", support::PostgresServer::shared().password()},
            {"PGSSLMODE", "disable"}};
  }
  std::string loaded(const std::string& text) const { return warehouse_.sql(text); }

  support::RedshiftSchema warehouse_;
};

TEST_F(LookerLoad, A_4_A_5_A_6_A_7_every_value_reaches_the_warehouse_as_it_was) {
  sql("UPDATE dashboard SET title = 'C:\\\\new | \"odd\"\\ntwo\\\\', description = NULL WHERE id = 3;\n"
      "UPDATE dashboard SET title = '\\\\N', description = '' WHERE id = 4;\n"
      "UPDATE history SET message = 'bad | worse \\\\|' WHERE id = 4");
  ASSERT_EQ(run().exit_code, 0);
  write_loaders();
  for (const auto& table : migrate::looker_tables()) {
    const auto ended = load(std::string(table.dbtable));
    EXPECT_EQ(ended.exit_code, 0) << ended.output;
  }
  EXPECT_EQ(loaded("SELECT replace(title, chr(10), '<LF>'), description IS NULL, show_title, user_id FROM "
                   "looker_dashboard WHERE id IN (3, 4) ORDER BY id"),
            "C:\\new | \"odd\"<LF>two\\|t|0|4\n\\N|f|1|5\n");
  EXPECT_EQ(loaded("SELECT message, runtime, completed_at, connection_id FROM looker_history WHERE id = 4"),
            "bad | worse \\||0.03125|2024-03-01 00:00:08|7\n");
  const auto counts = [&](const std::string& table, const std::string& of) {
    return loaded("SELECT count(*) FROM " + table) == sql("SELECT COUNT(*) FROM " + of);
  };
  EXPECT_TRUE(counts("looker_user_facts", "user_facts") && counts("looker_dashboard_user", "user"));
  EXPECT_EQ(
      loaded("SELECT count(*) FROM looker_history"),
      sql("SELECT COUNT(*) FROM history WHERE source = 'dashboard' AND completed_at >= '2024-03-01' AND "
          "completed_at < '2024-03-02' AND (status IS NULL OR status <> 'error')"));
  EXPECT_EQ(keys("processed/good/client/looker_dashboards/"),
            "dashboard.2024-03-01\nhistory.2024-03-01\nlooker_user_facts.2024-03-01\nuser.2024-03-01\n");
  EXPECT_EQ(keys("processed/bad/"), "");
}

TEST_F(LookerLoad, A_14_a_day_that_was_corrected_is_loaded_in_place_of_its_rows) {
  ASSERT_EQ(run().exit_code, 0);
  write_loaders();
  ASSERT_EQ(load("looker_history").exit_code, 0);
  const auto before = loaded("SELECT count(*) FROM looker_history");
  sql("UPDATE history SET title = 'corrected' WHERE id = 4");
  ASSERT_EQ(weir({"run", "looker.json", "--partition", kDay, "--rerun"}).exit_code, 0);
  const auto again = load("looker_history");
  ASSERT_EQ(again.exit_code, 0) << again.output;
  EXPECT_EQ(loaded("SELECT title FROM looker_history WHERE id = 4"), "corrected\n");
  EXPECT_EQ(loaded("SELECT count(*) FROM looker_history"), before);
}

TEST_F(LookerLoad, objects_of_the_earlier_job_are_loaded_as_well) {
  const auto& history = migrate::looker_tables()[1];
  std::string header;
  for (const auto& column : history.columns) header += std::string(column.name) + "|";
  // 35 columns of its own and 33 of dashboard, in quotes, with whole numbers as floats.
  for (const auto& column : migrate::looker_tables()[0].columns) header += std::string(column.name) + "|";
  header.back() = '\n';
  std::string row =
      "90417|41.0||2024-05-13 21:40:05|5120.0||1.83|dashboard||complete|||query|\"bad \\| worse\"|warehouse||"
      "redshift|2024-05-13 21:40:07|1.0|||1.0||||||204||||||||";
  for (std::size_t i = 0; i < 33; ++i) row += "|x";
  put(key("history", "2024-05-13"), header + row + "\n");
  write_loaders();
  const auto ended = load("looker_history");
  ASSERT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_EQ(
      loaded("SELECT id, user_id, query_id, look_id IS NULL, message, cache, dashboard_id, completed_at FROM "
             "looker_history"),
      "90417|41|5120|t|bad | worse|1|204|2024-05-13 21:40:07\n");
}

TEST_F(LookerLoad, A_11_a_header_whose_columns_moved_makes_the_object_a_bad_one) {
  write_loader("looker_user_facts", "looker_user_facts.*", {"\"id\"", "\"user_id\"", "\"external_id\""},
               R"("truncate": true)");
  put(key("looker_user_facts"), "id|external_id|user_id\n1|e|2\n");
  const auto ended = load("looker_user_facts");
  EXPECT_EQ(ended.exit_code, 1);
  EXPECT_TRUE(has(ended.output, "columns were moved")) << ended.output;
  EXPECT_TRUE(has(keys("processed/bad/"), "looker_user_facts.2024-03-01.error.json"));
}

TEST_F(LookerLoad, A_19_every_option_of_the_loader_does_what_it_says) {
  loaded(
      "CREATE TABLE people (code INT, name VARCHAR(20), note VARCHAR(5), born DATE, member BOOLEAN, origin "
      "VARCHAR(9))");
  write_loader(
      "people", "people-.*", {"\"code\"", "\"name\"", "\"note\"", "\"born\"", "\"member\"", "\"spare\""},
      R"("truncate": false, "delim": ";", "no_header": true, "strip_quotes": true, "encoding": "latin1",
      "drop_columns": ["spare"], "add_columns": {"origin": "O'Brien"}, "column_string_limit": {"note": 5},
      "replace": [{"field": "name", "old": "&", "new": "and"}], "dateformat": [{"field": "born", "format": "%d.%m.%Y"}],
      "dtype_dic_ints": ["code"], "dtype_dic_bools": ["member"], "file_limit": 1)");
  put("client/looker_dashboards/people-1", "0070.0;J\xf6rg & Ann;'too long';13.05.2024;True;x\n");
  put("client/looker_dashboards/people-2", "2;\"\"\"B\"\"\";n;01.01.2000;False;y\n");
  put("client/looker_dashboards/archive/people-3", "nothing to be read\n");
  auto ended = load("people");
  ASSERT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_TRUE(has(ended.output, "Objects to process: 1\n")) << ended.output;
  ended = load("people");
  ASSERT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_EQ(loaded("SELECT code, name, note, born, member, origin FROM people ORDER BY code"),
            "2|B|n|2000-01-01|f|O'Brien\n70|J\xc3\xb6rg and Ann|'too |2024-05-13|t|O'Brien\n");
  EXPECT_TRUE(has(load("people").output, "0 objects to process"));
}

TEST_F(LookerLoad, D_1_an_older_object_never_follows_a_newer_one) {
  write_loader("looker_user_facts", "looker_user_facts.*", {"\"id\"", "\"user_id\""}, R"("truncate": true)");
  const auto place = key("looker_user_facts", "1");
  put(key("looker_user_facts", "2"), "id|user_id\n1|1\n");
  const auto before = bucket_.store().head(key("looker_user_facts", "2"))->modified;
  do {
    put(place, "id|user_id\n2|2\n");
  } while (bucket_.store().head(place)->modified <= before);
  ASSERT_EQ(load("looker_user_facts").exit_code, 0);
  const auto again = load("looker_user_facts");
  EXPECT_EQ(again.exit_code, 0) << again.output;
  EXPECT_EQ(loaded("SELECT id FROM looker_user_facts"), "2\n");
}

TEST_F(LookerLoad, three_kinds_of_empty_objects_are_bad) {
  write_loaders();
  put(key("looker_user_facts", "1"), "");
  put(key("looker_user_facts", "2"), "\n\n");
  std::string header;
  for (const auto& column : migrate::looker_tables()[3].columns) header += std::string(column.name) + "|";
  header.back() = '\n';
  put(key("looker_user_facts", "3"), header);
  for (const auto* day : {"1", "2", "3"}) {
    const auto ended = load("looker_user_facts", {"--partition", key("looker_user_facts", day)});
    EXPECT_EQ(ended.exit_code, 1) << ended.output;
  }
  EXPECT_EQ(keys("processed/bad/client/looker_dashboards/looker_user_facts."),
            "1\n1.error.json\n2\n2.error.json\n3\n3.error.json\n");
  EXPECT_EQ(loaded("SELECT count(*) FROM looker_user_facts"), "0\n");
}

TEST_F(LookerLoad, weir_migrate_makes_a_project_of_a_loader_that_does_the_same) {
  ASSERT_EQ(run().exit_code, 0);
  write_loaders();
  const auto made = weir({"migrate", "looker_user_facts.json", "--to", "facts"}, warehouse());
  ASSERT_EQ(made.exit_code, 0) << made.output;
  EXPECT_TRUE(has(made.output, "keys with /archive in them are skipped")) << made.output;
  const auto ended = weir({"run", "--project", "facts"}, warehouse());
  ASSERT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_EQ(loaded("SELECT count(*) FROM looker_user_facts"), sql("SELECT COUNT(*) FROM user_facts"));
}

}  // namespace
}  // namespace weir::integration
