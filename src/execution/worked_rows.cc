// SPDX-License-Identifier: Apache-2.0
#include "execution/worked_rows.h"

#include <cstring>
#include <numeric>

namespace weir::execution {

PlainMarks::PlainMarks(std::size_t rows) : numbers(rows), no_errors(rows), all_null((rows + 63) / 64) {
  std::iota(numbers.begin(), numbers.end(), 0);
}

WorkedRows::WorkedRows(const model::BatchView& rows, std::shared_ptr<const PlainMarks> marks)
    : rows_(rows.rows), columns_(rows.columns.begin(), rows.columns.end()), marks_(std::move(marks)) {
  columns_.push_back({model::Type::Integer, marks_->numbers.data(), nullptr});
  columns_.push_back({model::Type::Text, marks_->no_errors.data(), marks_->all_null.data()});
}

WorkedRows::WorkedRows(const model::BatchView& rows, engine::Chunk computed,
                       const std::vector<std::optional<std::size_t>>& untouched)
    : computed_(std::move(computed)) {
  const auto given = computed_->view();
  rows_ = given.rows;
  if (rows_ == 0) return;
  const auto& row_column = given.columns[given.columns.size() - 2];
  const auto* const numbers = static_cast<const std::int64_t*>(row_column.data);
  std::size_t next = 0;
  for (const auto& number : untouched) {
    columns_.push_back(number ? choose(rows.columns[*number], numbers) : given.columns[next++]);
  }
  columns_.push_back(row_column);
  columns_.push_back(given.columns.back());
}

model::ColumnView WorkedRows::choose(const model::ColumnView& column, const std::int64_t* numbers) {
  const auto size = model::width(column.type);
  const auto* const bytes = static_cast<const char*>(column.data);
  const auto at = [&](std::size_t row) { return static_cast<std::size_t>(numbers[row]); };
  // Rows keep their order, so none is missing when the last is as far away as it can be.
  const bool all = at(rows_ - 1) - at(0) == rows_ - 1;
  if (all && at(0) % 64 == 0) {
    const auto* const validity = column.validity == nullptr ? nullptr : column.validity + at(0) / 64;
    return {column.type, bytes + at(0) * size, validity};
  }
  chosen_.push_back(std::make_unique_for_overwrite<std::uint64_t[]>((rows_ * size + 7) / 8));
  auto* const to = reinterpret_cast<char*>(chosen_.back().get());
  chosen_.push_back(std::make_unique<std::uint64_t[]>((rows_ + 63) / 64));
  auto* const validity = chosen_.back().get();
  for (std::size_t row = 0; row < rows_; ++row) {
    std::memcpy(to + row * size, bytes + at(row) * size, size);
    validity[row / 64] |= std::uint64_t{column.is_null(at(row)) ? 0U : 1U} << (row % 64);
  }
  return {column.type, to, validity};
}

}  // namespace weir::execution
