// SPDX-License-Identifier: Apache-2.0
#include "protocols/postgres/value_decoding.h"

#include <fmt/format.h>

#include <bit>
#include <cstring>
#include <limits>

#include "base/text.h"
#include "protocols/postgres/times.h"

namespace weir::postgres {
namespace {

using model::Type;
using namespace std::string_view_literals;

template <typename Number>
Number read_number(std::string_view bytes) {
  Number value;
  std::memcpy(&value, bytes.data(), sizeof value);
  if constexpr (sizeof value == 2)
    value = static_cast<Number>(__builtin_bswap16(static_cast<std::uint16_t>(value)));
  if constexpr (sizeof value == 4)
    value = static_cast<Number>(__builtin_bswap32(static_cast<std::uint32_t>(value)));
  if constexpr (sizeof value == 8)
    value = static_cast<Number>(__builtin_bswap64(static_cast<std::uint64_t>(value)));
  return value;
}

std::size_t width_of(Decode decode) {
  switch (decode) {
    case Decode::Boolean:
      return 1;
    case Decode::Int2:
      return 2;
    case Decode::Int4:
    case Decode::Oid:
    case Decode::Float4:
    case Decode::Date:
      return 4;
    case Decode::Int8:
    case Decode::Float8:
    case Decode::Timestamp:
      return 8;
    case Decode::Text:
    case Decode::Json:
    case Decode::Jsonb:
    case Decode::Bytea:
      return 0;
  }
  return 0;
}

/// The fields of a row one after the other.
class Fields {
 public:
  explicit Fields(std::string_view row) : rest_(row.substr(2)) {}
  /// The next field's bytes; nothing for NULL. The row is whole: row_length() has seen it.
  std::optional<std::string_view> next() {
    const auto length = read_number<std::int32_t>(rest_);
    rest_.remove_prefix(4);
    if (length < 0) return std::nullopt;
    const auto field = rest_.substr(0, static_cast<std::size_t>(length));
    rest_.remove_prefix(field.size());
    return field;
  }

 private:
  std::string_view rest_;
};

std::int64_t whole_number(Decode decode, std::string_view field) {
  switch (decode) {
    case Decode::Int2:
      return read_number<std::int16_t>(field);
    case Decode::Int4:
      return read_number<std::int32_t>(field);
    case Decode::Oid:
      return read_number<std::uint32_t>(field);
    default:
      return read_number<std::int64_t>(field);
  }
}

double real_number(Decode decode, std::string_view field) {
  if (decode == Decode::Float4) return std::bit_cast<float>(read_number<std::uint32_t>(field));
  return std::bit_cast<double>(read_number<std::uint64_t>(field));
}

enum class Put { Done, OutOfRange, BadJson };

Put put_value(Decode decode, std::string_view field, std::size_t column, model::Batch& rows) {
  const auto row = rows.rows() - 1;
  switch (decode) {
    case Decode::Boolean:
      rows.set_boolean(column, row, field.front() != 0);
      return Put::Done;
    case Decode::Int2:
    case Decode::Int4:
    case Decode::Int8:
    case Decode::Oid:
      rows.set_integer(column, row, whole_number(decode, field));
      return Put::Done;
    case Decode::Float4:
    case Decode::Float8:
      rows.set_double(column, row, real_number(decode, field));
      return Put::Done;
    case Decode::Text:
    case Decode::Json:
    case Decode::Bytea:
      rows.set_text(column, row, field);
      return Put::Done;
    case Decode::Jsonb:
      if (field.empty() || field.front() != 1) return Put::BadJson;
      rows.set_text(column, row, field.substr(1));
      return Put::Done;
    case Decode::Date: {
      const auto date = date_of(read_number<std::int32_t>(field));
      if (!date) return Put::OutOfRange;
      rows.set_date(column, row, *date);
      return Put::Done;
    }
    case Decode::Timestamp: {
      const auto time = timestamp_of(read_number<std::int64_t>(field));
      if (!time) return Put::OutOfRange;
      rows.set_timestamp(column, row, *time);
      return Put::Done;
    }
  }
  return Put::Done;
}

void escape(std::string& line, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '\\':
        line += "\\\\";
        break;
      case '\t':
        line += "\\t";
        break;
      case '\n':
        line += "\\n";
        break;
      case '\r':
        line += "\\r";
        break;
      default:
        line += c;
    }
  }
}

void write_text(std::string& line, Decode decode, std::string_view field) {
  switch (decode) {
    case Decode::Boolean:
      line += field.front() != 0 ? 't' : 'f';
      return;
    case Decode::Int2:
    case Decode::Int4:
    case Decode::Int8:
    case Decode::Oid:
      line += fmt::format("{}", whole_number(decode, field));
      return;
    case Decode::Float4:
    case Decode::Float8:
      line += fmt::format("{}", real_number(decode, field));
      return;
    case Decode::Text:
    case Decode::Json:
      return escape(line, field);
    case Decode::Jsonb:
      return escape(line, field.substr(1));
    case Decode::Bytea:
      line += "\\\\x";
      for (const char byte : field) line += fmt::format("{:02x}", static_cast<unsigned char>(byte));
      return;
    case Decode::Date:
      line += date_text(read_number<std::int32_t>(field));
      return;
    case Decode::Timestamp:
      line += timestamp_text(read_number<std::int64_t>(field));
      return;
  }
}

}  // namespace

model::Type type_of(Decode decode) {
  switch (decode) {
    case Decode::Boolean:
      return Type::Boolean;
    case Decode::Int2:
    case Decode::Int4:
    case Decode::Int8:
    case Decode::Oid:
      return Type::Integer;
    case Decode::Float4:
    case Decode::Float8:
      return Type::Double;
    case Decode::Text:
      return Type::Text;
    case Decode::Json:
    case Decode::Jsonb:
      return Type::Json;
    case Decode::Bytea:
      return Type::Blob;
    case Decode::Date:
      return Type::Date;
    case Decode::Timestamp:
      return Type::Timestamp;
  }
  return Type::Text;
}

Result<std::string_view> after_copy_header(std::string_view bytes) {
  constexpr auto kSignature = "PGCOPY\n\377\r\n\0"sv;
  constexpr std::size_t kFixed = kSignature.size() + 8;  // flags and the length of the extension
  if (!bytes.starts_with(kSignature) || bytes.size() < kFixed) {
    return fail(ErrorCode::DataMismatch, "the server's rows do not begin as a binary COPY does");
  }
  const auto extension = read_number<std::uint32_t>(bytes.substr(kSignature.size() + 4));
  if (bytes.size() - kFixed < extension) {
    return fail(ErrorCode::DataMismatch, "the head of the server's rows is cut short");
  }
  return bytes.substr(kFixed + extension);
}

Result<std::size_t> row_length(std::string_view bytes, std::size_t columns) {
  const auto cut = [] { return fail(ErrorCode::DataMismatch, "a row of the server is cut short"); };
  if (bytes.size() < 2) return cut();
  const auto fields = read_number<std::int16_t>(bytes);
  if (fields == -1) return std::size_t{0};
  if (static_cast<std::size_t>(fields) != columns) {
    return fail(ErrorCode::DataMismatch, "the server sent a row of {} columns instead of {}", fields,
                columns);
  }
  std::size_t at = 2;
  for (std::size_t i = 0; i < columns; ++i) {
    if (bytes.size() - at < 4) return cut();
    const auto length = read_number<std::int32_t>(bytes.substr(at));
    at += 4;
    if (length <= 0) continue;
    if (bytes.size() - at < static_cast<std::size_t>(length)) return cut();
    at += static_cast<std::size_t>(length);
  }
  return at;
}

Result<Unreadable> decode_row(std::string_view row, const RowShape& shape, const model::RowOrigin& origin,
                              model::Batch& rows) {
  rows.add_row(origin);
  Fields fields(row);
  for (std::size_t column = 0; column < shape.columns.size(); ++column) {
    const auto field = fields.next();
    if (!field) continue;
    const auto decode = shape.columns[column];
    if (const auto width = width_of(decode); width != 0 && field->size() != width) {
      return fail(ErrorCode::DataMismatch, "column {} came with {} bytes instead of {}", shape.names[column],
                  field->size(), width);
    }
    const bool is_text = decode == Decode::Text || decode == Decode::Json || decode == Decode::Jsonb;
    if (shape.text == TextBytes::Unchecked && is_text && !is_utf8(*field)) {
      rows.drop_last_row();
      return Unreadable(fmt::format("{}: the text is not UTF-8", shape.names[column]));
    }
    const auto put = put_value(decode, *field, column, rows);
    if (put == Put::BadJson) {
      return fail(ErrorCode::DataMismatch, "column {} came in an unknown form of jsonb", shape.names[column]);
    }
    if (put == Put::Done || shape.out_of_range == OutOfRange::Null) continue;
    rows.drop_last_row();
    std::string value;
    write_text(value, decode, *field);
    return Unreadable(fmt::format("{}: {} is not within the years 0 to 9999", shape.names[column], value));
  }
  return Unreadable();
}

std::string line_of(std::string_view row, const RowShape& shape) {
  std::string line;
  Fields fields(row);
  for (std::size_t column = 0; column < shape.columns.size(); ++column) {
    if (column > 0) line += '\t';
    if (const auto field = fields.next()) {
      write_text(line, shape.columns[column], *field);
    } else {
      line += "\\N";
    }
  }
  return line;
}

}  // namespace weir::postgres
