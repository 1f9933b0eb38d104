// SPDX-License-Identifier: Apache-2.0
// Our column types in PostgreSQL: what a new column is declared as, and what a declared one can take.
// Used inside this folder only. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/schema.h"
#include "protocols/postgres/value_encoding.h"

namespace weir::postgres {

/// The object ids of types that every server has (pg_type.dat).
namespace type_id {
inline constexpr std::uint32_t kBool = 16;
inline constexpr std::uint32_t kBytea = 17;
inline constexpr std::uint32_t kInt8 = 20;
inline constexpr std::uint32_t kInt2 = 21;
inline constexpr std::uint32_t kInt4 = 23;
inline constexpr std::uint32_t kText = 25;
inline constexpr std::uint32_t kOid = 26;
inline constexpr std::uint32_t kJson = 114;
inline constexpr std::uint32_t kXml = 142;
inline constexpr std::uint32_t kFloat4 = 700;
inline constexpr std::uint32_t kFloat8 = 701;
inline constexpr std::uint32_t kTextArray = 1009;
inline constexpr std::uint32_t kBpchar = 1042;
inline constexpr std::uint32_t kVarchar = 1043;
inline constexpr std::uint32_t kDate = 1082;
inline constexpr std::uint32_t kTimestamp = 1114;
inline constexpr std::uint32_t kTimestamptz = 1184;
inline constexpr std::uint32_t kNumeric = 1700;
inline constexpr std::uint32_t kUuid = 2950;
inline constexpr std::uint32_t kJsonb = 3802;
}  // namespace type_id

/// A column's type as the catalogue tells it; of a domain, the type below it.
struct StoredType {
  std::string declared;        ///< "character varying(20)"
  std::uint32_t id = 0;        ///< object id
  std::uint32_t array = 0;     ///< of the array type with such elements
  std::string name;            ///< "varchar"
  char kind = 'b';             ///< pg_type.typtype: 'e' is an enum
  char category = 'U';         ///< pg_type.typcategory: 'A' is an array
  std::int32_t modifier = -1;  ///< length, precision
};

/// How values go into a column.
struct Binding {
  Form form = Form::Text;
  bool cast = false;  ///< sent as text, which the server reads as the column's type
  std::optional<std::size_t> most_characters{};  ///< of varchar(n) and char(n)
  bool may_refuse = false;  ///< the server may refuse single values, as text that is no JSON
};

/// The type of a column that weir makes.
StoredType new_type(model::Type type);
/// How values of our type go into a column; nothing when they would not come out as they went in.
std::optional<Binding> binding_into(const StoredType& stored, model::Type type);

}  // namespace weir::postgres
