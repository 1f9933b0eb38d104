// SPDX-License-Identifier: Apache-2.0
#include "config/spec.h"

#include <gtest/gtest.h>

namespace weir::config {
namespace {

enum class WriteMode { Append, Replace, Merge };

struct ColumnOptions {
  std::string name;
  std::string type = "text";
};

struct TableOptions {
  std::string table;
  std::int64_t port = 5432;
  std::uint16_t retries = 3;
  double share = 0.5;
  bool header = true;
  std::optional<std::string> null_text;
  WriteMode write = WriteMode::Append;
  std::optional<WriteMode> fallback;
  TextList key;
  TextMap labels;
  OrderedTextMap rename;
  Duration timeout{std::chrono::seconds(30)};
  ByteSize memory{64U << 20};
  ColumnOptions main;
  std::vector<ColumnOptions> columns;
  std::vector<std::pair<std::string, ColumnOptions>> views;
  SecretReference password;
  Node extra;
};

const Spec<ColumnOptions>& column_spec() {
  static const auto spec = Spec<ColumnOptions>("column", "A column.")
                               .field("name", &ColumnOptions::name, "Its name.")
                               .required()
                               .field("type", &ColumnOptions::type, "Its type.");
  return spec;
}

const Spec<TableOptions>& table_spec() {
  static const auto spec =
      Spec<TableOptions>("table", "A table.")
          .field("table", &TableOptions::table, "Its name.")
          .required()
          .field("port", &TableOptions::port, "TCP port.")
          .range(1, 65535)
          .field("retries", &TableOptions::retries, "Attempts.")
          .field("share", &TableOptions::share, "Part of the rows.")
          .range(0, 1)
          .field("header", &TableOptions::header, "Whether there is a header.")
          .field("null_text", &TableOptions::null_text, "Text for NULL.")
          .choice(
              "write", &TableOptions::write,
              {{"append", WriteMode::Append}, {"replace", WriteMode::Replace}, {"merge", WriteMode::Merge}},
              "How rows are written.")
          .choice("fallback", &TableOptions::fallback, {{"append", WriteMode::Append}}, "Otherwise.")
          .field("key", &TableOptions::key, "Key columns.")
          .field("labels", &TableOptions::labels, "Labels.")
          .field("rename", &TableOptions::rename, "New names.")
          .field("timeout", &TableOptions::timeout, "Longest wait.")
          .field("memory", &TableOptions::memory, "Most memory.")
          .object("main", &TableOptions::main, column_spec(), "The main column.")
          .list("columns", &TableOptions::columns, column_spec(), "The columns.")
          .map("views", &TableOptions::views, column_spec(), "The views.")
          .field("password", &TableOptions::password, "Password of the role.")
          .field("extra", &TableOptions::extra, "Kept as it is.")
          .check([](const TableOptions& options, const Node& node, Diagnostics& diagnostics) {
            if (options.write == WriteMode::Merge && options.key.empty())
              diagnostics.error(node.at(), "write: merge needs the option 'key'");
          });
  return spec;
}

struct ReadTable {
  TableOptions options;
  Diagnostics diagnostics;
};

ReadTable read(std::string_view yaml) {
  ReadTable result;
  const auto node = parse_yaml(yaml, "t.yaml", result.diagnostics);
  if (node) result.options = table_spec().read(*node, result.diagnostics);
  return result;
}

/// The problems without the source lines.
std::string problems(std::string_view yaml) {
  const auto result = read(yaml).diagnostics.to_result();
  return result.ok() ? "" : result.error().message();
}

TEST(Spec, reports_every_problem_at_once_with_line_and_column) {
  EXPECT_EQ(problems("prot: 1\n"
                     "port: many\n"
                     "write: apend\n"
                     "columns:\n"
                     "  - type: int\n"
                     "  - {name: id, typ: int}\n"),
            "t.yaml:1:1: unknown key 'prot'; did you mean 'port'?\n"
            "t.yaml:1:1: table needs the key 'table': Its name.\n"
            "t.yaml:2:7: option 'port' must be a whole number from 1 to 65535, but is the text 'many'\n"
            "t.yaml:3:8: option 'write' must be one of append, replace, merge, but is the text 'apend'; "
            "did you mean 'append'?\n"
            "t.yaml:5:5: column needs the key 'name': Its name.\n"
            "t.yaml:6:16: unknown key 'typ'; did you mean 'type'?");
}

TEST(Spec, shows_the_source_line_with_a_caret) {
  EXPECT_EQ(read("table: t\nport:  70000\n").diagnostics.to_string(),
            "t.yaml:2:8: option 'port' must be a whole number from 1 to 65535, but is 70000\n"
            "    2 | port:  70000\n"
            "      |        ^\n");
}

TEST(Spec, lists_the_known_keys_when_nothing_is_similar) {
  EXPECT_EQ(problems("{table: t, main: {name: a, zzzzzzzz: 1}}"),
            "t.yaml:1:28: unknown key 'zzzzzzzz'; column has name, type");
}

TEST(Spec, takes_only_true_and_false_for_booleans) {
  EXPECT_EQ(
      problems("{table: t, header: yes}"),
      "t.yaml:1:20: option 'header' must be true or false, but is the text 'yes'; did you mean 'true'?");
  EXPECT_EQ(problems("{table: t, header: 'false'}"),
            "t.yaml:1:20: option 'header' must be true or false, but is the text \"false\"; "
            "write it without quotes");
  EXPECT_FALSE(read("{table: t, header: false}").options.header);
}

TEST(Spec, takes_no_number_in_quotes_and_none_outside_of_the_members_type) {
  EXPECT_EQ(problems("{table: t, port: '80'}"),
            "t.yaml:1:18: option 'port' must be a whole number from 1 to 65535, but is the text \"80\"; "
            "write it without quotes");
  EXPECT_EQ(problems("{table: t, retries: 70000}"),
            "t.yaml:1:21: option 'retries' must be a whole number from 0 to 65535, but is 70000");
  EXPECT_EQ(problems("{table: t, share: 1.5}"),
            "t.yaml:1:19: option 'share' must be a number from 0 to 1, but is 1.5");
  EXPECT_EQ(problems("{table: t, share: nan}"),
            "t.yaml:1:19: option 'share' must be a number from 0 to 1, but is nan");
}

TEST(Spec, asks_for_the_unit_of_durations_and_sizes) {
  EXPECT_EQ(problems("{table: t, timeout: 30}"),
            "t.yaml:1:21: option 'timeout' must be a duration with its unit, as in 250 ms, 30 s, 5 min, 2 h "
            "or 1 d, but is 30");
  EXPECT_EQ(problems("{table: t, memory: 64 Mi}"),
            "t.yaml:1:20: option 'memory' must be a size with its unit, as in 512 B, 64 MiB or 1.5 GB, "
            "but is the text '64 Mi'");
}

TEST(Spec, says_what_it_got_in_place_of_texts_lists_and_mappings) {
  EXPECT_EQ(problems("table: [t]\nkey: {a: b}\nlabels: x\ncolumns: {name: a}\nviews: [1]\nmain: id\n"),
            "t.yaml:1:8: option 'table' must be a text, but is a list\n"
            "t.yaml:2:6: option 'key' must be a text or a list of texts, but is a mapping\n"
            "t.yaml:3:9: option 'labels' must be a mapping of names to texts, but is the text 'x'\n"
            "t.yaml:4:10: option 'columns' must be a list, but is a mapping\n"
            "t.yaml:5:8: option 'views' must be a mapping, but is a list\n"
            "t.yaml:6:7: column must be a mapping with keys of name, type, but is a single value");
  EXPECT_EQ(problems("table: t\nkey: [a, [b]]\nlabels: {a: [1]}\n"),
            "t.yaml:2:10: each item of option 'key' must be a text, but this is a list\n"
            "t.yaml:3:13: 'a' of option 'labels' must be a text, but is a list");
}

TEST(Spec, reports_a_key_without_a_value_unless_that_means_the_default) {
  EXPECT_EQ(
      problems("table:\nport: null\nkey:\n"),
      "t.yaml:1:1: option 'table' has no value; give one, or remove the key (the text null needs quotes)\n"
      "t.yaml:2:1: option 'port' has no value; give one, or remove the key (the text null needs quotes)");
}

TEST(Spec, applies_rules_over_several_options_only_when_each_is_right) {
  EXPECT_EQ(problems("{table: t, write: merge}"), "t.yaml:1:1: write: merge needs the option 'key'");
  EXPECT_EQ(problems("{table: [], write: merge}"),
            "t.yaml:1:9: option 'table' must be a text, but is a list");
  EXPECT_EQ(problems("{table: t, write: merge, key: id}"), "");
}

TEST(Spec, never_repeats_an_inline_secret) {
  for (const auto* yaml :
       {"{table: t, password: hunter2}", "{table: t, password: hunter2, prot: 1}",
        "{table: t, password: [hunter2]}", "{table: t, password: {value: hunter2}}",
        "{table: t, password: 'env:hunter2!'}", "{table: t, pasword: hunter2}",
        "{port: many, pasword: hunter2}", "{pasword: hunter2, port: many}",
        "password: a\npassword: hunter2\ntable: t", "table: t\npassword: |\n  hunter2\n"}) {
    const auto result = read(yaml);
    EXPECT_FALSE(result.diagnostics.ok()) << yaml;
    EXPECT_EQ(result.diagnostics.to_string().find("hunter2"), std::string::npos)
        << result.diagnostics.to_string();
    EXPECT_EQ(result.diagnostics.to_json().find("hunter2"), std::string::npos);
  }
  EXPECT_EQ(problems("{table: t, password: hunter2}"),
            "t.yaml:1:22: option 'password' is a secret, so its value is not written here; say where it is: "
            "env:NAME, file:PATH or command:COMMAND");
}

TEST(Spec, reads_references_to_secrets_in_both_forms) {
  const auto reference = [](std::string_view yaml) {
    return read(fmt::format("{{table: t, password: {}}}", yaml)).options.password.to_string();
  };
  EXPECT_EQ(reference("env:PGPASSWORD"), "env:PGPASSWORD");
  EXPECT_EQ(reference("{env: PGPASSWORD}"), "env:PGPASSWORD");
  EXPECT_EQ(reference("file:/run/token"), "file:/run/token");
  EXPECT_EQ(reference("{file: /run/token}"), "file:/run/token");
  EXPECT_EQ(reference("{command: pass show x}"), "command:pass show x");
}

TEST(Spec, keeps_the_defaults_of_the_members) {
  const auto result = read("table: t");
  ASSERT_TRUE(result.diagnostics.empty());
  EXPECT_EQ(result.options.port, 5432);
  EXPECT_TRUE(result.options.header);
  EXPECT_FALSE(result.options.null_text.has_value());
  EXPECT_EQ(result.options.timeout, Duration{std::chrono::seconds(30)});
}

TEST(Spec, reads_every_kind_of_value) {
  const auto result = read(
      "table: 2022-01-24\nport: 80\nretries: 0\nshare: 0.25\nnull_text: 'null'\nwrite: replace\nfallback: "
      "append\n"
      "key: [a, b]\nlabels: {team: data}\nrename: {z: y, b: a}\ntimeout: 5 min\nmemory: 1.5 GB\n"
      "main: {name: id}\ncolumns: [{name: x, type: int}]\nviews: {v2: {name: p}, v1: {name: q}}\n"
      "extra: {any: [thing]}\n");
  ASSERT_EQ(result.diagnostics.to_string(), "");
  const auto& options = result.options;
  EXPECT_EQ(options.table, "2022-01-24");
  EXPECT_EQ(options.port, 80);
  EXPECT_EQ(options.retries, 0);
  EXPECT_EQ(options.share, 0.25);
  EXPECT_EQ(options.null_text, "null");
  EXPECT_EQ(options.write, WriteMode::Replace);
  EXPECT_EQ(options.fallback, WriteMode::Append);
  EXPECT_EQ(options.key, (TextList{"a", "b"}));
  EXPECT_EQ(options.labels, (TextMap{{"team", "data"}}));
  EXPECT_EQ(options.rename, (OrderedTextMap{{"z", "y"}, {"b", "a"}}));
  EXPECT_EQ(options.timeout.value, std::chrono::minutes(5));
  EXPECT_EQ(options.memory.bytes, 1'500'000'000U);
  EXPECT_EQ(options.main.name, "id");
  EXPECT_EQ(options.columns.at(0).type, "int");
  EXPECT_EQ(options.views.at(0).first, "v2");
  EXPECT_EQ(options.views.at(1).second.name, "q");
  EXPECT_EQ(to_json(options.extra), R"({"any":["thing"]})");
}

TEST(Spec, takes_no_bare_number_for_a_list_of_names) {
  struct Selection {
    TextList columns;
  };
  const auto spec = Spec<Selection>("select", "Keeps columns.")
                        .field("columns", &Selection::columns, "Which ones.")
                        .shorthand();
  const auto problems = [&](std::string_view yaml) {
    Diagnostics diagnostics;
    const auto node = parse_yaml(yaml, "p.yaml", diagnostics);
    (void)spec.read(*node, diagnostics);
    return diagnostics.ok() ? "" : diagnostics.sorted().front().to_string();
  };
  EXPECT_EQ(problems("5"),
            "p.yaml:1:1: option 'columns' must be a text or a list of texts, but is 5; put quotes around it "
            "if that is a name");
  EXPECT_EQ(problems("true").substr(0, 10), "p.yaml:1:1");
  EXPECT_EQ(problems("\"5\""), "");
  EXPECT_EQ(problems("[5, 6]"), "");
}

}  // namespace
}  // namespace weir::config
