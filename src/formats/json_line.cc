// SPDX-License-Identifier: Apache-2.0
#include "formats/json_line.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cstring>

#include "base/text.h"

namespace weir::formats {
namespace {

constexpr int kDeepest = 200;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_number(std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  const auto digits = [&] {
    const char* const first = at;
    while (at != end && is_digit(*at)) ++at;
    return at != first;
  };
  if (at != end && *at == '-') ++at;
  if (at != end && *at == '0') {
    ++at;
  } else if (!digits()) {
    return false;
  }
  if (at != end && *at == '.') {
    ++at;
    if (!digits()) return false;
  }
  if (at != end && (*at == 'e' || *at == 'E')) {
    ++at;
    if (at != end && (*at == '+' || *at == '-')) ++at;
    if (!digits()) return false;
  }
  return at == end;
}

}  // namespace

// Only the first of simdjson's two stages is used: it finds the tokens and checks UTF-8 and
// control characters. Walking the tokens here gives text slices without copying strings, and one
// damaged line cannot disturb the next, as it would in simdjson's document streams.
struct JsonLine::Index {
  simdjson::dom::parser parser;
};

JsonLine::JsonLine() : index_(std::make_unique<Index>()) {}
JsonLine::~JsonLine() = default;
JsonLine::JsonLine(JsonLine&&) noexcept = default;
JsonLine& JsonLine::operator=(JsonLine&&) noexcept = default;

bool JsonLine::give_up(std::string problem) {
  problem_ = std::move(problem);
  return false;
}

bool JsonLine::start(std::string_view line) {
  auto& parser = index_->parser;
  if (parser.capacity() < line.size() || parser.capacity() == 0) {
    const auto wanted = std::max(std::size_t{16} * 1024, line.size() + line.size() / 2);
    if (parser.allocate(wanted) != simdjson::SUCCESS) return give_up("no memory is left to read the line");
  }
  const auto code = parser.implementation->stage1(reinterpret_cast<const std::uint8_t*>(line.data()),
                                                  line.size(), simdjson::stage1_mode::regular);
  switch (code) {
    case simdjson::SUCCESS:
      break;
    case simdjson::UTF8_ERROR:
      return give_up("not valid UTF-8");
    case simdjson::UNCLOSED_STRING:
      return give_up("not JSON: a string is not closed; the line may be cut short");
    case simdjson::UNESCAPED_CHARS:
      return give_up("not JSON: a string holds a raw control character");
    default:
      return give_up(fmt::format("not JSON: {}", simdjson::error_message(code)));
  }
  base_ = line.data();
  length_ = line.size();
  at_ = parser.implementation->structural_indexes.get();
  end_ = at_ + parser.implementation->n_structural_indexes;
  return true;
}

bool JsonLine::expected(std::string_view what) {
  if (at_ >= end_) return give_up(fmt::format("not JSON: the line ends where {} is expected", what));
  return give_up(fmt::format("not JSON: expected {} at byte {}", what, *at_ + 1));
}

bool JsonLine::peek(JsonKind& kind) {
  if (at_ >= end_) return expected("a value");
  switch (here()) {
    case '{':
      kind = JsonKind::Object;
      return true;
    case '[':
      kind = JsonKind::Array;
      return true;
    case '"':
      kind = JsonKind::String;
      return true;
    case 't':
      kind = JsonKind::True;
      return true;
    case 'f':
      kind = JsonKind::False;
      return true;
    case 'n':
      kind = JsonKind::Null;
      return true;
    case '}':
    case ']':
    case ',':
    case ':':
      return expected("a value");
    default:
      kind = JsonKind::Number;
      return true;
  }
}

/// The index has no entry for closing quotes: the string ends before the next token.
bool JsonLine::string(std::string_view& text) {
  const char* const first = base_ + *at_ + 1;
  const char* last = base_ + at_[1] - 1;
  while (last >= first && is_blank(*last)) --last;
  if (last < first || *last != '"') return expected("a complete string");
  text = {first, static_cast<std::size_t>(last - first)};
  ++at_;
  return true;
}

bool JsonLine::word(JsonValue& value) {
  const char* const first = base_ + *at_;
  const char* last = base_ + at_[1] - 1;
  while (is_blank(*last)) --last;
  value.text = {first, static_cast<std::size_t>(last - first + 1)};
  const bool right = value.kind == JsonKind::Null    ? value.text == "null"
                     : value.kind == JsonKind::True  ? value.text == "true"
                     : value.kind == JsonKind::False ? value.text == "false"
                                                     : is_number(value.text);
  if (!right) return expected("a value");
  ++at_;
  return true;
}

bool JsonLine::scalar(JsonValue& value) {
  if (!peek(value.kind)) return false;
  if (value.kind == JsonKind::String) return string(value.text);
  return word(value);
}

bool JsonLine::enter_object() {
  if (at_ >= end_ || here() != '{') return expected("an object");
  ++at_;
  first_key_ = true;
  return true;
}

bool JsonLine::next_key(std::string_view& key, bool& more) {
  more = true;
  if (at_ >= end_) return expected("a key or }");
  if (here() == '}') {
    ++at_;
    more = false;
    first_key_ = false;
    return true;
  }
  if (!first_key_) {
    if (here() != ',') return expected(", or }");
    ++at_;
  }
  first_key_ = false;
  if (at_ >= end_ || here() != '"') return expected("a key");
  if (!string(key)) return false;
  if (at_ >= end_ || here() != ':') return expected("a colon");
  ++at_;
  return true;
}

bool JsonLine::skip(std::string_view& text) {
  JsonKind kind{};
  if (!peek(kind)) return false;
  JsonValue value;
  const char* const first = position();
  switch (kind) {
    case JsonKind::Object:
    case JsonKind::Array:
      if (!skip_nested(0)) return false;
      text = {first, static_cast<std::size_t>(behind_last() - first)};
      return true;
    case JsonKind::String:
      if (!string(text)) return false;
      text = {text.data() - 1, text.size() + 2};
      return true;
    default:
      value.kind = kind;
      if (!word(value)) return false;
      text = value.text;
      return true;
  }
}

bool JsonLine::skip_nested(int depth) {
  if (depth > kDeepest) return give_up(fmt::format("nested deeper than {} levels", kDeepest));
  const bool object = here() == '{';
  const char close = object ? '}' : ']';
  const bool outer_first = first_key_;
  ++at_;
  if (at_ < end_ && here() == close) {
    ++at_;
    return true;
  }
  while (true) {
    std::string_view text;
    if (object) {
      if (at_ >= end_ || here() != '"') return expected("a key");
      if (!string(text)) return false;
      if (at_ >= end_ || here() != ':') return expected("a colon");
      ++at_;
    }
    JsonKind kind{};
    if (!peek(kind)) return false;
    const bool nested = kind == JsonKind::Object || kind == JsonKind::Array;
    if (!(nested ? skip_nested(depth + 1) : skip(text))) return false;
    if (at_ >= end_) return expected(object ? ", or }" : ", or ]");
    const char separator = here();
    if (separator != close && separator != ',') return expected(object ? ", or }" : ", or ]");
    ++at_;
    if (separator == close) break;
  }
  first_key_ = outer_first;
  return true;
}

bool JsonLine::finish() {
  if (at_ == end_) return true;
  return give_up(fmt::format("not JSON: something follows the value at byte {}", *at_ + 1));
}

namespace {

/// Four hexadecimal digits; -1 when they are not there.
int code_unit(std::string_view text, std::size_t at) {
  if (at + 4 > text.size()) return -1;
  int unit = 0;
  for (std::size_t i = at; i < at + 4; ++i) {
    const int digit = hex_digit(text[i]);
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

char* write_utf8(char* to, int code) {
  const auto put = [&](int byte) { *to++ = static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | (code >> 6));
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | (code >> 12));
    put(0x80 | ((code >> 6) & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | (code >> 18));
    put(0x80 | ((code >> 12) & 0x3F));
    put(0x80 | ((code >> 6) & 0x3F));
    put(0x80 | (code & 0x3F));
  }
  return to;
}

/// Reads the digits behind "\u" at `at` and moves behind them; -1 for half a pair.
int code_point(std::string_view text, std::size_t& at) {
  const int first = code_unit(text, at);
  at += 4;
  if (first < 0xD800 || first > 0xDFFF) return first;
  if (first > 0xDBFF || !text.substr(std::min(at, text.size())).starts_with("\\u")) return -1;
  const int second = code_unit(text, at + 2);
  at += 6;
  if (second < 0xDC00 || second > 0xDFFF) return -1;
  return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
}

}  // namespace

std::size_t unescape_json(std::string_view inside, char* to) {
  constexpr std::string_view kNames = "\"\\/bfnrt";
  constexpr std::string_view kValues = "\"\\/\b\f\n\r\t";
  char* const begin = to;
  std::size_t at = 0;
  while (at < inside.size()) {
    const auto slash = std::min(inside.find('\\', at), inside.size());
    to = std::copy(inside.data() + at, inside.data() + slash, to);
    at = slash + 1;
    if (slash == inside.size()) break;
    if (at == inside.size()) return std::string_view::npos;
    const char escape = inside[at++];
    if (escape == 'u') {
      const int code = code_point(inside, at);
      if (code < 0) return std::string_view::npos;
      to = write_utf8(to, code);
      continue;
    }
    const auto known = kNames.find(escape);
    if (known == std::string_view::npos) return std::string_view::npos;
    *to++ = kValues[known];
  }
  return static_cast<std::size_t>(to - begin);
}

bool has_valid_escapes(std::string_view inside) {
  std::size_t at = inside.find('\\');
  while (at != std::string_view::npos) {
    if (at + 1 >= inside.size()) return false;
    const char escape = inside[at + 1];
    at += 2;
    if (escape == 'u') {
      if (code_point(inside, at) < 0) return false;
    } else if (std::string_view("\"\\/bfnrt").find(escape) == std::string_view::npos) {
      return false;
    }
    at = inside.find('\\', at);
  }
  return true;
}

}  // namespace weir::formats
