// SPDX-License-Identifier: Apache-2.0
#include "connectors/postgres/row_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "connectors/postgres/refusal.h"

namespace weir::postgres {
namespace {

bool begins_character(char byte) { return (static_cast<unsigned char>(byte) & 0xc0U) != 0x80U; }

/// Whether every value of ours can be sent in this form, so that nobody has to look.
bool always_fits(Form form, model::Type type) {
  switch (form) {
    case Form::Boolean:
    case Form::Int8:
    case Form::Float8:
    case Form::Numeric:
    case Form::Bytea:
      return true;
    case Form::Text:
      return type == model::Type::Integer || type == model::Type::Double;
    case Form::Int2:
    case Form::Int4:
    case Form::Float4:
    case Form::Jsonb:
    case Form::Date:
    case Form::Timestamp:
      return false;
  }
  return false;
}

}  // namespace

bool is_text(model::Type type) { return type == model::Type::Text || type == model::Type::Json; }

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_character));
}

std::size_t bytes_of_characters(std::string_view text, std::size_t count) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (begins_character(text[at]) && count-- == 0) return at;
  }
  return text.size();
}

void RowCheck::refuse(std::size_t row, std::string reason, sdk::WriteOutcome& outcome) {
  if (bad_[row] != 0) return;
  bad_[row] = 1;
  outcome.refused.push_back({row, std::move(reason)});
}

void RowCheck::check_values(std::size_t column, const model::BatchView& rows, sdk::WriteOutcome& outcome) {
  const auto& values = rows.columns[column];
  const auto form = plan_->columns[column].binding.form;
  if (always_fits(form, values.type)) return;
  for (std::size_t row = 0; row < rows.rows; ++row) {
    if (values.is_null(row) || fits(values, row, form)) continue;
    const auto reason = misfit(values, row, form);
    refuse(row, fmt::format("{}: {}", show({target_->table, target_->schema, rows, row}, column), reason),
           outcome);
  }
}

void RowCheck::check_lengths(std::size_t column, const model::BatchView& rows, sdk::WriteOutcome& outcome) {
  const auto& values = rows.columns[column];
  const auto most = *plan_->columns[column].binding.most_characters;
  for (std::size_t row = 0; row < rows.rows; ++row) {
    if (bad_[row] != 0 || values.is_null(row) || values.text(row).size() <= most) continue;
    const auto length = characters(values.text(row));
    if (length <= most) continue;
    if (long_text_ == LongText::Widen) {
      auto& widest = too_narrow_[column];
      widest = std::max(widest, length);
    } else if (long_text_ == LongText::Truncate) {
      ++cut_[column];
    } else {
      refuse(row,
             fmt::format("{} has {} characters, and the column takes {}",
                         show({target_->table, target_->schema, rows, row}, column), length, most),
             outcome);
    }
  }
}

const std::vector<std::uint32_t>& RowCheck::good_rows(const model::BatchView& rows,
                                                      sdk::WriteOutcome& outcome) {
  bad_.assign(rows.rows, 0);
  too_narrow_.clear();
  for (const auto column : plan_->key) {
    for (std::size_t row = 0; row < rows.rows; ++row) {
      if (!rows.columns[column].is_null(row)) continue;
      refuse(row, fmt::format("{} is NULL, but it is part of the key", target_->schema.columns[column].name),
             outcome);
    }
  }
  for (std::size_t column = 0; column < plan_->columns.size(); ++column) {
    check_values(column, rows, outcome);
    const bool limited = plan_->columns[column].binding.most_characters.has_value();
    if (limited && is_text(rows.columns[column].type)) check_lengths(column, rows, outcome);
  }
  good_.clear();
  for (std::uint32_t row = 0; row < rows.rows; ++row) {
    if (bad_[row] == 0) good_.push_back(row);
  }
  return good_;
}

std::string_view RowCheck::cut(std::size_t column, std::string_view text) const {
  const auto most = *plan_->columns[column].binding.most_characters;
  return text.size() <= most ? text : text.substr(0, bytes_of_characters(text, most));
}

std::vector<std::string> RowCheck::warnings() const {
  std::vector<std::string> all;
  for (const auto& [column, count] : cut_) {
    const auto& planned = plan_->columns[column];
    all.push_back(fmt::format("{} values of {} in table {} were cut to {} characters", count, planned.name,
                              plan_->name.table, *planned.binding.most_characters));
  }
  return all;
}

}  // namespace weir::postgres
