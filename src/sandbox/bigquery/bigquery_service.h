// SPDX-License-Identifier: Apache-2.0
// BigQueryService: the REST API of BigQuery v2. Used by sandbox.cc. Thread-safe.
// https://cloud.google.com/bigquery/docs/reference/rest
#pragma once

#include <memory>

#include "sandbox/bigquery/jobs.h"
#include "sandbox/bigquery/table_rows.h"
#include "sandbox/gcs/sessions.h"

namespace weir::sandbox::bigquery {

struct Settings {
  std::string folder{};                 ///< where everything is kept; empty: in memory
  std::vector<std::string> datasets{};  ///< "analytics", "project.analytics@EU": made at the start
  std::int64_t loads_per_table = 1500;
  std::uint64_t extract_bytes = 64U << 20U;
};

class BigQueryService final : public Service {
 public:
  /// The store and the clock must outlive it. The engine is opened by the first request, because that
  /// takes a moment.
  BigQueryService(Settings settings, gcs::Store& store, const io::Clock& clock)
      : settings_(std::move(settings)), store_(store), clock_(clock) {}
  ~BigQueryService() override;

  /// Says what is wrong with the datasets of the settings.
  static Result<void> check(const Settings& settings);

  std::optional<Answer> answer(const Request& request, RequestBody& body) override;
  /// Requests that wait for a job are answered at once, so that the server can end.
  void stop();

 private:
  using Path = std::vector<std::string>;
  struct Parts;

  Parts& parts();
  std::optional<Answer> route(const Request& request, RequestBody& body);
  std::optional<Answer> api(const Path& path, const Request& request, RequestBody& body);
  std::optional<Answer> control(const Request& request, RequestBody& body);

  Answer projects();
  Answer datasets(const std::string& project, const Request& request, RequestBody& body);
  Answer dataset(const std::string& project, const std::string& name, const Request& request,
                 RequestBody& body);
  Answer tables(const std::string& project, const std::string& dataset, const Request& request,
                RequestBody& body);
  Answer table(const TableName& name, const Request& request, RequestBody& body);
  Answer table_data(const Target& target, const Request& request);

  Answer jobs(const std::string& project, const Request& request, RequestBody& body);
  std::optional<Answer> job(const std::string& project, const Path& path, const Request& request);
  Answer insert_job(const std::string& project, const Json& body, std::shared_ptr<const gcs::Blob> upload);
  Job new_job(const std::string& project, Json body);
  std::string location_of(const Job& job, const std::string& wanted);
  Answer upload(const std::string& project, const Request& request, RequestBody& body);
  Answer query(const std::string& project, RequestBody& body);
  Answer dry_query(const Job& job, const Json& body);
  Answer query_results(const std::string& project, const std::string& id, const Request& request);
  Json results_of(const Job& job, const Parameters& query);

  Settings settings_;
  gcs::Store& store_;
  const io::Clock& clock_;
  std::mutex mutex_;  // guards the making of parts_
  std::unique_ptr<Parts> parts_;
};

struct BigQueryService::Parts {
  Parts(const Settings& settings, gcs::Store& store, const io::Clock& clock)
      : warehouse(settings.folder),
        catalog(warehouse, !settings.folder.empty(), clock),
        jobs({catalog, store, settings.extract_bytes}, {settings.loads_per_table}) {}

  Warehouse warehouse;
  Catalog catalog;
  gcs::Sessions sessions;
  std::mutex mutex;                             // guards requests
  std::map<std::string, std::string> requests;  ///< jobs by the requestId of jobs.query
  Jobs jobs;                                    // the last: it ends before what it works with
};

/// The JSON of a request; refuses what is none.
Json json_of(RequestBody& body);
/// The answer to a method that a path has not.
Answer refused_method(const Request& request);

}  // namespace weir::sandbox::bigquery
