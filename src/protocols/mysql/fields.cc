// SPDX-License-Identifier: Apache-2.0
#include "protocols/mysql/fields.h"

#include <string_view>

#include "protocols/mysql/library.h"

namespace weir::mysql {
namespace {

constexpr unsigned kBinaryCharset = 63;  // also of numbers and times, so types come first

bool is_json(const MYSQL_FIELD& field) {
  MARIADB_CONST_STRING format{};
  if (mariadb().mariadb_field_attr(&format, &field, MARIADB_FIELD_ATTR_FORMAT_NAME) != 0) return false;
  return std::string_view(format.str, format.length) == "json";
}

Kind integer_kind(const MYSQL_FIELD& field) {
  if (field.type == MYSQL_TYPE_LONGLONG && (field.flags & UNSIGNED_FLAG) != 0) return Kind::Unsigned64;
  if (field.type == MYSQL_TYPE_TINY && field.length == 1) return Kind::Tiny1;
  return Kind::Integer;
}

Kind text_kind(const MYSQL_FIELD& field) {
  if (is_json(field)) return Kind::Json;
  return field.charsetnr == kBinaryCharset ? Kind::Bytes : Kind::Text;
}

Kind kind_of(const MYSQL_FIELD& field) {
  switch (field.type) {
    case MYSQL_TYPE_TINY:
    case MYSQL_TYPE_SHORT:
    case MYSQL_TYPE_INT24:
    case MYSQL_TYPE_LONG:
    case MYSQL_TYPE_LONGLONG:
      return integer_kind(field);
    case MYSQL_TYPE_DECIMAL:
    case MYSQL_TYPE_NEWDECIMAL:
      return Kind::Decimal;
    case MYSQL_TYPE_FLOAT:
      return Kind::Float;
    case MYSQL_TYPE_DOUBLE:
      return Kind::Double;
    case MYSQL_TYPE_BIT:
      return Kind::Bit;
    case MYSQL_TYPE_YEAR:
      return Kind::Year;
    case MYSQL_TYPE_DATE:
    case MYSQL_TYPE_NEWDATE:
      return Kind::Date;
    case MYSQL_TYPE_DATETIME:
    case MYSQL_TYPE_DATETIME2:
      return Kind::Datetime;
    case MYSQL_TYPE_TIMESTAMP:
    case MYSQL_TYPE_TIMESTAMP2:
      return Kind::Timestamp;
    case MYSQL_TYPE_TIME:
    case MYSQL_TYPE_TIME2:
      return Kind::Time;
    case MYSQL_TYPE_JSON:
      return Kind::Json;
    case MYSQL_TYPE_NULL:
      return Kind::Text;
    case MYSQL_TYPE_GEOMETRY:
      return Kind::Bytes;
    default:
      return text_kind(field);
  }
}

}  // namespace

std::vector<Field> fields_of(st_mysql_res* result) {
  std::vector<Field> fields;
  const auto* stored = mariadb().mysql_fetch_fields(result);
  for (unsigned i = 0; i < mariadb().mysql_num_fields(result); ++i) {
    const auto& field = stored[i];
    const auto kind = kind_of(field);
    fields.push_back({std::string(field.name, field.name_length), kind,
                      kind == Kind::Bit ? static_cast<std::uint32_t>(field.length) : 0});
  }
  return fields;
}

}  // namespace weir::mysql
