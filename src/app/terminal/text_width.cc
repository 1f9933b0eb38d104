// SPDX-License-Identifier: Apache-2.0
#include "app/terminal/text_width.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/text.h"

namespace weir::terminal {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// Unicode 15, the blocks that terminals draw two columns wide.
constexpr std::array<Range, 17> kWide = {{{0x1100, 0x115F},
                                          {0x231A, 0x231B},
                                          {0x23E9, 0x23EC},
                                          {0x25FD, 0x25FE},
                                          {0x2614, 0x2615},
                                          {0x26A1, 0x26A1},
                                          {0x2705, 0x2705},
                                          {0x274C, 0x274C},
                                          {0x2E80, 0x303E},
                                          {0x3041, 0xA4CF},
                                          {0xA960, 0xA97C},
                                          {0xAC00, 0xD7A3},
                                          {0xF900, 0xFAFF},
                                          {0xFE30, 0xFE6F},
                                          {0xFF00, 0xFF60},
                                          {0xFFE0, 0xFFE6},
                                          {0x1F300, 0x1FAFF}}};

// Marks that are drawn over the character before them, and characters without any width.
constexpr std::array<Range, 12> kNone = {{{0x0300, 0x036F},
                                          {0x0483, 0x0489},
                                          {0x0591, 0x05BD},
                                          {0x0610, 0x061A},
                                          {0x064B, 0x065F},
                                          {0x1AB0, 0x1AFF},
                                          {0x1DC0, 0x1DFF},
                                          {0x200B, 0x200F},
                                          {0x20D0, 0x20FF},
                                          {0xFE00, 0xFE0F},
                                          {0xFE20, 0xFE2F},
                                          {0xFEFF, 0xFEFF}}};

template <std::size_t N>
bool within(const std::array<Range, N>& ranges, char32_t point) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [point](Range range) { return range.first <= point && point <= range.last; });
}

std::size_t width_of(char32_t point) {
  if (point < 0x300) return 1;
  if (within(kNone, point)) return 0;
  const bool wide = within(kWide, point) || (point >= 0x20000 && point <= 0x3FFFD);
  return wide ? 2 : 1;
}

struct Character {
  std::size_t bytes = 1;
  char32_t point = 0;
  bool valid = true;
};

/// The character at the start of a text that is not empty.
Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t index) { return static_cast<unsigned char>(text[index]); };
  const auto lead = byte(0);
  if (lead < 0x80) return {1, lead, true};
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return {1, lead, false};
  char32_t point = lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return {1, lead, false};
    point = (point << 6U) | (byte(i) & 0x3FU);
  }
  constexpr std::array<char32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};
  if (point < kSmallest[length] || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF))
    return {1, lead, false};
  return {length, point, true};
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const auto character = first_character(text);
    width += character.valid ? width_of(character.point) : 1;
    text.remove_prefix(character.bytes);
  }
  return width;
}

std::string shorten(std::string_view text, std::size_t width, std::string_view ellipsis) {
  if (display_width(text) <= width) return std::string(text);
  const auto sign = display_width(ellipsis);
  if (sign > width) return shorten(text, width, "");
  std::size_t used = 0;
  std::size_t bytes = 0;
  while (bytes < text.size()) {
    const auto character = first_character(text.substr(bytes));
    const auto columns = character.valid ? width_of(character.point) : 1;
    if (used + columns + sign > width) break;
    used += columns;
    bytes += character.bytes;
  }
  return std::string(text.substr(0, bytes)) + std::string(ellipsis);
}

std::string pad(std::string_view text, std::size_t width, Align align) {
  const auto used = display_width(text);
  const std::string blanks(used < width ? width - used : 0, ' ');
  return align == Align::Left ? std::string(text) + blanks : blanks + std::string(text);
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  std::string line;
  std::size_t start = 0;
  while (start <= text.size()) {
    const auto end = std::min(text.find(' ', start), text.size());
    const auto word = text.substr(start, end - start);
    start = end + 1;
    if (word.empty()) continue;
    if (!line.empty() && display_width(line) + 1 + display_width(word) > width) {
      lines.push_back(std::move(line));
      line.clear();
    }
    line += (line.empty() ? "" : " ") + std::string(word);
  }
  if (!line.empty()) lines.push_back(std::move(line));
  return lines;
}

std::string visible(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto character = first_character(text);
    const bool control = character.point < 0x20 || (character.point >= 0x7F && character.point < 0xA0);
    // Marks that turn the writing direction around could make a line read as something else.
    const bool turns = (character.point >= 0x202A && character.point <= 0x202E) ||
                       (character.point >= 0x2066 && character.point <= 0x2069);
    if (character.valid && character.point == '\n') {
      out += "\\n";
    } else if (character.valid && character.point == '\t') {
      out += "\\t";
    } else if (character.valid && character.point == '\r') {
      out += "\\r";
    } else if (!character.valid || control) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned>(character.point));
    } else if (turns) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(character.point));
    } else {
      out += text.substr(0, character.bytes);
    }
    text.remove_prefix(character.bytes);
  }
  return out;
}

std::string visible_line(std::string_view text) { return visible(text.substr(0, text.find('\n'))); }

std::string visible_lines(std::string_view text, std::string_view indent) {
  std::string out;
  for (const auto& line : split(text, '\n')) {
    if (!out.empty()) out += "\n" + (line.empty() ? std::string() : std::string(indent));
    bool first = true;
    for (const auto& piece : split(line, '\t')) {
      out += (first ? "" : "\t") + visible(piece);
      first = false;
    }
  }
  return out;
}

}  // namespace weir::terminal
