// SPDX-License-Identifier: Apache-2.0
// Jobs of BigQuery: inserted under an id of the caller's, followed to their end, found again. Used by
// the connector. Thread-safe.
//
// An id is taken for ever, so that inserting a job twice does it once: the second time the job that is
// there is followed (https://cloud.google.com/bigquery/docs/running-jobs#generate-jobid). A job that
// ended badly keeps its id, so another attempt has another one: see run_with_attempts().
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "protocols/google/bigquery_client.h"
#include "protocols/google/bigquery_schema.h"

namespace weir::google {

/// A named parameter: STRING, INT64, TIMESTAMP, … with its value as text; nothing is NULL.
struct BigQueryParameter {
  std::string name;
  std::string type;
  std::optional<std::string> value;
};

/// A query or a script. Its rows go into a table of the server's, which FinishedJob names.
struct QueryJob {
  std::string sql;
  std::vector<BigQueryParameter> parameters{};
  enum class Mode { Run, DryRun } mode = Mode::Run;  ///< a dry run tells the schema and takes no id
  std::uint64_t maximum_bytes_billed = 0;            ///< 0: no limit
};

/// JSON lines into an empty table, from objects, or from what is uploaded (bigquery_upload.h).
struct LoadJob {
  BigQueryTableName table;
  std::vector<BigQueryField> fields;
  std::vector<std::string> uris{};
  std::uint64_t max_bad_records = 0;
};

/// A table as objects of JSON lines; `uri` has a * for their numbers.
struct ExtractJob {
  BigQueryTableName table;
  std::string uri;
};

using JobConfiguration = std::variant<QueryJob, LoadJob, ExtractJob>;

struct JobProblem {
  std::string reason;
  std::string location;
  std::string message;
};

struct FinishedJob {
  std::string id;
  std::optional<JobProblem> failure;
  std::vector<JobProblem> problems;   ///< of single rows, or what led to the failure
  std::string sql;                    ///< of a query
  BigQueryTableName rows_in;          ///< of a query with rows
  std::vector<BigQueryField> fields;  ///< of a query, when it was a dry run
  std::uint64_t output_rows = 0;      ///< of a load
  std::uint64_t bad_records = 0;
  std::uint64_t output_bytes = 0;

  /// The failure as an error: its code says what to do.
  std::optional<Error> error() const;
};

class BigQueryJobs {
 public:
  explicit BigQueryJobs(BigQueryClient& client) : client_(client) {}

  /// Inserts a job unless its id is taken, and waits for the end of whichever has it.
  Result<FinishedJob> run(const std::string& id, const JobConfiguration& job);
  /// The same under `base` with _1, _2, … behind it while jobs end with errors that another attempt may
  /// not meet. The last one is given, however it ended.
  Result<FinishedJob> run_with_attempts(const std::string& base, const JobConfiguration& job);
  /// What run() would have found under an id, waited for; nothing when it was never taken.
  Result<std::optional<FinishedJob>> find(const std::string& id);
  /// What a query would give, without carrying it out.
  Result<FinishedJob> dry_run(const QueryJob& job);
  /// Waits for a job that an upload began.
  Result<FinishedJob> wait(const std::string& id);

  BigQueryClient& client() { return client_; }

 private:
  Result<io::HttpResponse> look(const std::string& id);
  Result<FinishedJob> follow(const std::string& id, io::HttpResponse answer);

  BigQueryClient& client_;
};

/// Calls `run` with one id after the other: see run_with_attempts().
Result<FinishedJob> with_attempts(BigQueryClient& client, const std::string& base,
                                  const std::function<Result<FinishedJob>(const std::string& id)>& run);

}  // namespace weir::google
