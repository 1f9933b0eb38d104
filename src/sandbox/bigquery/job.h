// SPDX-License-Identifier: Apache-2.0
// A job and what carrying it out gives. Used by jobs.h and by the kinds of jobs. Values.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "sandbox/bigquery/catalog.h"
#include "sandbox/gcs/store.h"

namespace weir::sandbox::bigquery {

enum class Phase { Pending, Running, Done };

/// What is left of a job when it is over. A failure is thrown instead.
struct Outcome {  // NOLINT(bugprone-exception-escape)
  Json statistics = Json::object();
  Json warnings = Json::array();       ///< status.errors of a job that succeeded
  std::optional<TableName> results{};  ///< the table that holds the rows of a query
  Json schema = nullptr;               ///< of those rows, also of a dry run
};

struct Job {  // NOLINT(bugprone-exception-escape)
  std::string project;
  std::string location;
  std::string id;
  Json configuration;
  std::shared_ptr<const gcs::Blob> upload{};  ///< the bytes of a load without URIs

  Phase phase = Phase::Pending;
  bool is_cancelled = false;
  std::int64_t created = 0;
  std::int64_t started = 0;
  std::int64_t ended = 0;
  std::optional<Refusal> failure{};
  Outcome outcome{};

  /// "load", "query", "copy" or "extract".
  std::string kind() const;
  const Json& settings() const { return configuration.at(kind()); }
  Json reference() const { return {{"projectId", project}, {"jobId", id}, {"location", location}}; }
};

/// What kinds of jobs work with.
struct Tools {
  Catalog& catalog;
  gcs::Store& store;
  std::uint64_t extract_bytes;  ///< how large a file of an extract becomes before the next begins
};

// One function for each kind; the caller holds the warehouse. They refuse by throwing Refusal.
Outcome run_load(Tools& tools, const Job& job);
Outcome run_extract(Tools& tools, const Job& job);
Outcome run_copy(Tools& tools, const Job& job);
Outcome run_query(Tools& tools, const Job& job);

}  // namespace weir::sandbox::bigquery
