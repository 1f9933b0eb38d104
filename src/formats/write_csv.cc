// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstring>

#include "formats/write_rows.h"
#include "formats/write_values.h"

namespace weir::formats {
namespace {

using model::Type;

class CsvWriter final : public RowWriter {
 public:
  CsvWriter(const model::Schema& schema, const CsvWriteOptions& options)
      : schema_(schema),
        options_(options),
        delimiter_(options.delimiter[0]),
        escapes_(options.quotes == Quotes::None),
        null_(options.null_text.value_or(escapes_ ? "\\N" : "")) {
    for (const char c : {delimiter_, escapes_ ? '\\' : '"', '\n', '\r'})
      special_[static_cast<unsigned char>(c)] = 1;
  }

  void begin(WriteBuffer& out) const override {
    if (!options_.header) return;
    for (std::size_t i = 0; i < schema_.size(); ++i) {
      const auto& name = schema_.columns[i].name;
      char* end = write_text(name, out.room(2 * name.size() + 4));
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
      const auto text = column.text(row);
      return write_text(text, out.room(2 * text.size() + 4));
    }
    if (column.type == Type::Blob) {
      const auto bytes = column.text(row);
      char* at = out.room(base64_size(bytes.size()) + 4);
      return bytes.empty() ? write_text(bytes, at) : write_base64(bytes, at);
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

  bool must_quote(std::string_view text) const {
    if (text.empty() || (!null_.empty() && text == null_)) return true;
    unsigned special = 0;
    for (const char c : text) special |= special_[static_cast<unsigned char>(c)];
    return special != 0;
  }

  /// The text for NULL begins with a backslash, which is always doubled here.
  char* write_escaped(std::string_view text, char* at) const {
    if (text.starts_with('"')) *at++ = '\\';
    for (const char c : text) {
      if (special_[static_cast<unsigned char>(c)] != 0) *at++ = '\\';
      *at++ = c;
    }
    return at;
  }

  char* write_text(std::string_view text, char* at) const {
    if (escapes_) return write_escaped(text, at);
    if (!must_quote(text)) {
      std::memcpy(at, text.data(), text.size());
      return at + text.size();
    }
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
  std::array<unsigned char, 256> special_{};
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
