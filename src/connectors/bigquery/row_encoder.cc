// SPDX-License-Identifier: Apache-2.0
#include "connectors/bigquery/row_encoder.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <cmath>

#include "base/json_text.h"
#include "base/text.h"
#include "connectors/bigquery/decimal.h"
#include "formats/write_values.h"
#include "model/cell_text.h"

namespace weir::bigquery {
namespace {

using model::ColumnView;
using model::Type;

/// https://cloud.google.com/bigquery/quotas#load_jobs: a row of JSON has at most 100 MB.
constexpr std::size_t kLongestRow = 100'000'000;
constexpr std::int64_t kLargestExact = 9'007'199'254'740'992;   // 2^53: a double holds all up to it
constexpr std::int64_t kFirstMicros = -62'135'596'800'000'000;  // 0001-01-01
constexpr std::int64_t kEndMicros = 253'402'300'800'000'000;    // 10000-01-01
constexpr std::int32_t kFirstDay = -719'162;
constexpr std::int32_t kEndDay = 2'932'897;
constexpr std::size_t kShown = 60;

std::string shortened(std::string_view text) {
  if (text.size() <= kShown) return std::string(text);
  while (!text.empty() && (text.size() > kShown || !is_utf8(text))) text.remove_suffix(1);
  return std::string(text) + "…";
}

/// In characters, as BigQuery counts.
std::size_t length_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

/// Line ends of a JSON value can only stand between two tokens, where a blank does as well.
void append_json(std::string_view json, std::string& out) {
  const auto start = out.size();
  out += json;
  std::replace_if(
      out.begin() + static_cast<std::ptrdiff_t>(start), out.end(),
      [](char c) { return c == '\n' || c == '\r'; }, ' ');
}

template <typename Write>
void append_fixed(std::string& out, Write write) {
  char text[formats::kMaxFixedText];
  out.append(text, write(text));
}

}  // namespace

RowEncoder::RowEncoder(const TablePlan& plan)
    : table_(plan.table.name.table), numbers_rows_(plan.mode == Mode::Merge) {
  for (const auto& planned : plan.fields) {
    Field field;
    write_json_string(field.head, planned.column.name);
    field.head += ':';
    field.name = planned.column.name;
    field.column = planned.column;
    field.family = family_of(planned.column);
    field.type = planned.type;
    field.is_key = planned.is_key;
    field.is_required = planned.column.mode == google::BigQueryField::Mode::Required;
    fields_.push_back(std::move(field));
  }
}

void RowEncoder::encode(const model::BatchView& rows, std::string& out, sdk::WriteOutcome& outcome) {
  for (std::size_t row = 0; row < rows.rows; ++row) {
    const auto start = out.size();
    bool is_good = write_row(rows, row, out);
    if (is_good && out.size() - start > kLongestRow) {
      is_good = refuse(fmt::format("the row has {} bytes as JSON, and BigQuery takes rows of up to {}",
                                   out.size() - start, kLongestRow));
    }
    if (!is_good) {
      out.resize(start);
      outcome.refused.push_back({row, std::move(reason_)});
      continue;
    }
    ++rows_;
    if (numbers_rows_ && !is_new_key()) ++outcome.deduplicated;
  }
}

bool RowEncoder::is_new_key() {
  const auto hash = XXH3_128bits(key_.data(), key_.size());
  return keys_.insert({hash.low64, hash.high64}).second;
}

bool RowEncoder::refuse(std::string reason) {
  reason_ = std::move(reason);
  return false;
}

// A column that is NULL is left out.
bool RowEncoder::write_row(const model::BatchView& rows, std::size_t row, std::string& out) {
  key_.clear();
  out += '{';
  const auto first = out.size();
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    const auto& field = fields_[i];
    if (rows.columns[i].is_null(row)) {
      if (field.is_key) {
        return refuse(fmt::format("{} is NULL, and it is part of the key of table {}", field.name, table_));
      }
      if (field.is_required) {
        return refuse(fmt::format("{} is NULL, which table {} does not allow", field.name, table_));
      }
      continue;
    }
    if (out.size() > first) out += ',';
    out += field.head;
    const auto start = out.size();
    if (!write_value(field, rows.columns[i], row, out)) return false;
    if (field.is_key) key_.append(out, start, std::string::npos).push_back('\n');
  }
  if (numbers_rows_) {
    out += out.size() > first ? ",\"_weir_row\":" : "\"_weir_row\":";
    append_fixed(out, [&](char* to) { return formats::write_integer(static_cast<std::int64_t>(rows_), to); });
  }
  out += "}\n";
  return true;
}

bool RowEncoder::write_value(const Field& field, const ColumnView& cells, std::size_t row, std::string& out) {
  switch (field.family) {
    case Family::Boolean:
      out += cells.at<std::uint8_t>(row) != 0 ? "true" : "false";
      return true;
    case Family::Integer:
    case Family::Float:
      return write_number(field, cells, row, out);
    case Family::Numeric:
    case Family::BigNumeric:
      return write_decimal(field, cells, row, out);
    case Family::Date:
    case Family::DateTime:
    case Family::Timestamp:
      return write_time(field, cells, row, out);
    case Family::Json:
    case Family::Nested:
      append_json(cells.text(row), out);
      return true;
    case Family::Bytes:
    case Family::Text:
      return write_text(field, cells, row, out);
    case Family::Other:
      break;
  }
  return refuse(fmt::format("{} cannot be loaded into {}", field.name, shown_type(field.column)));
}

// Numbers that a double does not hold go as text.
bool RowEncoder::write_number(const Field& field, const ColumnView& cells, std::size_t row,
                              std::string& out) {
  if (field.type == Type::Integer) {
    const auto value = cells.at<std::int64_t>(row);
    const bool is_exact = value >= -kLargestExact && value <= kLargestExact;
    if (!is_exact && field.family == Family::Float) {
      return refuse(fmt::format("{} {} has more digits than column {} of table {} holds, which is FLOAT64",
                                field.name, value, field.name, table_));
    }
    if (!is_exact) out += '"';
    append_fixed(out, [&](char* to) { return formats::write_integer(value, to); });
    if (!is_exact) out += '"';
    return true;
  }
  const auto value = cells.at<double>(row);
  if (std::isfinite(value)) {
    append_fixed(out, [&](char* to) { return formats::write_double(value, to); });
  } else {
    out += std::isnan(value) ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
  }
  return true;
}

bool RowEncoder::write_decimal(const Field& field, const ColumnView& cells, std::size_t row,
                               std::string& out) {
  const auto text = model::cell_text(cells, row);
  const auto limits = decimal_limits(field.column);
  if (!fits_decimal(text, limits, field.type == Type::Double ? Rounding::Allowed : Rounding::Refused)) {
    return refuse(fmt::format("{} '{}' does not fit into column {} of table {}, which is {}", field.name,
                              shortened(text), field.name, table_, shown_type(field.column)));
  }
  write_json_string(out, text);
  return true;
}

bool RowEncoder::write_text(const Field& field, const ColumnView& cells, std::size_t row, std::string& out) {
  const bool is_text = field.type == Type::Text || field.type == Type::Json || field.type == Type::Blob;
  const std::string other = is_text ? std::string() : model::cell_text(cells, row);
  const std::string_view text = is_text ? cells.text(row) : std::string_view(other);
  const auto limit = field.column.max_length;
  if (limit > 0) {
    const auto length = field.family == Family::Bytes ? text.size() : length_of(text);
    if (length > limit) {
      return refuse(fmt::format("{} has {} {}, and column {} of table {} takes {}", field.name, length,
                                field.family == Family::Bytes ? "bytes" : "characters", field.name, table_,
                                limit));
    }
  }
  if (field.family == Family::Text) {
    write_json_string(out, text);
    return true;
  }
  out += '"';
  const auto start = out.size();
  out.resize(start + formats::base64_size(text.size()));
  formats::write_base64(text, out.data() + start);
  out += '"';
  return true;
}

bool RowEncoder::write_time(const Field& field, const ColumnView& cells, std::size_t row, std::string& out) {
  const bool is_day = field.type == Type::Date;
  const bool fits =
      is_day ? cells.at<std::int32_t>(row) >= kFirstDay && cells.at<std::int32_t>(row) < kEndDay
             : cells.at<std::int64_t>(row) >= kFirstMicros && cells.at<std::int64_t>(row) < kEndMicros;
  if (!fits) {
    return refuse(fmt::format("{} lies outside of the years 1 to 9999 that BigQuery takes", field.name));
  }
  out += '"';
  if (field.family == Family::Date) {
    append_fixed(out, [&](char* to) { return formats::write_date({cells.at<std::int32_t>(row)}, to); });
  } else {
    const auto time =
        is_day ? midnight({cells.at<std::int32_t>(row)}) : Timestamp{cells.at<std::int64_t>(row)};
    char text[26];
    write_sql_timestamp(time, text);
    out.append(text, sizeof text);
    if (field.family == Family::Timestamp) out += 'Z';
  }
  out += '"';
  return true;
}

}  // namespace weir::bigquery
