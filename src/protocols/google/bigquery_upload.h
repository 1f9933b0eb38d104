// SPDX-License-Identifier: Apache-2.0
// A load job whose rows are sent with it, by a resumable upload. Used by the connector. One thread.
// https://cloud.google.com/bigquery/docs/reference/api-uploads
#pragma once

#include <cstdint>
#include <string>

#include "protocols/google/bigquery_jobs.h"

namespace weir::google {

/// Bytes that can be read again, from any place.
class UploadBytes {
 public:
  virtual ~UploadBytes() = default;
  virtual std::uint64_t size() const = 0;
  virtual Result<std::string> read(std::uint64_t offset, std::size_t length) = 0;
};

/// Uploads the rows, which begins the job, and waits for its end. Goes on where a broken upload
/// stopped, begins a lost one anew, and follows a job that has the id already. Attempts as
/// BigQueryJobs::run_with_attempts().
Result<FinishedJob> upload_with_attempts(BigQueryJobs& jobs, const std::string& base, const LoadJob& job,
                                         UploadBytes& bytes);

}  // namespace weir::google
