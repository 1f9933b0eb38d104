// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "app/templates.h"

namespace weir::app {
namespace {

constexpr std::string_view kBigQueryProject =
    R"yaml(# A weir project: named systems here, one file for each pipeline in pipelines/.
# Fill in the names, then try `weir check`, `weir plan` and `weir run`.

connections:
  # The dataset into which a log sink of Google Cloud writes. Who reads it is said by
  # GOOGLE_APPLICATION_CREDENTIALS, the login of gcloud, or the machine's account; it needs the roles
  # BigQuery Job User on the project and BigQuery Data Viewer on the dataset.
  logs:
    type: bigquery
    project: example-project
    dataset: datasette_logs

  # Where the rows go: an SQLite file, made by the first load.
  warehouse:
    type: sqlite
    path: usage.db

# The most memory that a run may take. Larger work goes to disk.
memory: 512 MiB
)yaml";

constexpr std::string_view kBigQueryPipeline =
    R"yaml(# Requests for data tables of a web site, cleaned, located and ready for SQL.
pipeline: request_logs
description: Requests for data tables, one row each, with the visitor's network and place.

# One load for each day in UTC, by the time of the request. Set the day on which the logs begin.
partitions: { every: day, from: 2024-05-01, column: timestamp }

source:
  connection: logs
  # The table that a log sink fills. Only the rows of the partition's day are read; with a table that
  # is partitioned by the same column, that is all that is paid for.
  table: run_googleapis_com_requests
  partition_column: timestamp

transforms:
  # receiveTimestamp becomes receive_timestamp.
  - snake_case: columns

  # Fields of the request become columns of their own. The types make sure that a day on which a
  # field is empty has the same columns as all others. The object itself stays, as JSON text.
  - unpack:
      column: http_request
      fields:
        request_method: text
        request_url: text
        request_size: integer
        status: integer
        response_size: double
        user_agent: text
        remote_ip: text
        server_ip: text
        referer: text
        latency: text
        protocol: text

  # Columns that these logs never fill, where they are present.
  - drop:
      columns:
        - cache_lookup
        - cache_hit
        - cache_validated_with_origin_server
        - cache_fill_bytes
        - operation
        - span_id
        - trace_sampled
        - source_location
      if_present: true

  # 0.042 and "0.042s" are both 0.042 seconds.
  - cast: { latency: { type: double, format: duration } }

  # request_url_scheme, request_url_netloc, request_url_path and request_url_query.
  - parse_url: request_url

  # Only requests for data. The texts are taken literally, and a row without a path is left out.
  - filter:
      column: request_url_path
      starts_with: [/pudl, /ferc1]
      contains: [pudl.db, ferc1.db]
      ends_with: [.json, .csv]

  # Exported twice, loaded once: the first row of an id stays.
  - deduplicate: { key: [insert_id], keep: first }

  # Where the visitor is. Private addresses are recognised without a lookup. Until one of the two
  # is chosen, the columns are there and empty:
  - geocode:
      column: remote_ip
      # database: [geo/city.mmdb, geo/asn.mmdb]   # MMDB files
      # ipinfo: { token: env:IPINFO_TOKEN }       # the ipinfo API

  # People's addresses need not be kept. This leaves 203.0.113.0 of 203.0.113.77:
  # - mask: { column: remote_ip, method: truncate_address }

checks:
  # Rows without these go to quarantine: `weir quarantine show request_logs`.
  - not_null: [insert_id, timestamp]

destination:
  connection: warehouse
  table: datasette_request_logs
  key: [insert_id]
  # Loading a day again replaces the rows of that day and no others.
  write: replace_partition

# A run fails, and publishes nothing, when more rows than this are bad. A share works, too: 1 %.
max_bad_rows: 1000
)yaml";

constexpr std::string_view kLogsInSandbox =
    R"yaml(# A weir project that reads from weir-sandbox, a stand-in for BigQuery.

connections:
  # If it runs at another port, change it here.
  logs:
    type: bigquery
    project: sandbox
    dataset: datasette_logs
    endpoint: http://127.0.0.1:8086
    access: anonymous

  # What the log sink writes there.
  sample:
    type: files
    folder: sample

  # Where the rows go: an SQLite file, made by the first load.
  warehouse:
    type: sqlite
    path: usage.db
)yaml";

constexpr std::string_view kLogSink =
    R"yaml(# Does what a log sink of Google Cloud does: puts a few entries into BigQuery. Run it before anything else.
pipeline: log_sink

partitions: none

source:
  connection: sample
  path: entries.jsonl
  format: jsonl
  columns:
    insertId: text
    timestamp: timestamp
    receiveTimestamp: timestamp
    severity: text
    logName: text
    trace: text
    resource: json
    httpRequest: json

destination:
  connection: logs
  table: run_googleapis_com_requests
  write: replace
)yaml";

constexpr std::string_view kLogEntries =
    R"({"insertId":"61ee0a01","timestamp":"2022-01-24T08:15:03.250Z","receiveTimestamp":"2022-01-24T08:15:04Z","severity":"INFO","logName":"projects/sandbox/logs/requests","trace":"t/1","resource":{"type":"cloud_run_revision"},"httpRequest":{"requestMethod":"GET","requestUrl":"https://data.example.org/pudl/plants.json?_size=5","requestSize":"812","status":200,"responseSize":"20480","userAgent":"curl/7.79","remoteIp":"203.0.113.77","latency":"0.042s","protocol":"HTTP/1.1"}}
{"insertId":"61ee0a02","timestamp":"2022-01-24T09:00:00Z","receiveTimestamp":"2022-01-24T09:00:01Z","severity":"INFO","logName":"projects/sandbox/logs/requests","trace":"t/2","resource":{"type":"cloud_run_revision"},"httpRequest":{"requestMethod":"GET","requestUrl":"https://data.example.org/favicon.ico","status":404,"userAgent":"Mozilla/5.0","remoteIp":"10.1.2.3","latency":"0.003s","protocol":"HTTP/2"}}
{"insertId":"61ee0a02","timestamp":"2022-01-24T09:00:00Z","receiveTimestamp":"2022-01-24T09:00:01Z","severity":"INFO","logName":"projects/sandbox/logs/requests","trace":"t/2","resource":{"type":"cloud_run_revision"},"httpRequest":{"requestMethod":"GET","requestUrl":"https://data.example.org/favicon.ico","status":404,"userAgent":"Mozilla/5.0","remoteIp":"10.1.2.3","latency":"0.003s","protocol":"HTTP/2"}}
{"insertId":"61ee0a03","timestamp":"2022-01-24T21:40:11.5Z","receiveTimestamp":"2022-01-24T21:40:12Z","severity":"INFO","logName":"projects/sandbox/logs/requests","trace":"t/3","resource":{"type":"cloud_run_revision"},"httpRequest":{"requestMethod":"GET","requestUrl":"https://data.example.org/ferc1/fuel.csv","requestSize":"640","status":200,"responseSize":"918000","userAgent":"python-requests/2.27","remoteIp":"198.51.100.7","latency":"1.31s","protocol":"HTTP/1.1"}}
)";

/// The pipeline, beginning with the day of the entries.
std::string_view sandbox_pipeline() {
  static const auto text = [] {
    std::string pipeline(kBigQueryPipeline);
    constexpr std::string_view kFrom = "from: 2024-05-01";
    pipeline.replace(pipeline.find(kFrom), kFrom.size(), "from: " + std::string(kSampleDay));
    return pipeline;
  }();
  return text;
}

constexpr std::string_view kBigQueryIgnore =
    "# What weir remembers on this machine, and the data.\n.weir/\n*.db\n*.db-*\n";

}  // namespace

Template request_logs_bigquery_template() {
  return {"request-logs-bigquery",
          "Request logs that a log sink writes into BigQuery to SQLite: the same pipeline, by day.",
          "write the project and dataset of your logs into weir.yaml",
          {{"weir.yaml", kBigQueryProject},
           {"pipelines/request_logs.yaml", kBigQueryPipeline},
           {".gitignore", kBigQueryIgnore}},
          "",
          {},
          {{"sample/entries.jsonl", kLogEntries},
           {"pipelines/request_logs.yaml", sandbox_pipeline()},
           {"pipelines/log_sink.yaml", kLogSink},
           {"weir.yaml", kLogsInSandbox}},
          "weir-sandbox --dataset datasette_logs",
          "weir run log_sink"};
}

}  // namespace weir::app
