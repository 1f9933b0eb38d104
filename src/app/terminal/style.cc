// SPDX-License-Identifier: Apache-2.0
#include "app/terminal/style.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace weir::terminal {
namespace {

/// Of the sixteen colours, so that the reader's own theme decides how they look.
std::string_view escape(Tone tone) {
  switch (tone) {
    case Tone::Plain:
      return "";
    case Tone::Strong:
      return "\x1b[1m";
    case Tone::Faint:
      return "\x1b[2m";
    case Tone::Good:
      return "\x1b[32m";
    case Tone::Caution:
      return "\x1b[33m";
    case Tone::Bad:
      return "\x1b[1;31m";
    case Tone::Accent:
      return "\x1b[36m";
  }
  return "";
}

}  // namespace

std::string Style::paint(Tone tone, std::string_view text) const {
  if (colour_ == Colour::Off || tone == Tone::Plain || text.empty()) return std::string(text);
  return std::string(escape(tone)) + std::string(text) + "\x1b[0m";
}

std::string Style::bar(double share, std::size_t width) const {
  constexpr std::array<std::string_view, 8> kParts = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const double filled = std::clamp(std::isnan(share) ? 0.0 : share, 0.0, 1.0) * static_cast<double>(width);
  const auto whole = static_cast<std::size_t>(filled);
  std::string full;
  for (std::size_t i = 0; i < whole; ++i) full += sign("█", "#");
  std::string part;
  if (signs_ == Signs::Unicode && whole < width)
    part = kParts[static_cast<std::size_t>((filled - std::floor(filled)) * 8)];
  std::string rest;
  for (std::size_t i = whole + (part.empty() ? 0 : 1); i < width; ++i) rest += sign("░", ".");
  return paint(Tone::Accent, full + part) + paint(Tone::Faint, rest);
}

}  // namespace weir::terminal
