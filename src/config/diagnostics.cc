// SPDX-License-Identifier: Apache-2.0
#include "config/diagnostics.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>

namespace weir::config {
namespace {

constexpr std::size_t kLongestExcerpt = 160;

bool continues_a_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

std::optional<std::string_view> line_of(std::string_view text, int line) {
  for (int number = 1; number < line; ++number) {
    const auto end = text.find('\n');
    if (end == text.npos) return std::nullopt;
    text.remove_prefix(end + 1);
  }
  text = text.substr(0, text.find('\n'));
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

/// Control characters could move the cursor of a terminal.
std::string printable(std::string_view text) {
  std::string out(text);
  for (auto& byte : out) {
    if (byte != '\t' && (static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f)) byte = '?';
  }
  return out;
}

/// The spaces that bring a caret below the byte at `column` (from 0). Tabs stay tabs.
std::string padding(std::string_view line, std::size_t column) {
  std::string out;
  for (const char byte : line.substr(0, column)) {
    if (!continues_a_character(byte)) out += byte == '\t' ? '\t' : ' ';
  }
  return out;
}

}  // namespace

std::string Position::to_string() const {
  if (line == 0) return file;
  return fmt::format("{}:{}:{}", file, line, column);
}

namespace {

std::string text_of(const Diagnostic& diagnostic, std::string_view severity) {
  auto text = diagnostic.at.to_string();
  if (!text.empty()) text += ": ";
  text += severity;
  text += diagnostic.message;
  if (!diagnostic.suggestion.empty()) text += fmt::format("; did you mean '{}'?", diagnostic.suggestion);
  return text;
}

}  // namespace

std::string Diagnostic::to_string() const {
  return text_of(*this, severity == Severity::Warning ? "warning: " : "");
}

std::string Diagnostic::without_severity() const { return text_of(*this, ""); }

void Diagnostics::error(const Position& at, std::string message, std::string suggestion) {
  add({Severity::Error, at, std::move(message), std::move(suggestion), Excerpt::Line});
}

void Diagnostics::warning(const Position& at, std::string message, std::string suggestion) {
  add({Severity::Warning, at, std::move(message), std::move(suggestion), Excerpt::Line});
}

void Diagnostics::add(Diagnostic diagnostic) {
  if (diagnostic.severity == Severity::Error) ++error_count_;
  diagnostics_.push_back(std::move(diagnostic));
}

void Diagnostics::add_source(const std::string& file, std::string text) { sources_[file] = std::move(text); }

std::vector<Diagnostic> Diagnostics::sorted() const {
  auto sorted = diagnostics_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Diagnostic& left, const Diagnostic& right) {
    return std::tie(left.at.file, left.at.line, left.at.column) <
           std::tie(right.at.file, right.at.line, right.at.column);
  });
  // What several pipelines have in common is read for each of them, and is wrong once.
  const auto same = [](const Diagnostic& left, const Diagnostic& right) {
    return left.severity == right.severity && left.at == right.at && left.message == right.message;
  };
  for (auto each = sorted.begin(); each != sorted.end(); ++each) {
    sorted.erase(
        std::remove_if(each + 1, sorted.end(), [&](const auto& later) { return same(*each, later); }),
        sorted.end());
  }
  return sorted;
}

std::optional<std::string_view> Diagnostics::visible_line(const Position& at) const {
  const auto source = sources_.find(at.file);
  if (source == sources_.end() || at.line < 1 || at.column < 1) return std::nullopt;
  const auto line = line_of(source->second, at.line);
  if (!line) return std::nullopt;
  auto visible = *line;
  for (const auto& other : diagnostics_) {
    if (other.at.file != at.file || other.at.line != at.line) continue;
    if (other.excerpt == Excerpt::Hidden) return std::nullopt;
    const auto column = static_cast<std::size_t>(std::max(other.at.column, 1)) - 1;
    if (other.excerpt == Excerpt::KeyOnly) visible = visible.substr(0, visible.find(':', column));
  }
  return visible;
}

std::string Diagnostics::excerpt(const Diagnostic& diagnostic) const {
  const auto line = visible_line(diagnostic.at);
  auto column = static_cast<std::size_t>(std::max(diagnostic.at.column, 1)) - 1;
  if (!line || column > line->size()) return {};
  auto shown = *line;
  if (shown.size() > kLongestExcerpt) {
    auto start = column > kLongestExcerpt / 2 ? column - kLongestExcerpt / 2 : 0;
    while (start > 0 && continues_a_character(shown[start])) --start;
    auto end = std::min(start + kLongestExcerpt, shown.size());
    while (end < shown.size() && continues_a_character(shown[end])) --end;
    shown = shown.substr(start, end - start);
    column -= start;
  }
  return fmt::format("\n{:>5} | {}\n{:>5} | {}^", diagnostic.at.line, printable(shown), "",
                     padding(shown, column));
}

std::string Diagnostics::to_string() const {
  std::string text;
  for (const auto& diagnostic : sorted()) text += diagnostic.to_string() + excerpt(diagnostic) + "\n";
  return text;
}

std::string Diagnostics::to_json() const {
  auto list = nlohmann::ordered_json::array();
  for (const auto& diagnostic : sorted()) {
    list.push_back({{"severity", diagnostic.severity == Severity::Error ? "error" : "warning"},
                    {"file", diagnostic.at.file},
                    {"line", diagnostic.at.line},
                    {"column", diagnostic.at.column},
                    {"message", diagnostic.message},
                    {"suggestion", diagnostic.suggestion}});
  }
  return list.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}

Result<void> Diagnostics::to_result() const {
  if (ok()) return {};
  std::string text;
  for (const auto& diagnostic : sorted()) {
    if (diagnostic.severity == Severity::Error) text += (text.empty() ? "" : "\n") + diagnostic.to_string();
  }
  return fail(ErrorCode::InvalidConfig, "{}", text);
}

}  // namespace weir::config
