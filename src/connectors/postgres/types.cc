// SPDX-License-Identifier: Apache-2.0
#include "connectors/postgres/types.h"

#include <algorithm>
#include <array>

namespace weir::postgres {
namespace {

using model::Type;

constexpr std::int32_t kLengthHeader = 4;  // a modifier of varchar(n) is n + 4

// Types that hold more than one of ours could, whose text form the server reads without a loss.
constexpr std::array<std::string_view, 12> kReadAsText = {"uuid",     "inet",   "cidr",    "macaddr",
                                                          "macaddr8", "time",   "timetz",  "interval",
                                                          "bit",      "varbit", "numeric", "name"};

std::optional<Form> form_of(const StoredType& stored) {
  switch (stored.id) {
    case type_id::kBool:
      return Form::Boolean;
    case type_id::kInt2:
      return Form::Int2;
    case type_id::kInt4:
      return Form::Int4;
    case type_id::kInt8:
      return Form::Int8;
    case type_id::kFloat4:
      return Form::Float4;
    case type_id::kFloat8:
      return Form::Float8;
    case type_id::kNumeric:
      return Form::Numeric;
    case type_id::kText:
    case type_id::kVarchar:
    case type_id::kBpchar:
      return Form::Text;
    case type_id::kBytea:
      return Form::Bytea;
    case type_id::kDate:
      return Form::Date;
    case type_id::kTimestamp:
    case type_id::kTimestamptz:
      return Form::Timestamp;
    default:
      return std::nullopt;
  }
}

std::optional<Binding> json_binding(const StoredType& stored, Type type) {
  if (type != Type::Json) return std::nullopt;
  return Binding{.form = stored.id == type_id::kJsonb ? Form::Jsonb : Form::Text, .may_refuse = true};
}

std::optional<Binding> text_binding(const StoredType& stored, Type type) {
  if (type != Type::Text) return std::nullopt;
  if (stored.kind == 'e' || stored.id == type_id::kXml) {
    return Binding{.form = Form::Text, .may_refuse = true};
  }
  if (stored.name == "citext") return Binding{.form = Form::Text};
  const bool readable = stored.category == 'A' ||
                        std::find(kReadAsText.begin(), kReadAsText.end(), stored.name) != kReadAsText.end();
  if (!readable) return std::nullopt;
  return Binding{.form = Form::Text, .cast = true, .may_refuse = true};
}

}  // namespace

StoredType new_type(Type type) {
  switch (type) {
    case Type::Boolean:
      return {"boolean", type_id::kBool, 1000, "bool"};
    case Type::Integer:
      return {"bigint", type_id::kInt8, 1016, "int8"};
    case Type::Double:
      return {"double precision", type_id::kFloat8, 1022, "float8"};
    case Type::Text:
      return {"text", type_id::kText, type_id::kTextArray, "text"};
    case Type::Json:
      return {"jsonb", type_id::kJsonb, 3807, "jsonb"};
    case Type::Blob:
      return {"bytea", type_id::kBytea, 1001, "bytea"};
    case Type::Timestamp:
      return {"timestamp with time zone", type_id::kTimestamptz, 1185, "timestamptz"};
    case Type::Date:
      return {"date", type_id::kDate, 1182, "date"};
  }
  return {};
}

std::optional<Binding> binding_into(const StoredType& stored, Type type) {
  if (stored.id == type_id::kJson || stored.id == type_id::kJsonb) return json_binding(stored, type);
  const auto form = form_of(stored);
  if (!form || (stored.id == type_id::kNumeric && type == Type::Text)) return text_binding(stored, type);
  if (!can_encode(type, *form)) return std::nullopt;
  Binding binding{.form = *form};
  if (*form == Form::Text && stored.modifier > kLengthHeader) {
    binding.most_characters = static_cast<std::size_t>(stored.modifier - kLengthHeader);
    binding.may_refuse = type != Type::Text && type != Type::Json;
  }
  if (*form == Form::Numeric) binding.may_refuse = stored.modifier >= 0;
  return binding;
}

}  // namespace weir::postgres
