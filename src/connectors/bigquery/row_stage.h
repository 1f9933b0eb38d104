// SPDX-License-Identifier: Apache-2.0
// RowStage: where the rows of one table wait for their load job, as JSON lines: in a file of this
// machine, or in objects of a bucket. Used by the load; one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/bigquery/row_problem.h"
#include "io/object_store.h"
#include "protocols/google/bigquery_jobs.h"

namespace weir::bigquery {

/// A staged row.
struct StagedRow {
  std::string place;       ///< "gs://bucket/key", or "upload"
  std::uint64_t line = 0;  ///< there, from 1
  std::string bytes;       ///< without its line end
};

class RowStage {
 public:
  virtual ~RowStage() = default;
  /// Takes whole lines.
  virtual Result<void> add(std::string_view rows) = 0;
  /// Sends what is left, and runs the load job under `base` with attempts.
  virtual Result<google::FinishedJob> load(google::BigQueryJobs& jobs, const std::string& base,
                                           google::LoadJob job) = 0;
  /// The rows that problems blame, in the order of the problems. A row that cannot be found has no bytes
  /// and the line 0.
  virtual Result<std::vector<StagedRow>> find(const std::vector<RowProblem>& problems) = 0;
  /// Removes what is staged, as well as possible.
  virtual void remove() = 0;
};

/// In a file without a name, which no crash can leave behind. Sent with the load job.
Result<std::unique_ptr<RowStage>> make_file_stage();
/// In objects below `prefix`, of about `part_size` bytes each before they are packed.
std::unique_ptr<RowStage> make_bucket_stage(io::ObjectStore& store, std::string prefix,
                                            std::size_t part_size);

}  // namespace weir::bigquery
