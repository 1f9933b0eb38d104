// SPDX-License-Identifier: Apache-2.0
#include "transforms/testing.h"

namespace weir::transforms::testing {
namespace {

using model::Type;

struct DeduplicateTest : ::testing::Test {
  Pipeline pipeline;
  void SetUp() override {
    pipeline.column("id").column("n", Type::Integer).column("t");
    pipeline.row({"a", "2", "x"}).row({"b", "1", "y"}).row({"a", "1", "z"}).row({kNull, "9", "u"});
    pipeline.row({kNull, "9", "u"}).row({"a", kNull, "w"});
  }
  std::string kept(Deduplicate options) {
    pipeline.transforms = {{std::move(options), {}}};
    return pipeline.result();
  }
};

TEST_F(DeduplicateTest, keeps_the_first_row_of_a_key_and_all_rows_without_one) {
  EXPECT_EQ(kept({{"id"}, {}, Keep::First}), "a|2|x\nb|1|y\nNULL|9|u\nNULL|9|u\n");
}

TEST_F(DeduplicateTest, may_keep_the_last) {
  EXPECT_EQ(kept({{"id"}, {}, Keep::Last}), "b|1|y\nNULL|9|u\nNULL|9|u\na|NULL|w\n");
}

TEST_F(DeduplicateTest, orders_by_columns_with_nulls_at_the_end) {
  EXPECT_EQ(kept({{"id"}, {"n"}, Keep::First}), "b|1|y\na|1|z\nNULL|9|u\nNULL|9|u\n");
  EXPECT_EQ(kept({{"id"}, {"n desc"}, Keep::First}), "a|2|x\nb|1|y\nNULL|9|u\nNULL|9|u\n");
  EXPECT_EQ(kept({{"id"}, {"n"}, Keep::Last}), "a|2|x\nb|1|y\nNULL|9|u\nNULL|9|u\n");
  EXPECT_EQ(kept({{"id"}, {"n desc", "t asc"}, Keep::First}), "a|2|x\nb|1|y\nNULL|9|u\nNULL|9|u\n");
}

TEST_F(DeduplicateTest, runs_over_all_rows_in_a_segment_of_its_own) {
  pipeline.then(Deduplicate{{"id"}, {}, Keep::First}).check(NotNull{{"n"}});
  const auto program = pipeline.compiled();
  ASSERT_TRUE(program.ok()) << program.error().to_string();
  ASSERT_EQ(program->segments.size(), 2U);
  EXPECT_EQ(program->segments[0].kind, Segment::Kind::Deduplicate);
  EXPECT_EQ(program->segments[1].kind, Segment::Kind::Rows);
  EXPECT_FALSE(program->skip_known_keys);
}

TEST_F(DeduplicateTest, reports_absent_columns) {
  pipeline.then(Deduplicate{{"idd"}, {"m desc"}, Keep::First});
  const auto problem = pipeline.problem();
  EXPECT_NE(problem.find("'idd'"), std::string::npos) << problem;
  EXPECT_NE(problem.find("'m'"), std::string::npos) << problem;
}

TEST_F(DeduplicateTest, tells_whether_the_keys_reach_the_destination) {
  const auto stay = [&](std::vector<Verb> verbs) {
    pipeline.transforms.clear();
    for (auto& verb : verbs) pipeline.then(std::move(verb));
    const auto program = pipeline.compiled();
    EXPECT_TRUE(program.ok()) << program.error().to_string();
    return program->known_keys_are_duplicates;
  };
  const Deduplicate last{{"id"}, {}, Keep::Last};
  const Deduplicate newest{{"id"}, {"n desc"}, Keep::First};
  EXPECT_FALSE(stay({last})) << "the destination has no key";
  pipeline.context.key = {"id"};
  EXPECT_FALSE(stay({last})) << "the destination does not resolve keys";
  pipeline.context.destination_resolves_keys = true;
  EXPECT_TRUE(stay({last}));
  EXPECT_TRUE(stay({newest, Filter{.condition = "n > 1"}, Drop{{"t"}, false}}));
  EXPECT_FALSE(stay({Deduplicate{{"t"}, {}, Keep::Last}}));
  EXPECT_FALSE(stay({last, Cast{{{.column = "id", .type = "integer"}}}}));
  EXPECT_FALSE(stay({last, Sql{.query = "SELECT * FROM input"}}));
}

struct HandOver : DeduplicateTest {
  void SetUp() override {
    DeduplicateTest::SetUp();
    pipeline.context.key = {"id"};
    pipeline.context.destination_resolves_keys = true;
  }
  bool handed_over(std::vector<Verb> verbs) {
    pipeline.transforms.clear();
    for (auto& verb : verbs) pipeline.then(std::move(verb));
    const auto program = pipeline.compiled();
    EXPECT_TRUE(program.ok()) << program.error().to_string();
    const bool staged =
        std::any_of(program->segments.begin(), program->segments.end(),
                    [](const auto& segment) { return segment.kind == Segment::Kind::Deduplicate; });
    EXPECT_NE(staged, program->skip_known_keys);
    return program->skip_known_keys;
  }
};

TEST_F(HandOver, leaves_the_first_row_of_a_key_to_the_destination) {
  EXPECT_TRUE(
      handed_over({Filter{.condition = "n > 0"}, Deduplicate{{"id"}, {}, Keep::First}, Drop{{"t"}, false}}));
  EXPECT_EQ(pipeline.compiled()->notes, std::vector<std::string>{"deduplicate is done by the destination"});
}

TEST_F(HandOver, does_not_happen_when_it_would_change_the_result) {
  EXPECT_FALSE(handed_over({Deduplicate{{"id"}, {}, Keep::Last}}));
  EXPECT_FALSE(handed_over({Deduplicate{{"id"}, {"n"}, Keep::First}}));
  EXPECT_FALSE(handed_over({Deduplicate{{"id", "n"}, {}, Keep::First}}));
  EXPECT_FALSE(handed_over({Deduplicate{{"id"}, {}, Keep::First}, Filter{.condition = "n > 0"}}));
  EXPECT_FALSE(handed_over({Deduplicate{{"id"}, {}, Keep::First}, Mask{.column = "id"}}));
  pipeline.context.destination_resolves_keys = false;
  EXPECT_FALSE(handed_over({Deduplicate{{"id"}, {}, Keep::First}}));
}

TEST(SqlTransform, reads_the_rows_as_input_or_rows) {
  Pipeline pipeline;
  pipeline.column("a").column("n", Type::Integer).row({"x", "1"}).row({"x", "2"}).row({"y", "3"});
  pipeline.then(Sql{
      "WITH t AS (SELECT * FROM rows)\nSELECT a, sum(n) AS total FROM t, (SELECT count(*) AS c FROM input)\n"
      "GROUP BY a ORDER BY a -- done\n;",
      ""});
  EXPECT_EQ(pipeline.schema(), "a text, total integer");
  EXPECT_EQ(pipeline.result(), "x|3\ny|3\n");
}

TEST(SqlTransform, does_not_see_the_hidden_columns) {
  Pipeline pipeline;
  pipeline.column("a").row({"x"}).then(Sql{"SELECT * FROM input", ""});
  EXPECT_EQ(pipeline.schema(), "a text");
  EXPECT_EQ(pipeline.result(), "x\n");
}

TEST(SqlTransform, may_be_followed_by_row_verbs_and_checks) {
  Pipeline pipeline;
  pipeline.column("a").row({"1"}).row({"x"}).then(Sql{"SELECT a AS b FROM input", ""});
  pipeline.then(Cast{{{"b", "integer", "", "", OnError::Quarantine}}});
  EXPECT_EQ(pipeline.result(), "1\nrefused 1: cast: column b: \"x\" is not of type integer\n");
}

TEST(SqlTransform, must_be_one_select_without_files) {
  Pipeline pipeline;
  pipeline.column("a");
  for (const auto* query : {"DROP TABLE x", "SELECT 1); DROP TABLE x; SELECT (1", "SELECT 1; SELECT 2",
                            "COPY input TO '/tmp/x'", "SELECT * FROM '/etc/passwd'",
                            "SELECT * FROM read_text('/etc/passwd')", "INSERT INTO x SELECT 1", ""}) {
    pipeline.transforms = {{Sql{query, ""}, {}}};
    EXPECT_NE(pipeline.problem().find("sql: "), std::string::npos) << query;
  }
}

TEST(SqlTransform, shows_the_line_of_a_mistake) {
  Pipeline pipeline;
  pipeline.column("a").then(Sql{"SELECT a,\n  missing\nFROM input", ""});
  const auto problem = pipeline.problem();
  EXPECT_NE(problem.find("the query cannot run: there is no column \"missing\""), std::string::npos)
      << problem;
  EXPECT_NE(problem.find("(line 2)"), std::string::npos) << problem;
}

}  // namespace
}  // namespace weir::transforms::testing
