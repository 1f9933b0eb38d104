// SPDX-License-Identifier: Apache-2.0
// What load jobs say about single rows, and which rows they mean. Used by the load. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/google/bigquery_jobs.h"

namespace weir::bigquery {

struct RowProblem {
  std::string file;                     ///< "gs://bucket/key"; empty: the upload
  std::optional<std::uint64_t> offset;  ///< of the row's first byte in the unpacked file
  std::optional<std::uint64_t> number;  ///< of the row in the file, from 1
  std::string reason;
};

/// Nothing when the problem is not about a row.
std::optional<RowProblem> row_problem(const google::JobProblem& problem);

/// Finds blamed rows in lines that come piece by piece.
class RowFinder {
 public:
  /// `problems` are those of one file.
  explicit RowFinder(std::vector<const RowProblem*> problems);
  /// The next piece of the file, of any size.
  void take(std::string_view piece);

  struct Found {
    std::uint64_t line = 0;  ///< from 1; 0: not found
    std::string bytes;
  };
  /// One for each problem, in order.
  const std::vector<Found>& found() const { return found_; }

 private:
  std::vector<const RowProblem*> problems_;
  std::vector<Found> found_;
  std::uint64_t offset_ = 0;  // of the row under way
  std::uint64_t line_ = 1;
  std::string row_;
};

}  // namespace weir::bigquery
