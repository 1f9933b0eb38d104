// SPDX-License-Identifier: Apache-2.0
#include "app/quarantine_file.h"

#include <charconv>

#include "app/terminal/text_width.h"
#include "base/text.h"

namespace weir::app {
namespace {

constexpr std::string_view kMark = "#@ ";

bool needs_escape(std::string_view line) { return line.starts_with('#') || line.starts_with('\\'); }

/// A partition's key or an input's name as a word of a header line: the key of an object may hold blanks
/// and line ends.
std::string as_word(std::string_view text) {
  std::string word;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= ' ' || c == '%' || byte == 0x7f)
      word += fmt::format("%{:02X}", byte);
    else
      word += c;
  }
  return word;
}

std::string text_of_word(std::string_view word) {
  std::string text;
  while (!word.empty()) {
    unsigned char byte = 0;
    const auto digits = word.substr(1, 2);
    const bool escaped = word.front() == '%' && digits.size() == 2 &&
                         std::from_chars(digits.data(), digits.data() + 2, byte, 16).ptr == digits.data() + 2;
    text += escaped ? static_cast<char>(byte) : word.front();
    word.remove_prefix(escaped ? 3 : 1);
  }
  return text;
}

/// The next word of a header line, which is taken off it.
std::string_view take_word(std::string_view& text) {
  const auto end = std::min(text.find(' '), text.size());
  const auto word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

bool read_number(std::string_view word, std::uint64_t& number) {
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  return !word.empty() && error == std::errc() && end == word.data() + word.size();
}

Result<MendedRow> parse_header(std::string_view line, std::size_t number) {
  auto rest = line.substr(kMark.size());
  MendedRow row;
  row.partition = text_of_word(take_word(rest));
  const bool numbers = read_number(take_word(rest), row.line) && read_number(take_word(rest), row.offset);
  row.input = text_of_word(rest);
  if (!numbers || row.input.empty()) {
    return fail(ErrorCode::DataMismatch,
                "line {} should be '#@ PARTITION LINE OFFSET INPUT' as it was exported, but is '{}'", number,
                terminal::visible(line));
  }
  return row;
}

}  // namespace

std::string mending_header(const std::string& pipeline, const std::string& file) {
  return fmt::format(
      "# Rows of {0} that could not be loaded. Mend them below, then run\n"
      "#   weir quarantine replay {0} --from {1}\n"
      "# Leave the lines that begin with #@ as they are. A row that you take out is tried again as it was.\n"
      "# A line of a row that begins with # or \\ needs a \\ in front.\n",
      pipeline, file);
}

std::string mending_entry(const std::string& partition, const state::QuarantinedRow& row) {
  auto text = fmt::format("\n{}{} {} {} {}\n#  {}\n", kMark, as_word(partition), row.line, row.offset,
                          as_word(row.input), terminal::visible(row.reason));
  for (const auto& line : split(row.bytes, '\n')) text += (needs_escape(line) ? "\\" : "") + line + "\n";
  return text;
}

Result<std::vector<MendedRow>> parse_mended(std::string_view text) {
  std::vector<MendedRow> rows;
  bool first_line_of_row = true;
  std::size_t blank_lines = 0;  // those before the next entry belong to the file, not to the row
  std::size_t number = 0;
  for (const auto& line : split(text, '\n')) {
    ++number;
    if (line.starts_with(kMark)) {
      rows.push_back(TRY(parse_header(line, number)));
      first_line_of_row = true;
      blank_lines = 0;
    } else if (line.starts_with('#')) {
      continue;
    } else if (line.empty()) {
      ++blank_lines;
    } else if (rows.empty()) {
      return fail(ErrorCode::DataMismatch, "line {} stands before the first '#@ …' line: '{}'", number,
                  terminal::visible(line));
    } else {
      auto& bytes = rows.back().bytes;
      if (!first_line_of_row) bytes += '\n';
      bytes.append(blank_lines, '\n');
      bytes += line.starts_with('\\') ? line.substr(1) : line;
      first_line_of_row = false;
      blank_lines = 0;
    }
  }
  return rows;
}

}  // namespace weir::app
