// SPDX-License-Identifier: Apache-2.0
#include "connectors/redshift/types.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/text.h"

namespace weir::redshift {
namespace {

using model::Type;

constexpr std::array<std::pair<std::string_view, Family>, 17> kFamilies = {{
    {"boolean", Family::Boolean},
    {"smallint", Family::SmallInt},
    {"integer", Family::Integer},
    {"bigint", Family::BigInt},
    {"numeric", Family::Decimal},
    {"real", Family::Real},
    {"double precision", Family::Double},
    {"character", Family::Char},
    {"bpchar", Family::Char},
    {"character varying", Family::VarChar},
    {"text", Family::VarChar},
    {"date", Family::Date},
    {"timestamp without time zone", Family::Timestamp},
    {"timestamp with time zone", Family::TimestampTz},
    {"varbyte", Family::VarByte},
    {"binary varying", Family::VarByte},
    {"bytea", Family::VarByte},
}};

/// VARBYTE without a length (https://docs.aws.amazon.com/redshift/latest/dg/r_VARBYTE_type.html).
constexpr std::uint32_t kVarByteLength = 64'000;

std::uint32_t number_at(std::string_view text, std::size_t at) {
  std::uint32_t number = 0;
  std::from_chars(text.data() + at, text.data() + text.size(), number);
  return number;
}

}  // namespace

StoredType parse_type(std::string_view text) {
  StoredType type;
  type.shown = std::string(text);
  std::string name(text);
  const auto open = text.find('(');
  if (open != std::string_view::npos) {
    const auto close = text.find(')', open);
    if (close == std::string_view::npos) return type;
    type.length = number_at(text, open + 1);
    const auto comma = text.find(',', open);
    if (comma < close) type.scale = number_at(text, comma + 1);
    name = std::string(text.substr(0, open)) + std::string(text.substr(close + 1));
  }
  const auto found = std::find_if(kFamilies.begin(), kFamilies.end(),
                                  [&](const auto& known) { return known.first == name; });
  if (found != kFamilies.end()) type.family = found->second;
  if (type.family == Family::VarByte && type.length == 0) type.length = kVarByteLength;
  return type;
}

bool takes(const StoredType& stored, Type type) {
  const bool is_text = type == Type::Text || type == Type::Json;
  switch (stored.family) {
    case Family::Boolean:
      return type == Type::Boolean;
    case Family::SmallInt:
    case Family::Integer:
    case Family::BigInt:
      return type == Type::Integer;
    case Family::Decimal:
    case Family::Double:
      return type == Type::Integer || type == Type::Double;
    case Family::Real:
      return type == Type::Double;
    case Family::Char:
      return is_text;
    case Family::VarChar:
      return type != Type::Blob && type != Type::Boolean;
    case Family::Date:
      return type == Type::Date;
    case Family::Timestamp:
    case Family::TimestampTz:
      return type == Type::Timestamp || type == Type::Date;
    case Family::VarByte:
      return type == Type::Blob;
    case Family::Other:
      return false;
  }
  return false;
}

std::string declared_type(Type type, std::uint32_t bytes) {
  switch (type) {
    case Type::Boolean:
      return "BOOLEAN";
    case Type::Integer:
      return "BIGINT";
    case Type::Double:
      return "DOUBLE PRECISION";
    case Type::Blob:
      return fmt::format("VARBYTE({})", kVarByteLength);
    case Type::Timestamp:
      return "TIMESTAMP";
    case Type::Date:
      return "DATE";
    case Type::Text:
    case Type::Json:
      // Not SUPER for JSON, because that keeps neither the order of keys nor the digits of numbers.
      return fmt::format("VARCHAR({})", std::max(bytes, kShortestVarChar));
  }
  return "VARCHAR(256)";
}

std::uint32_t roomy_length(std::uint64_t bytes) {
  const auto wanted = bytes + bytes / 2;
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(wanted, kLongestVarChar));
}

}  // namespace weir::redshift
