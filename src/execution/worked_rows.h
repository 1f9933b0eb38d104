// SPDX-License-Identifier: Apache-2.0
// WorkedRows: rows of a block behind the transforms. Columns that the transforms have changed are the
// engine's; the others are still those of the block, which are not copied. Made by a worker, read by
// the thread that delivers; the block's batch must outlive them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "engine/database.h"
#include "model/batch.h"

namespace weir::execution {

/// What rows that no transform looks at carry: their numbers from 0, and no error. Shared by blocks.
struct PlainMarks {
  explicit PlainMarks(std::size_t rows);
  std::vector<std::int64_t> numbers;
  std::vector<model::Text> no_errors;
  std::vector<std::uint64_t> all_null;
};

class WorkedRows {
 public:
  /// All rows of a batch as they are.
  WorkedRows(const model::BatchView& rows, std::shared_ptr<const PlainMarks> marks);
  /// What the engine gave for some rows of a batch: its columns that `untouched` has no number for, in
  /// their order, then the row column and the error column.
  WorkedRows(const model::BatchView& rows, engine::Chunk computed,
             const std::vector<std::optional<std::size_t>>& untouched);

  /// The data columns, then the row column and the error column.
  model::BatchView view() const { return {rows_, columns_}; }

 private:
  /// Those of a column's values that the numbers stand for.
  model::ColumnView choose(const model::ColumnView& column, const std::int64_t* numbers);

  std::size_t rows_ = 0;
  std::vector<model::ColumnView> columns_;
  // What the columns point into.
  std::shared_ptr<const PlainMarks> marks_;
  std::optional<engine::Chunk> computed_;
  std::vector<std::unique_ptr<std::uint64_t[]>> chosen_;
};

}  // namespace weir::execution
