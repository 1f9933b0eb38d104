// SPDX-License-Identifier: Apache-2.0
#include "config/variants.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace weir::config {
namespace {

struct Unpack {
  std::string column;
};
struct Rename {
  OrderedTextMap names;
};
struct Drop {
  TextList columns;
  bool required = false;
};
struct Deduplicate {
  TextList key;
};
struct Connection {
  std::string path;
  Duration timeout{std::chrono::seconds(5)};
};
struct Pipeline {
  std::vector<std::string> transforms;
  std::optional<std::string> connection;
};

const Variants<std::string>& transforms() {
  static const auto variants =
      Variants<std::string>::by_verb("transform", "A step.")
          .add(Spec<Unpack>("unpack", "Unpacks.")
                   .field("column", &Unpack::column, "Which.")
                   .required()
                   .shorthand(),
               [](const Unpack& options) { return "unpack " + options.column; })
          .add(Spec<Rename>("rename", "Renames.")
                   .field("names", &Rename::names, "Old: new.")
                   .required()
                   .whole_value(),
               [](const Rename& options) {
                 std::string text = "rename";
                 for (const auto& [old_name, new_name] : options.names)
                   text += " " + old_name + ">" + new_name;
                 return text;
               })
          .add(Spec<Drop>("drop", "Drops.")
                   .field("columns", &Drop::columns, "Which.")
                   .shorthand()
                   .field("required", &Drop::required, "Whether they must be there."),
               [](const Drop& options) { return "drop " + join(options.columns, "+"); })
          .add(Spec<Deduplicate>("deduplicate", "Removes repeats.")
                   .field("key", &Deduplicate::key, "By what."),
               [](const Deduplicate& options, const Node& node) {
                 return fmt::format("deduplicate {}@{}", join(options.key, "+"), node.at().line);
               });
  return variants;
}

const Variants<std::string>& connections() {
  static const auto sqlite = Spec<Connection>("sqlite", "A file.")
                                 .field("path", &Connection::path, "Where.")
                                 .required()
                                 .field("timeout", &Connection::timeout, "Longest wait.");
  static const auto variants =
      Variants<std::string>::by_selector("connection", "A system.", "type")
          .add(sqlite, [](const Connection& options) { return "sqlite " + options.path; })
          .add(Description{"memory", "Nothing is kept.", Shape::Options, {}, "", {}},
               [](const Node&, Diagnostics&) { return std::optional<std::string>("memory"); });
  return variants;
}

const Spec<Pipeline>& pipeline_spec() {
  static const auto spec = Spec<Pipeline>("pipeline", "A pipeline.")
                               .list("transforms", &Pipeline::transforms, transforms(), "The steps.")
                               .object("connection", &Pipeline::connection, connections(), "Where to.");
  return spec;
}

/// The transforms and the connection, one a line, or the problems.
std::string read(std::string_view yaml) {
  Diagnostics diagnostics;
  const auto node = parse_yaml(yaml, "p.yaml", diagnostics);
  if (!node) return diagnostics.to_string();
  const auto pipeline = pipeline_spec().read(*node, diagnostics);
  if (!diagnostics.ok()) return diagnostics.to_result().error().message();
  return join(pipeline.transforms, "\n") + pipeline.connection.value_or("");
}

TEST(Variants, name_the_known_ones_and_the_likely_one_when_a_verb_is_unknown) {
  EXPECT_EQ(read("transforms:\n  - renam: {a: b}\n  - explode\n"),
            "p.yaml:2:5: unknown transform 'renam' (known: unpack, rename, drop, deduplicate); "
            "did you mean 'rename'?\n"
            "p.yaml:3:5: unknown transform 'explode' (known: unpack, rename, drop, deduplicate)");
}

TEST(Variants, explain_options_that_are_not_indented_below_their_verb) {
  EXPECT_EQ(read("transforms:\n  - deduplicate:\n    key: [id]\n"),
            "p.yaml:2:5: a transform is a mapping with one key, its name, but this is a mapping with "
            "deduplicate, key; indent its options below the name");
  EXPECT_EQ(read("transforms: [[drop]]"),
            "p.yaml:1:14: a transform is a mapping with one key, its name, but this is a list");
}

TEST(Variants, report_the_problems_of_every_item) {
  EXPECT_EQ(
      read("transforms:\n  - unpack: {colum: a}\n  - rename:\n  - drop: {columns: a, required: maybe}\n"),
      "p.yaml:2:13: unpack needs the key 'column': Which.\n"
      "p.yaml:2:14: unknown key 'colum'; did you mean 'column'?\n"
      "p.yaml:3:5: rename needs the key 'names': Old: new.\n"
      "p.yaml:4:34: option 'required' must be true or false, but is the text 'maybe'");
}

TEST(Variants, report_a_missing_or_unknown_selector) {
  EXPECT_EQ(read("connection: {path: x}"),
            "p.yaml:1:13: connection needs the key 'type' with one of sqlite, memory");
  EXPECT_EQ(read("connection: {type: sqlit, path: x}"),
            "p.yaml:1:20: unknown connection 'sqlit' (known: sqlite, memory); did you mean 'sqlite'?");
  EXPECT_EQ(read("connection: {type: [sqlite]}"),
            "p.yaml:1:20: connection needs the key 'type' with one of sqlite, memory");
  EXPECT_EQ(read("connection: x"), "p.yaml:1:13: connection needs the key 'type' with one of sqlite, memory");
}

TEST(Variants, check_the_options_of_the_chosen_one) {
  EXPECT_EQ(read("connection: {type: sqlite, pat: x}"),
            "p.yaml:1:13: sqlite needs the key 'path': Where.\n"
            "p.yaml:1:28: unknown key 'pat'; did you mean 'path'?");
}

TEST(Variants, read_mappings_shorthands_whole_values_and_bare_names) {
  EXPECT_EQ(read("transforms:\n"
                 "  - unpack: http_request\n"
                 "  - unpack: {column: other}\n"
                 "  - rename: {z: y, b: a}\n"
                 "  - drop: one\n"
                 "  - drop: [one, two]\n"
                 "  - drop: {columns: three, required: true}\n"
                 "  - deduplicate: {key: [id]}\n"
                 "  - deduplicate\n"),
            "unpack http_request\nunpack other\nrename z>y b>a\ndrop one\ndrop one+two\ndrop three\n"
            "deduplicate id@8\ndeduplicate @9");
}

TEST(Variants, choose_by_the_selector_wherever_it_stands) {
  EXPECT_EQ(read("connection: {path: a.db, type: sqlite}"), "sqlite a.db");
  EXPECT_EQ(read("connection: {type: memory}"), "memory");
}

}  // namespace
}  // namespace weir::config
