// SPDX-License-Identifier: Apache-2.0
#include "app/templates.h"

namespace weir::app {
namespace {

constexpr std::string_view kProject =
    R"yaml(# A weir project: named systems here, one file for each pipeline in pipelines/.
# Try `weir check`, then `weir plan`, then `weir run`.

connections:
  # Where the web server writes its logs; /var/log/nginx, for example.
  logs:
    type: files
    folder: logs

  # Where the rows go: an SQLite file, made by the first load.
  warehouse:
    type: sqlite
    path: usage.db
)yaml";

constexpr std::string_view kPipeline =
    R"yaml(# The access log of a web server (Apache or nginx, combined format), ready for SQL.
pipeline: access_log
description: Every request that the web server answered, one row each.

# All files are loaded as one, again whenever one of them has changed. With one file a day, cut the
# work instead:
#   partitions: { every: day, from: 2024-01-01, column: timestamp }
# with path: "access-{{ partition.date }}.log*" below and write: replace_partition.
partitions: none

source:
  connection: logs
  path: "access.log*"          # rotated and packed ones, too
  format: access_log

transforms:
  # request_target_path and request_target_query, for counting pages.
  - parse_url: request_target

  # Where the visitor is, with MMDB files or the ipinfo API:
  # - geocode: { column: remote_ip, database: [geo/city.mmdb, geo/asn.mmdb] }
  # - geocode: { column: remote_ip, ipinfo: { token: env:IPINFO_TOKEN } }

checks:
  - not_null: [timestamp]

destination:
  connection: warehouse
  table: access_log
  # The table holds exactly what is in the files. `append` would keep rows of files that are gone.
  write: replace
)yaml";

constexpr std::string_view kIgnore =
    "# What weir remembers on this machine, and the data.\n.weir/\n*.db\n*.db-*\nlogs/\n";

constexpr std::string_view kSample =
    R"log(203.0.113.9 - - [17/May/2024:10:05:03 +0000] "GET /reports/2023.html HTTP/1.1" 200 20316 "https://example.org/" "Mozilla/5.0 (X11; Linux x86_64)"
2001:db8::5 - kim [17/May/2024:10:05:43 +0000] "POST /search?q=rivers HTTP/1.1" 200 912 "-" "curl/8.5.0"
198.51.100.20 - - [17/May/2024:10:06:11 +0000] "GET /favicon.ico HTTP/1.1" 404 0 "-" "Mozilla/5.0"
this line is no request
)log";

}  // namespace

Template access_log_template() {
  return {"access-log",
          "Access logs of a web server (Apache or nginx, combined format) to SQLite.",
          "put your logs into logs/, as logs/access.log",
          {{"weir.yaml", kProject}, {"pipelines/access_log.yaml", kPipeline}, {".gitignore", kIgnore}},
          "logs",
          {{"logs/access.log", kSample}}};
}

}  // namespace weir::app
