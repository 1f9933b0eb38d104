// SPDX-License-Identifier: Apache-2.0
// Newline-delimited JSON, with the words that BigQuery has for what is wrong with a row.
#include "base/text.h"
#include "protocols/google/json_value.h"
#include "sandbox/bigquery/load_rows.h"

namespace weir::sandbox::bigquery {
namespace {

constexpr std::size_t kShownValue = 100;
constexpr std::int64_t kDetectedRows = 500;

/// Why a row cannot be taken.
struct BadRow {
  std::string message;
};

std::string spelled(const Json& value) {
  const std::string text = value.is_string() ? value.get<std::string>() : google::dump_json(value);
  return text.substr(0, kShownValue);
}

[[noreturn]] void cannot_convert(const Field& field, const std::string& path, const Json& value) {
  throw BadRow{"Could not convert value to " + lower(standard_name(field.kind)) + ". Field: " + path +
               "; Value: " + spelled(value)};
}

/// What a JSON number or text says, before it is judged as a value of a kind.
std::string source_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  return google::dump_json(value);
}

bool fits(Kind kind, const Json& value) {
  if (value.is_string()) return true;
  if (value.is_boolean()) return kind == Kind::Boolean || kind == Kind::String;
  if (!value.is_number()) return false;
  return kind == Kind::Integer || kind == Kind::Float || kind == Kind::Numeric || kind == Kind::BigNumeric ||
         kind == Kind::Timestamp || kind == Kind::String;
}

class RowReader {
 public:
  RowReader(const Fields& fields, bool ignores_unknown)
      : fields_(fields), ignores_unknown_(ignores_unknown) {}

  std::vector<Cell> read(const Json& row) const {
    if (!row.is_object()) throw BadRow{"Parser terminated before end of string"};
    const Json members = record(fields_, row, "");
    std::vector<Cell> cells;
    for (const Field& field : fields_) {
      const Json& value = members[field.name];
      if (value.is_null()) {
        cells.emplace_back();
      } else {
        cells.emplace_back(value.is_string() ? value.get<std::string>() : google::dump_json(value));
      }
    }
    return cells;
  }

 private:
  /// The members of an object, canonical, every one there.
  Json record(const Fields& fields, const Json& object, const std::string& path) const {
    Json result = Json::object();
    for (const auto& [name, value] : object.items()) {
      const Field* field = find_field(fields, name);
      if (field == nullptr) {
        if (ignores_unknown_) continue;
        throw BadRow{"No such field: " + path + name + "."};
      }
      result[field->name] = member(*field, value, path + name);
    }
    for (const Field& field : fields) {
      if (result.contains(field.name)) continue;
      if (field.mode == Mode::Required) throw BadRow{"Missing required field: " + path + field.name + "."};
      result[field.name] = field.mode == Mode::Repeated ? Json::array() : Json();
    }
    return result;
  }

  Json member(const Field& field, const Json& value, const std::string& path) const {
    if (field.mode == Mode::Repeated) return list(field, value, path);
    if (value.is_null()) {
      if (field.mode == Mode::Required)
        throw BadRow{"Only optional fields can be set to NULL. Field: " + path + "; Value: NULL"};
      return nullptr;
    }
    if (value.is_array() && field.kind != Kind::JsonText)
      throw BadRow{"Array specified for non-repeated field: " + path + "."};
    return element(field, value, path);
  }

  Json list(const Field& field, const Json& value, const std::string& path) const {
    Json result = Json::array();
    if (value.is_null()) return result;
    if (!value.is_array())
      throw BadRow{"Repeated field must be imported as a JSON array. Field: " + path + "."};
    for (const Json& item : value) {
      if (item.is_null())
        throw BadRow{"Only optional fields can be set to NULL. Field: " + path + "; Value: NULL"};
      result.push_back(element(field, item, path));
    }
    return result;
  }

  Json element(const Field& field, const Json& value, const std::string& path) const {
    if (field.kind == Kind::Record) {
      if (!value.is_object()) throw BadRow{"Flat value specified for record field: " + path + "."};
      return record(field.fields, value, path + ".");
    }
    if (field.kind == Kind::JsonText) return json_text(value);
    if (value.is_object()) throw BadRow{"JSON object specified for non-record field: " + path + "."};
    if (!fits(field.kind, value)) cannot_convert(field, path, value);
    const auto text = canonical(field.kind, source_text(value));
    if (!text) cannot_convert(field, path, value);
    check_length(field, path, *text);
    return *text;
  }

  /// JSON may come as itself or spelled in a text.
  static std::string json_text(const Json& value) {
    if (value.is_string() && !google::parse_json(value.get<std::string>()).is_discarded())
      return value.get<std::string>();
    return google::dump_json(value);
  }

  static void check_length(const Field& field, const std::string& path, const std::string& text) {
    const auto longest = google::number_of(field.extras, "maxLength");
    if (!longest || field.kind != Kind::String || text.size() <= *longest) return;
    throw BadRow{fmt::format("Field {}: STRING({}) has maximum length {} but got a value with length {}",
                             path, *longest, *longest, text.size())};
  }

  const Fields& fields_;
  bool ignores_unknown_;
};

std::optional<Json> next_row(Feed& feed, std::uint64_t& start) {
  while (true) {
    start = feed.position();
    const auto line = feed.line();
    if (!line) return std::nullopt;
    if (trim(*line).empty()) continue;
    if (!is_utf8(*line)) return Json(Json::value_t::discarded);
    return google::parse_json(std::string(*line));
  }
}

Kind detected_kind(const Json& value) {
  if (value.is_boolean()) return Kind::Boolean;
  if (value.is_number_integer()) return Kind::Integer;
  if (value.is_number()) return Kind::Float;
  if (value.is_object()) return Kind::Record;
  const std::string text = value.is_string() ? value.get<std::string>() : "";
  if (text.size() == 10 && canonical(Kind::Date, text)) return Kind::Date;
  if (text.size() > 10 && text.find(':') != std::string::npos && canonical(Kind::Timestamp, text))
    return Kind::Timestamp;
  return Kind::String;
}

/// The kind that holds both.
Kind common_kind(Kind left, Kind right) {
  if (left == right) return left;
  const bool numbers =
      (left == Kind::Integer || left == Kind::Float) && (right == Kind::Integer || right == Kind::Float);
  return numbers ? Kind::Float : Kind::String;
}

void detect(Fields& fields, const Json& object) {
  for (const auto& [name, given] : object.items()) {
    const bool is_list = given.is_array();
    if (given.is_null() || (is_list && given.empty())) continue;
    for (const Json& value : is_list ? given : Json::array({given})) {
      auto* known = const_cast<Field*>(find_field(fields, name));
      const Kind kind = detected_kind(value);
      if (known == nullptr) {
        fields.push_back({.name = name, .kind = kind, .mode = is_list ? Mode::Repeated : Mode::Nullable});
        known = &fields.back();
      }
      known->kind = common_kind(known->kind, kind);
      if (kind == Kind::Record) detect(known->fields, value);
    }
  }
}

}  // namespace

void read_json_rows(const Input& input, const Fields& fields, const Json& settings, Staging& staging,
                    BadRecords& bad) {
  const Json& ignore = google::member_of(settings, "ignoreUnknownValues");
  const RowReader reader(fields, ignore.is_boolean() && ignore.get<bool>());
  Feed feed(input);
  std::uint64_t start = 0;
  while (const auto row = next_row(feed, start)) {
    try {
      staging.add(reader.read(*row));
    } catch (const BadRow& problem) {
      bad.add(input.uri,
              fmt::format("JSON parsing error in row starting at position {}: {}", start, problem.message),
              staging.rows());
    }
  }
}

Fields detect_json_fields(const Input& input) {
  Fields fields;
  Feed feed(input);
  std::uint64_t start = 0;
  for (std::int64_t rows = 0; rows < kDetectedRows; ++rows) {
    const auto row = next_row(feed, start);
    if (!row) break;
    if (row->is_object()) detect(fields, *row);
  }
  return parse_schema(schema_json(fields));  // refuses names that no column can have
}

}  // namespace weir::sandbox::bigquery
