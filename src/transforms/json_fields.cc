// SPDX-License-Identifier: Apache-2.0
#include "transforms/json_fields.h"

#include <simdjson.h>

#include <algorithm>
#include <optional>

#include "base/text.h"

namespace weir::transforms {
namespace {

using model::Type;
using simdjson::dom::element_type;

/// The type of one value; nothing for null.
std::optional<Type> type_of(element_type kind) {
  switch (kind) {
    case element_type::BOOL:
      return Type::Boolean;
    case element_type::INT64:
      return Type::Integer;
    case element_type::UINT64:
    case element_type::DOUBLE:
      return Type::Double;
    case element_type::STRING:
      return Type::Text;
    case element_type::ARRAY:
    case element_type::OBJECT:
      return Type::Json;
    case element_type::NULL_VALUE:
      break;
  }
  return std::nullopt;
}

Type common(Type one, Type other) {
  if (one == other) return one;
  const bool numbers =
      (one == Type::Integer || one == Type::Double) && (other == Type::Integer || other == Type::Double);
  if (numbers) return Type::Double;
  return one == Type::Json || other == Type::Json ? Type::Json : Type::Text;
}

struct Field {
  std::string name;
  std::optional<Type> type;
};

void note(std::vector<Field>& fields, const std::string& name, std::optional<Type> type) {
  const auto known = std::find_if(fields.begin(), fields.end(),
                                  [&](const auto& field) { return lower(field.name) == lower(name); });
  if (known == fields.end()) {
    fields.push_back({name, type});
  } else if (type) {
    known->type = known->type ? common(*known->type, *type) : *type;
  }
}

}  // namespace

model::Schema fields_of(const std::vector<std::string>& objects) {
  simdjson::dom::parser parser;
  std::vector<Field> fields;
  for (const auto& text : objects) {
    simdjson::dom::object object;
    if (parser.parse(text).get_object().get(object) != simdjson::SUCCESS) continue;
    for (const auto& [key, value] : object) {
      const auto name = snake_case(key);
      if (!name.empty()) note(fields, name, type_of(value.type()));
    }
  }
  model::Schema schema;
  for (const auto& field : fields) schema.columns.push_back({field.name, field.type.value_or(Type::Text)});
  return schema;
}

}  // namespace weir::transforms
