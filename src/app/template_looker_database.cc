// SPDX-License-Identifier: Apache-2.0
#include "app/templates.h"

namespace weir::app {
namespace {

constexpr std::string_view kLookerTablesProject =
    R"yaml(# A weir project: named systems here, one file for each pipeline in pipelines/.
# Fill in the names, then try `weir check`, `weir plan` and `weir run`.

connections:
  # Looker's own database, or a copy of it. A user who may only read is enough.
  looker:
    type: mysql
    host: looker-db.example.org
    database: looker
    user: reader
    password: env:LOOKER_DB_PASSWORD
    # A file with the authority that signed the server's certificate makes weir verify it.
    # tls_root_certificate: /etc/ssl/certs/looker-db.pem

  # The bucket. Who writes it is said by AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile, or the
  # machine's role.
  bucket:
    type: s3
    bucket: example-bucket
)yaml";

constexpr std::string_view kDailyTables =
    R"yaml(# Four tables of Looker's database, once a day: dashboards, users and their facts as they are, and the
# history of the day. All of them are read from one snapshot and published together.
pipeline: looker_tables
description: Dashboards, their use, and users of Looker, a day at a time.

# A day begins and ends at midnight of this zone. Days from `from` on are due, each once; an earlier one is
# loaded by weir backfill. History goes back about 90 days.
partitions: { every: day, timezone: America/Vancouver, from: 2024-05-01 }

source:
  connection: looker
  # The zone of the database's own times.
  datetime_zone: UTC

# Columns are named one by one: what Looker adds does not come in, and what it drops is an error.
tables:
  - table: dashboard
    source:
      table: dashboard
      # Compared as text, because dashboards that LookML defines have a name and no number there.
      filter: "CAST(id AS BINARY) IN (SELECT CAST(dashboard_id AS BINARY) FROM history WHERE source = 'dashboard')"
      columns:
        [id, user_id, title, description, hidden, created_at, space_id, deleted_at, filter_lookml,
         refresh_interval, load_configuration, background_color, show_title, title_color, show_filters_bar,
         tile_background_color, tile_text_color, tile_separator_color, tile_border_radius,
         show_tile_shadow, content_metadata_id, text_tile_text_color, deleter_id, query_timezone,
         lookml_link_id, preferred_viewer, appearance, crossfilter_enabled, indexed_at,
         alert_sync_with_dashboard_filter_enabled, filters_bar_collapsed, updated_at, last_updater_id]

  - table: history
    source:
      table: history
      partition_column: completed_at
      filter: "source = 'dashboard' AND (status IS NULL OR status <> 'error')"
      columns:
        [id, user_id, title, created_at, query_id, look_id, runtime, source, node_id, status, slug,
         cache_key, result_source, message, connection_name, connection_id, dialect, completed_at,
         force_production, generate_links, path_prefix_id, cache, cache_only, sql_query_id, render_key,
         rebuild_pdts, server_table_calcs, dashboard_id, result_format, apply_formatting,
         dashboard_session, apply_vis, models_dir, workspace_id, result_maker_id]

  - table: user
    source:
      table: user
      columns:
        [id, is_admin, first_name, last_name, models, models_dir, dev_mode, chat_popover, browser_count,
         is_looker_employee, dev_mode_user_id, is_disabled, email, marketing_email_updates,
         release_email_updates, outgoing_access_token_id, eula_accepted, eula_accepted_time,
         eula_accepted_version, home_space_id, chat_disabled, dev_branch_name, timezone,
         editor_keybinding_mode, version_set_id, ui_state, external_avatar_url, sticky_workspace_id,
         locale, created_at, models_dir_validated, prev_permissions, tokens_invalid_before,
         auto_provisioned_api_user, requires_email_verification]
    # Who wants names in the bucket removes these lines. hmac keeps equal values equal; its key is secret.
    transforms:
      - mask: { column: first_name }
      - mask: { column: last_name }
      - mask: { column: email, method: hmac, key: "env:MASK_KEY" }
      - mask: { column: external_avatar_url }

  - table: looker_user_facts
    source:
      table: user_facts
      columns:
        [id, user_id, external_id, is_admin, is_developer, is_explorer, is_embed, has_ui_credentials,
         active_ui_sessions, last_ui_login_at, last_ui_login_credential_type, has_api_credentials,
         active_api_sessions, last_api_login_at, is_viewer, is_presumed_looker_employee,
         is_verified_looker_employee, is_content_saver, is_sql_runner]

# Text with | between the fields and a backslash before what would be taken for more; NULL is \N.
# Redshift reads it with DELIMITER '|' ESCAPE NULL AS '\N' IGNOREHEADER 1.
destination:
  connection: bucket
  path: "client/looker_dashboards/{{ table }}.{{ partition.date }}"
  write: replace_partition
  format: csv
  csv: { delimiter: "|", quotes: none, times: sql }
  without_rows: file
  # Parquet instead, with a manifest of each day's files below _weir/manifests:
  # path: "client/looker_dashboards/{{ table }}/{{ partition.date }}.parquet"
  # format: parquet
  # manifest: redshift
)yaml";

constexpr std::string_view kWholeHistory =
    R"yaml(# The whole history, of every kind of query, as Parquet: each run goes on where the last one came to.
pipeline: looker_history
description: Everything that ran in Looker, by the time at which it began.

# The first run takes what there is. Rows may be written up to two minutes after their created_at.
partitions: { every: cursor, from: start, step: 1 day, lag: 2 minutes, freshness: 10 minutes, column: created_at }

source:
  connection: looker
  datetime_zone: UTC
  table: history
  partition_column: created_at
  columns:
    [id, user_id, title, created_at, query_id, look_id, runtime, source, node_id, status, slug, cache_key,
     result_source, message, connection_name, connection_id, dialect, completed_at, force_production,
     generate_links, path_prefix_id, cache, cache_only, sql_query_id, render_key, rebuild_pdts,
     server_table_calcs, dashboard_id, result_format, apply_formatting, dashboard_session, apply_vis,
     models_dir, workspace_id, result_maker_id]

destination:
  connection: bucket
  table: history
  path: "looker/history/{{ partition.key }}.parquet"
  write: replace_partition
  format: parquet
  manifest: redshift
)yaml";

constexpr std::string_view kTablesInSandbox =
    R"yaml(# A weir project between two stand-ins of weir-sandbox: a Looker with a year of invented usage, and an
# Amazon S3. The sandbox has no MySQL, so the rows come by Looker's API here, from the explores of the
# same names; what becomes of them is the same.

connections:
  # Its address and credentials are in looker.ini. If it runs at another port, change them there and below.
  looker:
    type: looker

  # The key is no secret; a real one would be in the environment, in a profile, or the machine's role.
  bucket:
    type: s3
    bucket: example-bucket
    endpoint: http://127.0.0.1:8086
    region: us-east-1
    access_key_id: "command:echo sandbox"
    secret_access_key: "command:echo sandbox-secret"
)yaml";

constexpr std::string_view kDailyTablesInSandbox =
    R"yaml(# Four tables of a Looker, once a day: dashboards, users and their facts as they are, and the history of
# the day. All of them are published together.
pipeline: looker_tables
description: Dashboards, their use, and users of Looker, a day at a time.

# A day begins and ends at midnight of this zone. Days from `from` on are due, each once; an earlier one is
# loaded by weir backfill.
partitions: { every: day, timezone: America/Vancouver, from: 2022-01-24 }

source:
  connection: looker
  model: system__activity

tables:
  - table: dashboard
    source: { explore: dashboard }

  - table: history
    source:
      explore: history
      partition_field: history.completed_time
      filters: { history.source: dashboard, history.status: "-error" }

  - table: user
    source: { explore: user }
    # Who wants names in the bucket removes these lines.
    transforms:
      - mask: { column: name }
      - mask: { column: first_name }
      - mask: { column: last_name }
      - mask: { column: email }

  - table: looker_user_facts
    source:
      explore: user
      fields:
        [user_facts.user_id, user_facts.external_id, user_facts.is_admin, user_facts.is_developer,
         user_facts.is_explorer, user_facts.is_viewer, user_facts.is_embed, user_facts.is_content_saver,
         user_facts.is_sql_runner, user_facts.active_ui_sessions, user_facts.active_api_sessions,
         user_facts.has_ui_credentials, user_facts.has_api_credentials, user_facts.last_ui_login_time,
         user_facts.last_api_login_time]
    transforms:
      - rename: { user_facts_user_id: user_id }

# Text with | between the fields and a backslash before what would be taken for more; NULL is \N.
# Redshift reads it with DELIMITER '|' ESCAPE NULL AS '\N' IGNOREHEADER 1.
destination:
  connection: bucket
  path: "client/looker_dashboards/{{ table }}.{{ partition.date }}"
  write: replace_partition
  format: csv
  csv: { delimiter: "|", quotes: none, times: sql }
  without_rows: file
)yaml";

constexpr std::string_view kWholeHistoryInSandbox =
    R"yaml(# The whole history, of every kind of query, as Parquet: each run goes on where the last one came to.
pipeline: looker_history
description: Everything that ran in Looker, by the time at which it began.

# The first run takes what there is. Rows may be written up to two minutes after their created_time.
partitions: { every: cursor, from: start, step: 1 day, lag: 2 minutes, freshness: 10 minutes }

source:
  connection: looker
  model: system__activity
  explore: history
  partition_field: history.created_time

destination:
  connection: bucket
  table: history
  path: "looker/history/{{ partition.key }}.parquet"
  write: replace_partition
  format: parquet
  manifest: redshift
)yaml";

constexpr std::string_view kLookerTablesIgnore =
    "# What weir remembers on this machine, and credentials.\n.weir/\nlooker.ini\n";

}  // namespace

Template looker_database_template() {
  return {"looker-database",
          "Tables of Looker's own database (MySQL) to a bucket (S3), as text or Parquet.",
          "write the names of your database and your bucket into weir.yaml",
          {{"weir.yaml", kLookerTablesProject},
           {"pipelines/looker_tables.yaml", kDailyTables},
           {"pipelines/looker_history.yaml", kWholeHistory},
           {".gitignore", kLookerTablesIgnore}},
          "",
          {},
          {{"looker.ini", kSandboxIni},
           {"pipelines/looker_history.yaml", kWholeHistoryInSandbox},
           {"pipelines/looker_tables.yaml", kDailyTablesInSandbox},
           {"weir.yaml", kTablesInSandbox}},
          "weir-sandbox --s3-bucket example-bucket"};
}

}  // namespace weir::app
