// SPDX-License-Identifier: Apache-2.0
#include "formats/inference.h"

#include "formats/cell.h"

namespace weir::formats {
namespace {

bool is_plain_number(std::string_view text) {
  const auto digits = text.starts_with('-') ? text.substr(1) : text;
  if (digits.empty() || digits[0] < '0' || digits[0] > '9') return false;
  return digits.size() == 1 || digits[0] != '0' || digits[1] == '.' || digits[1] == 'e' || digits[1] == 'E';
}

bool is_whole(std::string_view text) { return text.find_first_of(".eE") == std::string_view::npos; }

}  // namespace

std::size_t Inference::column(std::string_view name) {
  const auto [place, added] = places_.try_emplace(std::string(name), columns_.size());
  if (added) columns_.push_back({.name = place->first});
  return place->second;
}

void Inference::see_json(std::size_t column, const JsonValue& value) {
  auto& seen = columns_[column];
  switch (value.kind) {
    case JsonKind::Object:
    case JsonKind::Array:
      seen.nested = true;
      break;
    case JsonKind::String:
      seen.text = true;
      break;
    case JsonKind::Number:
      (is_whole(value.text) && parse_integer(value.text) ? seen.integer : seen.number) = true;
      break;
    case JsonKind::True:
    case JsonKind::False:
      seen.boolean = true;
      break;
    case JsonKind::Null:
      break;
  }
}

void Inference::see_text(std::size_t column, std::string_view value) {
  auto& seen = columns_[column];
  if (parse_boolean(value)) {
    seen.boolean = true;
  } else if (is_plain_number(value) && is_whole(value) && parse_integer(value)) {
    seen.integer = true;
  } else if (is_plain_number(value) && parse_double(value)) {
    seen.number = true;
  } else {
    seen.text = true;
  }
}

model::Type Inference::type_of(const Seen& seen) {
  if (seen.nested) return model::Type::Json;
  const bool numeric = seen.integer || seen.number;
  if (seen.text || (seen.boolean && numeric)) return model::Type::Text;
  if (seen.boolean) return model::Type::Boolean;
  if (seen.number) return model::Type::Double;
  return seen.integer ? model::Type::Integer : model::Type::Text;
}

model::Schema Inference::schema(const model::Schema& declared) const {
  model::Schema schema;
  for (const auto& seen : columns_) {
    const auto wanted = declared.find(seen.name);
    schema.columns.push_back({seen.name, wanted ? declared.columns[*wanted].type : type_of(seen)});
  }
  for (const auto& column : declared.columns) {
    if (!places_.contains(column.name)) schema.columns.push_back(column);
  }
  return schema;
}

}  // namespace weir::formats
