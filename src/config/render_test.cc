// SPDX-License-Identifier: Apache-2.0
#include "config/render.h"

#include <gtest/gtest.h>

#include "config/variants.h"

namespace weir::config {
namespace {

enum class Mode { Append, Merge };
struct Part {
  std::string name;
};
struct Options {
  std::string table;
  std::string delimiter = ",";
  std::int64_t port = 5432;
  Mode write = Mode::Append;
  TextList key;
  Duration timeout{std::chrono::seconds(30)};
  SecretReference password;
  Part part;
  int limit = 0;
};

Spec<Part> part_spec() {
  return Spec<Part>("part", "A part.").field("name", &Part::name, "Its name.").required().example("a: b");
}

Spec<Options> options_spec() {
  return Spec<Options>("table", "Loads rows.")
      .field("table", &Options::table, "Name of the table.")
      .required()
      .example("requests")
      .field("delimiter", &Options::delimiter, "Byte between fields, | or another.")
      .example("#")
      .field("port", &Options::port, "TCP port.")
      .range(1, 65535)
      .choice("write", &Options::write, {{"append", Mode::Append}, {"merge", Mode::Merge}},
              "How rows are written.")
      .field("key", &Options::key, "Columns that name a row.")
      .example("[id, day]")
      .field("timeout", &Options::timeout, "Longest wait.")
      .field("password", &Options::password, "Password.")
      .example("env:PGPASSWORD")
      .object("part", &Options::part, part_spec(), "One part.")
      .custom(
          "limit", &Options::limit, [](const Node&, Diagnostics&, int&) {}, "Most bad rows.",
          R"({"type": ["integer", "string"]})")
      .type_name("number or percentage");
}

struct Rename {
  OrderedTextMap names;
};

Variants<std::string> steps() {
  return Variants<std::string>::by_verb("step", "One step.")
      .add(Spec<Rename>("rename", "Renames columns.")
               .field("names", &Rename::names, "New name by old.")
               .required()
               .whole_value()
               .example("{old: new}"),
           [](const Rename&) { return std::string(); })
      .add(Spec<Part>("drop", "Drops a column.").field("name", &Part::name, "Which.").shorthand(),
           [](const Part&) { return std::string(); });
}

TEST(ReferenceMarkdown, has_a_table_of_the_options_an_example_and_the_nested_parts) {
  EXPECT_EQ(reference_markdown(options_spec().description(), 2), R"(## table
Loads rows.

| option | type | default | meaning |
| --- | --- | --- | --- |
| `table` | text | required | Name of the table. |
| `delimiter` | text | `","` | Byte between fields, \| or another. |
| `port` | whole number, 1 to 65535 | `5432` | TCP port. |
| `write` | one of append, merge | `"append"` | How rows are written. |
| `key` | text or list of texts |  | Columns that name a row. |
| `timeout` | duration | `"30 s"` | Longest wait. |
| `password` | secret |  | Password. |
| `part` | part |  | One part. |
| `limit` | number or percentage |  | Most bad rows. |

```yaml
table: requests
delimiter: "#"
key: [id, day]
password: env:PGPASSWORD
part:
  name: "a: b"
```

### table.part
A part.

| option | type | default | meaning |
| --- | --- | --- | --- |
| `name` | text | required | Its name. |

```yaml
part:
  name: "a: b"
```
)");
}

TEST(ReferenceMarkdown, shows_its_example_in_a_form_that_its_own_spec_reads) {
  const auto page = reference_markdown(options_spec().description(), 2);
  const auto start = page.find("```yaml\n") + 8;
  Diagnostics diagnostics;
  const auto node = parse_yaml(page.substr(start, page.find("```", start) - start), "example", diagnostics);
  ASSERT_TRUE(node.has_value());
  const auto options = options_spec().read(*node, diagnostics);
  EXPECT_EQ(diagnostics.to_string(), "");
  EXPECT_EQ(options.delimiter, "#");
  EXPECT_EQ(options.part.name, "a: b");
}

TEST(ReferenceMarkdown, lists_the_alternatives_of_a_choice) {
  EXPECT_EQ(reference_markdown(steps().description(), 1), R"(# step
One step.

| name | meaning |
| --- | --- |
| `rename` | Renames columns. |
| `drop` | Drops a column. |

## rename
Renames columns.

| option | type | default | meaning |
| --- | --- | --- | --- |
| `names` | texts by name | required | New name by old. It is given directly, without a key. |

```yaml
- rename: {old: new}
```

## drop
Drops a column.

| option | type | default | meaning |
| --- | --- | --- | --- |
| `name` | text |  | Which. A value in place of the mapping sets this option. |

```yaml
- drop
```
)");
}

TEST(JsonSchema, describes_every_option_and_allows_no_other) {
  EXPECT_EQ(json_schema(part_spec().description()), R"({
  "type": "object",
  "description": "A part.",
  "properties": {
    "name": {
      "type": "string",
      "description": "Its name.",
      "examples": [
        "a: b"
      ]
    }
  },
  "required": [
    "name"
  ],
  "additionalProperties": false
})");
}

/// Whether the schema holds the text, ignoring its line breaks and blanks.
bool holds(const std::string& schema, const std::string& expected) {
  Diagnostics diagnostics;
  const auto node = parse_yaml(schema, "schema.json", diagnostics);
  return node && to_json(*node).find(expected) != std::string::npos;
}

TEST(JsonSchema, has_bounds_defaults_choices_and_examples) {
  const auto schema = json_schema_document(options_spec().description(), "weir");
  EXPECT_TRUE(holds(schema, R"({"$schema":"https://json-schema.org/draft/2020-12/schema","title":"weir",)"));
  EXPECT_TRUE(holds(schema,
                    R"("port":{"type":"integer","description":"TCP port.","minimum":1,"maximum":65535,)"
                    R"("default":5432})"));
  EXPECT_TRUE(holds(schema, R"("write":{"enum":["append","merge"],"description":"How rows are written.",)"
                            R"("default":"append"})"));
  EXPECT_TRUE(holds(schema, R"("examples":[["id","day"]])"));
  EXPECT_TRUE(holds(schema, R"("limit":{"type":["integer","string"],"description":"Most bad rows."})"));
  EXPECT_TRUE(holds(schema, R"("part":{"type":"object","description":"One part.","properties":{"name")"));
}

TEST(JsonSchema, offers_one_of_the_alternatives) {
  const auto schema = json_schema(steps().description());
  EXPECT_TRUE(holds(schema, R"({"description":"One step.","oneOf":[{"type":"object","description":)"
                            R"("Renames columns.","properties":{"rename":{"type":"object",)"
                            R"("additionalProperties":{"type":"string"})"));
  EXPECT_TRUE(holds(schema, R"("properties":{"drop":{"anyOf":[{"type":"string","description":"Which."},)"));
  EXPECT_TRUE(holds(schema, R"({"enum":["drop"]})"));
}

TEST(JsonSchema, makes_the_selector_a_required_constant) {
  const auto choice = Variants<std::string>::by_selector("connection", "A system.", "type")
                          .add(part_spec(), [](const Part& part) { return part.name; });
  EXPECT_TRUE(holds(json_schema(choice.description()), R"("properties":{"type":{"const":"part"},"name":)"));
  EXPECT_TRUE(holds(json_schema(choice.description()), R"("required":["type","name"])"));
}

TEST(HelpText, wraps_at_the_width_and_shows_defaults) {
  const auto spec = Spec<Options>("table", "Loads rows into a table.")
                        .field("table", &Options::table, "Name of the table, with its schema.")
                        .required()
                        .example("requests")
                        .field("port", &Options::port, "TCP port.");
  EXPECT_EQ(help_text(spec.description(), 30), R"(table: Loads rows into a
table.

  table (text, required)
      Name of the table, with
      its schema.
      Example: requests
  port (whole number, default
  5432)
      TCP port.
)");
}

}  // namespace
}  // namespace weir::config
