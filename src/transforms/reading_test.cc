// SPDX-License-Identifier: Apache-2.0
#include "transforms/reading.h"

#include <gtest/gtest.h>

namespace weir::transforms {
namespace {

std::vector<Transform> read(std::string_view yaml, config::Diagnostics& diagnostics) {
  const auto node = config::parse_yaml(yaml, "p.yaml", diagnostics);
  EXPECT_TRUE(node.has_value());
  return node ? read_transforms(*node, diagnostics) : std::vector<Transform>();
}

template <typename V>
V first(std::string_view yaml) {
  config::Diagnostics diagnostics;
  const auto transforms = read(yaml, diagnostics);
  EXPECT_TRUE(diagnostics.ok()) << diagnostics.to_string();
  if (transforms.size() != 1 || !std::holds_alternative<V>(transforms[0].verb)) {
    ADD_FAILURE() << yaml;
    return {};
  }
  return std::get<V>(transforms[0].verb);
}

std::string problems(std::string_view yaml) {
  config::Diagnostics diagnostics;
  read(yaml, diagnostics);
  std::string text;
  for (const auto& diagnostic : diagnostics.sorted()) text += diagnostic.to_string() + "\n";
  return text;
}

TEST(ReadTransforms, takes_short_and_long_forms) {
  EXPECT_EQ(first<Unpack>("- unpack: http_request").column, "http_request");
  EXPECT_EQ(first<Unpack>("- unpack: {column: a, keep: false, fields: [x, y]}").fields[1].second, "text");
  EXPECT_EQ(first<Unpack>("- unpack: {column: a, fields: {x: integer}}").fields[0].second, "integer");
  EXPECT_EQ(first<Drop>("- drop: [a, b]").columns.size(), 2U);
  EXPECT_TRUE(first<Drop>("- drop: {columns: a, if_present: true}").if_present);
  EXPECT_EQ(first<Rename>("- rename: {b: x, a: y}").columns[0].first, "b");
  EXPECT_EQ(first<SnakeCase>("- snake_case: columns").scope, "columns");
  EXPECT_EQ(first<Filter>("- filter: status < 400").condition, "status < 400");
  EXPECT_TRUE(first<Filter>("- filter: {column: path, ends_with: [.json], not: true}").invert);
  EXPECT_EQ(first<Deduplicate>("- deduplicate: {key: [insert_id], order: time desc, keep: last}").keep,
            Keep::Last);
  EXPECT_EQ(first<Mask>("- mask: {column: ip, method: hmac, key: env:MASK_KEY}").key.name, "MASK_KEY");
  EXPECT_EQ(first<Geocode>("- geocode: {column: remote_ip}").options.column, "remote_ip");
  EXPECT_EQ(first<Sql>("- sql: sql/x.sql").file, "sql/x.sql");
  EXPECT_EQ(first<Sql>("- sql: {query: SELECT 1}").query, "SELECT 1");
  EXPECT_EQ(first<Add>("- add: {mb: bytes / 1e6}").columns[0].second, "bytes / 1e6");
  const auto cast =
      first<Cast>("- cast: {a: integer, b: {type: timestamp, format: epoch_ms, on_error: set_null}}");
  ASSERT_EQ(cast.columns.size(), 2U);
  EXPECT_EQ(cast.columns[0].type, "integer");
  EXPECT_EQ(cast.columns[1].format, "epoch_ms");
}

TEST(ReadTransforms, reports_all_problems_with_their_places) {
  const auto text =
      problems("- parse_ulr: a\n- cast: {a: timestmap}\n- mask: {column: a, method: hmac}\n- sql: {}\n");
  EXPECT_NE(text.find("p.yaml:1:"), std::string::npos) << text;
  EXPECT_NE(text.find("did you mean 'parse_url'"), std::string::npos) << text;
  EXPECT_NE(text.find("did you mean 'timestamp'"), std::string::npos) << text;
  EXPECT_NE(text.find("p.yaml:3:"), std::string::npos) << text;
  EXPECT_NE(text.find("give either a file or a query"), std::string::npos) << text;
}

TEST(ReadTransforms, wants_a_list) {
  EXPECT_NE(problems("drop: [a]").find("must be a list"), std::string::npos);
}

TEST(ReadChecks, takes_all_rules) {
  config::Diagnostics diagnostics;
  const auto node = config::parse_yaml(
      "- not_null: [a]\n- accepted_values: {m: [GET, POST]}\n- expression: {positive: size > 0}\n", "p.yaml",
      diagnostics);
  ASSERT_TRUE(node.has_value());
  const auto checks = read_checks(*node, diagnostics);
  EXPECT_TRUE(diagnostics.ok()) << diagnostics.to_string();
  ASSERT_EQ(checks.size(), 3U);
  EXPECT_EQ(std::get<AcceptedValues>(checks[1].rule).columns[0].second[1], "POST");
  EXPECT_EQ(checks[2].at.line, 3);
}

TEST(LoadQueries, reads_files_and_reports_those_that_cannot_be_read) {
  config::Diagnostics diagnostics;
  std::vector<Transform> transforms = {{Sql{"", "a.sql"}, {}}, {Sql{"", "b.sql"}, {"p.yaml", 2, 3}}};
  load_queries(transforms, diagnostics, [](const std::string& path) -> Result<std::string> {
    if (path == "a.sql") return std::string("SELECT 1");
    return fail(ErrorCode::NotFound, "there is no file {}", path);
  });
  EXPECT_EQ(std::get<Sql>(transforms[0].verb).query, "SELECT 1");
  EXPECT_NE(diagnostics.to_string().find("there is no file b.sql"), std::string::npos);
}

TEST(TransformDescriptions, name_every_verb_with_a_summary) {
  const auto& description = transform_descriptions();
  EXPECT_EQ(description.alternatives.size(), std::variant_size_v<Verb>);
  for (const auto& verb : description.alternatives) EXPECT_FALSE(verb.summary.empty()) << verb.name;
}

}  // namespace
}  // namespace weir::transforms
