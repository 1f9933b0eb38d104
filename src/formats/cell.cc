// SPDX-License-Identifier: Apache-2.0
#include "formats/cell.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/text.h"

namespace weir::formats {
namespace {

/// Whether a text is a word of lower-case letters, in letters of any case.
bool is_word(std::string_view text, std::string_view word) {
  return text.size() == word.size() && std::equal(text.begin(), text.end(), word.begin(),
                                                  [](char c, char known) { return (c | 0x20) == known; });
}

}  // namespace

std::optional<std::int64_t> parse_integer(std::string_view text) {
  const char* const end = text.data() + text.size();
  std::int64_t value = 0;
  const char* const first = text.data() + (text.starts_with('+') && !text.starts_with("+-") ? 1 : 0);
  const auto [stop, error] = std::from_chars(first, end, value);
  if (error == std::errc() && stop == end) return value;
  if (error != std::errc() || (*stop != '.' && *stop != 'e' && *stop != 'E')) return std::nullopt;
  const auto number = parse_double(text);
  constexpr double kExact = 9007199254740992.0;  // 2^53: beyond it a double skips integers
  if (!number || std::trunc(*number) != *number || std::abs(*number) > kExact) return std::nullopt;
  return static_cast<std::int64_t>(*number);
}

std::optional<double> parse_double(std::string_view text) {
  const char* const end = text.data() + text.size();
  double value = 0;
  const char* const first = text.data() + (text.starts_with('+') && !text.starts_with("+-") ? 1 : 0);
  const auto [stop, error] = std::from_chars(first, end, value);
  if (error != std::errc() || stop != end || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<bool> parse_boolean(std::string_view text) {
  if (is_word(text, "true")) return true;
  if (is_word(text, "false")) return false;
  return std::nullopt;
}

std::string_view expectation(model::Type type) {
  switch (type) {
    case model::Type::Boolean:
      return "a boolean (expected true or false)";
    case model::Type::Integer:
      return "an integer of 64 bits";
    case model::Type::Double:
      return "a finite number";
    case model::Type::Timestamp:
      return "a timestamp (expected ISO 8601)";
    case model::Type::Date:
      return "a date (expected YYYY-MM-DD)";
    case model::Type::Json:
      return "JSON";
    case model::Type::Text:
    case model::Type::Blob:
      return "UTF-8 text";
  }
  return "UTF-8 text";
}

bool set_cell(model::Batch& rows, std::size_t column, std::size_t row, model::Type type,
              std::string_view text) {
  const auto set = [&](const auto& value, auto setter) {
    if (value) (rows.*setter)(column, row, *value);
    return value.has_value();
  };
  switch (type) {
    case model::Type::Boolean:
      return set(parse_boolean(text), &model::Batch::set_boolean);
    case model::Type::Integer:
      return set(parse_integer(text), &model::Batch::set_integer);
    case model::Type::Double:
      return set(parse_double(text), &model::Batch::set_double);
    case model::Type::Timestamp:
      return set(parse_timestamp(text), &model::Batch::set_timestamp);
    case model::Type::Date:
      return set(parse_date(text), &model::Batch::set_date);
    case model::Type::Text:
    case model::Type::Json:
    case model::Type::Blob:
      rows.set_text(column, row, text);
      return true;
  }
  return false;
}

std::string show_value(std::string_view value) {
  constexpr std::size_t kShown = 80;
  const auto cut = value.substr(0, kShown);
  const bool readable = is_utf8(value);
  std::string out = "\"";
  for (const char c : cut) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f || (byte >= 0x80 && (!readable || cut.size() < value.size()))) {
      out += fmt::format("\\x{:02x}", byte);
    } else {
      out += c;
    }
  }
  out += '"';
  if (cut.size() < value.size()) out += fmt::format(" and {} bytes more", value.size() - cut.size());
  return out;
}

std::string refusal(std::string_view column, std::string_view shown, model::Type type) {
  return fmt::format("column {}: {} is not {}", column, shown, expectation(type));
}

}  // namespace weir::formats
