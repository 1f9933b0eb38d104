// SPDX-License-Identifier: Apache-2.0
// The hot path: rows of a batch into one table through one prepared statement. Used by the load;
// one thread at a time.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "connectors/sdk/destination.h"
#include "connectors/sqlite/database.h"
#include "connectors/sqlite/plan.h"

namespace weir::sqlite {

/// Hands a row's values to a statement without copying them.
class RowBinder {
 public:
  RowBinder(Statement statement, const TablePlan& plan, const std::string& load_id);

  sqlite3_stmt* statement() const { return statement_.handle(); }
  /// Nothing, or the column whose value SQLite's text form of it cannot hold.
  std::optional<std::size_t> bind(const model::BatchView& rows, std::size_t row);
  /// Lets go of the batch's memory.
  void release();

 private:
  bool bind_value(std::size_t column, const model::ColumnView& values, std::size_t row);

  Statement statement_;
  std::vector<Binding> bindings_;
  std::vector<char> is_null_;                // which parameters are NULL now
  std::vector<std::array<char, 32>> texts_;  // the text of times and numbers, a column each
  std::optional<std::string> load_id_;       // bound behind the columns
};

class RowWriter {
 public:
  static Result<RowWriter> open(Database& database, TablePlan plan, const sdk::TableTarget& target,
                                const std::string& load_id);
  /// Fails when the transaction cannot go on; rows that SQLite does not take are in the outcome.
  Result<sdk::WriteOutcome> write(const model::BatchView& rows);

 private:
  RowWriter(TablePlan plan, const sdk::TableTarget& target, RowBinder insert)
      : plan_(std::move(plan)), target_(&target), insert_(std::move(insert)) {}

  Result<void> write_row(const model::BatchView& rows, std::size_t row, sdk::WriteOutcome& outcome);
  Result<void> run(RowBinder& binder, const model::BatchView& rows, std::size_t row,
                   sdk::WriteOutcome& outcome);
  Result<void> overtake(const model::BatchView& rows, std::size_t row, sdk::WriteOutcome& outcome);
  Result<void> check_shape(const model::BatchView& rows) const;

  TablePlan plan_;
  const sdk::TableTarget* target_;  // of the request, which the load keeps
  RowBinder insert_;
  std::optional<RowBinder> overtake_;  // for merges
};

}  // namespace weir::sqlite
