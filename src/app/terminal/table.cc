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

/// Takes columns of screen from the widest column that is above its floor, one at a time.
void narrow(std::vector<std::size_t>& widths, std::size_t width, const std::vector<std::size_t>& floors) {
  while (total(widths) > width) {
    std::size_t widest = widths.size();
    for (std::size_t i = 0; i < widths.size(); ++i) {
      if (widths[i] > floors[i] && (widest == widths.size() || widths[i] > widths[widest])) widest = i;
    }
    if (widest == widths.size()) return;
    --widths[widest];
  }
}

/// What stands under a row, moved in.
std::string lines_below(const Cell& cell, const Style& style, std::size_t width) {
  std::string out;
  if (cell.text.empty()) return out;
  const auto room = std::max<std::size_t>(width, kGap + 1) - kGap;
  for (const auto& line : wrap(cell.text, room))
    out += style.paint(cell.tone, shorten(std::string(kGap, ' ') + line, width, style.ellipsis())) + "\n";
  return out;
}

}  // namespace

void Table::add(std::vector<Cell> row) {
  for (auto& cell : row) cell.text = visible(cell.text);
  rows_.push_back(std::move(row));
}

std::vector<std::size_t> Table::content_widths() const {
  std::vector<std::size_t> widths(columns_.size(), 1);
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < std::min(row.size(), widths.size()); ++i)
      widths[i] = std::max(widths[i], display_width(row[i].text));
  }
  return widths;
}

std::vector<std::size_t> Table::whole_widths() const {
  auto widths = content_widths();
  for (std::size_t i = 0; i < widths.size(); ++i)
    widths[i] = std::max(widths[i], display_width(columns_[i].title));
  return widths;
}

/// The widths of as many of the first `most` columns as there is room for.
std::vector<std::size_t> Table::fitting_widths(std::size_t width, std::size_t most) const {
  const auto contents = content_widths();
  const auto whole = whole_widths();
  std::vector<std::size_t> widths;
  for (auto count = most; count > 0; --count) {
    widths.assign(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(count));
    auto floors = std::vector<std::size_t>();
    for (std::size_t i = 0; i < count; ++i)
      floors.push_back(columns_[i].room == Column::Room::Keep ? widths[i] : std::min(widths[i], kNarrowest));
    narrow(widths, width, floors);
    // A title that is cut is better than a number that is missing.
    for (std::size_t i = 0; i < count; ++i)
      floors[i] = std::min(floors[i], std::max<std::size_t>(contents[i], 4));
    narrow(widths, width, floors);
    if (total(widths) <= width) return widths;
  }
  widths.front() = std::max<std::size_t>(width, 1);
  return widths;
}

bool Table::last_goes_below(std::size_t width) const {
  if (columns_.size() < 2 || columns_.back().room != Column::Room::Below) return false;
  auto widths = whole_widths();
  widths.back() = std::min(widths.back(), kReadable);
  return total(widths) > width;
}

std::string Table::render(const Style& style, std::size_t width) const {
  const bool below = last_goes_below(width);
  const auto most = columns_.size() - (below ? 1 : 0);
  const auto widths = fitting_widths(width, most);
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
  for (const auto& row : rows_) {
    out += line(row);
    if (below && row.size() == columns_.size()) out += lines_below(row.back(), style, width);
  }
  if (widths.size() < most) {
    const auto missing = fmt::format("({} more; make the window wider)", most - widths.size());
    out += style.paint(Tone::Faint, shorten(missing, width, style.ellipsis())) + "\n";
  }
  return out;
}

}  // namespace weir::terminal
