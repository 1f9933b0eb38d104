// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "app/templates.h"

namespace weir::app {
namespace {

constexpr std::string_view kLookerProject =
    R"yaml(# A weir project: named systems here, one file for each pipeline in pipelines/.
# Fill in the address and the credentials, then try `weir check` and `weir run`.

connections:
  # The Looker instance. An API key of a user with see_system_activity can ask for its usage. What is
  # left out here is taken from LOOKERSDK_* variables or from looker.ini.
  looker:
    type: looker
    base_url: https://looker.example.com
    client_id: AbC123
    client_secret: env:LOOKERSDK_CLIENT_SECRET

  # A second instance is a second connection, and a copy of the files in pipelines/ with other names
  # for pipeline, connection and tables:
  # looker_europe:
  #   type: looker
  #   ini: europe.ini

  # Where the rows go: a DuckDB file, made by the first load.
  warehouse:
    type: duckdb
    path: usage.duckdb
)yaml";

constexpr std::string_view kSandboxProject =
    R"yaml(# A weir project that asks weir-sandbox, a stand-in with a year of invented usage.

connections:
  # Its address and credentials are in looker.ini. If it runs at another port, change them there.
  looker:
    type: looker

  # Where the rows go: a DuckDB file, made by the first load.
  warehouse:
    type: duckdb
    path: usage.duckdb
)yaml";

constexpr std::string_view kHistory =
    R"yaml(# Every query that Looker ran. Looker forgets them after 90 days.
pipeline: history
description: Query runs with their source, user, dashboard, times and status.

# The first run takes everything that is there, each later one what is new since the last.
partitions: { every: cursor, from: start, step: 1 day, overlap: 30 min, lag: 1 min }

source:
  connection: looker
  model: system__activity
  explore: history
  # All fields of the view history; name them, and those of joined views, to take others:
  # fields: [history.id, history.created_time, history.status, user.email, dashboard.title]
  partition_field: history.created_time

destination:
  connection: warehouse
  table: history
  # A run that was still going when it was read gets its end with the overlap.
  write: merge
  key: [id]
)yaml";

constexpr std::string_view kEvents =
    R"yaml(# What people did in Looker: logins, changes, downloads. Looker keeps about a million events.
pipeline: events

partitions: { every: cursor, from: start, step: 1 day, overlap: 30 min, lag: 1 min }

source:
  connection: looker
  model: system__activity
  explore: event
  partition_field: event.created_time

destination:
  connection: warehouse
  table: event
  write: merge
  key: [id]
)yaml";

constexpr std::string_view kContent =
    R"yaml(# What there is in Looker, as of now: each run replaces these tables.
pipeline: content

partitions: none

source:
  connection: looker
  model: system__activity

tables:
  - table: user
    source: { explore: user }
    # Who must not be known by name:
    # transforms: [mask: { email: hmac }]
  - table: dashboard
    source: { explore: dashboard }
  - table: look
    source: { explore: look }
  - table: query
    source: { explore: query }
  - table: role
    source: { explore: role }
  - table: group
    source: { explore: group }
  - table: scheduled_plan
    source: { explore: scheduled_plan }
  - table: event_attribute
    source: { explore: event_attribute }
  # Others by the same rule, where your release has them: folder, db_connection, field_usage,
  # merge_query, sql_query, dashboard_performance.

destination:
  connection: warehouse
  write: replace
)yaml";

constexpr std::string_view kBuilds =
    R"yaml(# Persistent derived tables and the stages of queries. Rows that Looker forgets stay here.
pipeline: builds

partitions: none

source:
  connection: looker
  model: system__activity

tables:
  - table: pdt_event_log
    source: { explore: pdt_event_log }
  - table: query_metrics
    source: { explore: query_metrics }

destination:
  connection: warehouse
  write: merge
  key: [id]
)yaml";

constexpr std::string_view kApiUsage =
    R"yaml(# How often each call of the API was used, a row a call and day.
pipeline: api_usage

partitions: { every: cursor, from: 30 days, step: 1 day, lag: 1 h }

source:
  connection: looker
  model: system__activity
  explore: api_usage
  # A measure groups the rows, so it is never taken unasked.
  fields: [api_usage.created_date, api_usage.endpoint, api_usage.total_usage]
  partition_field: api_usage.created_date

destination:
  connection: warehouse
  table: api_usage
  write: merge
  key: [created_date, endpoint]
)yaml";

constexpr std::string_view kUsage =
    R"yaml(# How often each dashboard and look was used, counted by Looker since it exists: one row each.
pipeline: content_usage

# Everything once, also what was never opened; then what was opened since.
partitions: { every: cursor, from: start, step: 1 day, overlap: 1 h, lag: 1 min }

source:
  connection: looker
  model: system__activity
  explore: content_usage
  partition_field: content_usage.last_accessed_time

destination:
  connection: warehouse
  table: content_usage
  # A row is a counter that goes on: the newest state of each id.
  write: merge
  key: [id]
)yaml";

constexpr std::string_view kSnapshots =
    R"yaml(# The counters of content usage as they are now, one snapshot a run. Looker keeps no history of
# them, so what counts for a day is known only from that day's snapshot: run this once a day.
pipeline: content_usage_snapshots

# Each run is a partition of its own, which ends when it was made.
partitions: { every: cursor, from: 1 day, step: 10000 days }

source:
  connection: looker
  model: system__activity
  explore: content_usage
  read_at: snapshot_at

destination:
  connection: snapshots
  table: content_usage
  # Every run adds a file.
  path: "{{ table }}/{{ partition.end_unix }}.parquet"
  write: replace_partition
  format: parquet
)yaml";

constexpr std::string_view kDaily =
    R"yaml(# What was added to the counters from one day's last snapshot to the next, made anew by each run.
pipeline: content_usage_daily

partitions: none

source:
  connection: snapshots
  path: "content_usage/*.parquet"
  format: parquet

transforms:
  - sql: sql/content_usage_daily.sql

destination:
  connection: warehouse
  table: content_usage_daily
  write: replace
)yaml";

constexpr std::string_view kDailySql =
    R"sql(-- The last snapshot of each day of each content, and what it has more than the one before. The first
-- snapshot has nothing before it, so nothing is known of its day. A counter that became smaller was
-- reset: what it shows now was counted since then, and was_reset says so. days is 1 unless snapshots
-- of days are missing, whose counts then are in this row.
WITH daily AS (
  SELECT *, CAST(snapshot_at AS DATE) AS day
  FROM input
  QUALIFY row_number() OVER (PARTITION BY id, CAST(snapshot_at AS DATE) ORDER BY snapshot_at DESC) = 1
), paired AS (
  SELECT *,
    lag(day) OVER w AS day_before,
    lag(other_count) OVER w AS other_before,
    lag(schedule_count) OVER w AS schedule_before,
    lag(api_count) OVER w AS api_before,
    lag(embed_count) OVER w AS embed_before,
    lag(favorite_count) OVER w AS favorite_before
  FROM daily
  WINDOW w AS (PARTITION BY id ORDER BY day)
)
SELECT day, id, content_id, content_type, content_title,
  CAST(date_diff('day', day_before, day) AS BIGINT) AS days,
  CASE WHEN other_count < other_before THEN other_count ELSE other_count - other_before END AS views,
  CASE WHEN schedule_count < schedule_before THEN schedule_count ELSE schedule_count - schedule_before END AS schedules,
  CASE WHEN api_count < api_before THEN api_count ELSE api_count - api_before END AS api_calls,
  CASE WHEN embed_count < embed_before THEN embed_count ELSE embed_count - embed_before END AS embeds,
  -- Favourites are taken back as well, so a smaller number is no reset.
  favorite_count - favorite_before AS favorites,
  coalesce(other_count < other_before OR schedule_count < schedule_before OR api_count < api_before
    OR embed_count < embed_before, false) AS was_reset
FROM paired
)sql";

constexpr std::string_view kSnapshotPlace =
    R"yaml(
  # Snapshots, a file each.
  snapshots:
    type: files
    folder: snapshots
)yaml";

constexpr std::string_view kLookerIgnore =
    "# What weir remembers on this machine, the data and the credentials.\n.weir/\n*.duckdb\n*.duckdb.*\n"
    "snapshots/\nlooker.ini\n";

/// A project with one more connection; made once.
std::string_view with_snapshots(std::string_view project) {
  static const auto real = std::string(kLookerProject) + std::string(kSnapshotPlace);
  static const auto sandbox = std::string(kSandboxProject) + std::string(kSnapshotPlace);
  return project == kLookerProject ? real : sandbox;
}

constexpr std::string_view kFirstStep = "write the address and the client id of your instance into weir.yaml";

}  // namespace

Template looker_template() {
  return {"looker",
          "All of a Looker's System Activity to tables of DuckDB: queries, events, users, content, usage.",
          kFirstStep,
          {{"weir.yaml", kLookerProject},
           {"pipelines/history.yaml", kHistory},
           {"pipelines/events.yaml", kEvents},
           {"pipelines/content.yaml", kContent},
           {"pipelines/content_usage.yaml", kUsage},
           {"pipelines/builds.yaml", kBuilds},
           {"pipelines/api_usage.yaml", kApiUsage},
           {".gitignore", kLookerIgnore}},
          "",
          {},
          {{"looker.ini", kSandboxIni}, {"weir.yaml", kSandboxProject}}};
}

Template content_usage_template() {
  return {"content-usage",
          "How often each dashboard and look of a Looker was used, the newest counters of each.",
          kFirstStep,
          {{"weir.yaml", kLookerProject},
           {"pipelines/content_usage.yaml", kUsage},
           {".gitignore", kLookerIgnore}},
          "",
          {},
          {{"looker.ini", kSandboxIni}, {"weir.yaml", kSandboxProject}}};
}

Template content_usage_daily_template() {
  return {"content-usage-daily",
          "The same day by day: snapshots of the counters, and what was added from one to the next.",
          kFirstStep,
          {{"weir.yaml", with_snapshots(kLookerProject)},
           {"pipelines/content_usage_snapshots.yaml", kSnapshots},
           {"pipelines/content_usage_daily.yaml", kDaily},
           {"sql/content_usage_daily.sql", kDailySql},
           {".gitignore", kLookerIgnore}},
          "snapshots/content_usage",
          {},
          {{"looker.ini", kSandboxIni}, {"weir.yaml", with_snapshots(kSandboxProject)}}};
}

}  // namespace weir::app
