// SPDX-License-Identifier: Apache-2.0
// BigQueryClient: requests to the BigQuery API of one project, and the place where its jobs run. Used by
// the other bigquery_*.h, which have a class for each kind of resource. Thread-safe.
// https://cloud.google.com/bigquery/docs/reference/rest
#pragma once

#include <chrono>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "protocols/google/api_client.h"
#include "protocols/google/bigquery_schema.h"

namespace weir::google {

struct BigQueryPlace {
  std::string project;  ///< in which jobs run, and which pays for them
  std::string dataset;
  std::string location{};  ///< "EU"; empty: that of the dataset
  std::string endpoint = "https://bigquery.googleapis.com";
  std::chrono::milliseconds timeout = std::chrono::minutes(5);        ///< of one request
  std::chrono::milliseconds job_timeout = std::chrono::hours(6);      ///< of one job
  std::chrono::milliseconds longest_poll = std::chrono::seconds(10);  ///< between two looks at a job
};

class BigQueryClient {
 public:
  using Query = std::vector<std::pair<std::string, std::string>>;

  BigQueryClient(BigQueryPlace place, Credentials credentials, const World& world)
      : place_(std::move(place)),
        tokens_(std::move(credentials), "https://www.googleapis.com/auth/bigquery", world),
        api_(tokens_, world) {}

  const BigQueryPlace& place() const { return place_; }
  const Credentials& credentials() const { return tokens_.credentials(); }
  const World& world() const { return api_.world(); }
  const io::RetryPolicy& policy() const { return api_.policy(); }
  ApiClient& api() { return api_; }

  /// Where jobs run. Asks for the dataset's location once, when none is configured.
  Result<std::string> location();
  /// Asks for the dataset; NotFound says how to make it.
  Result<void> check_dataset();

  /// A request below /bigquery/v2/projects/<project>.
  io::HttpRequest request(const std::string& method, const std::string& path, const Query& query = {}) const;
  /// A request below a table, which may be another project's than the one that pays.
  io::HttpRequest table_request(const std::string& method, const BigQueryTableName& table,
                                const std::string& path = {}, const Query& query = {}) const;
  /// The same as request() below /upload.
  io::HttpRequest upload_request(const std::string& path, const Query& query) const;
  /// Sends with retries where they are safe, also when the answer's JSON is cut short; errors name what
  /// may be missing.
  Result<io::HttpResponse> send(const io::HttpRequest& request);

 private:
  io::HttpRequest request_in(const std::string& project, const std::string& method, const std::string& path,
                             const Query& query) const;
  Result<std::string> ask_location();

  const BigQueryPlace place_;
  AccessTokens tokens_;
  ApiClient api_;
  std::mutex mutex_;  // guards location_
  std::string location_;
};

}  // namespace weir::google
