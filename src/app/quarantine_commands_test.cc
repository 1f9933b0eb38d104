// SPDX-License-Identifier: Apache-2.0
// Rows that are set aside, and rows that are only looked at: quarantine, preview.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "app/testing.h"

namespace weir::app {
namespace {

using Json = nlohmann::json;

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

/// A project whose one file has two rows that cannot be read.
void load_two_bad_rows(TestProgram& weir) {
  weir.write("weir.yaml",
             "connections:\n  logs: {type: files, folder: .}\n  warehouse: {type: sqlite, path: u.db}\n");
  weir.write("pipelines/p.yaml",
             "pipeline: p\nsource: {connection: logs, path: a.jsonl, columns: {id: integer}}\n"
             "destination: {connection: warehouse, table: p, write: replace}\n");
  weir.write("a.jsonl", "{\"id\": 1}\n{\"id\": \"two\"}\n{\"id\": \"three\"}\n");
  EXPECT_EQ(weir.run({"run"}).exit_code, 0);
}

std::string quarantine_of(const TestProgram& weir) {
  std::ifstream file(weir.folder() + "/.weir/quarantine/p/all.jsonl");
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Quarantine, a_replay_says_that_a_part_of_a_row_stays_aside) {
  TestProgram weir;
  load_two_bad_rows(weir);
  auto rows = quarantine_of(weir);
  rows.replace(rows.find("\\\"two\\\"", rows.find("\"bytes\"")), 7, "2");
  rows.insert(rows.rfind("\"run_id\""), "\"partial\":true,");
  weir.write(".weir/quarantine/p/all.jsonl", rows);
  const auto replayed = weir.run({"quarantine", "replay", "p"});
  EXPECT_EQ(replayed.exit_code, 0) << replayed.err;
  EXPECT_NE(replayed.out.find("1 loaded"), std::string::npos) << replayed.out;
  EXPECT_NE(replayed.err.find("1 row is no whole row of the input and stays aside"), std::string::npos)
      << replayed.err;
  const auto left = Json::parse(weir.run({"quarantine", "show", "p", "--json"}).out)["rows"];
  ASSERT_EQ(left.size(), 1U);
  EXPECT_TRUE(left[0]["partial"].get<bool>());
}

TEST(Quarantine, a_part_of_a_row_is_not_made_whole_by_an_export) {
  TestProgram weir;
  load_two_bad_rows(weir);
  auto rows = quarantine_of(weir);
  // As if only the beginning of the row had been kept, which reads like a row.
  rows.replace(rows.find("\\\"two\\\"", rows.find("\"bytes\"")), 7, "2");
  rows.insert(rows.find("\"run_id\""), "\"partial\":true,");
  weir.write(".weir/quarantine/p/all.jsonl", rows);
  EXPECT_EQ(weir.run({"quarantine", "show", "p", "--export", "rows.txt"}).exit_code, 0);
  const auto replayed = weir.run({"quarantine", "replay", "p", "--from", "rows.txt"});
  EXPECT_EQ(replayed.exit_code, 4) << replayed.out << replayed.err;
  EXPECT_EQ(Json::parse(weir.run({"quarantine", "list", "--json"}).out)["partitions"][0]["rows"], 2);
}

TEST(Quarantine, an_export_says_why_its_file_cannot_be) {
  TestProgram weir;
  load_two_bad_rows(weir);
  const auto failed = weir.run({"quarantine", "show", "p", "--export", "nowhere/rows.txt"});
  EXPECT_EQ(failed.exit_code, 2);
  EXPECT_NE(failed.err.find("nowhere/rows.txt cannot be written: No such file or directory"),
            std::string::npos)
      << failed.err;
}

TEST(Quarantine, an_export_that_fails_leaves_no_part_of_the_rows) {
  TestProgram weir;
  load_two_bad_rows(weir);
  weir.write(".weir/quarantine/p/all.jsonl", quarantine_of(weir) + "no row\n");
  EXPECT_EQ(weir.run({"quarantine", "show", "p", "--export", "rows.txt"}).exit_code, 1);
  EXPECT_FALSE(weir.has("rows.txt"));
}

TEST(Preview, leaves_what_a_run_has_set_aside_alone) {
  TestProgram weir;
  load_two_bad_rows(weir);
  // More bad rows than wait in memory, from a step that needs all rows.
  weir.write("pipelines/p.yaml",
             "pipeline: p\nsource: {connection: logs, path: a.jsonl, columns: {id: integer}}\n"
             "transforms:\n  - sql: {query: \"SELECT NULL::INTEGER AS id, repeat('x', 1000) AS pad FROM "
             "input, range(1000)\"}\n"
             "checks: [{not_null: [id]}]\n"
             "destination: {connection: warehouse, table: p, write: replace}\n");
  weir.write(".weir/quarantine/p/all.jsonl.new", "prepared\n");
  weir.write(".weir/quarantine/p/all.jsonl.load", "a load\n");
  const auto shown = weir.run({"preview", "p"});
  EXPECT_EQ(shown.exit_code, 0) << shown.err;
  std::ifstream file(weir.folder() + "/.weir/quarantine/p/all.jsonl.new");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "prepared\n");
}

}  // namespace
}  // namespace weir::app
