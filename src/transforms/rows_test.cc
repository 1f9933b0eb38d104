// SPDX-License-Identifier: Apache-2.0
#include "transforms/testing.h"

namespace weir::transforms::testing {
namespace {

using model::Type;

Filter path_list() {
  return {.column = "path",
          .starts_with = {"/pudl", "/ferc1"},
          .contains = {"pudl.db", "ferc1.db"},
          .ends_with = {".json", ".csv"}};
}

TEST(Filter, E5_takes_suffixes_literally) {
  Pipeline pipeline;
  pipeline.column("path").then(path_list());
  pipeline.row({"/t.json"})
      .row({"/ajson"})
      .row({"/pudl/x"})
      .row({"/x/pudl"})
      .row({"/a%.csv"})
      .row({"/xpudlxdb"});
  EXPECT_EQ(pipeline.result(), "/t.json\n/pudl/x\n/a%.csv\n");
}

TEST(Filter, E5_leaves_rows_without_a_path_out) {
  Pipeline pipeline;
  pipeline.column("path").then(path_list()).row({kNull}).row({"/t.json"});
  EXPECT_EQ(pipeline.result(), "/t.json\n");
}

TEST(Filter, may_be_turned_around) {
  Pipeline pipeline;
  pipeline.column("a").row({"x"}).row({"y"}).row({kNull});
  pipeline.then(Filter{.column = "a", .equals = {"x"}, .invert = true});
  EXPECT_EQ(pipeline.result(), "y\nNULL\n");
}

TEST(Filter, takes_an_sql_condition_and_drops_rows_where_it_is_unknown) {
  Pipeline pipeline;
  pipeline.column("status", Type::Integer).row({"200"}).row({"404"}).row({kNull});
  pipeline.then(Filter{.condition = "status < 400 -- good ones"});
  EXPECT_EQ(pipeline.result(), "200\n");
}

TEST(Filter, keeps_refused_rows_so_that_they_are_quarantined) {
  Pipeline pipeline;
  pipeline.column("n").row({"7"}).row({"x"}).row({"-1"});
  pipeline.then(Cast{{{"n", "integer", "", "", OnError::Quarantine}}}).then(Filter{.condition = "n > 0"});
  EXPECT_EQ(pipeline.result(), "7\nrefused 1: cast: column n: \"x\" is not of type integer\n");
}

TEST(Filter, needs_a_condition_that_is_true_or_false) {
  Pipeline pipeline;
  pipeline.column("n", Type::Integer).then(Filter{.condition = "n + 1"});
  EXPECT_NE(pipeline.problem().find("of type integer, not true or false"), std::string::npos);
  pipeline.transforms = {{Filter{.condition = "true) OR (SELECT count(*) > 0 FROM given_rows()"}, {}}};
  EXPECT_NE(pipeline.problem().find("the condition"), std::string::npos);
}

TEST(NotNull, refuses_rows_and_keeps_the_first_reason) {
  Pipeline pipeline;
  pipeline.column("insert_id").column("n").row({"a", "1"}).row({kNull, "2"}).row({kNull, "x"});
  pipeline.then(Cast{{{"n", "integer", "", "", OnError::Quarantine}}}).check(NotNull{{"insert_id", "n"}});
  EXPECT_EQ(pipeline.result(),
            "a|1\nrefused 1: check not_null: insert_id is NULL\n"
            "refused 2: cast: column n: \"x\" is not of type integer\n");
}

TEST(AcceptedValues, refuses_others_and_lets_null_pass) {
  Pipeline pipeline;
  pipeline.column("method").row({"GET"}).row({"BREW"}).row({kNull});
  pipeline.check(AcceptedValues{{{"method", {"GET", "POST"}}}});
  EXPECT_EQ(pipeline.result(),
            "GET\nNULL\nrefused 1: check accepted_values: method is \"BREW\", not one of GET, POST\n");
}

TEST(ExpressionCheck, names_the_rule_that_does_not_hold) {
  Pipeline pipeline;
  pipeline.column("size", Type::Integer).row({"1"}).row({"-1"}).row({kNull});
  pipeline.check(Expression{{{"size_is_positive", "size > 0"}}});
  EXPECT_EQ(pipeline.result(), "1\nNULL\nrefused 1: check size_is_positive: size > 0 does not hold\n");
}

struct Window : ::testing::Test {
  Pipeline pipeline;
  void SetUp() override {
    pipeline.column("timestamp", Type::Timestamp).column("id");
    pipeline.context.partition_column = "timestamp";
    pipeline.row({"2022-01-23T23:59:59Z", "early"})
        .row({"2022-01-24T00:00:00Z", "first"})
        .row({"2022-01-24T23:59:59.999999Z", "last"})
        .row({"2022-01-25T00:00:00Z", "late"})
        .row({kNull, "none"});
  }
};

TEST_F(Window, keeps_its_own_rows_and_refuses_those_without_a_time) {
  EXPECT_EQ(pipeline.result(),
            "2022-01-24T00:00:00Z|first\n2022-01-24T23:59:59.999999Z|last\n"
            "refused 4: timestamp is NULL, so the row is in no partition\n");
}

TEST_F(Window, refuses_rows_of_others_when_each_partition_has_inputs_of_its_own) {
  pipeline.context.refuse_outside_window = true;
  EXPECT_EQ(pipeline.result(),
            "2022-01-24T00:00:00Z|first\n2022-01-24T23:59:59.999999Z|last\n"
            "refused 0: timestamp 2022-01-23T23:59:59Z lies outside of partition window "
            "[2022-01-24T00:00:00Z, 2022-01-25T00:00:00Z)\n"
            "refused 3: timestamp 2022-01-25T00:00:00Z lies outside of partition window "
            "[2022-01-24T00:00:00Z, 2022-01-25T00:00:00Z)\n"
            "refused 4: timestamp is NULL, so the row is in no partition\n");
}

TEST_F(Window, needs_a_time) {
  pipeline.then(Cast{{{"timestamp", "text", "", "", OnError::Quarantine}}});
  EXPECT_NE(pipeline.problem().find("cast: { timestamp: timestamp }"), std::string::npos)
      << pipeline.problem();
}

TEST_F(Window, comes_before_rows_are_staged) {
  pipeline.then(Deduplicate{{"id"}, {}, Keep::First});
  const auto program = pipeline.compiled();
  ASSERT_TRUE(program.ok()) << program.error().to_string();
  ASSERT_GE(program->segments.size(), 2U);
  EXPECT_NE(program->segments[0].sql.find("window_start()"), std::string::npos);
  EXPECT_EQ(program->segments[1].kind, Segment::Kind::Deduplicate);
}

}  // namespace
}  // namespace weir::transforms::testing
