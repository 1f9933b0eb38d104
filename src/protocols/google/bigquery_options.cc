// SPDX-License-Identifier: Apache-2.0
#include "protocols/google/bigquery_options.h"

namespace weir::google {
namespace {

constexpr const char* kEmulator = "BIGQUERY_EMULATOR_HOST";

Result<Credentials> credentials_of(const BigQueryOptions& options, const io::Environment& environment) {
  if (options.access == GcsAccess::Anonymous) return Anonymous{};
  if (!options.credentials.empty()) {
    config::Diagnostics warnings;  // were given when the configuration was read
    const Secret json = TRY(config::resolve(options.credentials, environment, warnings));
    return parse_credentials(json.reveal(), options.credentials.to_string());
  }
  // As Google's clients do: a stand-in that was named like this wants no token.
  if (options.endpoint.empty() && environment.get(kEmulator)) return Anonymous{};
  return find_credentials(environment);
}

/// Some give the whole base of the API, others only where it is.
std::string endpoint_of(const BigQueryOptions& options, const io::Environment& environment) {
  constexpr std::string_view kPath = "/bigquery/v2";
  std::string endpoint = options.endpoint;
  if (endpoint.empty()) endpoint = environment.get(kEmulator).value_or(BigQueryPlace{}.endpoint);
  if (endpoint.find("://") == std::string::npos) endpoint = "http://" + endpoint;
  while (endpoint.ends_with('/')) endpoint.pop_back();
  if (endpoint.ends_with(kPath)) endpoint.resize(endpoint.size() - kPath.size());
  return endpoint;
}

}  // namespace

Result<std::unique_ptr<BigQueryClient>> open_bigquery(const BigQueryOptions& options,
                                                      const io::Environment& environment,
                                                      const World& world) {
  Credentials credentials = TRY(credentials_of(options, environment));
  BigQueryPlace place{.project = options.project, .dataset = options.dataset, .location = options.location};
  if (place.project.empty()) place.project = project_of(credentials, environment);
  if (place.project.empty()) {
    return fail(ErrorCode::InvalidConfig,
                "no project for BigQuery: write `project` into the connection, or set GOOGLE_CLOUD_PROJECT");
  }
  place.endpoint = endpoint_of(options, environment);
  place.timeout = options.timeout.value;
  place.job_timeout = options.job_timeout.value;
  return std::make_unique<BigQueryClient>(std::move(place), std::move(credentials), world);
}

}  // namespace weir::google
