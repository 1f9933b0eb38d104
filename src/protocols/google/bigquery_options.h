// SPDX-License-Identifier: Apache-2.0
// The options of a BigQuery dataset, as a connection of weir.yaml gives them, and how they become a
// client. Used by the connector. Values.
#pragma once

#include <memory>
#include <string>

#include "config/spec.h"
#include "io/environment.h"
#include "protocols/google/bigquery_client.h"
#include "protocols/google/gcs_options.h"

namespace weir::google {

struct BigQueryOptions {
  std::string project{};
  std::string dataset{};
  std::string location{};
  config::SecretReference credentials{};
  GcsAccess access = GcsAccess::Account;
  std::string endpoint{};
  config::Duration timeout = {std::chrono::minutes(5)};
  config::Duration job_timeout = {std::chrono::hours(6)};
};

/// Adds the options above to the description of a connection.
template <typename Options>
void add_bigquery_fields(config::Spec<Options>& spec) {
  spec.field("project", &BigQueryOptions::project,
             "Project in which jobs run. Left out: GOOGLE_CLOUD_PROJECT, or the project of the credentials.")
      .example("analytics-prod")
      .field("dataset", &BigQueryOptions::dataset, "The dataset of the tables.")
      .required()
      .example("usage")
      .field("location", &BigQueryOptions::location,
             "Where the dataset is, such as EU. Left out: BigQuery is asked.")
      .example("EU")
      .field("credentials", &BigQueryOptions::credentials,
             "JSON key of a service account or login of gcloud. Left out: "
             "GOOGLE_APPLICATION_CREDENTIALS, the login of gcloud, the account of the machine.")
      .example("file:/run/secrets/bigquery.json")
      .choice("access", &BigQueryOptions::access,
              {{"account", GcsAccess::Account}, {"anonymous", GcsAccess::Anonymous}},
              "Whether requests carry the account's token; stand-ins need none.")
      .field("endpoint", &BigQueryOptions::endpoint,
             "Address of the API, when it is not https://bigquery.googleapis.com; "
             "BIGQUERY_EMULATOR_HOST is used when it is set.")
      .example("http://127.0.0.1:8086")
      .field("timeout", &BigQueryOptions::timeout, "Longest time that one request may take.")
      .field("job_timeout", &BigQueryOptions::job_timeout, "Longest time that one load or query may take.");
}

/// The client of these options. Reads the credentials but sends nothing. The world must outlive it.
Result<std::unique_ptr<BigQueryClient>> open_bigquery(const BigQueryOptions& options,
                                                      const io::Environment& environment, const World& world);

}  // namespace weir::google
