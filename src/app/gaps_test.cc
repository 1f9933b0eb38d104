// SPDX-License-Identifier: Apache-2.0
// `weir gaps` of objects, which lie elsewhere when they are done.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "app/testing.h"

namespace weir::app {
namespace {

using Json = nlohmann::json;

class ObjectGaps : public testing::Test {
 protected:
  void configure(const std::string& take, const std::string& write, const std::string& action = "move") {
    weir.write(
        "weir.yaml",
        "connections:\n  drop: {type: files, folder: drop}\n  warehouse: {type: sqlite, path: w.db}\n");
    weir.write("pipelines/p.yaml",
               "pipeline: p\npartitions: {every: object, take: " + take +
                   "}\nsource:\n  connection: drop\n  path: in/\n  format: csv\n  columns: {id: integer}\n"
                   "  after: {good: \"good/{{ object.key }}\", bad: \"bad/{{ object.key }}\", action: " +
                   action +
                   "}\n"
                   "destination: {connection: warehouse, table: t, write: " +
                   write + "}\nmax_bad_rows: 0\n");
  }
  Json gaps() { return Json::parse(weir.run({"gaps", "--json"}).out)["pipelines"][0]; }

  TestProgram weir;
};

TEST_F(ObjectGaps, are_those_that_could_not_be_loaded_wherever_they_lie) {
  configure("all", "append");
  weir.write("drop/in/a.csv", "id\n1\n");
  weir.write("drop/in/b.csv", "id\nx\n");
  weir.write("drop/in/c.csv", "id\n3\n");
  EXPECT_EQ(weir.run({"run", "--keep-going"}).exit_code, 1);
  EXPECT_FALSE(weir.has("drop/in/a.csv"));
  EXPECT_EQ(gaps()["partitions"], 3);
  EXPECT_EQ(gaps()["gaps"], Json({"in/b.csv"}));
  const auto told = weir.run({"gaps", "--fail-if-any"});
  EXPECT_EQ(told.exit_code, 4);
  EXPECT_EQ(told.out.find("`weir run` loads"), std::string::npos) << told.out;
  EXPECT_NE(told.out.find("\n  weir run p --partition in/b.csv"), std::string::npos) << told.out;
  weir.write("drop/in/b.csv", "id\n2\n");
  weir.write("drop/in/d.csv", "id\n4\n");
  EXPECT_EQ(gaps()["gaps"], Json({"in/b.csv", "in/d.csv"}));
  EXPECT_EQ(weir.run({"run"}).exit_code, 0);
  EXPECT_NE(weir.run({"gaps"}).out.find("none; all 4 partitions"), std::string::npos);
}

TEST_F(ObjectGaps, are_not_those_that_a_newer_one_has_made_needless) {
  configure("newest", "replace");
  std::filesystem::create_directories(weir.folder() + "/drop/in");
  EXPECT_NE(weir.run({"gaps"}).out.find("nothing to load was ever there"), std::string::npos);
  weir.write("drop/in/a.csv", "id\nx\n");
  EXPECT_EQ(weir.run({"run"}).exit_code, 1);
  EXPECT_EQ(gaps()["gaps"], Json({"in/a.csv"}));
  weir.set_time("2022-01-28T08:00:00Z");
  weir.write("drop/in/b.csv", "id\n2\n");
  EXPECT_EQ(weir.run({"run"}).exit_code, 0);
  EXPECT_EQ(gaps()["gaps"], Json::array());
  weir.set_time("2022-01-29T08:00:00Z");
  weir.write("drop/in/c.csv", "id\nx\n");
  EXPECT_EQ(weir.run({"run"}).exit_code, 1);
  EXPECT_EQ(gaps()["gaps"], Json({"in/c.csv"}));
}

TEST_F(ObjectGaps, are_not_those_before_the_newest_good_one_that_another_machine_has_tried) {
  configure("newest", "replace", "copy");
  weir.write("drop/in/a.csv", "id\nx\n");
  EXPECT_EQ(weir.run({"run"}).exit_code, 1);
  EXPECT_EQ(gaps()["gaps"], Json({"in/a.csv"}));
  weir.write("drop/in/b.csv", "id\n2\n");
  EXPECT_EQ(weir.run({"run"}).exit_code, 0);
  std::filesystem::remove_all(weir.folder() + "/.weir");
  EXPECT_EQ(weir.run({"state", "rebuild"}).exit_code, 0);
  EXPECT_EQ(gaps()["gaps"], Json::array());
}

}  // namespace
}  // namespace weir::app
