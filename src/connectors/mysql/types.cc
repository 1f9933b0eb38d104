// SPDX-License-Identifier: Apache-2.0
#include "connectors/mysql/types.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace weir::mysql {
namespace {

using model::Type;

// An index holds 3072 bytes, a character of utf8mb4 has up to 4.
constexpr std::size_t kIndexCharacters = 768;
constexpr std::size_t kKeyCharacters = 255;

enum class Family { Integer, Decimal, Double, Text, Json, Bytes, Datetime, Date, Other };

// What is missing here would change values without a word: FLOAT rounds, BINARY pads, TIME and YEAR
// have a range of their own.
constexpr std::array<std::pair<std::string_view, Family>, 22> kFamilies = {{
    {"tinyint", Family::Integer},  {"smallint", Family::Integer}, {"mediumint", Family::Integer},
    {"int", Family::Integer},      {"bigint", Family::Integer},   {"bit", Family::Integer},
    {"decimal", Family::Decimal},  {"double", Family::Double},    {"char", Family::Text},
    {"varchar", Family::Text},     {"tinytext", Family::Text},    {"text", Family::Text},
    {"mediumtext", Family::Text},  {"longtext", Family::Text},    {"enum", Family::Text},
    {"json", Family::Json},        {"varbinary", Family::Bytes},  {"blob", Family::Bytes},
    {"mediumblob", Family::Bytes}, {"longblob", Family::Bytes},   {"datetime", Family::Datetime},
    {"date", Family::Date},
}};

Family family_of(const StoredType& stored) {
  const auto* found = std::find_if(kFamilies.begin(), kFamilies.end(),
                                   [&](const auto& family) { return family.first == stored.name; });
  if (found != kFamilies.end()) return found->second;
  if (stored.name == "timestamp") return Family::Datetime;
  return stored.name == "tinyblob" ? Family::Bytes : Family::Other;
}

}  // namespace

std::string new_type(Type type, Flavour flavour, std::size_t key_columns) {
  switch (type) {
    case Type::Boolean:
      return "TINYINT(1)";
    case Type::Integer:
      return "BIGINT";
    case Type::Double:
      return "DOUBLE";
    case Type::Text:
      if (key_columns == 0) return "LONGTEXT";
      // Blanks at the end count, and so does case.
      return fmt::format("VARCHAR({}) CHARACTER SET utf8mb4 COLLATE {}",
                         std::min(kKeyCharacters, kIndexCharacters / key_columns),
                         flavour == Flavour::Mariadb ? "utf8mb4_nopad_bin" : "utf8mb4_0900_bin");
    case Type::Json:
      return "JSON";
    case Type::Blob:
      return "LONGBLOB";
    case Type::Timestamp:
      return "DATETIME(6)";
    case Type::Date:
      return "DATE";
  }
  return "LONGTEXT";
}

bool can_take(const StoredType& stored, Type type) {
  switch (family_of(stored)) {
    case Family::Integer:
      return type == Type::Integer || type == Type::Boolean;
    case Family::Decimal:
      return type == Type::Integer || type == Type::Boolean || type == Type::Double || type == Type::Text;
    case Family::Double:
      return type == Type::Double;
    case Family::Text:
      return type == Type::Text || type == Type::Json;
    case Family::Json:
      return type == Type::Json;
    case Family::Bytes:
      return type == Type::Blob;
    case Family::Datetime:
      return type == Type::Timestamp;
    case Family::Date:
      return type == Type::Date;
    case Family::Other:
      return false;
  }
  return false;
}

}  // namespace weir::mysql
