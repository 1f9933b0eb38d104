// SPDX-License-Identifier: Apache-2.0
// What the program says about a project's files and about ranges of its partitions.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "app/testing.h"

namespace weir::app {
namespace {

using Json = nlohmann::json;

/// A pipeline of the given cadence over one file of two days, with the clock at noon of the third.
void make_project(TestProgram& weir, const std::string& every) {
  weir.set_time("2024-05-03T12:30:00Z");
  weir.write("weir.yaml",
             "connections:\n  logs: {type: files, folder: .}\n  warehouse: {type: sqlite, path: u.db}\n");
  weir.write("pipelines/p.yaml",
             "pipeline: p\npartitions: {every: " + every +
                 ", column: t}\nsource: {connection: logs, path: a.csv*, columns: {t: timestamp}}\n"
                 "destination: {connection: warehouse, table: p, write: replace_partition}\n");
  weir.write("a.csv", "t,x\n2024-05-01T07:10:00Z,1\n2024-05-02T23:10:00Z,2\n");
}

std::string planned(TestProgram& weir, const std::string& from, const std::string& to) {
  const auto shown = weir.run({"plan", "--from", from, "--to", to, "--json"});
  const auto json = Json::parse(shown.out);
  if (json.contains("error")) return json["error"]["message"];
  const auto& partitions = json["pipelines"][0]["partitions"];
  return fmt::format("{} {} {}", partitions.size(), partitions.front()["partition"].get<std::string>(),
                     partitions.back()["partition"].get<std::string>());
}

TEST(Range, takes_dates_for_every_cadence_and_includes_both_ends) {
  TestProgram weir;
  make_project(weir, "hour");
  EXPECT_EQ(planned(weir, "2024-05-01", "2024-05-02"), "48 2024-05-01T00 2024-05-02T23");
  EXPECT_EQ(planned(weir, "2024-05-01T07", "2024-05-01"), "17 2024-05-01T07 2024-05-01T23");
  // Of today the hours that are over.
  EXPECT_EQ(planned(weir, "2024-05-03", "2024-05-03"), "12 2024-05-03T00 2024-05-03T11");
  EXPECT_EQ(planned(weir, "2024-05-03", "2024-05-04"),
            "--to 2024-05-04 has not begun yet; the last partition that is over is 2024-05-03T11");
  weir.set_time("2024-05-03T00:30:00Z");
  EXPECT_EQ(planned(weir, "2024-05-03", "2024-05-03"),
            "--to 2024-05-03 has no hour that is over; the last partition that is over is 2024-05-02T23");
  make_project(weir, "day");
  EXPECT_EQ(planned(weir, "2024-05-01", "2024-05-02"), "2 2024-05-01 2024-05-02");
  make_project(weir, "week");
  EXPECT_EQ(planned(weir, "2024-04-17", "2024-05-03"), "3 2024-04-15 2024-04-29");
  make_project(weir, "month");
  EXPECT_EQ(planned(weir, "2024-03-17", "2024-05-01"), "3 2024-03 2024-05");
  EXPECT_EQ(planned(weir, "2024-05-02", "soon").substr(0, 6), "'soon'");
}

TEST(Check, tells_the_format_by_the_file_behind_a_wildcard_as_a_run_does) {
  TestProgram weir;
  make_project(weir, "day");
  const auto checked = weir.run({"check"});
  EXPECT_EQ(checked.exit_code, 0) << checked.out;
  EXPECT_EQ(weir.run({"run"}).exit_code, 0);
}

TEST(Check, reports_a_file_without_keys_once_and_with_its_place) {
  for (const auto& [text, problem] : std::vector<std::pair<std::string, std::string>>{
           {"", "the file is empty"},
           {"# later\n", "the file is empty"},
           {"- a\n", "the file must hold keys with values, as `pipeline: NAME`, but holds a list"},
           {"hello\n", "but holds the text 'hello'"}}) {
    TestProgram weir;
    make_project(weir, "day");
    weir.write("pipelines/p.yaml", text);
    const auto json = Json::parse(weir.run({"check", "--json"}).out);
    ASSERT_EQ(json["problems"].size(), 1U) << json;
    EXPECT_EQ(json["problems"][0]["file"], "pipelines/p.yaml");
    EXPECT_EQ(json["problems"][0]["line"], 1);
    EXPECT_EQ(json["problems"][0]["column"], 1);
    EXPECT_NE(json["problems"][0]["message"].get<std::string>().find(problem), std::string::npos) << json;
    EXPECT_EQ(weir.run({"run"}).exit_code, 2);
  }
}

TEST(Check, knows_where_every_problem_stands_and_says_it_once) {
  TestProgram weir;
  make_project(weir, "fortnight");
  weir.write("pipelines/q.yaml", "pipeline: q\npartitions: dayly\ntransforms: [{select: 5}]\n");
  const auto json = Json::parse(weir.run({"check", "--json"}).out);
  std::string all;
  for (const auto& problem : json["problems"]) {
    EXPECT_NE(problem["line"], 0) << problem;
    all += problem["message"].get<std::string>() + " -> " + problem["suggestion"].get<std::string>() + "\n";
  }
  EXPECT_NE(
      all.find(
          "must be one of hour, day, week, month, cursor, object, none, but is the text 'fortnight' -> \n"),
      std::string::npos)
      << all;
  EXPECT_NE(all.find("but is the text 'dayly' -> day\n"), std::string::npos) << all;
  EXPECT_NE(all.find("must be a text or a list of texts, but is 5"), std::string::npos) << all;
}

TEST(Run, tells_of_a_mistake_in_sql_without_the_words_of_the_engine) {
  TestProgram weir;
  make_project(weir, "day");
  weir.write("pipelines/p.yaml",
             "pipeline: p\npartitions: none\nsource: {connection: logs, path: a.csv*}\n"
             "transforms: [{sql: {query: SELECT nope FROM input}}]\n"
             "destination: {connection: warehouse, table: p, write: replace}\n");
  const auto shown = weir.run({"run"});
  EXPECT_EQ(shown.exit_code, 1);
  EXPECT_NE(shown.err.find("sql: the query cannot run: "), std::string::npos) << shown.err;
  for (const auto* leak : {"LINE ", "CAST(NULL", "\\n"}) {
    EXPECT_EQ(shown.err.find(leak), std::string::npos) << shown.err;
    EXPECT_EQ(weir.run({"runs"}).out.find(leak), std::string::npos);
  }
}

TEST(Check, names_an_unknown_time_zone_beside_the_other_problems) {
  TestProgram weir;
  make_project(weir, "day, timezone: Mars/Olympus");
  weir.write("pipelines/q.yaml", "pipeline: q\npartitions: dayly\n");
  const auto json = Json::parse(weir.run({"check", "--json"}).out);
  EXPECT_NE(json.dump().find("Mars/Olympus"), std::string::npos) << json;
  EXPECT_NE(json.dump().find("dayly"), std::string::npos) << json;
  EXPECT_EQ(weir.run({"run"}).exit_code, 2);
}

TEST(Run, tells_every_problem_of_the_files_as_check_does) {
  TestProgram weir;
  make_project(weir, "dayly");
  weir.write("pipelines/q.yaml",
             "pipeline: q\nsource: {connection: logs, path: a.csv, formt: csv}\n"
             "transforms: [{snak_case: columns}]\n"
             "destination: {connection: warehouse, table: q, write: replac}\n");
  const auto checked = weir.run({"check"});
  const auto shown = weir.run({"run"});
  EXPECT_EQ(shown.exit_code, 2);
  for (const std::string word : {"'dayly'", "'formt'", "'snak_case'", "'replac'"}) {
    EXPECT_NE(checked.out.find(word), std::string::npos) << checked.out;
    EXPECT_NE(shown.err.find(word), std::string::npos) << shown.err;
  }
}

TEST(Check, refuses_a_limit_of_bad_rows_that_is_no_number_of_rows) {
  for (const std::string limit : {"1e300", "inf", "-1", "1.5", "120 %", "many"}) {
    TestProgram weir;
    make_project(weir, "day");
    weir.write("pipelines/q.yaml", "pipeline: q\nmax_bad_rows: " + limit + "\n");
    const auto shown = weir.run({"check"});
    EXPECT_NE(shown.out.find("max_bad_rows is a number of rows or a percentage"), std::string::npos)
        << limit << "\n"
        << shown.out;
  }
}

TEST(Run, of_a_partition_whose_input_is_gone_leaves_its_loaded_tables_as_they_are) {
  TestProgram weir;
  make_project(weir, "day");
  const std::string head =
      "pipeline: p\npartitions: {every: day, from: 2024-05-01}\n"
      "source: {connection: logs, path: \"{{ partition.date }}-*.csv\", format: csv}\n"
      "destination: {connection: warehouse, write: append}\ntables:\n";
  const std::string first = "  - {table: first, source: {entry: \"*-a.csv\", columns: {id: integer}}}\n";
  const std::string second =
      "  - {table: second, source: {entry: \"*-b.csv\", columns: {id: integer}, optional: true}}\n";
  const auto load = [&] { return weir.run({"run", "p", "--partition", "2024-05-01"}); };
  weir.write("pipelines/p.yaml", head + first);
  weir.write("2024-05-01-a.csv", "id\n1\n");
  EXPECT_EQ(load().exit_code, 0);
  // A table that is added later must not make the ledger forget what the other one holds.
  weir.write("pipelines/p.yaml", head + first + second);
  std::filesystem::remove(weir.folder() + "/2024-05-01-a.csv");
  EXPECT_EQ(load().exit_code, 0);
  weir.write("2024-05-01-a.csv", "id\n1\n");
  const auto again = load();
  EXPECT_EQ(again.exit_code, 1) << again.out;
  EXPECT_NE(again.err.find("would load its rows into first a second time"), std::string::npos) << again.err;
}

TEST(Run, shows_names_from_elsewhere_without_what_would_move_the_cursor) {
  TestProgram weir;
  make_project(weir, "none");
  weir.write("odd\x1b[2J.jsonl.gz", "\x1f\x8b\x08 this is no gzip");
  weir.write("pipelines/p.yaml",
             "pipeline: p\nsource: {connection: logs, path: \"odd*\", format: jsonl}\n"
             "destination: {connection: warehouse, table: p, write: replace}\n");
  const auto shown = weir.run({"run"});
  EXPECT_EQ(shown.exit_code, 1);
  EXPECT_NE(shown.err.find("odd\\x1b[2J.jsonl.gz"), std::string::npos) << shown.err;
  EXPECT_EQ(shown.err.find('\x1b'), std::string::npos) << shown.err;
}

}  // namespace
}  // namespace weir::app
