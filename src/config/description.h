// SPDX-License-Identifier: Apache-2.0
// Description: what a Spec knows about its options without their C++ types. It drives reading,
// help, the JSON Schema and the reference pages (render.h). Plain values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::config {

enum class ValueKind {
  Text,
  Integer,
  Number,
  Boolean,
  Duration,    ///< "30 s"
  ByteSize,    ///< "64 MiB"
  Secret,      ///< a reference such as env:NAME, never the value
  Choice,      ///< one of FieldDescription::choices
  TextList,    ///< one text, or a list of them
  TextMap,     ///< text by name, in the file's order where the member keeps it
  Object,      ///< nested.front() describes it
  ObjectList,  ///< a list of nested.front()
  ObjectMap,   ///< nested.front() by name
  Any,         ///< kept as config::Node, or read by a custom reader
};

/// How a mapping names its options.
enum class Shape {
  Options,   ///< the keys are the options
  Verb,      ///< one key names the alternative, its value holds the options: {geocode: {column: ip}}
  Selected,  ///< the selector key names the alternative, the others are its options: {type: sqlite, …}
};

struct Description;

struct FieldDescription {
  std::string name;
  std::string doc;
  ValueKind kind = ValueKind::Any;
  std::string type_name;     ///< shown instead of the kind's name when not empty
  std::string default_json;  ///< empty: there is none
  bool required = false;
  bool shorthand = false;    ///< a scalar or list in place of the mapping sets this field
  bool whole_value = false;  ///< the node itself, not one of its keys, is the value of this field
  std::vector<std::string> choices;
  std::optional<double> minimum;
  std::optional<double> maximum;
  std::string example;              ///< as it would stand in YAML
  std::string json_schema;          ///< of a custom value
  std::vector<Description> nested;  ///< none or one
};

/// A set of options, or (shape Verb and Selected) a choice between several.
struct Description {
  std::string name;
  std::string summary;
  Shape shape = Shape::Options;
  std::vector<FieldDescription> fields;
  std::string selector;  ///< the key that selects, as in "type"
  std::vector<Description> alternatives;

  const FieldDescription* find(std::string_view field) const;
  std::vector<std::string> field_names() const;
  std::vector<std::string> alternative_names() const;
};

}  // namespace weir::config
