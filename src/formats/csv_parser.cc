// SPDX-License-Identifier: Apache-2.0
#include "formats/csv_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "formats/block_reader.h"

namespace weir::formats {
namespace {

constexpr std::size_t kWindow = 64;

}  // namespace

CsvParser::CsvParser(std::string_view bytes, std::uint64_t line, const CsvOptions& options)
    : bytes_(bytes),
      line_(line),
      delimiter_(options.delimiter[0]),
      quote_(options.quote.empty() ? '\0' : options.quote[0]),
      escape_(options.quote.empty() ? '\0' : options.escape[0]),
      quotes_(!options.quote.empty()),
      backslashes_(options.backslash == Backslash::Escape) {}

/// A bit for each delimiter or newline among the 64 bytes at `base`.
std::uint64_t CsvParser::separators_from(std::size_t base) const {
  const char* const from = bytes_.data() + base;
  std::uint64_t bits = 0;
#ifdef __SSE2__
  const auto delimiter = _mm_set1_epi8(delimiter_);
  const auto newline = _mm_set1_epi8('\n');
  for (std::size_t i = 0; i < kWindow; i += 16) {
    const auto chunk = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + i));
    const auto found = _mm_or_si128(_mm_cmpeq_epi8(chunk, delimiter), _mm_cmpeq_epi8(chunk, newline));
    bits |= std::uint64_t{static_cast<std::uint32_t>(_mm_movemask_epi8(found))} << i;
  }
#else
  for (std::size_t i = 0; i < kWindow; ++i) {
    bits |= std::uint64_t{from[i] == delimiter_ || from[i] == '\n'} << i;
  }
#endif
  return bits;
}

/// The first delimiter or newline at or behind `from`, or the end.
std::size_t CsvParser::next_separator(std::size_t from) {
  auto base = from - from % kWindow;
  auto skip = from % kWindow;
  while (base < bytes_.size()) {
    if (base != window_) {
      separators_ = separators_from(base);
      window_ = base;
    }
    const auto rest = separators_ >> skip;
    if (rest != 0)
      return std::min(base + skip + static_cast<std::size_t>(std::countr_zero(rest)), bytes_.size());
    base += kWindow;
    skip = 0;
  }
  return bytes_.size();
}

/// The quote that closes the field whose inside starts at `from`; npos when there is none.
std::size_t CsvParser::closing_quote(std::size_t from, bool& escaped) const {
  auto at = from;
  while (backslashes_ && at < bytes_.size()) {
    const char c = bytes_[at];
    const bool pair = c == '\\' || (c == quote_ && at + 1 < bytes_.size() && bytes_[at + 1] == quote_);
    if (c == quote_ && !pair) return at;
    escaped = escaped || pair;
    at += pair ? 2 : 1;
  }
  while (true) {
    if (escape_ == quote_) {
      at = bytes_.find(quote_, at);
    } else {
      while (at < bytes_.size() && bytes_[at] != quote_ && bytes_[at] != escape_) ++at;
    }
    if (at >= bytes_.size()) return std::string_view::npos;
    const bool pair =
        escape_ == quote_ ? at + 1 < bytes_.size() && bytes_[at + 1] == quote_ : bytes_[at] == escape_;
    if (!pair) return at;
    escaped = true;
    at += 2;
  }
}

/// Reads the field whose opening quote is at at_ and moves to the separator behind it.
bool CsvParser::quoted_field(CsvRecord& record, CsvField& field) {
  const auto inside = at_ + 1;
  const auto close = closing_quote(inside, field.escaped);
  if (close == std::string_view::npos) {
    record.problem = fmt::format("the quote that opens field {} is never closed", record.fields.size());
    return false;
  }
  field.quoted = true;
  field.text = bytes_.substr(inside, close - inside);
  at_ = next_separator(close + 1);
  const auto behind = bytes_.substr(close + 1, at_ - close - 1);
  const bool at_line_end = at_ == bytes_.size() || bytes_[at_] == '\n';
  if (!behind.empty() && !(behind == "\r" && at_line_end) && record.problem.empty()) {
    record.problem = fmt::format("text follows the closing quote of field {}", record.fields.size());
  }
  return true;
}

/// The separator behind a field in which backslashes escape, or the end.
std::size_t CsvParser::end_of_escaped(std::size_t from, bool& escaped) const {
  for (auto at = from; at < bytes_.size(); ++at) {
    const char c = bytes_[at];
    if (c == delimiter_ || c == '\n') return at;
    if (c != '\\') continue;
    escaped = true;
    ++at;
  }
  return bytes_.size();
}

/// Whether the byte at `at` of a record that begins at `start` stands behind a backslash that escapes.
bool CsvParser::is_escaped(std::size_t start, std::size_t at) const {
  std::size_t backslashes = 0;
  while (at - backslashes > start && bytes_[at - backslashes - 1] == '\\') ++backslashes;
  return backslashes % 2 == 1;
}

/// Reads the field at at_ and moves to the separator behind it; false when its quote is never closed.
bool CsvParser::read_field(CsvRecord& record, CsvField& field) {
  if (quotes_ && at_ < bytes_.size() && bytes_[at_] == quote_) return quoted_field(record, field);
  const auto end = backslashes_ ? end_of_escaped(at_, field.escaped) : next_separator(at_);
  field.text = bytes_.substr(at_, end - at_);
  at_ = end;
  return true;
}

/// Ends the record with its first physical line.
void CsvParser::give_up(CsvRecord& record, std::size_t start, std::string problem) {
  record.problem = std::move(problem);
  const auto newline = bytes_.find('\n', start);
  const auto end = std::min(newline, bytes_.size());
  record.origin = {line_, start, static_cast<std::uint32_t>(end - start)};
  at_ = std::min(end + 1, bytes_.size());
  ++line_;
}

bool CsvParser::next(CsvRecord& record) {
  while (at_ < bytes_.size()) {
    const auto start = at_;
    std::uint64_t lines = 1;
    record.fields.clear();
    record.problem.clear();
    while (true) {
      // In its place, so that it is not copied while its parts are still on their way to memory.
      auto& field = record.fields.emplace_back();
      if (!read_field(record, field)) {
        give_up(record, start, std::move(record.problem));
        return true;
      }
      if (field.quoted || field.escaped) lines += count_newlines(field.text);
      if (at_ == bytes_.size() || bytes_[at_] == '\n') break;
      ++at_;
    }
    auto& last = record.fields.back();
    auto length = at_ - start;
    if (length > 0 && bytes_[at_ - 1] == '\r' && !(backslashes_ && is_escaped(start, at_ - 1))) {
      --length;
      if (!last.quoted) last.text.remove_suffix(1);
    }
    record.origin = {line_, start, static_cast<std::uint32_t>(length)};
    line_ += lines;
    at_ = std::min(at_ + 1, bytes_.size());
    if (length > 0) return true;
  }
  return false;
}

/// Only what a writer of this form escapes loses its backslash, so that text which was written without
/// escapes stays what it is as far as that can be told.
std::size_t CsvParser::unescape_backslashes(const CsvField& field, char* to) const {
  char* const begin = to;
  const auto text = field.text;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    const bool escapes = text[i] == '\\' && (next == '\\' || next == delimiter_ || next == '\n' ||
                                             next == '\r' || (quotes_ && next == quote_));
    const bool doubled = field.quoted && text[i] == quote_ && next == quote_;
    if (escapes || doubled) ++i;
    *to++ = text[i];
  }
  return static_cast<std::size_t>(to - begin);
}

std::size_t CsvParser::unescape(const CsvField& field, char* to) const {
  if (backslashes_) return unescape_backslashes(field, to);
  const auto text = field.text;
  char* const begin = to;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == escape_ && i + 1 < text.size()) ++i;
    *to++ = text[i];
  }
  return static_cast<std::size_t>(to - begin);
}

}  // namespace weir::formats
