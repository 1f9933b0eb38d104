// SPDX-License-Identifier: Apache-2.0
// Faults that tests order for jobs: the next ones that fit take their time, or end in an error.
// Served at /_bigquery/fault. Thread-safe.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "sandbox/bigquery/refusal.h"

namespace weir::sandbox::bigquery {

struct JobFault {
  std::string kind{};   ///< "load", "query", …; empty: every one
  std::string match{};  ///< part of the job's id; empty: every one
  int times = 1;
  int skip = 0;
  int pending_milliseconds = 0;
  int milliseconds = 0;  ///< how long it stays RUNNING
  std::string reason{};  ///< the job ends with this error, and nothing is done; empty: it is carried out
  std::string message{};
};

/// InvalidConfig says what is wrong with the JSON.
Result<JobFault> parse_job_fault(const std::string& json);

class JobFaults {
 public:
  void add(JobFault fault);
  void clear();
  std::optional<JobFault> take(const std::string& kind, const std::string& id);
  Json waiting() const;
  /// Grows with every clear(); whoever waits because of a fault stops.
  int cleared() const;

 private:
  mutable std::mutex mutex_;  // guards what follows
  std::vector<JobFault> faults_;
  int cleared_ = 0;
};

}  // namespace weir::sandbox::bigquery
