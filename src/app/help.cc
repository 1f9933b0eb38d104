// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "app/command.h"
#include "app/terminal/text_width.h"
#include "base/text.h"

namespace weir::app {
namespace {

using terminal::Style;
using terminal::Tone;
using terminal::wrap;

/// A name on the left, its words on the right, in aligned columns.
struct Line {
  std::string left;
  std::string right;
};

/// Lines of a list, which begin with "- ", are moved in where they go on.
std::string paragraphs(const std::string& text, std::size_t width) {
  constexpr std::string_view kItem = "- ";
  std::string out;
  for (const auto& line : split(text, '\n')) {
    if (line.empty()) out += "\n";
    const bool item = line.starts_with(kItem);
    std::string_view before = item ? kItem : "";
    for (const auto& piece : wrap(line.substr(before.size()), width - before.size())) {
      out += fmt::format("{}{}\n", before, piece);
      if (item) before = "  ";
    }
  }
  return out;
}

std::string two_columns(const std::vector<Line>& lines, const Style& style, std::size_t width) {
  std::size_t left = 0;
  for (const auto& line : lines) left = std::max(left, terminal::display_width(line.left));
  left = std::min(left, width / 2);
  const auto right = width > left + 12 ? width - left - 4 : 40;
  std::string out;
  for (const auto& line : lines) {
    out += "  " + style.paint(Tone::Accent, line.left);
    const auto used = terminal::display_width(line.left);
    bool first = used <= left;
    if (!first) out += "\n";
    for (const auto& piece : wrap(line.right, right)) {
      out += std::string(first ? left - used + 2 : left + 4, ' ') + piece + "\n";
      first = false;
    }
    if (line.right.empty()) out += "\n";
  }
  return out;
}

Line line_of(const Option& option) {
  auto left = option.flags;
  if (const auto comma = left.find(','); comma != std::string::npos) left.insert(comma + 1, " ");
  if (!option.positional() && !option.value.empty()) left += " " + option.value;
  if (option.positional()) left = option.value;
  auto doc = option.doc;
  if (!option.choices.empty()) doc += " One of: " + join(option.choices) + ".";
  return {left, doc};
}

std::string usage(const Command& command, const std::string& path) {
  std::string text = path;
  if (!command.commands.empty()) text += " COMMAND";
  for (const auto& option : command.options) {
    if (!option.positional()) continue;
    const bool many = std::holds_alternative<std::vector<std::string>*>(option.destination);
    const auto word = option.value + (many ? "..." : "");
    text += option.need == Option::Need::Required ? " " + word : " [" + word + "]";
  }
  return text + (command.name == "weir" ? " [OPTIONS]" : command.commands.empty() ? " [OPTIONS]" : "");
}

std::string option_sections(const std::string& title, const std::vector<Option>& options, const Style& style,
                            std::size_t width) {
  std::vector<std::pair<std::string, std::vector<Line>>> sections;  // in the order of their first option
  for (const auto& option : options) {
    const auto& heading = option.heading.empty() ? title : option.heading;
    const auto known = std::find_if(sections.begin(), sections.end(),
                                    [&](const auto& section) { return section.first == heading; });
    auto& lines =
        known != sections.end() ? known->second : sections.emplace_back(heading, std::vector<Line>()).second;
    lines.push_back(line_of(option));
  }
  std::string text;
  for (const auto& [heading, lines] : sections)
    text += "\n" + style.paint(Tone::Strong, heading) + "\n" + two_columns(lines, style, width);
  return text;
}

}  // namespace

std::string help_text(const Command& command, const std::string& path, const Command& root,
                      const Style& style, std::size_t width) {
  width = std::clamp<std::size_t>(width, 40, 100);
  std::string text = paragraphs(command.summary, width);
  text += "\n" + style.paint(Tone::Strong, "Usage:") + " " + usage(command, path) + "\n";
  if (!command.details.empty()) text += "\n" + paragraphs(command.details, width);
  std::vector<Line> commands;
  for (const auto& each : command.commands) {
    if (each.listing == Command::Listing::Shown) commands.push_back({each.name, each.summary});
  }
  if (!commands.empty())
    text += "\n" + style.paint(Tone::Strong, "Commands") + "\n" + two_columns(commands, style, width);
  const bool is_root = command.name == root.name;
  if (!is_root) text += option_sections("Options", command.options, style, width);
  text += option_sections("Options of every command", root.options, style, width);
  if (!command.examples.empty()) text += "\n" + style.paint(Tone::Strong, "Examples") + "\n";
  for (const auto& example : command.examples)
    text += fmt::format("  {}\n      {}\n", style.paint(Tone::Accent, example.command), example.doc);
  if (is_root) {
    text += "\n" + style.paint(Tone::Strong, "Exit codes") + "\n" +
            two_columns({{"0", "done"},
                         {"1", "failed"},
                         {"2", "the command line or the configuration must be changed"},
                         {"3", "nothing to do, when --fail-if-nothing asks for it"},
                         {"4",
                          "incomplete: stopped by Ctrl-C, a partition is in use by another weir, or no row "
                          "of a replay could be loaded"}},
                        style, width);
    text += "\nMore about a command: weir COMMAND --help\n";
  }
  return text;
}

}  // namespace weir::app
