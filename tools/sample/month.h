// SPDX-License-Identifier: Apache-2.0
// Writes request logs, one file a day, the same bytes for the same options.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/time.h"

namespace weir::sample {

struct SampleOptions {
  std::string folder;
  Date from;
  int days = 31;
  std::uint64_t rows = 60'000;  ///< lines in all, duplicates and broken ones included
  std::uint64_t seed = 1;
  double duplicates_percent = 2.0;
  double broken_percent = 0.04;
};

struct SampleSummary {
  int files = 0;
  std::uint64_t lines = 0;
  std::uint64_t duplicates = 0;  ///< lines that repeat an earlier one
  std::uint64_t broken = 0;
  std::uint64_t bytes = 0;

  bool operator==(const SampleSummary&) const = default;
};

/// Creates the folder when it is missing and replaces files of the same days.
Result<SampleSummary> write_sample(const SampleOptions& options);

/// "2022-01-24.jsonl".
std::string file_name(Date day);

}  // namespace weir::sample
