// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "config/node.h"

namespace weir::config {
namespace {

struct Parsed {
  std::optional<Node> node;
  Diagnostics diagnostics;
};

Parsed parse(std::string_view yaml) {
  Parsed parsed;
  parsed.node = parse_yaml(yaml, "p.yaml", parsed.diagnostics);
  return parsed;
}

std::string problems(std::string_view yaml) {
  const auto result = parse(yaml).diagnostics.to_result();
  return result.ok() ? "" : result.error().message();
}

std::string json(std::string_view yaml) {
  const auto parsed = parse(yaml);
  return parsed.node ? to_json(*parsed.node) : parsed.diagnostics.to_string();
}

TEST(Yaml, names_line_and_column_of_a_syntax_error) {
  EXPECT_EQ(problems("a: 1\nb: [1, 2\n"), "p.yaml:3:1: a '[' is not closed by ']'");
  EXPECT_EQ(problems("a: x: y\n"), "p.yaml:1:5: no key can stand here; text that holds ': ' needs quotes");
  EXPECT_EQ(problems("a: 1\n b: 2\n"),
            "p.yaml:2:3: no key can stand here; text that holds ': ' needs quotes");
  EXPECT_EQ(problems("a: \"open\n"), "p.yaml:1:1: a quote that opens here or below is not closed");
}

TEST(Yaml, explains_the_characters_that_need_quotes) {
  EXPECT_EQ(
      problems("path: *.jsonl\n"),
      "p.yaml:1:7: text that starts with '*' needs quotes; without them it repeats what an anchor names");
  EXPECT_EQ(
      problems("path: *logs\n"),
      "p.yaml:1:7: text that starts with '*' needs quotes; without them it repeats what an anchor names");
  EXPECT_EQ(problems("user: @me\n"), "p.yaml:1:7: text that starts with this character needs quotes");
  EXPECT_EQ(problems("a:\n\tb: 1\n"), "p.yaml:2:3: indent with spaces, not with tabs");
}

TEST(Yaml, shows_no_password_that_breaks_the_syntax) {
  for (const auto* yaml : {"a: 1\npassword: @hunter2\n", "api_token: *hunter2\n", "secret: !hunter2 x\n",
                           "db_password: hunter2: x\n", "- passphrase: 'hunter2' hunter2\n"}) {
    const auto shown = parse(yaml).diagnostics.to_string();
    EXPECT_FALSE(shown.empty()) << yaml;
    EXPECT_EQ(shown.find("hunter2"), std::string::npos) << shown;
  }
}

TEST(Yaml, reports_each_key_that_is_given_twice_with_both_places) {
  EXPECT_EQ(problems("a: 1\nb: {c: 1, c: 2}\na: 3\n"),
            "p.yaml:2:11: key 'c' is given twice, first in line 2 column 5\n"
            "p.yaml:3:1: key 'a' is given twice, first in line 1 column 1");
  EXPECT_EQ(parse("a: 1\na: 2\n").node->find("a")->text(), "1");
}

TEST(Yaml, asks_for_quotes_around_an_unquoted_template) {
  EXPECT_EQ(problems("path: {{ partition.date }}.jsonl\n"),
            "p.yaml:1:8: a key must be one text; close every '{' and '[', and put quotes around text that "
            "starts with one");
}

TEST(Yaml, refuses_what_has_no_meaning_in_a_configuration) {
  EXPECT_EQ(problems("a: 1\n---\nb: 2\n"),
            "p.yaml:2:1: a file holds one document, which ends before this; check the indentation, or remove "
            "'---'");
  EXPECT_EQ(problems("a: !python/object x\n"),
            "p.yaml:1:4: text that starts with '!' needs quotes; without them it is a tag, which has no "
            "meaning here");
  EXPECT_EQ(problems("~: 1\n"), "p.yaml:1:1: a key must be one text; this one is empty or no text");
}

TEST(Yaml, refuses_bytes_that_would_be_changed_or_end_the_file_silently) {
  EXPECT_EQ(problems("a: 1\nb: \x04 2\nc: 3\n"),
            "p.yaml:2:4: the control character 0x04 cannot stand in YAML");
  EXPECT_EQ(problems("a: \xff\n"), "p.yaml: the file is not UTF-8; save it in that encoding");
}

TEST(Yaml, bounds_the_depth_of_nesting) {
  EXPECT_EQ(problems("a: " + std::string(65, '[') + std::string(65, ']')),
            "p.yaml:1:67: lists and mappings are nested more than 64 deep");
  EXPECT_NE(problems(std::string(100'000, '{')), "");
}

TEST(Yaml, bounds_what_aliases_expand_to) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int level = 1; level < 12; ++level) {
    bomb += fmt::format("a{}: &a{} [", level, level);
    for (int copy = 0; copy < 9; ++copy) bomb += fmt::format("*a{}, ", level - 1);
    bomb += "x]\n";
  }
  const auto text = problems(bomb);
  EXPECT_NE(text.find("the file is too large, counting what its aliases repeat"), std::string::npos) << text;
}

TEST(Yaml, bounds_repeated_long_texts_too) {
  std::string bomb = "a: &a " + std::string(1'000'000, 'x') + "\nb: [";
  for (int copy = 0; copy < 1000; ++copy) bomb += "*a, ";
  EXPECT_NE(problems(bomb + "*a]\n").find("too large, counting what its aliases repeat"), std::string::npos);
}

TEST(Yaml, refuses_an_alias_inside_of_itself) {
  EXPECT_EQ(problems("a: &a [*a]\n"), "p.yaml:1:8: an alias cannot stand inside what it repeats");
}

TEST(Yaml, repeats_what_an_alias_names) {
  EXPECT_EQ(json("a: &key [id]\nb: *key\n"), R"({"a":["id"],"b":["id"]})");
}

TEST(Yaml, knows_the_place_of_every_value) {
  const auto parsed = parse("source:\n  path: 'ü' # comment\n  keys:\n    - one\n    - {two: 2}\nempty:\n");
  const auto* source = parsed.node->find("source");
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(source->at().to_string(), "p.yaml:2:3");
  EXPECT_EQ(source->find("path")->at().to_string(), "p.yaml:2:9");
  EXPECT_EQ(source->entries().at(1).key_at.to_string(), "p.yaml:3:3");
  EXPECT_EQ(source->find("keys")->items().at(0).at().to_string(), "p.yaml:4:7");
  EXPECT_EQ(source->find("keys")->items().at(1).find("two")->at().to_string(), "p.yaml:5:13");
  EXPECT_EQ(parsed.node->find("empty")->at().to_string(), "p.yaml:6:1");
}

TEST(Yaml, knows_only_true_and_false_as_booleans_and_leaves_dates_alone) {
  EXPECT_EQ(json("[true, False, yes, no, on, 'true', 2022-01-24, 1, 1.5, 007, 0x1f, '1', null, ~, .inf]"),
            R"([true,false,"yes","no","on","true","2022-01-24",1,1.5,7,"0x1f","1",null,null,".inf"])");
}

TEST(Yaml, reads_json_blocks_of_text_and_files_with_a_byte_order_mark) {
  EXPECT_EQ(json(R"({"a": [1, "b\u00e9", true, null], "c": {"d": -2.5e3}})"),
            R"({"a":[1,"bé",true,null],"c":{"d":-2500.0}})");
  EXPECT_EQ(json("sql: |\n  SELECT 1\n  FROM t\n"), R"({"sql":"SELECT 1\nFROM t\n"})");
  EXPECT_EQ(json("\xEF\xBB\xBF"
                 "a: b"),
            R"({"a":"b"})");
  EXPECT_EQ(json("a: 1\r\nb: 2\r\n"), R"({"a":1,"b":2})");
}

TEST(Yaml, takes_an_empty_file_for_nothing) {
  EXPECT_EQ(json(""), "null");
  EXPECT_EQ(json("# only a comment\n"), "null");
}

TEST(Node, describes_itself_for_messages) {
  EXPECT_EQ(Node().describe(), "nothing");
  EXPECT_EQ(Node::scalar({}, "5", Quoting::Plain).describe(), "5");
  EXPECT_EQ(Node::scalar({}, "5", Quoting::Quoted).describe(), "the text \"5\"");
  EXPECT_EQ(Node::scalar({}, "a\nb", Quoting::Plain).describe(), "the text 'a b'");
  EXPECT_EQ(Node::scalar({}, std::string(59, 'x') + "üü", Quoting::Plain).describe(),
            "the text '" + std::string(59, 'x') + "…'");
}

}  // namespace
}  // namespace weir::config
