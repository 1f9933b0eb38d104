// SPDX-License-Identifier: Apache-2.0
// JSON Schema (https://json-schema.org/draft/2020-12) of a Description, for editors.
#include <cmath>
#include <nlohmann/json.hpp>

#include "config/node.h"
#include "config/render.h"

namespace weir::config {
namespace {

using Json = nlohmann::ordered_json;

Json schema_of(const Description& description);

Json parsed(const std::string& text) {
  auto json = Json::parse(text, nullptr, false);
  return json.is_discarded() ? Json(text) : json;
}

Json bound(double value) {
  if (value == std::floor(value) && std::abs(value) < 9e15) return static_cast<std::int64_t>(value);
  return value;
}

Json any_of(Json first, Json second) {
  return {{"anyOf", Json::array({std::move(first), std::move(second)})}};
}

Json text_pattern(const char* pattern) { return {{"type", "string"}, {"pattern", pattern}}; }

Json secret_schema() {
  auto object = Json{{"type", "object"}};
  for (const auto* place : {"env", "file", "command"}) object["properties"][place] = {{"type", "string"}};
  object["minProperties"] = 1;
  object["maxProperties"] = 1;
  object["additionalProperties"] = false;
  return any_of(text_pattern("^(env|file|command):."), std::move(object));
}

Json custom_schema(const FieldDescription& field) {
  return field.json_schema.empty() ? Json::object() : parsed(field.json_schema);
}

/// The schema of the value alone, without what is said about the option.
Json value_schema(const FieldDescription& field) {
  switch (field.kind) {
    case ValueKind::Text:
      return {{"type", "string"}};
    case ValueKind::Integer:
      return {{"type", "integer"}};
    case ValueKind::Number:
      return {{"type", "number"}};
    case ValueKind::Boolean:
      return {{"type", "boolean"}};
    case ValueKind::Duration:
      return text_pattern("^[0-9]+(\\.[0-9]+)? ?(ms|s|min|h|d|seconds?|minutes?|hours?|days?)$");
    case ValueKind::ByteSize:
      return text_pattern("^[0-9]+(\\.[0-9]+)? ?(B|kB|KiB|MB|MiB|GB|GiB|TB|TiB)$");
    case ValueKind::Secret:
      return secret_schema();
    case ValueKind::Choice:
      return {{"enum", field.choices}};
    case ValueKind::TextList:
      return any_of({{"type", "string"}}, {{"type", "array"}, {"items", {{"type", "string"}}}});
    case ValueKind::TextMap:
      return {{"type", "object"}, {"additionalProperties", {{"type", "string"}}}};
    case ValueKind::Object:
      return schema_of(field.nested.front());
    case ValueKind::ObjectList:
      return {{"type", "array"}, {"items", schema_of(field.nested.front())}};
    case ValueKind::ObjectMap:
      return {{"type", "object"}, {"additionalProperties", schema_of(field.nested.front())}};
    case ValueKind::Any:
      break;
  }
  return custom_schema(field);
}

Json example_json(const FieldDescription& field) {
  if (field.kind == ValueKind::Text) return field.example;
  Diagnostics ignored;
  const auto node = parse_yaml(field.example, "example", ignored);
  return node ? parsed(to_json(*node)) : Json(field.example);
}

Json field_schema(const FieldDescription& field) {
  auto schema = value_schema(field);
  schema["description"] = field.doc;
  if (field.minimum) schema["minimum"] = bound(*field.minimum);
  if (field.maximum) schema["maximum"] = bound(*field.maximum);
  if (!field.default_json.empty()) schema["default"] = parsed(field.default_json);
  if (!field.example.empty()) schema["examples"] = Json::array({example_json(field)});
  return schema;
}

/// The mapping form; with a selector, the key that chose these options is one more property.
Json mapping_schema(const Description& description, const std::string& selector) {
  Json schema{{"type", "object"}, {"description", description.summary}};
  auto required = Json::array();
  schema["properties"] = Json::object();
  if (!selector.empty()) {
    schema["properties"][selector] = {{"const", description.name}};
    required.push_back(selector);
  }
  for (const auto& field : description.fields) {
    schema["properties"][field.name] = field_schema(field);
    if (field.required) required.push_back(field.name);
  }
  if (!required.empty()) schema["required"] = std::move(required);
  schema["additionalProperties"] = false;
  return schema;
}

Json options_schema(const Description& description) {
  for (const auto& field : description.fields) {
    if (field.whole_value) return field_schema(field);
  }
  auto schema = mapping_schema(description, "");
  for (const auto& field : description.fields) {
    if (!field.shorthand) continue;
    auto either = any_of(field_schema(field), std::move(schema));
    either["description"] = description.summary;
    return either;
  }
  return schema;
}

bool has_required_field(const Description& description) {
  for (const auto& field : description.fields) {
    if (field.required) return true;
  }
  return false;
}

Json alternatives_schema(const Description& description) {
  auto choices = Json::array();
  auto bare_names = Json::array();
  for (const auto& alternative : description.alternatives) {
    if (description.shape == Shape::Selected) {
      choices.push_back(mapping_schema(alternative, description.selector));
      continue;
    }
    choices.push_back({{"type", "object"},
                       {"description", alternative.summary},
                       {"properties", {{alternative.name, schema_of(alternative)}}},
                       {"required", Json::array({alternative.name})},
                       {"additionalProperties", false}});
    if (!has_required_field(alternative)) bare_names.push_back(alternative.name);
  }
  if (!bare_names.empty()) choices.push_back({{"enum", std::move(bare_names)}});
  return {{"description", description.summary}, {"oneOf", std::move(choices)}};
}

Json schema_of(const Description& description) {
  return description.shape == Shape::Options ? options_schema(description) : alternatives_schema(description);
}

}  // namespace

std::string json_schema(const Description& description) { return schema_of(description).dump(2); }

std::string json_schema_document(const Description& description, const std::string& title) {
  Json document{{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", title}};
  document.update(schema_of(description));
  return document.dump(2);
}

}  // namespace weir::config
