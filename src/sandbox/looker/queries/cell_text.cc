// SPDX-License-Identifier: Apache-2.0
#include "sandbox/looker/queries/cell_text.h"

#include <array>
#include <charconv>
#include <cmath>

#include "base/json_text.h"
#include "base/text.h"

namespace weir::sandbox::looker {
namespace {

/// Whether JSON shows the bytes as they are.
bool is_plain(std::string_view text) {
  unsigned char worst = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    worst |= static_cast<unsigned char>(byte < 0x20 || byte == '"' || byte == '\\' || byte > 0x7e);
  }
  return worst == 0;
}

template <typename Number>
void append_number(Number number, std::string& out) {
  std::array<char, 32> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  out.append(text.data(), static_cast<std::size_t>(end - text.data()));
}

/// "1,204" and "3.50", as value formats do it.
void append_formatted(const Value& value, std::string& out) {
  const bool is_whole = value.kind == Kind::Integer;
  const double number = is_whole ? static_cast<double>(value.integer) : value.number;
  const auto cents = static_cast<std::uint64_t>(std::llround(std::abs(number) * 100));
  if (number < 0) out += '-';
  out += with_thousands(cents / 100);
  if (!is_whole) out += fmt::format(".{:02}", cents % 100);
}

void append_bare_number(const Value& value, std::string& out) {
  if (value.kind == Kind::Number) {
    append_number(value.number, out);
  } else {
    append_number(value.integer, out);
  }
}

}  // namespace

void write_json_value(const Value& value, FlagStyle flags, Formatting formatting, std::string& out) {
  switch (value.kind) {
    case Kind::Null:
      out += "null";
      return;
    case Kind::Integer:
    case Kind::Number:
    case Kind::Time:
      if (formatting == Formatting::Off) return append_bare_number(value, out);
      out += '"';
      append_formatted(value, out);
      out += '"';
      return;
    case Kind::Flag:
      if (flags == FlagStyle::Booleans) {
        out += value.integer != 0 ? "true" : "false";
      } else {
        out += value.integer != 0 ? "\"Yes\"" : "\"No\"";
      }
      return;
    case Kind::Text:
      if (!is_plain(value.text)) return write_json_string(out, value.text);
      out += '"';
      out += value.text;
      out += '"';
      return;
  }
}

void write_plain(const Value& value, Formatting formatting, std::string& out) {
  switch (value.kind) {
    case Kind::Null:
      return;
    case Kind::Integer:
    case Kind::Number:
    case Kind::Time:
      return formatting == Formatting::Off ? append_bare_number(value, out) : append_formatted(value, out);
    case Kind::Flag:
      out += value.integer != 0 ? "Yes" : "No";
      return;
    case Kind::Text:
      out += value.text;
      return;
  }
}

}  // namespace weir::sandbox::looker
