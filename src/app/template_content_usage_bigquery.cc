// SPDX-License-Identifier: Apache-2.0
#include "app/templates.h"

namespace weir::app {
namespace {

constexpr std::string_view kUsageInBigQueryProject =
    R"yaml(# A weir project: named systems here, one file for each pipeline in pipelines/.
# Fill in the names and credentials, then try `weir check` and `weir run`.

connections:
  # The Looker instance. An API key of a user with see_system_activity can ask for its usage. What is
  # left out here is taken from LOOKERSDK_* variables or from looker.ini.
  looker:
    type: looker
    base_url: https://looker.example.com
    client_id: AbC123
    client_secret: env:LOOKERSDK_CLIENT_SECRET

  # The dataset of the table, which must be there. Who writes is said by GOOGLE_APPLICATION_CREDENTIALS,
  # the login of gcloud, or the machine's account; it needs the roles BigQuery Job User on the project and
  # BigQuery Data Editor on the dataset.
  warehouse:
    type: bigquery
    project: example-project
    dataset: usage
    # location: EU
    # Rows wait for their load job in a bucket rather than on this machine:
    # staging: { connection: lake, prefix: staging/weir }

  # lake: { type: gcs, bucket: example-bucket }
)yaml";

constexpr std::string_view kUsageInBigQuery =
    R"yaml(# How often each dashboard and look was used, counted by Looker since it exists: one row each.
pipeline: content_usage

# Everything once, also what was never opened; then what was opened since. What is remembered is the
# ledger in BigQuery, so an initial load that failed is an initial load again.
partitions: { every: cursor, from: start, step: 1 day, overlap: 1 h, lag: 1 min }

source:
  connection: looker
  model: system__activity
  explore: content_usage
  fields:
    - content_usage.content_id
    - content_usage.content_title
    - content_usage.content_type
    - content_usage.days_since_last_access_tiers
    - content_usage.days_since_last_accessed
    - content_usage.id
    - content_usage.api_count
    - content_usage.embed_count
    - content_usage.favorite_count
    - content_usage.public_count
    - content_usage.schedule_count
    - content_usage.other_count
    - content_usage.last_accessed_time
  partition_field: content_usage.last_accessed_time

# Titles may name people. This leaves [redacted] in their place:
# transforms:
#   - mask: content_title

destination:
  connection: warehouse
  table: content_usage
  # A row is a counter that goes on: the newest state of each id.
  write: merge
  key: [id]
  # The table is made like this when it is not there yet.
  schema:
    - { name: last_accessed_time, type: DATETIME, description: In UTC. }
)yaml";

constexpr std::string_view kUsageInSandbox =
    R"yaml(# A weir project between two stand-ins of weir-sandbox: a Looker with a year of invented usage, and a
# BigQuery.

connections:
  # Its address and credentials are in looker.ini. If it runs at another port, change them there and below.
  looker:
    type: looker

  warehouse:
    type: bigquery
    project: sandbox
    dataset: usage
    endpoint: http://127.0.0.1:8086
    access: anonymous
)yaml";

constexpr std::string_view kUsageInBigQueryIgnore =
    "# What weir remembers on this machine, and credentials.\n.weir/\nlooker.ini\n";

}  // namespace

Template content_usage_bigquery_template() {
  return {"content-usage-bigquery",
          "The newest usage counters of each dashboard and look of a Looker, into a table of BigQuery.",
          "write the addresses and names of your Looker and your dataset into weir.yaml",
          {{"weir.yaml", kUsageInBigQueryProject},
           {"pipelines/content_usage.yaml", kUsageInBigQuery},
           {".gitignore", kUsageInBigQueryIgnore}},
          "",
          {},
          {{"looker.ini", kSandboxIni}, {"weir.yaml", kUsageInSandbox}},
          "weir-sandbox --dataset usage"};
}

}  // namespace weir::app
