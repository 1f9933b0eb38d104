// SPDX-License-Identifier: Apache-2.0
#include "connectors/sqlite/types.h"

#include <string>

#include "base/text.h"

namespace weir::sqlite {
namespace {

using model::Type;

/// What a declared type says about a column. Affinity decides what SQLite does to values
/// (https://www.sqlite.org/datatype3.html#determination_of_column_affinity); the finer names tell
/// what people mean by it.
enum class Family { Any, Boolean, Integer, Double, Number, Text, Blob, Timestamp, Date };

Family family_of(std::string_view declared) {
  const auto type = lower(declared);
  const auto has = [&](std::string_view part) { return type.find(part) != std::string::npos; };
  if (type.empty() || type == "any") return Family::Any;
  // The rules of affinity come first, in SQLite's order.
  if (has("int")) return Family::Integer;
  if (has("char") || has("clob") || has("text")) return Family::Text;
  if (has("blob")) return Family::Blob;
  if (has("real") || has("floa") || has("doub")) return Family::Double;
  if (has("bool")) return Family::Boolean;
  if (has("datetime") || has("timestamp")) return Family::Timestamp;
  if (has("date")) return Family::Date;
  return Family::Number;
}

Binding plain_binding(Type type) {
  switch (type) {
    case Type::Boolean:
      return Binding::Boolean;
    case Type::Integer:
      return Binding::Integer;
    case Type::Double:
      return Binding::Double;
    case Type::Timestamp:
      return Binding::Timestamp;
    case Type::Date:
      return Binding::Date;
    case Type::Blob:
      return Binding::Blob;
    case Type::Text:
    case Type::Json:
      return Binding::Text;
  }
  return Binding::Text;
}

bool takes(Family family, Type type) {
  switch (family) {
    case Family::Any:
      return true;
    case Family::Boolean:
      return type == Type::Boolean;
    case Family::Integer:
      return type == Type::Integer || type == Type::Boolean;
    case Family::Double:
    case Family::Number:
      return type == Type::Double || type == Type::Integer || type == Type::Boolean;
    case Family::Text:
      return type != Type::Blob && type != Type::Boolean;
    case Family::Blob:
      return type == Type::Blob;
    case Family::Timestamp:
    case Family::Date:
      // Tables of other tools keep whole timestamps in columns declared DATE.
      return type == Type::Timestamp || type == Type::Date;
  }
  return false;
}

}  // namespace

std::string_view declared_type(Type type, bool strict) {
  switch (type) {
    case Type::Boolean:
      return strict ? "INTEGER" : "BOOLEAN";
    case Type::Integer:
      return "INTEGER";
    case Type::Double:
      return "REAL";
    case Type::Text:
    case Type::Json:
      // Not JSON, because SQLite would turn a JSON number in such a column into a number.
      return "TEXT";
    case Type::Blob:
      return "BLOB";
    case Type::Timestamp:
      return strict ? "TEXT" : "TIMESTAMP";
    case Type::Date:
      return strict ? "TEXT" : "DATE";
  }
  return "TEXT";
}

std::optional<Binding> binding_into(std::string_view declared, Type type) {
  const auto family = family_of(declared);
  if (!takes(family, type)) return std::nullopt;
  // SQLite would keep 15 digits when it makes text of a number itself.
  if (family == Family::Text && type == Type::Double) return Binding::DoubleAsText;
  return plain_binding(type);
}

}  // namespace weir::sqlite
