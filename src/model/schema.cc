// SPDX-License-Identifier: Apache-2.0
#include "model/schema.h"

#include <array>
#include <utility>

#include "base/text.h"

namespace weir::model {
namespace {

constexpr std::array<std::pair<std::string_view, Type>, 8> kTypeNames = {{
    {"boolean", Type::Boolean},
    {"integer", Type::Integer},
    {"double", Type::Double},
    {"text", Type::Text},
    {"json", Type::Json},
    {"blob", Type::Blob},
    {"timestamp", Type::Timestamp},
    {"date", Type::Date},
}};

constexpr std::array<std::pair<std::string_view, Type>, 14> kSynonyms = {{
    {"bool", Type::Boolean},
    {"int", Type::Integer},
    {"int64", Type::Integer},
    {"bigint", Type::Integer},
    {"long", Type::Integer},
    {"float", Type::Double},
    {"float64", Type::Double},
    {"real", Type::Double},
    {"number", Type::Double},
    {"string", Type::Text},
    {"varchar", Type::Text},
    {"bytes", Type::Blob},
    {"binary", Type::Blob},
    {"datetime", Type::Timestamp},
}};

}  // namespace

std::string_view name(Type type) {
  for (const auto& [text, known] : kTypeNames) {
    if (known == type) return text;
  }
  return "text";
}

std::optional<Type> type_from_name(std::string_view wanted) {
  const auto text = lower(wanted);
  for (const auto& [known, type] : kTypeNames) {
    if (known == text) return type;
  }
  for (const auto& [known, type] : kSynonyms) {
    if (known == text) return type;
  }
  return std::nullopt;
}

const std::vector<std::string>& type_names() {
  static const auto names = [] {
    std::vector<std::string> all;
    for (const auto& [text, type] : kTypeNames) all.emplace_back(text);
    return all;
  }();
  return names;
}

std::size_t width(Type type) {
  switch (type) {
    case Type::Boolean:
      return 1;
    case Type::Date:
      return 4;
    case Type::Integer:
    case Type::Double:
    case Type::Timestamp:
      return 8;
    case Type::Text:
    case Type::Json:
    case Type::Blob:
      return 16;
  }
  return 16;
}

std::optional<std::size_t> Schema::find(std::string_view column) const {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name == column) return i;
  }
  return std::nullopt;
}

std::vector<std::string> Schema::names() const {
  std::vector<std::string> all;
  for (const auto& column : columns) all.push_back(column.name);
  return all;
}

std::string to_string(const Schema& schema) {
  std::vector<std::string> parts;
  for (const auto& column : schema.columns) {
    parts.push_back(column.name + " " + std::string(name(column.type)));
  }
  return join(parts);
}

}  // namespace weir::model
