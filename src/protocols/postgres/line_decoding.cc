// SPDX-License-Identifier: Apache-2.0
// Lines of the text COPY (https://www.postgresql.org/docs/15/sql-copy.html), as line_of() writes them
// and as a person may have corrected them.
#include <fmt/format.h>

#include <charconv>

#include "base/text.h"
#include "protocols/postgres/value_decoding.h"

namespace weir::postgres {
namespace {

using model::Type;

std::string unescape(std::string_view field) {
  std::string text;
  for (std::size_t i = 0; i < field.size(); ++i) {
    if (field[i] != '\\' || i + 1 == field.size()) {
      text += field[i];
      continue;
    }
    switch (const char c = field[++i]) {
      case 't':
        text += '\t';
        break;
      case 'n':
        text += '\n';
        break;
      case 'r':
        text += '\r';
        break;
      default:
        text += c;
    }
  }
  return text;
}

template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
  Number value{};
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::string> parse_bytes(std::string_view text) {
  if (!text.starts_with("\\x") || text.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 2; i < text.size(); i += 2) {
    const auto high = hex_digit(text[i]);
    const auto low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

/// Whether the text is a value of the type; then it is set.
bool set_value(Type type, const std::string& text, std::size_t column, model::Batch& rows) {
  const auto row = rows.rows() - 1;
  const auto set = [](const auto& value, const auto& put) {
    if (value) put(*value);
    return value.has_value();
  };
  switch (type) {
    case Type::Boolean:
      rows.set_boolean(column, row, text == "t" || text == "true");
      return text == "t" || text == "f" || text == "true" || text == "false";
    case Type::Integer:
      return set(parse_number<std::int64_t>(text), [&](auto v) { rows.set_integer(column, row, v); });
    case Type::Double:
      return set(parse_number<double>(text), [&](auto v) { rows.set_double(column, row, v); });
    case Type::Timestamp:
      return set(parse_timestamp(text), [&](auto v) { rows.set_timestamp(column, row, v); });
    case Type::Date:
      return set(parse_date(text), [&](auto v) { rows.set_date(column, row, v); });
    case Type::Blob:
      return set(parse_bytes(text), [&](const auto& v) { rows.set_text(column, row, rows.keep(v)); });
    case Type::Text:
    case Type::Json:
      rows.set_text(column, row, rows.keep(text));
      return is_utf8(text);
  }
  return false;
}

}  // namespace

Unreadable decode_line(std::string_view line, const RowShape& shape, const model::RowOrigin& origin,
                       model::Batch& rows) {
  const auto fields = split(line, '\t');
  if (fields.size() != shape.columns.size()) {
    return fmt::format("the line has {} columns instead of {}", fields.size(), shape.columns.size());
  }
  rows.add_row(origin);
  for (std::size_t column = 0; column < fields.size(); ++column) {
    if (fields[column] == "\\N") continue;
    const auto type = type_of(shape.columns[column]);
    const auto text = unescape(fields[column]);
    if (set_value(type, text, column, rows)) continue;
    rows.drop_last_row();
    return fmt::format("{}: '{}' is no {}", shape.names[column], text, model::name(type));
  }
  return std::nullopt;
}

}  // namespace weir::postgres
