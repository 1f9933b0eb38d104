// SPDX-License-Identifier: Apache-2.0
#include "app/terminal/live_block.h"

#include <fmt/format.h>

namespace weir::terminal {
namespace {

std::string drawing(const std::vector<std::string>& lines) {
  // The cursor is hidden while a block stands, and rests at the start of the line below it.
  std::string text;
  for (const auto& line : lines) text += line + "\x1b[K\n";
  return text;
}

}  // namespace

std::string LiveBlock::erasing() const {
  return lines_.empty() ? "" : fmt::format("\x1b[{}A\x1b[J", lines_.size());
}

void LiveBlock::draw(const std::vector<std::string>& lines) {
  if (lines == lines_) return;
  std::string text;
  if (lines.size() == lines_.size())
    text = fmt::format("\x1b[{}A", lines_.size());  // overwritten in place, which does not flicker
  else
    text = erasing();
  if (lines_.empty()) text += "\x1b[?25l";
  text += drawing(lines);
  if (lines.empty()) text += "\x1b[?25h";
  lines_ = lines;
  sink_(text);
}

void LiveBlock::print_above(std::string_view text) { sink_(erasing() + std::string(text) + drawing(lines_)); }

}  // namespace weir::terminal
