// SPDX-License-Identifier: Apache-2.0
#include "sandbox/bigquery/schema.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "protocols/google/json_value.h"

namespace weir::sandbox::bigquery {
namespace {

constexpr std::size_t kLongestName = 300;
constexpr int kDeepest = 15;

struct KindRow {
  Kind kind;
  const char* legacy;
  const char* standard;
  const char* stored;
};

constexpr std::array<KindRow, 13> kKinds = {
    {{Kind::Integer, "INTEGER", "INT64", "BIGINT"},
     {Kind::Float, "FLOAT", "FLOAT64", "DOUBLE"},
     {Kind::Boolean, "BOOLEAN", "BOOL", "BOOLEAN"},
     {Kind::String, "STRING", "STRING", "VARCHAR"},
     {Kind::Bytes, "BYTES", "BYTES", "BLOB"},
     {Kind::Date, "DATE", "DATE", "DATE"},
     {Kind::Time, "TIME", "TIME", "TIME"},
     {Kind::DateTime, "DATETIME", "DATETIME", "TIMESTAMP"},
     {Kind::Timestamp, "TIMESTAMP", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE"},
     {Kind::Numeric, "NUMERIC", "NUMERIC", "DECIMAL(38,9)"},
     {Kind::BigNumeric, "BIGNUMERIC", "BIGNUMERIC", "DECIMAL(38,18)"},
     {Kind::JsonText, "JSON", "JSON", "JSON"},
     {Kind::Record, "RECORD", "STRUCT", "STRUCT"}}};

/// What a field may hold beside its name, type, mode and fields.
constexpr std::array<const char*, 9> kExtras = {
    "description", "maxLength",          "precision", "scale",       "defaultValueExpression",
    "policyTags",  "timestampPrecision", "collation", "roundingMode"};

const KindRow& row_of(Kind kind) {
  for (const KindRow& row : kKinds) {
    if (row.kind == kind) return row;
  }
  return kKinds[0];
}

[[noreturn]] void refuse(const std::string& message) { throw Refusal{"invalid", message}; }

void check_name(const std::string& name) {
  const auto is_name_byte = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
  };
  const bool valid = !name.empty() && name.size() <= kLongestName &&
                     std::isdigit(static_cast<unsigned char>(name.front())) == 0 &&
                     std::all_of(name.begin(), name.end(), is_name_byte);
  if (!valid) {
    refuse(
        "Invalid field name \"" + name +
        "\". Fields must contain only letters, numbers, and underscores, start with a letter or underscore, "
        "and be at most 300 characters long.");
  }
  for (const std::string_view reserved :
       {"_table_", "_file_", "_partition", "_row_timestamp", "__root__", "_colidentifier"}) {
    if (lower(name).rfind(reserved, 0) == 0) {
      refuse("Invalid field name \"" + name +
             "\". Field names are not allowed to start with the (case-insensitive) prefixes "
             "_PARTITION, _TABLE_, _FILE_, _ROW_TIMESTAMP, __ROOT__ and _COLIDENTIFIER");
    }
  }
}

Mode mode_of(const Json& field) {
  const std::string name = google::text_of(field, "mode");
  if (name.empty() || name == "NULLABLE") return Mode::Nullable;
  if (name == "REQUIRED") return Mode::Required;
  if (name == "REPEATED") return Mode::Repeated;
  refuse("Invalid value for mode: " + name + " is not a valid value");
}

Fields parse_fields(const Json& list, int depth);

Field parse_field(const Json& json, int depth) {
  Field field;
  field.name = google::text_of(json, "name");
  check_name(field.name);
  const std::string type = google::text_of(json, "type");
  if (type.empty()) refuse("Field " + field.name + " is missing a type");
  field.kind = kind_of(type);
  field.mode = mode_of(json);
  for (const char* key : kExtras) {
    if (json.contains(key) && !json[key].is_null()) field.extras[key] = json[key];
  }
  const Json& nested = google::member_of(json, "fields");
  if (field.kind == Kind::Record) {
    if (!nested.is_array() || nested.empty())
      refuse("Field " + field.name + " is type RECORD but has no schema");
    if (depth >= kDeepest) refuse("Too many nested fields: " + field.name);
    field.fields = parse_fields(nested, depth + 1);
  } else if (nested.is_array() && !nested.empty()) {
    refuse("Field " + field.name + " is type " + legacy_name(field.kind) + " but has a schema");
  }
  return field;
}

Fields parse_fields(const Json& list, int depth) {
  Fields fields;
  for (const Json& json : list) {
    Field field = parse_field(json, depth);
    if (find_field(fields, field.name) != nullptr) {
      refuse("Field " + field.name + " already exists in schema");
    }
    fields.push_back(std::move(field));
  }
  return fields;
}

std::string stored_scalar(const Field& field) {
  if (field.kind != Kind::Record) return row_of(field.kind).stored;
  std::string parts;
  for (const Field& child : field.fields) {
    parts += (parts.empty() ? "" : ", ") + sql_identifier(child.name) + " " + stored_type(child);
  }
  return "STRUCT(" + parts + ")";
}

/// Reads what DESCRIBE tells of a type: STRUCT("a" BIGINT, b VARCHAR[])[].
class TypeReader {
 public:
  explicit TypeReader(std::string_view text) : text_(text) {}

  Field read(std::string name) {
    Field field;
    field.name = std::move(name);
    const std::string word = take_word();
    if (word == "STRUCT") {
      field.kind = Kind::Record;
      read_struct(field);
    } else {
      field.kind = scalar(word);
    }
    if (take("[]")) field.mode = Mode::Repeated;
    if (text_.substr(0, 1) == "[") {
      throw Refusal{"invalidQuery",
                    "Cannot construct array with element type ARRAY because nested arrays are not supported"};
    }
    return field;
  }

 private:
  bool take(std::string_view expected) {
    if (text_.substr(0, expected.size()) != expected) return false;
    text_.remove_prefix(expected.size());
    return true;
  }

  std::string take_word() {
    std::size_t end = 0;
    while (end < text_.size() &&
           (std::isalnum(static_cast<unsigned char>(text_[end])) != 0 || text_[end] == '_'))
      ++end;
    std::string word(text_.substr(0, end));
    text_.remove_prefix(end);
    return word;
  }

  std::string take_name() {
    if (!take("\"")) return take_word();
    std::string name;
    while (!text_.empty() && (text_.front() != '"' || text_.substr(0, 2) == "\"\"")) {
      if (text_.front() == '"') text_.remove_prefix(1);
      name += text_.front();
      text_.remove_prefix(1);
    }
    take("\"");
    return name;
  }

  void read_struct(Field& field) {
    take("(");
    do {
      std::string name = take_name();
      take(" ");
      field.fields.push_back(read(std::move(name)));
    } while (take(", "));
    take(")");
  }

  Kind decimal() {
    take("(");
    const int width = std::stoi(take_word());
    take(",");
    const int scale = std::stoi(take_word());
    take(")");
    return scale <= 9 && width - scale <= 29 ? Kind::Numeric : Kind::BigNumeric;
  }

  Kind scalar(const std::string& word) {
    if (word == "DECIMAL") return decimal();
    if (word == "TIMESTAMP") return take(" WITH TIME ZONE") ? Kind::Timestamp : Kind::DateTime;
    if (word.empty()) take_name();  // "NULL" in quotes: the type of a NULL without one
    for (const KindRow& row : kKinds) {
      if (word == row.stored) return row.kind;
    }
    if (word == "FLOAT") return Kind::Float;
    if (word == "UUID") return Kind::String;
    if (word == "INTERVAL" || word == "MAP" || word == "UNION" || word == "BIT") {
      throw Refusal{"notImplemented", "weir-sandbox serves no results of type " + word};
    }
    return Kind::Integer;  // of another width, or NULL, which BigQuery shows as INTEGER
  }

  std::string_view text_;
};

}  // namespace

std::string legacy_name(Kind kind) { return row_of(kind).legacy; }

std::string standard_name(Kind kind) { return row_of(kind).standard; }

std::string mode_name(Mode mode) {
  if (mode == Mode::Required) return "REQUIRED";
  return mode == Mode::Repeated ? "REPEATED" : "NULLABLE";
}

Kind kind_of(const std::string& name) {
  const std::string wanted = lower(name);
  for (const KindRow& row : kKinds) {
    if (wanted == lower(row.legacy) || wanted == lower(row.standard)) return row.kind;
  }
  if (wanted == "decimal") return Kind::Numeric;
  if (wanted == "bigdecimal") return Kind::BigNumeric;
  for (const std::string_view known : {"geography", "range", "interval"}) {
    if (wanted == known) throw Refusal{"notImplemented", "weir-sandbox serves no columns of type " + name};
  }
  refuse("Invalid value for type: " + name + " is not a valid value");
}

Fields parse_schema(const Json& schema) {
  const Json& list = google::member_of(schema, "fields");
  return list.is_array() ? parse_fields(list, 0) : Fields();
}

Json schema_json(const Fields& fields) {
  Json list = Json::array();
  for (const Field& field : fields) {
    Json json = field.extras;
    json["name"] = field.name;
    json["type"] = legacy_name(field.kind);
    json["mode"] = mode_name(field.mode);
    if (field.kind == Kind::Record) json["fields"] = schema_json(field.fields)["fields"];
    list.push_back(std::move(json));
  }
  return {{"fields", list}};
}

const Field* find_field(const Fields& fields, std::string_view name) {
  // Without a copy of any name: loads look every member of every row up.
  const auto same = [](unsigned char left, unsigned char right) {
    return std::tolower(left) == std::tolower(right);
  };
  for (const Field& field : fields) {
    if (std::equal(field.name.begin(), field.name.end(), name.begin(), name.end(), same)) return &field;
  }
  return nullptr;
}

std::string standard_type(const Field& field) {
  std::string type = standard_name(field.kind);
  if (field.kind == Kind::Record) {
    std::string parts;
    for (const Field& child : field.fields) {
      parts += (parts.empty() ? "" : ", ") + child.name + " " + standard_type(child);
    }
    type += "<" + parts + ">";
  }
  return field.mode == Mode::Repeated ? "ARRAY<" + type + ">" : type;
}

std::string stored_type(const Field& field) {
  return stored_scalar(field) + (field.mode == Mode::Repeated ? "[]" : "");
}

Field field_of_stored(std::string name, std::string_view type) {
  return TypeReader(type).read(std::move(name));
}

}  // namespace weir::sandbox::bigquery
