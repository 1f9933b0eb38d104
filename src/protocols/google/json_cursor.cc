// SPDX-License-Identifier: Apache-2.0
#include "protocols/google/json_cursor.h"

#include <nlohmann/json.hpp>

namespace weir::google {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
bool ends_word(char c) { return is_blank(c) || c == ',' || c == ']' || c == '}' || c == ':'; }

}  // namespace

char JsonCursor::here() {
  while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  if (at_ == text_.size()) is_broken_ = true;
  return is_broken_ ? '\0' : text_[at_];
}

JsonCursor::Kind JsonCursor::kind() {
  switch (here()) {
    case '{':
      return Kind::Object;
    case '[':
      return Kind::Array;
    case '"':
      return Kind::String;
    case 't':
      return Kind::True;
    case 'f':
      return Kind::False;
    case 'n':
      return Kind::Null;
    default:
      break;
  }
  const bool is_number = !is_broken_ && (text_[at_] == '-' || (text_[at_] >= '0' && text_[at_] <= '9'));
  is_broken_ = is_broken_ || !is_number;
  return is_number ? Kind::Number : Kind::Broken;
}

void JsonCursor::enter() {
  const char opens = here();
  if (opens != '{' && opens != '[') is_broken_ = true;
  ++at_;
}

bool JsonCursor::step_into(char end) {
  char next = here();
  if (next == ',') {
    ++at_;
    next = here();
  }
  if (is_broken_) return false;
  if (next == end) ++at_;
  return next != end;
}

bool JsonCursor::next_element() { return step_into(']'); }

bool JsonCursor::next_member(std::string_view& key) {
  if (!step_into('}')) return false;
  if (here() != '"') is_broken_ = true;
  const auto start = at_ + 1;
  skip_string();
  if (is_broken_) return false;
  key = text_.substr(start, at_ - 1 - start);
  if (here() != ':') is_broken_ = true;
  ++at_;
  here();
  return !is_broken_;
}

void JsonCursor::skip_string() {
  for (++at_; at_ < text_.size(); ++at_) {
    if (text_[at_] == '\\') {
      ++at_;
    } else if (text_[at_] == '"') {
      ++at_;
      return;
    }
  }
  is_broken_ = true;
}

std::string_view JsonCursor::take() {
  here();
  const auto start = at_;
  std::size_t depth = 0;
  while (!is_broken_) {
    if (at_ >= text_.size()) {
      is_broken_ = depth > 0 || at_ == start;
      break;
    }
    const char c = text_[at_];
    if (c == '"') {
      skip_string();
      if (depth == 0) break;
      continue;
    }
    if (depth == 0 && ends_word(c)) {
      is_broken_ = at_ == start;
      break;
    }
    ++at_;
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && --depth == 0) break;
  }
  return is_broken_ ? std::string_view() : text_.substr(start, at_ - start);
}

std::string unquoted_json(std::string_view string) {
  if (string.size() < 2) return {};
  if (string.find('\\') == std::string_view::npos) return std::string(string.substr(1, string.size() - 2));
  const auto parsed = nlohmann::json::parse(string, nullptr, false);
  return parsed.is_string() ? parsed.get<std::string>() : std::string();
}

}  // namespace weir::google
