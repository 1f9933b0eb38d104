// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "formats/write_rows.h"
#include "formats/write_values.h"

namespace weir::formats {
namespace {

using model::Type;

/// Copies text and looks on the way whether one of four bytes is in it: most cells are written without a
/// look at their single bytes.
class PlainCopy {
 public:
  /// What may be written behind the text.
  static constexpr std::size_t kSlack = 16;

  explicit PlainCopy(const std::array<char, 4>& special) : special_(special) {}

  /// Whether none of the bytes is in the text, which is then at `to`. There is room for all of it and kSlack.
  bool copy(const model::Text& value, char* to) const {
    const auto text = value.view();
    const char* const from = text.data();
    const auto size = text.size();
#ifdef __SSE2__
    if (size <= model::Text::kInline) {
      // The value itself, without its length: behind a short text it has zeros.
      const auto whole = _mm_loadu_si128(reinterpret_cast<const __m128i*>(&value));
      const auto bytes = _mm_srli_si128(whole, sizeof(std::uint32_t));
      _mm_storeu_si128(reinterpret_cast<__m128i*>(to), bytes);
      return _mm_movemask_epi8(matches(bytes)) == 0;
    }
    if (size >= kWide) {
      auto found = look(from, to);
      for (std::size_t at = kWide; at + kWide <= size; at += kWide)
        found = _mm_or_si128(found, look(from + at, to + at));
      // The last bytes overlap what was copied before.
      found = _mm_or_si128(found, look(from + size - kWide, to + size - kWide));
      return _mm_movemask_epi8(found) == 0;
    }
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::memcpy(&first, from, sizeof first);
    std::memcpy(&last, from + size - sizeof last, sizeof last);
    std::memcpy(to, &first, sizeof first);
    std::memcpy(to + size - sizeof last, &last, sizeof last);
    const auto both = _mm_set_epi64x(static_cast<std::int64_t>(last), static_cast<std::int64_t>(first));
    return _mm_movemask_epi8(matches(both)) == 0;
#else
    bool found = false;
    for (std::size_t i = 0; i < size; ++i) {
      const char c = from[i];
      to[i] = c;
      found |= c == special_[0] || c == special_[1] || c == special_[2] || c == special_[3];
    }
    return !found;
#endif
  }

 private:
#ifdef __SSE2__
  static constexpr std::size_t kWide = sizeof(__m128i);

  __m128i matches(__m128i bytes) const {
    const auto equal = [&](std::size_t i) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(special_[i])); };
    return _mm_or_si128(_mm_or_si128(equal(0), equal(1)), _mm_or_si128(equal(2), equal(3)));
  }
  __m128i look(const char* from, char* to) const {
    const auto bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), bytes);
    return matches(bytes);
  }
#endif

  std::array<char, 4> special_;
};

class CsvWriter final : public RowWriter {
 public:
  CsvWriter(const model::Schema& schema, const CsvWriteOptions& options)
      : schema_(schema),
        options_(options),
        delimiter_(options.delimiter[0]),
        escapes_(options.quotes == Quotes::None),
        null_(options.null_text.value_or(escapes_ ? "\\N" : "")),
        plain_({delimiter_, escapes_ ? '\\' : '"', '\n', '\r'}) {}

  void begin(WriteBuffer& out) const override {
    if (!options_.header) return;
    for (std::size_t i = 0; i < schema_.size(); ++i) {
      const auto& name = schema_.columns[i].name;
      char* end = write_text(model::Text(name), out.room(text_room(name.size())));
      *end++ = i + 1 == schema_.size() ? '\n' : delimiter_;
      out.used(end);
    }
  }

  void write(const model::BatchView& rows, WriteBuffer& out) const override {
    for (std::size_t row = 0; row < rows.rows; ++row) {
      for (std::size_t i = 0; i < rows.columns.size(); ++i) {
        char* end = write_cell(rows.columns[i], row, out);
        *end++ = i + 1 == rows.columns.size() ? '\n' : delimiter_;
        out.used(end);
      }
    }
  }

 private:
  // Leaves room for the delimiter behind the cell.
  char* write_cell(const model::ColumnView& column, std::size_t row, WriteBuffer& out) const {
    if (column.is_null(row)) {
      char* at = out.room(null_.size() + 1);
      std::memcpy(at, null_.data(), null_.size());
      return at + null_.size();
    }
    if (column.type == Type::Text || column.type == Type::Json) {
      const auto& text = column.at<model::Text>(row);
      return write_text(text, out.room(text_room(text.view().size())));
    }
    if (column.type == Type::Blob) {
      const auto bytes = column.text(row);
      char* at = out.room(base64_size(bytes.size()) + 4);
      return bytes.empty() ? write_quoted(bytes, at) : write_base64(bytes, at);
    }
    char* at = out.room(kMaxFixedText + 1);
    switch (column.type) {
      case Type::Boolean:
        return write_boolean(column.at<std::uint8_t>(row) != 0, at);
      case Type::Integer:
        return write_integer(column.at<std::int64_t>(row), at);
      case Type::Double:
        return write_double(column.at<double>(row), at);
      case Type::Date:
        return write_date({column.at<std::int32_t>(row)}, at);
      default:
        return options_.times == Times::Sql ? write_sql_time({column.at<std::int64_t>(row)}, at)
                                            : write_timestamp({column.at<std::int64_t>(row)}, at);
    }
  }

  /// For a text of so many bytes, each escaped, quotes around it and what is behind it.
  static std::size_t text_room(std::size_t size) { return 2 * size + 4 + PlainCopy::kSlack; }

  char* write_text(const model::Text& value, char* at) const {
    const auto text = value.view();
    if (escapes_) {
      // The text for NULL begins with a backslash, which is always doubled here.
      if (text.starts_with('"')) *at++ = '\\';
      return plain_.copy(value, at) ? at + text.size() : write_escaped(text, at);
    }
    const bool like_null = text.empty() || (!null_.empty() && text == null_);
    return !like_null && plain_.copy(value, at) ? at + text.size() : write_quoted(text, at);
  }

  char* write_escaped(std::string_view text, char* at) const {
    for (const char c : text) {
      if (c == delimiter_ || c == '\\' || c == '\n' || c == '\r') *at++ = '\\';
      *at++ = c;
    }
    return at;
  }

  static char* write_quoted(std::string_view text, char* at) {
    *at++ = '"';
    for (const char c : text) {
      if (c == '"') *at++ = '"';
      *at++ = c;
    }
    *at++ = '"';
    return at;
  }

  model::Schema schema_;
  CsvWriteOptions options_;
  char delimiter_;
  bool escapes_;
  std::string null_;
  PlainCopy plain_;
};

}  // namespace

Result<std::unique_ptr<RowWriter>> make_csv_writer(const model::Schema& schema,
                                                   const CsvWriteOptions& options) {
  // A delimiter that numbers and times are written with would need quotes around those, too.
  constexpr std::string_view kTaken = "\"\r\n.-+:0123456789";
  if (options.delimiter.size() != 1 || kTaken.find(options.delimiter[0]) != kTaken.npos) {
    return fail(
        ErrorCode::InvalidConfig,
        "the CSV delimiter is '{}'; it must be one byte, and no quote, line end, digit or one of . - + :",
        options.delimiter);
  }
  const bool escapes = options.quotes == Quotes::None;
  if (escapes && options.null_text &&
      (!options.null_text->starts_with('\\') || options.null_text->size() < 2 ||
       options.null_text->find('\\', 1) != std::string::npos)) {
    return fail(ErrorCode::InvalidConfig,
                "null_text is '{}'; without quotes it must be a backslash with a word behind it, such as \\N",
                *options.null_text);
  }
  if (escapes && options.delimiter == "\\") {
    return fail(ErrorCode::InvalidConfig, "without quotes the CSV delimiter cannot be a backslash");
  }
  if (options.null_text &&
      options.null_text->find_first_of("\"\r\n" + options.delimiter) != std::string::npos) {
    return fail(ErrorCode::InvalidConfig,
                "null_text is '{}'; it must not hold a quote, a line end or the delimiter",
                *options.null_text);
  }
  return std::unique_ptr<RowWriter>(std::make_unique<CsvWriter>(schema, options));
}

}  // namespace weir::formats
