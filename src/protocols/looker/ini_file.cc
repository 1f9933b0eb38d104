// SPDX-License-Identifier: Apache-2.0
#include "protocols/looker/ini_file.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.h"

namespace weir::looker {
namespace {

std::string_view without_quotes(std::string_view value) {
  const bool quoted =
      value.size() >= 2 && value.front() == value.back() && (value.front() == '"' || value.front() == '\'');
  return quoted ? value.substr(1, value.size() - 2) : value;
}

bool is_one_of(const std::string& word, const std::array<std::string_view, 5>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

Result<IniSection> read_ini(std::string_view text, const std::string& section, const std::string& file) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::vector<std::string> sections;
  IniSection found;
  bool inside = false;
  bool seen = false;
  std::size_t number = 0;
  for (const auto& raw : split(text, '\n')) {
    ++number;
    const auto line = trim(raw);
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (line.front() == '[' && line.back() == ']') {
      sections.emplace_back(trim(line.substr(1, line.size() - 2)));
      inside = !seen && (section.empty() || sections.back() == section);
      seen = seen || inside;
      continue;
    }
    const auto separator = line.find_first_of("=:");
    if (separator == std::string_view::npos) {
      return fail(ErrorCode::InvalidConfig, "{}, line {}: expected `key = value` or [section]", file, number);
    }
    const auto value = without_quotes(trim(line.substr(separator + 1)));
    if (inside && !value.empty()) found[lower(trim(line.substr(0, separator)))] = std::string(value);
  }
  if (seen || section.empty()) return found;
  const auto near = closest(section, sections);
  return fail(ErrorCode::InvalidConfig, "{} has no section [{}]{}; it has: {}", file, section,
              near ? fmt::format(" (did you mean [{}]?)", *near) : "",
              sections.empty() ? "none" : join(sections));
}

Result<bool> read_ini_flag(std::string_view value, const std::string& name) {
  constexpr std::array<std::string_view, 5> kTrue = {"true", "t", "yes", "y", "1"};
  constexpr std::array<std::string_view, 5> kFalse = {"false", "f", "no", "n", "0"};
  const auto word = lower(trim(value));
  if (is_one_of(word, kTrue)) return true;
  if (is_one_of(word, kFalse)) return false;
  return fail(ErrorCode::InvalidConfig, "{} is '{}'; it must be true or false", name, value);
}

}  // namespace weir::looker
