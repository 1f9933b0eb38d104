// SPDX-License-Identifier: Apache-2.0
#include "sandbox/looker/filters/text_filter.h"

#include <algorithm>

#include "base/text.h"

namespace weir::sandbox::looker {
namespace {

using Piece = TextPattern::Piece;

/// One alternative while it is read; `bare` is its text as long as nothing in it is quoted or escaped.
struct Reading {
  TextPattern pattern;
  std::string bare;
  bool is_negated = false;
  bool is_plain = true;  ///< nothing quoted or escaped: it may be a keyword
  std::size_t keep = 0;  ///< pieces that trimming must not touch

  void literal(char c) {
    pattern.pieces.push_back({Piece::Kind::Character, c});
    keep = pattern.pieces.size();
    is_plain = false;
  }
  void unquoted(char c) {
    if (c == ' ' && pattern.pieces.empty()) return;  // outer blanks do not count
    bare += c;
    const Piece::Kind kind = c == '%'   ? Piece::Kind::AnyText
                             : c == '_' ? Piece::Kind::AnyCharacter
                                        : Piece::Kind::Character;
    pattern.pieces.push_back({kind, c});
  }
  void trim_end() {
    auto& pieces = pattern.pieces;
    while (pieces.size() > keep && pieces.back().kind == Piece::Kind::Character &&
           pieces.back().character == ' ') {
      pieces.pop_back();
      bare.pop_back();
    }
  }
};

void finish(Reading reading, TextFilter& filter) {
  reading.trim_end();
  if (reading.is_plain && reading.pattern.pieces.empty()) return;
  const auto is = [&reading](std::string_view upper, std::string_view lower) {
    return reading.is_plain && (reading.bare == upper || reading.bare == lower);
  };
  if (is("EMPTY", "empty")) reading.pattern = {.kind = TextPattern::Kind::Empty};
  if (is("NULL", "null")) reading.pattern = {.kind = TextPattern::Kind::Null};
  (reading.is_negated ? filter.excluded : filter.wanted).push_back(std::move(reading.pattern));
}

/// The bytes of the character that begins here.
std::size_t character_size(std::string_view text, std::size_t at) {
  std::size_t size = 1;
  while (at + size < text.size() && (static_cast<unsigned char>(text[at + size]) & 0xC0U) == 0x80U) ++size;
  return size;
}

/// Greedy with one step back to the last "%", so that it takes no longer than pieces times characters.
bool matches(const std::vector<Piece>& pieces, std::string_view text) {
  constexpr std::size_t kNone = std::string_view::npos;
  std::size_t piece = 0;
  std::size_t at = 0;
  std::size_t star = kNone;
  std::size_t star_at = 0;
  while (at < text.size()) {
    const bool is_left = piece < pieces.size();
    if (is_left && pieces[piece].kind == Piece::Kind::AnyText) {
      star = piece++;
      star_at = at;
    } else if (is_left && pieces[piece].kind == Piece::Kind::AnyCharacter) {
      ++piece;
      at += character_size(text, at);
    } else if (is_left && pieces[piece].character == text[at]) {
      ++piece;
      ++at;
    } else if (star != kNone) {
      piece = star + 1;
      at = ++star_at;
    } else {
      return false;
    }
  }
  return std::all_of(pieces.begin() + static_cast<std::ptrdiff_t>(piece), pieces.end(),
                     [](const Piece& rest) { return rest.kind == Piece::Kind::AnyText; });
}

}  // namespace

bool TextPattern::fits(std::optional<std::string_view> text) const {
  if (kind == Kind::Null) return !text;
  if (kind == Kind::Empty) return !text || text->empty();
  return text && matches(pieces, *text);
}

bool TextFilter::takes(std::optional<std::string_view> text) const {
  const auto fits = [&text](const TextPattern& pattern) { return pattern.fits(text); };
  if (std::any_of(excluded.begin(), excluded.end(), fits)) return false;
  return wanted.empty() || std::any_of(wanted.begin(), wanted.end(), fits);
}

Result<TextFilter> parse_text_filter(std::string_view expression) {
  TextFilter filter;
  Reading reading;
  bool in_quotes = false;
  for (std::size_t i = 0; i < expression.size(); ++i) {
    const char c = expression[i];
    const bool has_next = i + 1 < expression.size();
    const bool is_start = reading.pattern.pieces.empty() && reading.is_plain && !reading.is_negated;
    if (in_quotes) {
      if (c == '"') {
        in_quotes = false;
      } else {
        reading.literal(c == '\\' && has_next && expression[i + 1] == '"' ? expression[++i] : c);
      }
    } else if (c == '"') {
      in_quotes = true;
      reading.is_plain = false;
    } else if (c == '^' && has_next) {
      reading.literal(expression[++i]);
    } else if (c == ',') {
      finish(std::move(reading), filter);
      reading = {};
    } else if (c == '-' && is_start) {
      reading.is_negated = true;
    } else {
      reading.unquoted(c);
    }
  }
  if (in_quotes)
    return fail(ErrorCode::InvalidConfig, "'{}' opens a quote and does not close it", expression);
  finish(std::move(reading), filter);
  return filter;
}

Result<FlagFilter> parse_flag_filter(std::string_view expression) {
  FlagFilter filter;
  if (trim(expression).empty()) return FlagFilter{true, true};
  for (const std::string& part : split(lower(expression), ',')) {
    const std::string_view word = trim(part);
    if (word == "yes" || word == "true") {
      filter.takes_yes = true;
    } else if (word == "no" || word == "false") {
      filter.takes_no = true;
    } else {
      return fail(ErrorCode::InvalidConfig, "'{}' is neither Yes nor No", word);
    }
  }
  return filter;
}

}  // namespace weir::sandbox::looker
