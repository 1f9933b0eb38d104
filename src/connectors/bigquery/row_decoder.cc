// SPDX-License-Identifier: Apache-2.0
#include "connectors/bigquery/row_decoder.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <map>

#include "base/json_text.h"
#include "base/text.h"
#include "connectors/bigquery/types.h"
#include "formats/cell.h"
#include "protocols/google/encoding.h"
#include "protocols/google/json_cursor.h"

namespace weir::bigquery {
namespace {

using google::BigQueryField;
using google::JsonCursor;
using model::Type;

constexpr std::string_view kNull = "null";

/// A value as the server wrote it: of a string its text, of all else the JSON.
std::string text_of(std::string_view value) {
  return value.starts_with('"') ? google::unquoted_json(value) : std::string(value);
}

std::optional<Timestamp> time_of(std::string_view text, const BigQueryField& field, RowForm form) {
  constexpr std::string_view kZone = " UTC";
  if (form == RowForm::Page && field.type == "TIMESTAMP") {
    std::int64_t micros = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), micros);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return Timestamp{micros};
  }
  if (text.ends_with(kZone)) text.remove_suffix(kZone.size());
  return parse_timestamp(text);
}

std::optional<double> number_of(std::string_view text) {
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "Infinity" || text == "inf" || text == "+inf") return std::numeric_limits<double>::infinity();
  if (text == "-Infinity" || text == "-inf") return -std::numeric_limits<double>::infinity();
  return formats::parse_double(text);
}

/// Whether a scalar's text is JSON without quotes.
bool stands_bare(std::string_view text, Family family) {
  if (family == Family::Integer || family == Family::Boolean || family == Family::Json) return true;
  if (family == Family::Float) return formats::parse_double(text).has_value();
  return (family == Family::Numeric || family == Family::BigNumeric) &&
         formats::parse_double(text).has_value();
}

BigQueryField element_of(BigQueryField field) {
  field.mode = BigQueryField::Mode::Nullable;
  return field;
}

/// Goes to the "v" of {"v": …}.
bool enter_cell(JsonCursor& cursor) {
  cursor.enter();
  std::string_view key;
  return cursor.next_member(key) && key == "v";
}

/// The values of a structure in the order of its fields; those that are missing are null.
std::vector<std::string_view> values_of(std::string_view value, const std::vector<BigQueryField>& fields,
                                        RowForm form) {
  std::vector<std::string_view> values(fields.size(), kNull);
  JsonCursor cursor(value);
  cursor.enter();
  std::string_view key;
  if (form == RowForm::Line) {
    while (cursor.next_member(key)) {
      const auto member = cursor.take();
      for (std::size_t i = 0; i < fields.size(); ++i) {
        if (fields[i].name == key) values[i] = member;
      }
    }
    return values;
  }
  if (!cursor.next_member(key) || key != "f") return values;
  cursor.enter();
  for (std::size_t i = 0; cursor.next_element(); ++i) {
    JsonCursor cell(cursor.take());
    if (i < values.size() && enter_cell(cell)) values[i] = cell.take();
  }
  return values;
}

void append_json(std::string& out, std::string_view value, const BigQueryField& field, RowForm form);

void append_elements(std::string& out, std::string_view value, const BigQueryField& field, RowForm form) {
  const auto element = element_of(field);
  out += '[';
  JsonCursor cursor(value);
  cursor.enter();
  for (bool is_first = true; cursor.next_element(); is_first = false) {
    if (!is_first) out += ',';
    const auto item = cursor.take();
    JsonCursor cell(item);
    const bool is_cell = form == RowForm::Page && enter_cell(cell);
    append_json(out, is_cell ? cell.take() : item, element, form);
  }
  out += ']';
}

void append_structure(std::string& out, std::string_view value, const BigQueryField& field, RowForm form) {
  const auto values = values_of(value, field.fields, form);
  out += '{';
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) out += ',';
    write_json_string(out, field.fields[i].name);
    out += ':';
    append_json(out, values[i], field.fields[i], form);
  }
  out += '}';
}

/// The value of any field as plain JSON: numbers as numbers, structures with the names of their fields.
void append_json(std::string& out, std::string_view value, const BigQueryField& field, RowForm form) {
  if (value == kNull) {
    out += kNull;
    return;
  }
  const auto family = family_of(field);
  if (family == Family::Nested) {
    if (field.mode == BigQueryField::Mode::Repeated) return append_elements(out, value, field, form);
    return append_structure(out, value, field, form);
  }
  // A value of the type JSON is text in a page, and itself in a line.
  if (family == Family::Json && form == RowForm::Line) {
    out += value;
    return;
  }
  auto text = text_of(value);
  if (family == Family::Timestamp) {
    if (const auto time = time_of(text, field, form)) text = to_string(*time);
  }
  if (stands_bare(text, family)) {
    out += text;
  } else {
    write_json_string(out, text);
  }
}

bool set_text(model::Batch& rows, std::size_t column, std::size_t row, std::string_view text) {
  if (!is_utf8(text)) return false;
  rows.set_text(column, row, rows.keep(text));
  return true;
}

bool set_cell(model::Batch& rows, std::size_t column, const BigQueryField& field, std::string_view value,
              RowForm form) {
  const auto row = rows.rows() - 1;
  const auto type = read_as(field);
  if (type == Type::Json) {
    std::string json;
    append_json(json, value, field, form);
    return set_text(rows, column, row, json);
  }
  const auto text = text_of(value);
  switch (type) {
    case Type::Timestamp: {
      const auto time = time_of(text, field, form);
      if (time) rows.set_timestamp(column, row, *time);
      return time.has_value();
    }
    case Type::Double: {
      const auto number = number_of(text);
      if (number) rows.set_double(column, row, *number);
      return number.has_value();
    }
    case Type::Blob: {
      const auto bytes = google::from_base64(text);
      if (bytes) rows.set_text(column, row, rows.keep(*bytes));
      return bytes.has_value();
    }
    case Type::Text:
      return set_text(rows, column, row, text);
    default:
      return formats::set_cell(rows, column, row, type, text);
  }
}

}  // namespace

std::optional<std::string> decode_row(std::string_view text, RowForm form,
                                      const std::vector<BigQueryField>& fields,
                                      const model::RowOrigin& origin, model::Batch& rows) {
  JsonCursor whole(text);
  if (whole.kind() != JsonCursor::Kind::Object || whole.take().empty()) {
    return "not a JSON object; the line may be cut short";
  }
  rows.add_row(origin);
  const auto values = values_of(text, fields, form);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (values[i] == kNull || set_cell(rows, i, fields[i], values[i], form)) continue;
    rows.drop_last_row();
    return formats::refusal(fields[i].name, formats::show_value(text_of(values[i])), read_as(fields[i]));
  }
  return std::nullopt;
}

std::string line_of_page_row(std::string_view text, const std::vector<BigQueryField>& fields) {
  const auto values = values_of(text, fields, RowForm::Page);
  std::string line = "{";
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (values[i] == kNull) continue;
    if (line.size() > 1) line += ',';
    write_json_string(line, fields[i].name);
    line += ':';
    append_json(line, values[i], fields[i], RowForm::Page);
  }
  return line + "}";
}

}  // namespace weir::bigquery
