// SPDX-License-Identifier: Apache-2.0
#include "app/terminal/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <numeric>

namespace weir::terminal {
namespace {

constexpr std::size_t kGap = 2;

std::size_t total(const std::vector<std::size_t>& widths) {
  if (widths.empty()) return 0;
  return std::accumulate(widths.begin(), widths.end(), (widths.size() - 1) * kGap);
}

/// Takes columns of screen from the widest column that may give some, one at a time.
void narrow(std::vector<std::size_t>& widths, std::size_t width,
            const std::function<bool(std::size_t)>& may) {
  while (total(widths) > width) {
    std::size_t widest = widths.size();
    for (std::size_t i = 0; i < widths.size(); ++i) {
      if (may(i) && widths[i] > Table::kNarrowest && (widest == widths.size() || widths[i] > widths[widest]))
        widest = i;
    }
    if (widest == widths.size()) return;
    --widths[widest];
  }
}

}  // namespace

std::vector<std::size_t> Table::natural_widths() const {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    auto width = display_width(columns_[i].title);
    for (const auto& row : rows_) {
      if (i < row.size()) width = std::max(width, display_width(row[i].text));
    }
    widths.push_back(width);
  }
  return widths;
}

std::string Table::render(const Style& style, std::size_t width) const {
  auto widths = natural_widths();
  narrow(widths, width, [&](std::size_t i) { return columns_[i].room == Column::Room::Yield; });
  narrow(widths, width, [](std::size_t) { return true; });
  while (widths.size() > 1 && total(widths) > width) widths.pop_back();
  const auto line = [&](const std::vector<Cell>& cells) {
    std::string text;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const auto& cell = i < cells.size() ? cells[i] : Cell("");
      const auto shown = shorten(cell.text, widths[i], style.ellipsis());
      const auto blanks = widths[i] - std::min(widths[i], display_width(shown));
      const bool last = i + 1 == widths.size();
      if (columns_[i].align == Align::Right) text += std::string(blanks, ' ');
      text += style.paint(cell.tone, shown);
      if (columns_[i].align == Align::Left && !last) text += std::string(blanks, ' ');
      if (!last) text += std::string(kGap, ' ');
    }
    while (!text.empty() && text.back() == ' ') text.pop_back();
    return text + "\n";
  };
  std::vector<Cell> titles;
  for (const auto& column : columns_) titles.emplace_back(column.title, Tone::Faint);
  std::string out = line(titles);
  for (const auto& row : rows_) out += line(row);
  if (widths.size() < columns_.size()) {
    out += style.paint(Tone::Faint, shorten(fmt::format("({} more columns)", columns_.size() - widths.size()),
                                            width, style.ellipsis())) +
           "\n";
  }
  return out;
}

}  // namespace weir::terminal
