// SPDX-License-Identifier: Apache-2.0
#include "formats/copy_text.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "formats/write_values.h"

namespace weir::formats {
namespace {

constexpr std::string_view kNumberBytes = "+-.:0123456789";

bool must_escape(char c, char delimiter) { return c == delimiter || c == '\\' || c == '\n' || c == '\r'; }

char* write_value(const model::ColumnView& column, std::size_t row, char* out) {
  switch (column.type) {
    case model::Type::Boolean:
      return write_boolean(column.at<std::uint8_t>(row) != 0, out);
    case model::Type::Integer:
      return write_integer(column.at<std::int64_t>(row), out);
    case model::Type::Double:
      return write_double(column.at<double>(row), out);
    case model::Type::Date:
      return write_date({column.at<std::int32_t>(row)}, out);
    default:
      return write_sql_time({column.at<std::int64_t>(row)}, out);
  }
}

#ifdef __SSE2__
// Copies whole blocks of 16 bytes as long as none of their bytes needs a backslash.
std::size_t copy_plain_blocks(std::string_view text, std::size_t from, char delimiter, char* out) {
  const auto delimiters = _mm_set1_epi8(delimiter);
  const auto backslashes = _mm_set1_epi8('\\');
  const auto line_feeds = _mm_set1_epi8('\n');
  const auto returns = _mm_set1_epi8('\r');
  std::size_t at = from;
  for (; at + 16 <= text.size(); at += 16, out += 16) {
    const auto block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    const auto special =
        _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(block, delimiters), _mm_cmpeq_epi8(block, backslashes)),
                     _mm_or_si128(_mm_cmpeq_epi8(block, line_feeds), _mm_cmpeq_epi8(block, returns)));
    if (_mm_movemask_epi8(special) != 0) break;
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), block);
  }
  return at - from;
}
#else
std::size_t copy_plain_blocks(std::string_view, std::size_t, char, char*) { return 0; }
#endif

}  // namespace

Result<CopyTextWriter> CopyTextWriter::make(char delimiter, std::string null_text) {
  const bool plain = delimiter > ' ' && delimiter < 0x7f;
  const bool is_word = (delimiter >= 'a' && delimiter <= 'z') || (delimiter >= 'A' && delimiter <= 'Z');
  if ((!plain && delimiter != '\t') || is_word || delimiter == '\\' ||
      kNumberBytes.find(delimiter) != kNumberBytes.npos) {
    return fail(
        ErrorCode::InvalidConfig,
        "the delimiter of COPY's text is '{}'; it must be one ASCII byte, and no letter, digit, blank, "
        "backslash or one of + - . :",
        delimiter);
  }
  const auto first = null_text.empty() ? '0' : null_text.front();
  const bool is_letter = (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z');
  const bool escapes = null_text.find_first_of(std::string("\\\n\r\0", 4) + delimiter) != std::string::npos;
  if (escapes || is_letter || kNumberBytes.find(first) != kNumberBytes.npos) {
    return fail(
        ErrorCode::InvalidConfig,
        "the word for NULL in COPY's text is '{}'; it must not be empty, begin with a letter, digit or "
        "one of + - . :, or hold a delimiter, backslash or line end",
        null_text);
  }
  return CopyTextWriter(delimiter, std::move(null_text));
}

void CopyTextWriter::write_text(std::string_view text, WriteBuffer& out) const {
  char* to = out.room(2 * text.size() + 16);
  std::size_t at = 0;
  while (at < text.size()) {
    const auto copied = copy_plain_blocks(text, at, delimiter_, to);
    at += copied;
    to += copied;
    // A block with something special, or the rest.
    const auto end = at + 16 < text.size() ? at + 16 : text.size();
    for (; at < end; ++at) {
      if (must_escape(text[at], delimiter_)) *to++ = '\\';
      *to++ = text[at];
    }
  }
  out.used(to);
}

void CopyTextWriter::write_bytes(std::string_view bytes, WriteBuffer& out) const {
  constexpr std::string_view kDigits = "0123456789abcdef";
  char* to = out.room(2 * bytes.size() + 1);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    *to++ = kDigits[byte >> 4U];
    *to++ = kDigits[byte & 15U];
  }
  out.used(to);
}

void CopyTextWriter::write_fixed(const model::ColumnView& column, std::size_t row, WriteBuffer& out) const {
  out.used(write_value(column, row, out.room(kMaxFixedText)));
}

}  // namespace weir::formats
