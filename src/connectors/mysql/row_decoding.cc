// SPDX-License-Identifier: Apache-2.0
#include "connectors/mysql/row_decoding.h"

#include <fmt/format.h>

#include <charconv>
#include <cstring>
#include <limits>

#include "base/text.h"
#include "base/time.h"
#include "connectors/mysql/raw_rows.h"

namespace weir::mysql {
namespace {

using model::Type;

constexpr std::int64_t kMicrosPerDay = 86'400'000'000;

template <typename Number>
bool read_number(std::string_view text, Number& value) {
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  return read.ec == std::errc() && read.ptr == end;
}

std::string shown(std::string_view text) {
  constexpr std::size_t kMost = 60;
  return text.size() <= kMost ? std::string(text) : std::string(text.substr(0, kMost)) + "…";
}

int digits(std::string_view text, std::size_t at, std::size_t count) {
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

/// "10:05:03.25" as microseconds; -1 when it is none.
std::int64_t read_clock(std::string_view text) {
  if (text.size() < 8 || text[2] != ':' || text[5] != ':') return -1;
  const auto hours = digits(text, 0, 2);
  const auto minutes = digits(text, 3, 2);
  const auto seconds = digits(text, 6, 2);
  if (hours < 0 || minutes < 0 || seconds < 0) return -1;
  std::int64_t micros = 0;
  if (text.size() > 9) {
    const auto places = std::min<std::size_t>(text.size() - 9, 6);
    micros = digits(text, 9, places);
    if (micros < 0) return -1;
    for (auto i = places; i < 6; ++i) micros *= 10;
  }
  return ((hours * 60LL + minutes) * 60 + seconds) * 1'000'000 + micros;
}

/// Bits come as big-endian bytes, also where everything else is text.
std::uint64_t read_bits(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8U | static_cast<unsigned char>(byte);
  return value;
}

bool is_clean_text(std::string_view text) {
  constexpr std::uint64_t kNoAscii = 0x8080'8080'8080'8080;
  std::uint64_t seen = 0;
  auto rest = text;
  for (; rest.size() >= sizeof seen; rest.remove_prefix(sizeof seen)) {
    std::uint64_t some = 0;
    std::memcpy(&some, rest.data(), sizeof some);
    seen |= some;
  }
  std::uint64_t last = 0;
  std::memcpy(&last, rest.data(), rest.size());
  return ((seen | last) & kNoAscii) == 0 || is_utf8(text);
}

/// Takes the first cell off a line and undoes its escapes; nothing for NULL.
std::optional<std::string> take_line_cell(std::string_view& line) {
  const auto end = std::min(line.find('\t'), line.size());
  const auto text = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  if (text == "\\N") return std::nullopt;
  std::string cell;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      cell += text[i];
      continue;
    }
    const char c = text[++i];
    cell += c == 't' ? '\t' : c == 'n' ? '\n' : c == '0' ? '\0' : c;
  }
  return cell;
}

}  // namespace

model::Type type_of(const Field& field, ZeroDates zero_dates, bool tinyint1_as_bool) {
  switch (field.kind) {
    case Kind::Tiny1:
      return tinyint1_as_bool ? Type::Boolean : Type::Integer;
    case Kind::Bit:
      return field.length == 1 ? Type::Boolean : Type::Integer;
    case Kind::Integer:
    case Kind::Unsigned64:
    case Kind::Year:
      return Type::Integer;
    case Kind::Float:
    case Kind::Double:
      return Type::Double;
    case Kind::Date:
      return zero_dates == ZeroDates::Text ? Type::Text : Type::Date;
    case Kind::Datetime:
    case Kind::Timestamp:
      return zero_dates == ZeroDates::Text ? Type::Text : Type::Timestamp;
    case Kind::Json:
      return Type::Json;
    case Kind::Bytes:
      return Type::Blob;
    case Kind::Decimal:
    case Kind::Time:
    case Kind::Text:
      return Type::Text;
  }
  return Type::Text;
}

Unreadable RowDecoder::decode(std::string_view& bytes, const model::RowOrigin& origin, model::Batch& rows) {
  const auto row = rows.add_row(origin);
  Unreadable reason;
  for (std::size_t i = 0; i < shape_.columns.size(); ++i) {
    const auto cell = take_cell(bytes);
    if (cell && !reason) reason = set(i, *cell, row, rows);
  }
  if (reason) rows.drop_last_row();
  return reason;
}

Unreadable RowDecoder::decode_line(std::string_view line, const model::RowOrigin& origin,
                                   model::Batch& rows) {
  const auto row = rows.add_row(origin);
  const auto whole = line;
  Unreadable reason;
  std::size_t cells = 0;
  for (bool more = true; more && !reason; ++cells) {
    more = line.find('\t') != std::string_view::npos;
    const auto cell = take_line_cell(line);
    if (cell && cells < shape_.columns.size()) reason = set(cells, rows.keep(*cell), row, rows);
  }
  if (!reason && cells != shape_.columns.size()) {
    reason = fmt::format("the line '{}' has {}, the rows have {}", shown(whole), counted(cells, "cell"),
                         counted(shape_.columns.size(), "column"));
  }
  if (reason) rows.drop_last_row();
  return reason;
}

Unreadable RowDecoder::set(std::size_t column, std::string_view text, std::size_t row, model::Batch& rows) {
  const auto type = shape_.columns[column].type;
  switch (type) {
    case Type::Text:
    case Type::Json:
      if (!is_clean_text(text)) return fmt::format("{}: not in UTF-8", shape_.columns[column].name);
      rows.set_text(column, row, text);
      return {};
    case Type::Blob:
      rows.set_text(column, row, text);
      return {};
    case Type::Date:
    case Type::Timestamp:
      return set_time(column, text, row, rows);
    case Type::Boolean:
    case Type::Integer:
    case Type::Double:
      return set_number(column, text, row, rows);
  }
  return {};
}

Unreadable RowDecoder::set_number(std::size_t column, std::string_view text, std::size_t row,
                                  model::Batch& rows) {
  const auto& [name, type] = shape_.columns[column];
  if (type == Type::Double) {
    double value = 0;
    if (!read_number(text, value)) return fmt::format("{}: '{}' is not a number", name, shown(text));
    rows.set_double(column, row, value);
    return {};
  }
  std::int64_t value = 0;
  if (shape_.fields[column].kind == Kind::Bit) {
    const auto bits = read_bits(text);
    if (bits > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      return fmt::format("{}: {} is larger than any integer here; read it as text, with a query", name, bits);
    }
    value = static_cast<std::int64_t>(bits);
  } else if (!read_number(text, value)) {
    std::uint64_t large = 0;
    if (!read_number(text, large)) return fmt::format("{}: '{}' is not an integer", name, shown(text));
    return fmt::format("{}: {} is larger than any integer here; read it as text, with a query", name, large);
  }
  if (type == Type::Integer) {
    rows.set_integer(column, row, value);
  } else if (value == 0 || value == 1) {
    rows.set_boolean(column, row, value == 1);
  } else {
    return fmt::format("{}: {} is neither 0 nor 1, so it is no boolean", name, value);
  }
  return {};
}

/// The day of a time; nothing when no calendar has it.
std::optional<std::int32_t> RowDecoder::day_of(std::string_view text) {
  if (std::memcmp(text.data(), last_day_text_.data(), last_day_text_.size()) == 0) return last_day_;
  const auto day = from_civil({digits(text, 0, 4), digits(text, 5, 2), digits(text, 8, 2)});
  if (!day) return std::nullopt;
  std::memcpy(last_day_text_.data(), text.data(), last_day_text_.size());
  last_day_ = day->days;
  return last_day_;
}

std::int64_t RowDecoder::to_utc(std::int64_t local) {
  const model::LocalTime time{local};
  if (!stretch_.contains(time)) stretch_ = shape_.zone->stretch_near(time);
  return stretch_.contains(time) ? local - stretch_.offset : shape_.zone->to_utc(time).micros;
}

Unreadable RowDecoder::set_time(std::size_t column, std::string_view text, std::size_t row,
                                model::Batch& rows) {
  const auto& [name, type] = shape_.columns[column];
  const bool is_date = type == Type::Date;
  const auto day = text.size() < 10 ? std::nullopt : day_of(text);
  const auto clock = is_date || text.size() < 11 ? 0 : read_clock(text.substr(11));
  if (!day || clock < 0) {
    if (shape_.zero_dates == ZeroDates::Null) return {};
    return fmt::format("{}: '{}' is in no calendar", name, shown(text));
  }
  if (is_date) {
    rows.set_date(column, row, Date{*day});
    return {};
  }
  auto micros = *day * kMicrosPerDay + clock;
  if (shape_.zone && shape_.fields[column].kind == Kind::Datetime) micros = to_utc(micros);
  rows.set_timestamp(column, row, Timestamp{micros});
  return {};
}

std::string line_of(std::string_view row, std::size_t columns) {
  std::string line;
  for (std::size_t i = 0; i < columns; ++i) {
    if (i > 0) line += '\t';
    const auto cell = take_cell(row);
    if (!cell) line += "\\N";
    for (const char c : cell.value_or("")) {
      const char escaped = c == '\t' ? 't' : c == '\n' ? 'n' : c == '\0' ? '0' : c == '\\' ? '\\' : '\0';
      if (escaped != '\0') line += '\\';
      line += escaped == '\0' ? c : escaped;
    }
  }
  return line;
}

}  // namespace weir::mysql
