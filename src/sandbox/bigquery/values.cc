// SPDX-License-Identifier: Apache-2.0
#include "sandbox/bigquery/values.h"

#include <charconv>
#include <cmath>

#include "base/result.h"
#include "base/text.h"
#include "base/time.h"
#include "protocols/google/encoding.h"
#include "protocols/google/json_value.h"

namespace weir::sandbox::bigquery {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::size_t kNumericDigits = 29;
constexpr std::size_t kBigNumericDigits = 20;

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::optional<std::string> canonical_integer(std::string_view text) {
  if (text.substr(0, 1) == "+") text.remove_prefix(1);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return std::to_string(number);
}

std::optional<double> to_double(std::string_view text) {
  if (text.substr(0, 1) == "+") text.remove_prefix(1);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;  // from_chars knows inf, infinity and nan in any case
}

std::optional<std::string> canonical_float(std::string_view text) {
  const auto number = to_double(text);
  return number ? std::optional(fmt::format("{}", *number)) : std::nullopt;
}

std::optional<std::string> canonical_boolean(std::string_view text) {
  const std::string word = lower(text);
  for (const std::string_view yes : {"true", "t", "yes", "y", "1"}) {
    if (word == yes) return "true";
  }
  for (const std::string_view no : {"false", "f", "no", "n", "0"}) {
    if (word == no) return "false";
  }
  return std::nullopt;
}

std::optional<std::string> canonical_time(std::string_view text) {
  const auto time = parse_timestamp("1970-01-01 " + std::string(text));
  const bool plain = text.size() >= 8 && text.find_first_not_of("0123456789:.") == std::string_view::npos;
  if (!time || !plain) return std::nullopt;
  const std::string shown = to_string(*time);
  return shown.substr(11, shown.size() - 12);
}

std::optional<std::string> canonical_datetime(std::string_view text) {
  const bool has_zone = text.size() > 10 && text.find_first_of("Zz+-", 10) != std::string_view::npos;
  const auto time = has_zone ? std::nullopt : parse_timestamp(text);
  if (!time) return std::nullopt;
  const std::string shown = to_string(*time);
  return shown.substr(0, shown.size() - 1);
}

/// ISO 8601, with "UTC" for Z as exports write it, or seconds since 1970.
std::optional<std::string> canonical_timestamp(std::string_view text) {
  if (const auto seconds = to_double(text)) {
    if (!std::isfinite(*seconds) || std::abs(*seconds) > 253'402'300'800.0) return std::nullopt;
    return to_string(Timestamp{std::llround(*seconds * static_cast<double>(kSecond))});
  }
  std::string iso(text);
  for (const std::string_view suffix : {" UTC", " Z", "UTC"}) {
    if (iso.size() > suffix.size() && iso.ends_with(suffix)) {
      iso.resize(iso.size() - suffix.size());
      break;
    }
  }
  const auto time = parse_timestamp(iso);
  return time ? std::optional(to_string(*time)) : std::nullopt;
}

std::optional<std::string> canonical_decimal(std::string_view text, std::size_t most_digits) {
  std::string_view rest = text;
  if (rest.substr(0, 1) == "+" || rest.substr(0, 1) == "-") rest.remove_prefix(1);
  const std::size_t exponent = rest.find_first_of("eE");
  if (exponent != std::string_view::npos) {
    const auto number = to_double(text);
    return number && std::abs(*number) < 1e29 ? std::optional(fmt::format("{:.9f}", *number)) : std::nullopt;
  }
  const std::size_t point = rest.find('.');
  const std::string_view whole = rest.substr(0, point);
  const std::string_view part = point == std::string_view::npos ? "" : rest.substr(point + 1);
  const bool valid = (is_digits(whole) || is_digits(part)) && (whole.empty() || is_digits(whole)) &&
                     (part.empty() || is_digits(part)) && whole.size() <= most_digits;
  return valid ? std::optional(std::string(text)) : std::nullopt;
}

std::string scalar_restore(Kind kind, const std::string& text) {
  Field field;
  field.kind = kind;
  if (kind == Kind::String) return "CAST(" + text + " AS VARCHAR)";
  if (kind == Kind::Bytes) return "from_base64(CAST(" + text + " AS VARCHAR))";
  return "CAST(CAST(" + text + " AS VARCHAR) AS " + stored_type(field) + ")";
}

std::string scalar_show(Kind kind, const std::string& value) {
  if (kind == Kind::Timestamp) return "CAST(epoch_us(" + value + ") AS VARCHAR)";
  if (kind == Kind::Bytes) return "to_base64(" + value + ")";
  return "CAST(" + value + " AS VARCHAR)";
}

/// Applies `each` to the fields of a struct or to a single value, and to every element of a list.
template <typename Each>
std::string over_elements(const Field& field, const std::string& expression, const Each& each) {
  if (field.mode != Mode::Repeated) return each(expression);
  // Inner lists have parameters of other names, so that none hides another.
  const std::string parameter = "e" + std::to_string(expression.size());
  return "list_transform(" + expression + ", lambda " + parameter + ": " + each(parameter) + ")";
}

std::string restored(const Field& field, const std::string& json);

std::string restored_one(const Field& field, const std::string& json) {
  if (field.kind != Kind::Record) {
    const std::string text = "(" + json + " ->> '$')";
    return scalar_restore(field.kind, text);
  }
  std::string parts;
  for (const Field& child : field.fields) {
    parts += (parts.empty() ? "" : ", ") + sql_identifier(child.name) +
             " := " + restored(child, "(" + json + " -> " + sql_literal("$.\"" + child.name + "\"") + ")");
  }
  return "CASE WHEN json_type(" + json + ") = 'OBJECT' THEN struct_pack(" + parts + ") END";
}

/// Of a JSON value whose leaves are canonical texts.
std::string restored(const Field& field, const std::string& json) {
  if (field.mode != Mode::Repeated) return restored_one(field, json);
  Field element = field;
  element.mode = Mode::Nullable;
  const std::string list = "CAST(" + json + " AS JSON[])";
  return over_elements(field, list,
                       [&element](const std::string& item) { return restored_one(element, item); });
}

std::string shown_one(const Field& field, const std::string& value) {
  if (field.kind != Kind::Record) return scalar_show(field.kind, value);
  std::string parts;
  for (const Field& child : field.fields) {
    parts += (parts.empty() ? "" : ", ") + sql_identifier(child.name) + " := " +
             over_elements(child, "(" + value + ")." + sql_identifier(child.name),
                           [&child](const std::string& item) { return shown_one(child, item); });
  }
  return "CASE WHEN " + value + " IS NOT NULL THEN struct_pack(" + parts + ") END";
}

bool is_single(const Field& field) { return field.kind != Kind::Record && field.mode != Mode::Repeated; }

/// A double as BigQuery writes it, which is Java's way: 1.5, 1.0E-7, 1.709802902123456E9.
std::string java_double(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number > 0 ? "Infinity" : "-Infinity";
  const double size = std::abs(number);
  if (number == 0 || (size >= 1e-3 && size < 1e7)) {
    const std::string plain = fmt::format("{}", number);
    return plain.find('.') == std::string::npos ? plain + ".0" : plain;
  }
  char buffer[32];
  // The shortest digits that read back to the same number, then the exponent as Java has it.
  const auto written = std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::scientific);
  const std::string digits(buffer, written.ptr);
  const std::size_t e = digits.find('e');
  const int exponent = std::stoi(digits.substr(e + 1));
  std::string mantissa = digits.substr(0, e);
  if (mantissa.find('.') == std::string::npos) mantissa += ".0";
  return mantissa + "E" + std::to_string(exponent);
}

std::string trimmed_decimal(std::string text) {
  if (text.find('.') == std::string::npos) return text;
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

Timestamp timestamp_of(const std::string& micros) { return {std::strtoll(micros.c_str(), nullptr, 10)}; }

std::string timestamp_text(const std::string& micros, TimestampOutput output) {
  if (output == TimestampOutput::Micros) return micros;
  const Timestamp time = timestamp_of(micros);
  if (output == TimestampOutput::Iso) return to_string(time);
  return java_double(static_cast<double>(time.micros) / static_cast<double>(kSecond));
}

std::string wire_text(Kind kind, const std::string& text, TimestampOutput output) {
  switch (kind) {
    case Kind::Timestamp:
      return timestamp_text(text, output);
    case Kind::Float:
      return java_double(to_double(text).value_or(0));
    case Kind::Numeric:
    case Kind::BigNumeric:
      return trimmed_decimal(text);
    case Kind::DateTime: {
      std::string iso = text;
      if (iso.size() > 10) iso[10] = 'T';
      return iso;
    }
    default:
      return text;
  }
}

/// Of a value that is no list, or of an element of one.
Json wire_one(const Field& field, const Json& value, TimestampOutput output) {
  if (field.kind != Kind::Record) return wire_text(field.kind, value.get_ref<const std::string&>(), output);
  Json cells = Json::array();
  for (const Field& child : field.fields) {
    cells.push_back(framed(wire_value(child, google::member_of(value, child.name.c_str()), output)));
  }
  Json record = Json::object();
  record["f"] = std::move(cells);
  return record;
}

template <typename Scalar>
Json mapped_record(const Field& field, const Json& value, const Scalar& member) {
  Json object = Json::object();
  for (const Field& child : field.fields) {
    const Json shown = member(child, google::member_of(value, child.name.c_str()));
    if (!shown.is_null()) object[child.name] = shown;
  }
  return object;
}

}  // namespace

std::optional<std::string> canonical(Kind kind, std::string_view text) {
  switch (kind) {
    case Kind::Integer:
      return canonical_integer(text);
    case Kind::Float:
      return canonical_float(text);
    case Kind::Boolean:
      return canonical_boolean(text);
    case Kind::String:
      return is_utf8(text) ? std::optional(std::string(text)) : std::nullopt;
    case Kind::Bytes:
      return google::from_base64(std::string(text)) ? std::optional(std::string(text)) : std::nullopt;
    case Kind::Date:
      return parse_date(text) ? std::optional(std::string(text)) : std::nullopt;
    case Kind::Time:
      return canonical_time(text);
    case Kind::DateTime:
      return canonical_datetime(text);
    case Kind::Timestamp:
      return canonical_timestamp(text);
    case Kind::Numeric:
      return canonical_decimal(text, kNumericDigits);
    case Kind::BigNumeric:
      return canonical_decimal(text, kBigNumericDigits);
    case Kind::JsonText:
      return google::parse_json(std::string(text)).is_discarded() ? std::nullopt
                                                                  : std::optional(std::string(text));
    case Kind::Record:
      return std::nullopt;
  }
  return std::nullopt;
}

std::string restore_sql(const Field& field, const std::string& expression) {
  if (is_single(field)) return scalar_restore(field.kind, expression);
  return restored(field, "CAST(" + expression + " AS JSON)");
}

std::string show_sql(const Field& field, const std::string& expression) {
  const std::string shown =
      over_elements(field, expression, [&field](const std::string& item) { return shown_one(field, item); });
  return is_single(field) ? shown : "CAST(to_json(" + shown + ") AS VARCHAR)";
}

std::string widen_sql(const Field& from, const Field& to, const std::string& expression) {
  if (from.kind != Kind::Record) return expression;
  return over_elements(from, expression, [&](const std::string& item) {
    std::string parts;
    for (const Field& child : to.fields) {
      const Field* old = find_field(from.fields, child.name);
      const std::string value = old == nullptr
                                    ? "CAST(NULL AS " + stored_type(child) + ")"
                                    : widen_sql(*old, child, "(" + item + ")." + sql_identifier(old->name));
      parts += (parts.empty() ? "" : ", ") + sql_identifier(child.name) + " := " + value;
    }
    return "CASE WHEN " + item + " IS NOT NULL THEN struct_pack(" + parts + ") END";
  });
}

std::string size_sql(const Field& field, const std::string& expression) {
  std::string size = "8";
  if (!is_single(field) || field.kind == Kind::JsonText) {
    size = "octet_length(encode(CAST(to_json(" + expression + ") AS VARCHAR)))";
  } else if (field.kind == Kind::String) {
    size = "2 + octet_length(encode(" + expression + "))";
  } else if (field.kind == Kind::Bytes) {
    size = "2 + octet_length(" + expression + ")";
  } else if (field.kind == Kind::Boolean) {
    size = "1";
  } else if (field.kind == Kind::Numeric) {
    size = "16";
  } else if (field.kind == Kind::BigNumeric) {
    size = "32";
  }
  return "CASE WHEN " + expression + " IS NULL THEN 0 ELSE " + size + " END";
}

Json shown_value(const Field& field, const std::optional<std::string>& cell) {
  if (!cell) return nullptr;
  return is_single(field) ? Json(*cell) : google::parse_json(*cell);
}

Json wire_value(const Field& field, const Json& value, TimestampOutput output) {
  if (field.mode != Mode::Repeated) return value.is_null() ? Json() : wire_one(field, value, output);
  Json list = Json::array();
  if (!value.is_array()) return list;
  for (const Json& item : value) {
    list.push_back(framed(item.is_null() ? Json() : wire_one(field, item, output)));
  }
  return list;
}

Json framed(Json value) {
  Json cell = Json::object();
  cell["v"] = std::move(value);
  return cell;
}

std::string export_text(Kind kind, const std::string& text) {
  if (kind != Kind::Timestamp) return wire_text(kind, text, TimestampOutput::Iso);
  std::string shown = to_string(timestamp_of(text));
  shown[10] = ' ';
  shown.pop_back();
  return shown + " UTC";
}

Json export_value(const Field& field, const Json& value) {
  if (field.mode == Mode::Repeated) {
    Field element = field;
    element.mode = Mode::Nullable;
    Json list = Json::array();
    if (value.is_array()) {
      for (const Json& item : value) list.push_back(export_value(element, item));
    }
    return list;
  }
  if (value.is_null()) return nullptr;
  if (field.kind == Kind::Record) return mapped_record(field, value, export_value);
  const std::string text = value.get<std::string>();
  switch (field.kind) {
    case Kind::Boolean:
      return text == "true";
    case Kind::Float: {
      const double number = to_double(text).value_or(0);
      return std::isfinite(number) ? Json(number) : Json(java_double(number));
    }
    case Kind::JsonText:
      return google::parse_json(text);
    default:
      return export_text(field.kind, text);
  }
}

}  // namespace weir::sandbox::bigquery
