// SPDX-License-Identifier: Apache-2.0
#include "transforms/testing.h"

namespace weir::transforms::testing {
namespace {

using model::Type;

TEST(Select, keeps_the_listed_columns_in_the_listed_order) {
  Pipeline pipeline;
  pipeline.column("a").column("b", Type::Integer).column("c").row({"x", "1", "y"}).then(Select{{"c", "a"}});
  EXPECT_EQ(pipeline.schema(), "c text, a text");
  EXPECT_EQ(pipeline.result(), "y|x\n");
}

TEST(Select, names_the_column_that_was_probably_meant) {
  Pipeline pipeline;
  pipeline.column("insert_id").then(Select{{"insert_ID", "inzert_id"}});
  const auto problem = pipeline.problem();
  EXPECT_NE(problem.find("there is no column 'insert_ID'"), std::string::npos) << problem;
  EXPECT_NE(problem.find("did you mean 'insert_id'"), std::string::npos) << problem;
}

TEST(Drop, E14_leaves_out_only_what_is_asked_for) {
  Pipeline pipeline;
  pipeline.column("a").column("cache_hit").row({"x", "HIT"});
  EXPECT_EQ(pipeline.result(), "x|HIT\n") << "no column goes by itself";
  pipeline.then(Drop{{"cache_hit"}, false});
  EXPECT_EQ(pipeline.schema(), "a text");
}

TEST(Drop, E14_of_an_absent_column_is_an_error_unless_it_may_be_absent) {
  Pipeline pipeline;
  pipeline.column("a").then(Drop{{"span_id"}, false});
  EXPECT_NE(pipeline.problem().find("there is no column 'span_id'"), std::string::npos);
  pipeline.transforms = {{Drop{{"span_id"}, true}, {}}};
  EXPECT_EQ(pipeline.schema(), "a text");
}

TEST(Rename, may_swap_two_columns) {
  Pipeline pipeline;
  pipeline.column("a").column("b").row({"1", "2"}).then(Rename{{{"a", "b"}, {"b", "a"}}});
  EXPECT_EQ(pipeline.schema(), "b text, a text");
  EXPECT_EQ(pipeline.result(), "1|2\n");
}

TEST(Rename, refuses_two_columns_of_one_name) {
  Pipeline pipeline;
  pipeline.column("a").column("b").then(Rename{{{"a", "B"}}});
  EXPECT_NE(pipeline.problem().find("columns 'B' and 'b' differ only in case"), std::string::npos);
}

TEST(Add, names_each_column_that_is_there_already_once) {
  Pipeline pipeline;
  pipeline.column("b").then(Add{{{"b", "1"}, {"B", "2"}}});
  const auto problem = pipeline.problem();
  const auto first = problem.find("differ only in case");
  EXPECT_NE(first, std::string::npos) << problem;
  EXPECT_EQ(problem.find("differ only in case", first + 1), std::string::npos) << problem;
  EXPECT_NE(problem.find("two columns would be called 'b'"), std::string::npos) << problem;
}

TEST(SnakeCase, E21_keeps_acronyms_together) {
  Pipeline pipeline;
  pipeline.column("insertId")
      .column("remoteIP")
      .column("HTTPStatus")
      .column("cacheValidatedWithOriginServer");
  pipeline.then(SnakeCase{});
  EXPECT_EQ(pipeline.schema(),
            "insert_id text, remote_ip text, http_status text, cache_validated_with_origin_server text");
}

TEST(SnakeCase, names_both_columns_that_would_collide) {
  Pipeline pipeline;
  pipeline.column("remoteIp").column("remote_ip").then(SnakeCase{});
  const auto problem = pipeline.problem();
  EXPECT_NE(problem.find("'remoteIp' and 'remote_ip' would both be called 'remote_ip'"), std::string::npos)
      << problem;
}

TEST(Add, computes_a_column_from_the_others) {
  Pipeline pipeline;
  pipeline.column("bytes", Type::Integer).row({"1500"}).row({kNull});
  pipeline.then(Add{{{"kilobytes", "bytes / 1000 -- decimal"}}});
  EXPECT_EQ(pipeline.schema(), "bytes integer, kilobytes double");
  EXPECT_EQ(pipeline.result(), "1500|1.5\nNULL|NULL\n");
}

// D-24: the group is what stands between the first and the last separator, or behind the only one.
// Without a separator, and without a text, there is none.
TEST(Add, D_24_takes_a_piece_out_of_a_text_that_may_be_missing) {
  Pipeline pipeline;
  pipeline.column("memo").row({"Added - Web - Editors - site A"}).row({"Login"}).row({kNull});
  pipeline.row({"a-b - c-d"}).row({"Added - Web Editors - site A"});
  pipeline.then(Add{{{"group_name",
                      "CASE WHEN len(string_split(memo, ' - ')) > 2 "
                      "THEN array_to_string(string_split(memo, ' - ')[2:-2], ' - ') "
                      "ELSE string_split(memo, ' - ')[2] END"}}});
  EXPECT_EQ(pipeline.result(),
            "Added - Web - Editors - site A|Web - Editors\nLogin|NULL\nNULL|NULL\na-b - c-d|c-d\n"
            "Added - Web Editors - site A|Web Editors\n");
}

TEST(Add, needs_one_row_only) {
  Pipeline pipeline;
  pipeline.column("bytes", Type::Integer)
      .then(Add{{{"share", "bytes / (SELECT max(bytes) FROM given_rows())"}}});
  EXPECT_NE(pipeline.problem().find("column 'share'"), std::string::npos);
  pipeline.transforms = {{Add{{{"total", "sum(bytes) OVER ()"}}}, {}}};
  EXPECT_NE(pipeline.problem().find("needs more than one row"), std::string::npos);
}

TEST(Columns, may_have_any_name_without_becoming_sql) {
  Pipeline pipeline;
  const std::string name = "a\"; DROP TABLE stage_0; --\n'x'";
  pipeline.column(name).row({"kept"}).then(Rename{{{name, "b\" FROM nowhere --"}}});
  pipeline.then(Filter{.column = "b\" FROM nowhere --", .equals = {"kept", "' OR true --"}});
  pipeline.check(NotNull{{"b\" FROM nowhere --"}});
  EXPECT_EQ(pipeline.result(), "kept\n");
}

TEST(Columns, may_have_dots_and_quotes_in_their_names) {
  Pipeline pipeline;
  pipeline.column("a.b").column("c.\"d").column("e").row({"1", "2", "3"});
  pipeline.then(Drop{{"a.b"}, false}).then(Cast{{{"c.\"d", "integer", "", "", OnError::Quarantine}}});
  EXPECT_EQ(pipeline.schema(), "c.\"d integer, e text");
  EXPECT_EQ(pipeline.result(), "2|3\n");
}

TEST(Columns, that_weir_needs_itself_cannot_be_given) {
  Pipeline pipeline;
  pipeline.column("_weir_error");
  EXPECT_NE(pipeline.problem().find("reserved"), std::string::npos);
}

TEST(Compile, reports_every_problem_at_once) {
  Pipeline pipeline;
  pipeline.column("a").then(Drop{{"x"}, false}).then(ParseUrl{"y", ""}).then(Filter{.condition = "a >"});
  const auto problem = pipeline.problem();
  EXPECT_NE(problem.find("'x'"), std::string::npos) << problem;
  EXPECT_NE(problem.find("'y'"), std::string::npos) << problem;
  EXPECT_NE(problem.find("the condition is not an SQL expression"), std::string::npos) << problem;
}

TEST(Compile, without_transforms_leaves_the_rows_alone) {
  Pipeline pipeline;
  pipeline.column("a").row({"x"});
  const auto program = pipeline.compiled();
  ASSERT_TRUE(program.ok());
  EXPECT_TRUE(program->segments.empty());
  EXPECT_EQ(model::to_string(program->output), "a text");
}

TEST(Compile, gives_the_same_sql_every_time) {
  Pipeline pipeline;
  pipeline.column("url")
      .column("o", Type::Json)
      .then(ParseUrl{"url", ""})
      .then(Unpack{"o", {{"a", "text"}}, "", true});
  const auto first = pipeline.compiled();
  const auto second = pipeline.compiled();
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->segments[0].sql, second->segments[0].sql);
}

TEST(ParseUrl, adds_four_columns_and_gives_null_for_absent_parts) {
  Pipeline pipeline;
  pipeline.column("request_url").then(ParseUrl{"request_url", ""});
  pipeline.row({"https://data.example.org/ferc1/t_plants.json?_size=5"}).row({kNull}).row({"*"});
  EXPECT_EQ(pipeline.schema(),
            "request_url text, request_url_scheme text, request_url_netloc text, request_url_path text, "
            "request_url_query text");
  EXPECT_EQ(pipeline.result(),
            "https://data.example.org/ferc1/t_plants.json?_size=5|https|data.example.org|/ferc1/"
            "t_plants.json|_size=5\n"
            "NULL|NULL|NULL|NULL|NULL\n"
            "*|NULL|NULL|*|NULL\n");
}

}  // namespace
}  // namespace weir::transforms::testing
