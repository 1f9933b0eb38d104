// SPDX-License-Identifier: Apache-2.0
// RowWriter: puts the rows of one table of a load in, and finds exactly those that cannot go in.
// A failed statement takes DuckDB's whole transaction down, so no statement here may fail for a
// row's sake. Belongs to the load, one thread at a time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "connectors/duckdb/table.h"
#include "connectors/sdk/destination.h"
#include "engine/database.h"

namespace weir::duckdb {

class RowWriter {
 public:
  /// `input` was defined with input_schema() under the name `input_name`; `staging_name` is free.
  struct Names {
    std::string input, staging;
  };
  static Result<RowWriter> open(engine::Connection connection, engine::Input input, Names names,
                                TablePlan plan, const sdk::TableTarget& target, const std::string& load_id);

  Result<sdk::WriteOutcome> write(const model::BatchView& rows);
  /// Brings what a merge has gathered into the table.
  Result<void> finish();

 private:
  RowWriter(engine::Connection connection, engine::Input input, Names names, TablePlan plan,
            sdk::TableTarget target, std::string load_id);

  Result<void> prepare();
  std::string insert_sql() const;
  std::string gather_sql() const;
  std::string from_input() const;
  Result<void> create_staging();
  void refuse_nulls(const model::BatchView& rows, sdk::WriteOutcome& outcome);
  Result<std::uint64_t> run_insert(std::vector<std::string>& returned_keys);
  Result<void> find_losers(std::vector<std::string> winners, sdk::WriteOutcome& outcome);

  engine::Connection connection_;
  engine::Input input_;
  Names names_;
  TablePlan plan_;
  sdk::TableTarget target_;
  std::string load_id_;
  std::optional<engine::Prepared> insert_;
  std::vector<std::uint8_t> wanted_;     // a row each: whether it may go in
  std::vector<std::int64_t> positions_;  // a row each: 0, 1, 2, …
  std::uint64_t gathered_ = 0;           // rows that a merge has staged
};

/// The rows' columns, then whether a row is wanted and where it stands.
model::Schema input_schema(const model::Schema& rows);

}  // namespace weir::duckdb
