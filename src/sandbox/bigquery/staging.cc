// SPDX-License-Identifier: Apache-2.0
#include "sandbox/bigquery/staging.h"

#include "base/text.h"

namespace weir::sandbox::bigquery {
namespace {

constexpr std::size_t kRowsAtOnce = 2048;
constexpr std::int64_t kMostErrors = 100;

model::Schema text_columns(std::size_t count) {
  model::Schema schema;
  for (std::size_t i = 0; i < count; ++i)
    schema.columns.push_back({"c" + std::to_string(i), model::Type::Text});
  return schema;
}

std::string create_sql(const std::string& table, std::size_t count) {
  std::string columns;
  for (std::size_t i = 0; i < count; ++i) columns += fmt::format("{}c{} VARCHAR", i == 0 ? "" : ", ", i);
  return "CREATE TABLE " + sql_identifier(table) + " (" + columns + ")";
}

}  // namespace

Staging::Staging(Warehouse& warehouse, const Fields& fields)
    : warehouse_(warehouse),
      fields_(fields),
      table_(warehouse.fresh_name("staging")),
      batch_(text_columns(fields.size())) {
  warehouse_.execute(create_sql(table_, fields_.size()));
  appender_ = warehouse_.append_to(table_);
}

void Staging::add(const std::vector<Cell>& cells) {
  const std::size_t row = batch_.add_row({});
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (cells[i]) batch_.set_text(i, row, batch_.keep(*cells[i]));
  }
  ++rows_;
  if (batch_.rows() == kRowsAtOnce) flush();
}

void Staging::flush() {
  const auto appended = appender_->append(batch_.view());
  if (!appended.ok()) throw Refusal{"internalError", appended.error().message()};
  batch_.clear();
}

std::string Staging::finish() {
  if (batch_.rows() > 0) flush();
  const auto closed = appender_->close();
  if (!closed.ok()) throw Refusal{"internalError", closed.error().message()};
  appender_.reset();
  std::string values;
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    values += (i == 0 ? "" : ", ") + restore_sql(fields_[i], "c" + std::to_string(i));
  }
  return "SELECT " + values + " FROM " + sql_identifier(table_);
}

void Staging::drop() { warehouse_.execute("DROP TABLE " + sql_identifier(table_)); }

void BadRecords::add(const std::string& location, const std::string& message, std::int64_t good_rows) {
  Refusal bad{"invalid", "Error while reading data, error message: " + message, location};
  if (!location.empty()) bad.message += " File: " + location;
  if (++count_ <= kMostErrors) errors_.push_back(error_proto(bad));
  if (count_ <= allowed_) return;
  const std::int64_t seen = good_rows + count_;
  throw Refusal{
      "invalid",
      fmt::format(
          "Error while reading data, error message: {} processing encountered too many errors, giving up. "
          "Rows: {}; errors: {}; max bad: {}; error percent: 0",
          format_, seen, count_, allowed_),
      location, errors_};
}

}  // namespace weir::sandbox::bigquery
