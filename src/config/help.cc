// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "base/text.h"
#include "config/render.h"

namespace weir::config {
namespace {

/// How many columns a terminal needs for the text, taking each character as one wide.
std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (const char byte : text) width += (static_cast<unsigned char>(byte) & 0xC0) != 0x80 ? 1 : 0;
  return width;
}

std::string wrap(std::string_view text, std::size_t indent, std::size_t width) {
  const std::string margin(indent, ' ');
  std::string out;
  std::string line;
  for (const auto& word : split(text, ' ')) {
    if (!line.empty() && indent + display_width(line) + 1 + display_width(word) > width) {
      out += margin + line + "\n";
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
  }
  return out + margin + line + "\n";
}

std::string field_title(const FieldDescription& field) {
  auto title = fmt::format("{} ({}", field.name, type_text(field));
  if (field.required)
    title += ", required";
  else if (!field.default_json.empty())
    title += ", default " + field.default_json;
  title += ")";
  return title;
}

std::string help_of(const Description& description, std::size_t indent, std::size_t width) {
  std::string out;
  for (const auto& field : description.fields) {
    out += wrap(field_title(field), indent, width) + wrap(field.doc, indent + 4, width);
    if (!field.example.empty()) out += wrap("Example: " + field.example, indent + 4, width);
    if (!field.nested.empty()) out += help_of(field.nested.front(), indent + 4, width);
  }
  for (const auto& alternative : description.alternatives) {
    out += wrap(fmt::format("{}: {}", alternative.name, alternative.summary), indent, width);
    out += help_of(alternative, indent + 4, width);
  }
  return out;
}

}  // namespace

std::string help_text(const Description& description, std::size_t width) {
  return wrap(fmt::format("{}: {}", description.name, description.summary), 0, width) + "\n" +
         help_of(description, 2, width);
}

}  // namespace weir::config
