// SPDX-License-Identifier: Apache-2.0
// Columns of tables and results: types, modes and nested fields, and how the engine below stores
// them. Used by this folder. Values and pure functions; they refuse by throwing Refusal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sandbox/bigquery/refusal.h"

namespace weir::sandbox::bigquery {

enum class Kind {
  Integer,
  Float,
  Boolean,
  String,
  Bytes,
  Date,
  Time,
  DateTime,
  Timestamp,
  Numeric,
  BigNumeric,
  JsonText,
  Record,
};

enum class Mode { Nullable, Required, Repeated };

struct Field {  // NOLINT(bugprone-exception-escape)
  std::string name;
  Kind kind = Kind::String;
  Mode mode = Mode::Nullable;
  std::vector<Field> fields{};
  /// description, maxLength, precision, scale, …: kept as they were given.
  Json extras = Json::object();
};

using Fields = std::vector<Field>;

/// "INTEGER", as schemas come back.
std::string legacy_name(Kind kind);
/// "INT64", as GoogleSQL and error messages call it.
std::string standard_name(Kind kind);
std::string mode_name(Mode mode);
/// Of a schema's type, in either spelling; refuses an unknown one.
Kind kind_of(const std::string& name);

/// From {"fields": [...]}.
Fields parse_schema(const Json& schema);
Json schema_json(const Fields& fields);
/// Case does not matter; null when there is none.
const Field* find_field(const Fields& fields, std::string_view name);

/// "STRUCT<a INT64, b ARRAY<STRING>>".
std::string standard_type(const Field& field);
/// "BIGINT", "STRUCT(\"a\" VARCHAR)[]": the engine's type of a column.
std::string stored_type(const Field& field);
/// The column that the engine describes with this type.
Field field_of_stored(std::string name, std::string_view type);

}  // namespace weir::sandbox::bigquery
