// SPDX-License-Identifier: Apache-2.0
// Table: rows in aligned columns that fit the screen. Used by the commands. A value.
#pragma once

#include <string>
#include <vector>

#include "app/terminal/style.h"
#include "app/terminal/text_width.h"

namespace weir::terminal {

struct Cell {
  Cell(std::string cell_text, Tone cell_tone = Tone::Plain) : text(std::move(cell_text)), tone(cell_tone) {}
  Cell(const char* cell_text) : text(cell_text) {}
  std::string text;
  Tone tone = Tone::Plain;
};

class Table {
 public:
  struct Column {
    std::string title;
    Align align = Align::Left;
    /// On a narrow screen a column that yields gives up width before the others; Below is for the last
    /// one, which then stands under its row in as many lines as it takes.
    enum class Room { Keep, Yield, Below } room = Room::Keep;
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// What could move the cursor is shown as visible() does.
  void add(std::vector<Cell> row);
  bool empty() const { return rows_.empty(); }

  /// All lines, each with its end. No line is wider than `width`: columns that yield are cut down to
  /// kNarrowest, then titles are cut, then columns are left out from the right, which a last line says.
  std::string render(const Style& style, std::size_t width) const;

  static constexpr std::size_t kNarrowest = 8;
  /// A last column of less is put below.
  static constexpr std::size_t kReadable = 24;

 private:
  std::vector<std::size_t> content_widths() const;
  std::vector<std::size_t> whole_widths() const;
  std::vector<std::size_t> fitting_widths(std::size_t width, std::size_t most) const;
  bool last_goes_below(std::size_t width) const;

  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace weir::terminal
