// SPDX-License-Identifier: Apache-2.0
#include "connectors/redshift/row_encoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/text.h"
#include "connectors/redshift/shown.h"

namespace weir::redshift {
namespace {

using model::Type;

/// https://docs.aws.amazon.com/redshift/latest/dg/r_COPY.html: a row of a file has at most 4 MB.
constexpr std::size_t kLongestRow = 4 << 20;
constexpr std::int64_t kFirstMicros = -62'135'596'800'000'000;  // 0001-01-01
constexpr std::int64_t kEndMicros = 253'402'300'800'000'000;    // 10000-01-01
constexpr std::int32_t kFirstDay = -719'162;
constexpr std::int32_t kEndDay = 2'932'897;

std::string null_text_number(int number) { return number == 1 ? "@null@" : fmt::format("@null{}@", number); }

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool fits_integer(Family family, std::int64_t value) {
  if (family == Family::SmallInt) {
    return value >= std::numeric_limits<std::int16_t>::min() &&
           value <= std::numeric_limits<std::int16_t>::max();
  }
  if (family != Family::Integer) return true;
  return value >= std::numeric_limits<std::int32_t>::min() &&
         value <= std::numeric_limits<std::int32_t>::max();
}

bool fits_decimal(const StoredType& stored, double value) {
  if (!std::isfinite(value)) return false;
  return std::abs(value) < std::pow(10.0, static_cast<double>(stored.length - stored.scale)) - 0.5;
}

bool fits_number(const StoredType& stored, const model::ColumnView& column, std::size_t row) {
  if (column.type == Type::Integer) {
    const auto value = column.at<std::int64_t>(row);
    if (stored.family == Family::Decimal) return fits_decimal(stored, static_cast<double>(value));
    // A double holds every integer up to 2^53.
    if (stored.family == Family::Double)
      return std::abs(static_cast<double>(value)) <= 9'007'199'254'740'992.0;
    return fits_integer(stored.family, value);
  }
  const auto value = column.at<double>(row);
  if (stored.family == Family::Decimal) return fits_decimal(stored, value);
  if (stored.family != Family::Real || !std::isfinite(value)) return true;
  return std::abs(value) <= static_cast<double>(std::numeric_limits<float>::max());
}

bool fits_time(const model::ColumnView& column, std::size_t row) {
  if (column.type == Type::Date) {
    const auto days = column.at<std::int32_t>(row);
    return days >= kFirstDay && days < kEndDay;
  }
  const auto micros = column.at<std::int64_t>(row);
  return micros >= kFirstMicros && micros < kEndMicros;
}

bool is_number(Type type) { return type == Type::Integer || type == Type::Double; }
bool is_time(Type type) { return type == Type::Timestamp || type == Type::Date; }
bool is_limited_text(const StoredType& stored) {
  return stored.family == Family::Char || stored.family == Family::VarChar;
}

}  // namespace

Result<RowEncoder> RowEncoder::make(EncoderOptions options) {
  auto writer = TRY(formats::CopyTextWriter::make('|', null_text_number(1)));
  return RowEncoder(std::move(options), std::move(writer));
}

RowEncoder::RowEncoder(EncoderOptions options, formats::CopyTextWriter writer)
    : options_(std::move(options)),
      writer_(std::move(writer)),
      longest_(options_.fields.size()),
      truncated_(options_.fields.size()),
      stripped_(options_.fields.size()) {}

Result<void> RowEncoder::change_null_text() {
  writer_ = TRY(formats::CopyTextWriter::make('|', null_text_number(++null_texts_)));
  return {};
}

RowEncoder::Progress RowEncoder::encode(const model::BatchView& rows, std::size_t from, WriteBuffer& out,
                                        sdk::WriteOutcome& outcome) {
  for (std::size_t row = from; row < rows.rows; ++row) {
    if (out.size() >= options_.part_size) return {Stop::Full, row};
    const auto start = out.size();
    auto written = write_row(rows, row, out);
    if (written == Outcome::Good && out.size() - start > kLongestRow) {
      written = refuse(fmt::format("the row has {} bytes as COPY's text, and Redshift takes rows of up to {}",
                                   out.size() - start, kLongestRow));
    }
    if (written == Outcome::Good) {
      ++rows_;
      if (!key_.empty() && !keys_.insert(key_)) {
        ++outcome.deduplicated;
        ++duplicates_;
      }
      continue;
    }
    out.used(out.view().data() + start);
    if (written == Outcome::Collision) return {Stop::Collision, row};
    outcome.refused.push_back({row, std::move(reason_)});
  }
  return {Stop::Done, rows.rows};
}

std::optional<std::string> RowEncoder::text_of(const model::BatchView& rows, std::size_t row,
                                               const std::string& null_text, std::uint64_t number) const {
  auto writer = formats::CopyTextWriter::make('|', null_text);
  if (!writer) return std::nullopt;
  RowEncoder again(options_, *std::move(writer));
  again.rows_ = number;
  WriteBuffer out;
  if (again.write_row(rows, row, out) != Outcome::Good) return std::nullopt;
  return std::string(out.view().substr(0, out.size() - 1));
}

RowEncoder::Outcome RowEncoder::write_row(const model::BatchView& rows, std::size_t row, WriteBuffer& out) {
  key_.clear();
  for (std::size_t field = 0; field < options_.fields.size(); ++field) {
    if (field > 0) writer_.end_field(out);
    const auto start = out.size();
    const auto written = write_field(field, rows.columns[field], row, out);
    if (written != Outcome::Good) return written;
    if (options_.fields[field].is_key) key_.append(out.view().substr(start)).push_back(writer_.delimiter());
  }
  if (!options_.mark.empty()) {
    writer_.end_field(out);
    writer_.write_text(options_.mark, out);
  }
  if (options_.number_rows) {
    const auto number = static_cast<std::int64_t>(rows_);
    writer_.end_field(out);
    writer_.write_fixed({Type::Integer, &number, nullptr}, 0, out);
  }
  writer_.end_row(out);
  return Outcome::Good;
}

RowEncoder::Outcome RowEncoder::refuse(std::string reason) {
  reason_ = std::move(reason);
  return Outcome::Refused;
}

RowEncoder::Outcome RowEncoder::write_field(std::size_t field, const model::ColumnView& column,
                                            std::size_t row, WriteBuffer& out) {
  const auto& target = options_.fields[field];
  if (column.is_null(row)) {
    if (target.is_key) {
      return refuse(
          fmt::format("{} is NULL, and it is part of the key of table {}", target.name, options_.table));
    }
    if (target.not_null) {
      return refuse(fmt::format("{} is NULL, which table {} does not allow", target.name, options_.table));
    }
    writer_.write_null(out);
    return Outcome::Good;
  }
  if (column.type == Type::Text || column.type == Type::Json) {
    return write_text(field, column.text(row), out);
  }
  if (column.type == Type::Blob) {
    const auto bytes = column.text(row);
    if (bytes.size() > target.stored.length) {
      return refuse(fmt::format("{} has {} bytes, and column {} of table {} takes {}", target.name,
                                bytes.size(), target.name, options_.table, target.stored.length));
    }
    writer_.write_bytes(bytes, out);
    return Outcome::Good;
  }
  return write_short(field, column, row, out);
}

RowEncoder::Outcome RowEncoder::write_short(std::size_t field, const model::ColumnView& column,
                                            std::size_t row, WriteBuffer& out) {
  const auto& target = options_.fields[field];
  if (is_time(column.type) && !fits_time(column, row)) {
    return refuse(
        fmt::format("{} lies outside of the years 1 to 9999 that weir writes into Redshift", target.name));
  }
  const auto start = out.size();
  writer_.write_fixed(column, row, out);
  const auto text = out.view().substr(start);
  const bool is_text = is_limited_text(target.stored);
  const bool fits = is_text ? target.stored.length == 0 || text.size() <= target.stored.length
                            : !is_number(column.type) || fits_number(target.stored, column, row);
  if (fits) return Outcome::Good;
  return refuse(fmt::format("{} {} does not fit into column {} of table {}, which is {}", target.name, text,
                            target.name, options_.table, target.stored.shown));
}

RowEncoder::Outcome RowEncoder::write_text(std::size_t field, std::string_view text, WriteBuffer& out) {
  if (std::memchr(text.data(), '\0', text.size()) != nullptr) {
    if (options_.nul_text == NulText::Quarantine) {
      return refuse(
          fmt::format("{} has a NUL character, which Redshift cannot hold; nul_text: strip leaves it out",
                      options_.fields[field].name));
    }
    scratch_.assign(text);
    scratch_.erase(std::remove(scratch_.begin(), scratch_.end(), '\0'), scratch_.end());
    text = scratch_;
    ++stripped_[field];
  }
  const auto& stored = options_.fields[field].stored;
  if (stored.family == Family::Char && !is_ascii(text)) {
    return refuse(fmt::format("{} '{}' is not ASCII, and column {} of table {} is {}",
                              options_.fields[field].name, shortened(text), options_.fields[field].name,
                              options_.table, stored.shown));
  }
  if (stored.length > 0 && text.size() > stored.length) {
    const auto shorter = fitted(field, text);
    if (!shorter) return Outcome::Refused;
    text = *shorter;
  }
  if (writer_.collides(text)) return Outcome::Collision;
  longest_[field] = std::max<std::uint64_t>(longest_[field], text.size());
  writer_.write_text(text, out);
  return Outcome::Good;
}

/// The part of a text that goes into its column as the policy says; nothing: the row is refused.
std::optional<std::string_view> RowEncoder::fitted(std::size_t field, std::string_view text) {
  const auto& target = options_.fields[field];
  const bool can_grow = target.stored.family == Family::VarChar && text.size() <= kLongestVarChar;
  if (options_.long_text == LongText::Widen && can_grow) return text;
  if (options_.long_text == LongText::Truncate) {
    auto end = static_cast<std::size_t>(target.stored.length);
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
    ++truncated_[field];
    return text.substr(0, end);
  }
  reason_ = fmt::format("{} '{}' has {} bytes, and column {} of table {} takes {}", target.name,
                        shortened(text), text.size(), target.name, options_.table, target.stored.length);
  return std::nullopt;
}

}  // namespace weir::redshift
