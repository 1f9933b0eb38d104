// SPDX-License-Identifier: Apache-2.0
#include "connectors/bigquery/types.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/text.h"

namespace weir::bigquery {
namespace {

using google::BigQueryField;
using model::Type;

constexpr std::array<std::pair<std::string_view, Family>, 12> kFamilies = {{
    {"BOOL", Family::Boolean},
    {"INT64", Family::Integer},
    {"FLOAT64", Family::Float},
    {"NUMERIC", Family::Numeric},
    {"BIGNUMERIC", Family::BigNumeric},
    {"STRING", Family::Text},
    {"BYTES", Family::Bytes},
    {"DATE", Family::Date},
    {"DATETIME", Family::DateTime},
    {"TIMESTAMP", Family::Timestamp},
    {"JSON", Family::Json},
    {"STRUCT", Family::Nested},
}};

/// The numbers in brackets behind a type; nothing when there are others or something else.
std::optional<std::pair<std::uint64_t, std::uint64_t>> arguments_of(std::string_view text) {
  std::pair<std::uint64_t, std::uint64_t> numbers{0, 0};
  const auto parts = split(text, ',');
  if (parts.size() > 2) return std::nullopt;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto part = trim(parts[i]);
    auto& number = i == 0 ? numbers.first : numbers.second;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), number);
    if (error != std::errc() || end != part.data() + part.size()) return std::nullopt;
  }
  return numbers;
}

const char* declared_name(Type type, JsonColumns json) {
  switch (type) {
    case Type::Boolean:
      return "BOOL";
    case Type::Integer:
      return "INT64";
    case Type::Double:
      return "FLOAT64";
    case Type::Text:
      return "STRING";
    case Type::Json:
      return json == JsonColumns::Json ? "JSON" : "STRING";
    case Type::Blob:
      return "BYTES";
    case Type::Timestamp:
      return "TIMESTAMP";
    case Type::Date:
      return "DATE";
  }
  return "STRING";
}

}  // namespace

Family family_of(const BigQueryField& field) {
  if (field.mode == BigQueryField::Mode::Repeated) return Family::Nested;
  const auto found = std::find_if(kFamilies.begin(), kFamilies.end(),
                                  [&](const auto& known) { return known.first == field.type; });
  return found == kFamilies.end() ? Family::Other : found->second;
}

std::string shown_type(const BigQueryField& field) {
  auto shown = field.type;
  if (field.precision > 0) shown += fmt::format("({}, {})", field.precision, field.scale);
  if (field.max_length > 0) shown += fmt::format("({})", field.max_length);
  return field.mode == BigQueryField::Mode::Repeated ? "ARRAY<" + shown + ">" : shown;
}

std::optional<BigQueryField> parse_declared(std::string_view type) {
  BigQueryField field;
  const auto open = type.find('(');
  field.type = google::standard_type(trim(type.substr(0, open)));
  const auto family = family_of(field);
  if (family == Family::Other || family == Family::Nested) return std::nullopt;
  if (open == std::string_view::npos) return field;
  const auto rest = trim(type.substr(open + 1));
  if (!rest.ends_with(')')) return std::nullopt;
  const auto numbers = arguments_of(rest.substr(0, rest.size() - 1));
  if (!numbers || numbers->first == 0) return std::nullopt;
  if (family == Family::Numeric || family == Family::BigNumeric) {
    field.precision = numbers->first;
    field.scale = numbers->second;
    return field;
  }
  if ((family != Family::Text && family != Family::Bytes) || numbers->second != 0) return std::nullopt;
  field.max_length = numbers->first;
  return field;
}

BigQueryField declared(std::string name, Type type, JsonColumns json) {
  return {std::move(name), declared_name(type, json)};
}

bool takes(const BigQueryField& field, Type type) {
  switch (family_of(field)) {
    case Family::Boolean:
      return type == Type::Boolean;
    case Family::Integer:
      return type == Type::Integer;
    case Family::Float:
      return type == Type::Integer || type == Type::Double;
    case Family::Numeric:
    case Family::BigNumeric:
      // Decimals of databases come as text that keeps their digits.
      return type == Type::Integer || type == Type::Double || type == Type::Text;
    case Family::Text:
      return type != Type::Blob && type != Type::Boolean;
    case Family::Bytes:
      return type == Type::Blob;
    case Family::Date:
      return type == Type::Date;
    case Family::DateTime:
    case Family::Timestamp:
      return type == Type::Timestamp || type == Type::Date;
    case Family::Json:
    case Family::Nested:
      return type == Type::Json;
    case Family::Other:
      return false;
  }
  return false;
}

Type read_as(const BigQueryField& field) {
  switch (family_of(field)) {
    case Family::Boolean:
      return Type::Boolean;
    case Family::Integer:
      return Type::Integer;
    case Family::Float:
      return Type::Double;
    case Family::Bytes:
      return Type::Blob;
    case Family::Date:
      return Type::Date;
    case Family::DateTime:
    case Family::Timestamp:
      return Type::Timestamp;
    case Family::Json:
    case Family::Nested:
      return Type::Json;
    case Family::Numeric:
    case Family::BigNumeric:
    case Family::Text:
    case Family::Other:
      return Type::Text;
  }
  return Type::Text;
}

}  // namespace weir::bigquery
