// SPDX-License-Identifier: Apache-2.0
// Scan: the rows of a plan, one after the other. Used by the answers. One thread at a time.
#pragma once

#include <span>

#include "sandbox/looker/queries/plan.h"

namespace weir::sandbox::looker {

class Scan {
 public:
  explicit Scan(SharedPlan plan);
  Scan(const Scan&) = delete;
  Scan& operator=(const Scan&) = delete;

  /// False after the last row. The cells, in the order of the fields, live until the next call. The first
  /// call of a query that groups or sorts reads all rows.
  bool next(std::span<const Value>& cells);

 private:
  struct StoredRow {
    Row row = 0;               ///< of the driving view, when the row is computed anew
    std::vector<Value> cells;  ///< all of a group; of others those that sort
    std::unique_ptr<std::string[]> texts;
  };

  bool load(Row row);
  bool takes();
  Value cell(const Output& output);
  Value column_cell(const Output& output, const Column& column);
  StoredRow stored(std::span<const Value> cells, Row row) const;
  bool next_row(Row& row);
  void gather();
  void gather_groups();
  void sort();

  SharedPlan plan_;
  WallClock wall_;
  WallClock utc_{model::TimeZone::utc()};
  Scratch scratch_;
  std::vector<Row> rows_;  // one for each slot
  std::vector<Value> cells_;
  Row position_;
  bool is_gathered_ = false;
  std::vector<StoredRow> stored_;
  std::size_t next_stored_ = 0;
  std::int64_t left_;  // of the limit; below zero: no limit
};

}  // namespace weir::sandbox::looker
