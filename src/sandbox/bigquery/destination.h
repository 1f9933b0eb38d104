// SPDX-License-Identifier: Apache-2.0
// Where a job's rows go: the rules of dispositions, schema updates and partitions, the same for loads,
// copies and queries. Used by the kinds of jobs, inside a Transaction. Refuses by throwing Refusal.
#pragma once

#include "sandbox/bigquery/job.h"
#include "sandbox/bigquery/partition.h"

namespace weir::sandbox::bigquery {

struct Arrival {
  Target target;
  /// The columns that the rows have; empty: those of the table.
  Fields fields;
  /// The settings of the job: dispositions, schemaUpdateOptions, timePartitioning, clustering.
  const Json& settings;
  std::string default_write;  ///< the disposition when none is given
};

/// Checks what can be checked before any row is read; gives the columns that rows must have.
Fields expected_fields(Catalog& catalog, const Arrival& arrival);
/// Makes or changes the table, removes what is replaced, and inserts the rows of a query that gives
/// the columns of `fields`, in order. Gives how many rows were inserted.
std::int64_t deliver(Catalog& catalog, const Arrival& arrival, const Fields& fields,
                     const std::string& rows_sql);

}  // namespace weir::sandbox::bigquery
