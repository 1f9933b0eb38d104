// SPDX-License-Identifier: Apache-2.0
#include "app/templates.h"

namespace weir::app {
namespace {

constexpr std::string_view kProject =
    R"yaml(# A weir project: named systems here, one file for each pipeline in pipelines/.
# Try `weir check`, then `weir plan`, then `weir run`.

connections:
  # Where the logs are. Paths in the pipeline's source start in this folder.
  logs:
    type: files
    folder: logs

  # Where the rows go: an SQLite file, made by the first load.
  warehouse:
    type: sqlite
    path: usage.db

# The most memory that a run may take. Larger work goes to disk.
memory: 512 MiB
)yaml";

constexpr std::string_view kPipeline =
    R"yaml(# Requests for data tables of a web site, cleaned, located and ready for SQL.
pipeline: request_logs
description: Requests for data tables, one row each, with the visitor's network and place.

# One load for each day in UTC. A row belongs to the day of its timestamp; rows of another day in a
# day's file are set aside. History begins with the first file; `from: 2024-05-01` would begin it there.
partitions: { every: day, column: timestamp }

source:
  connection: logs
  # One file a day, plain or packed with gzip or zstd.
  path: "{{ partition.date }}.jsonl*"
  format: jsonl
  # Times are text unless they are declared. Columns that are named here are there even when no
  # entry has them; all others are found by looking at the input.
  columns:
    insertId: text
    logName: text
    timestamp: timestamp
    receiveTimestamp: timestamp
    severity: text
    textPayload: text
    trace: text
    httpRequest: json
    resource: json
    labels: json

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

  # "0.042s", as log files have it, and 0.042, as tables have it, are both 0.042 seconds.
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

constexpr std::string_view kIgnore =
    "# What weir remembers on this machine, and the data.\n.weir/\n*.db\n*.db-*\nlogs/\n";

constexpr std::string_view kSample =
    R"({"logName":"projects/example/logs/requests","insertId":"61ee8a10-1","severity":"INFO","timestamp":"2022-01-24T09:12:03.25Z","receiveTimestamp":"2022-01-24T09:12:03.61Z","trace":"t/1","resource":{"type":"cloud_run_revision","labels":{"service_name":"datasette"}},"labels":{"instanceId":"00bf4b"},"httpRequest":{"requestMethod":"GET","requestUrl":"https://data.example.org/ferc1/t_plants.json?_size=5","requestSize":812,"status":200,"responseSize":20480,"userAgent":"curl/7.79","remoteIp":"203.0.113.9","latency":0.042,"protocol":"HTTP/1.1"}}
{"logName":"projects/example/logs/requests","insertId":"61ee8a10-1","severity":"INFO","timestamp":"2022-01-24T09:12:03.25Z","receiveTimestamp":"2022-01-24T09:12:03.61Z","trace":"t/1","resource":{"type":"cloud_run_revision","labels":{"service_name":"datasette"}},"labels":{"instanceId":"00bf4b"},"httpRequest":{"requestMethod":"GET","requestUrl":"https://data.example.org/ferc1/t_plants.json?_size=5","requestSize":812,"status":200,"responseSize":20480,"userAgent":"curl/7.79","remoteIp":"203.0.113.9","latency":0.042,"protocol":"HTTP/1.1"}}
{"logName":"projects/example/logs/requests","insertId":"61ee8a10-2","severity":"INFO","timestamp":"2022-01-24T10:40:11Z","receiveTimestamp":"2022-01-24T10:40:11.4Z","trace":"t/2","resource":{"type":"cloud_run_revision","labels":{"service_name":"datasette"}},"labels":{"instanceId":"00bf4b"},"httpRequest":{"requestMethod":"GET","requestUrl":"https://data.example.org/pudl/out_eia.csv","requestSize":640,"status":200,"responseSize":1048576,"userAgent":"Mozilla/5.0","remoteIp":"198.51.100.20","referer":"https://example.org/","latency":0.31,"protocol":"HTTP/1.1"}}
{"logName":"projects/example/logs/requests","insertId":"61ee8a10-3","severity":"INFO","timestamp":"2022-01-24T11:02:45Z","receiveTimestamp":"2022-01-24T11:02:45.2Z","trace":"t/3","resource":{"type":"cloud_run_revision","labels":{"service_name":"datasette"}},"labels":{"instanceId":"00bf4b"},"httpRequest":{"requestMethod":"GET","requestUrl":"https://data.example.org/favicon.ico","requestSize":300,"status":404,"responseSize":0,"userAgent":"Mozilla/5.0","remoteIp":"10.0.0.7","latency":0.002,"protocol":"HTTP/1.1"}}
{"logName":"projects/example/logs/requests","insertId":"61ee8a10-4","timestamp":"2022-01-24T11:0
)";

}  // namespace

Template request_logs_template() {
  return {"request-logs",
          "Request logs of a web service (JSON lines) to SQLite: unpacked, cleaned, deduplicated, by day.",
          "put your logs into logs/, one file a day such as logs/2022-01-24.jsonl",
          {{"weir.yaml", kProject}, {"pipelines/request_logs.yaml", kPipeline}, {".gitignore", kIgnore}},
          "logs",
          {{"logs/2022-01-24.jsonl", kSample}}};
}

}  // namespace weir::app
