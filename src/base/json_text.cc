// SPDX-License-Identifier: Apache-2.0
#include "base/json_text.h"

#include <algorithm>

#include "base/text.h"

namespace weir {
namespace {

void write_escape(std::string& out, char c) {
  constexpr char kHex[] = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += "\\u00";
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[static_cast<unsigned char>(c) & 15];
  }
}

bool must_escape(char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20; }

void write_escaped(std::string& out, std::string_view text) {
  while (true) {
    const auto plain = std::find_if(text.begin(), text.end(), must_escape);
    out.append(text.begin(), plain);
    if (plain == text.end()) return;
    write_escape(out, *plain);
    text.remove_prefix(static_cast<std::size_t>(plain - text.begin()) + 1);
  }
}

/// Length of the well-formed character at the front, 0 when there is none.
std::size_t character_length(std::string_view text) {
  for (std::size_t length = 1; length <= std::min<std::size_t>(4, text.size()); ++length) {
    if (is_utf8(text.substr(0, length))) return length;
  }
  return 0;
}

}  // namespace

void write_json_string(std::string& out, std::string_view text) {
  out += '"';
  if (is_utf8(text)) {
    write_escaped(out, text);
  } else {
    while (!text.empty()) {
      const auto length = character_length(text);
      if (length == 0) {
        out += "\xEF\xBF\xBD";
      } else {
        write_escaped(out, text.substr(0, length));
      }
      text.remove_prefix(std::max<std::size_t>(1, length));
    }
  }
  out += '"';
}

}  // namespace weir
