// SPDX-License-Identifier: Apache-2.0
// The statements of a publication with their parameters. Used by the destination. A value.
#pragma once

#include <string>
#include <vector>

#include "connectors/bigquery/plan.h"
#include "model/partition.h"
#include "protocols/google/bigquery_jobs.h"

namespace weir::bigquery {

class Script {
 public:
  /// Adds a statement, without the semicolon.
  void add(const std::string& statement) { statements_ += statement + ";\n"; }
  /// Gives a value that statements name as @name.
  void set(const std::string& name, const char* type, std::string value) {
    parameters_.push_back({name, type, std::move(value)});
  }

  /// All of it as one transaction.
  google::QueryJob job() const {
    return {.sql = "BEGIN TRANSACTION;\n" + statements_ + "COMMIT TRANSACTION;", .parameters = parameters_};
  }

 private:
  std::string statements_;
  std::vector<google::BigQueryParameter> parameters_;
};

/// What a table gets in a publication.
struct TableChange {
  const TablePlan& plan;
  google::BigQueryTableName staged;
  std::uint64_t staged_rows = 0;
  std::size_t number = 0;  ///< tells the tables of a script apart
};

/// Removes what is replaced and brings the staged rows in. The script has @load_id, and for
/// Mode::ReplaceLoads @pipeline and @partition.
void add_change(Script& script, const TableChange& change, const model::Partition& partition,
                const std::string& ledger, const std::string& table_in_ledger);

/// "2022-01-24 10:05:03.250000", the form in which times are sent.
std::string sql_time(Timestamp time);

}  // namespace weir::bigquery
