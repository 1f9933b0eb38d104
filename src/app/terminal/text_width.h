// SPDX-License-Identifier: Apache-2.0
// How many columns a text takes on a terminal, and how to make it fit. Used by everything that
// aligns text. Pure functions over UTF-8; bytes that are none count one column each.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace weir::terminal {

/// East Asian wide characters and emoji take two columns, combining marks none.
std::size_t display_width(std::string_view text);
/// At most `width` columns; what does not fit gives way to `ellipsis`.
std::string shorten(std::string_view text, std::size_t width, std::string_view ellipsis);

enum class Align { Left, Right };
/// Blanks on the other side until `width` columns are filled.
std::string pad(std::string_view text, std::size_t width, Align align = Align::Left);
/// Lines of at most `width` columns, broken at blanks; a longer word stands alone.
std::vector<std::string> wrap(std::string_view text, std::size_t width);

/// Text that cannot move the cursor: control characters and bytes that are not UTF-8 become \n, \t
/// or \x1b. For data that somebody else wrote.
std::string visible(std::string_view text);
/// The same for the first line, as for a table's cell.
std::string visible_line(std::string_view text);
/// The same for every line, where tabs may stay; all but the first are moved in.
std::string visible_lines(std::string_view text, std::string_view indent);

}  // namespace weir::terminal
