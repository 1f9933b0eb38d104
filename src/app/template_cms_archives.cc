// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "app/templates.h"

namespace weir::app {
namespace {

constexpr std::string_view kProject =
    R"yaml(# A weir project: named systems here, one file for each pipeline in pipelines/.
# Fill in the names, then try `weir check`, `weir plan` and `weir run`.

connections:
  # The bucket in which archives arrive, and in which they are filed when they are done. Who reads it
  # is said by AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile, or the machine's role.
  bucket:
    type: s3
    bucket: example-bucket

  # The tables. Redshift loads them from text that waits in the bucket meanwhile:
  warehouse:
    type: redshift
    host: cluster.example.ca-central-1.redshift.amazonaws.com
    database: warehouse
    user: loader
    password: env:WAREHOUSE_PASSWORD
    schema: cmslite
    staging: { connection: bucket, prefix: processed/staging }
    # The role with which Redshift reads the bucket. Without it, weir's own keys are in the COPY.
    # iam_role: arn:aws:iam::123456789012:role/RedshiftLoad

  # PostgreSQL needs no bucket for that. Take this one instead of the one above, and remove
  # compression, keep_staged, batch and batch_names from the pipeline's destination:
  # warehouse:
  #   type: postgres
  #   host: db.example.org
  #   database: warehouse
  #   user: loader
  #   password: env:WAREHOUSE_PASSWORD
  #   schema: cmslite
)yaml";

/// Up to its destination.
constexpr std::string_view kPipeline =
    R"yaml(# Archives of CSV files that arrive in a bucket. Each of their files replaces a table.
pipeline: cms_archives
description: Groups, members and activity of a CMS, as of the newest archive.

# Every archive is loaded once. Only the newest counts here, since it holds everything; with
# `take: all` and `write: replace_partition` below, each would add its rows, oldest first.
partitions: { every: object, take: newest }

source:
  connection: bucket
  # What the keys of archives begin with, and a regular expression that is searched in them.
  path: client/cmslite_gdx/
  match: 'cms-analytics-csv.*\.tgz$'
  format: csv
  # The header is not looked at: columns are those of the tables below, in their order.
  csv: { delimiter: ",", columns_by: position }
  # An archive with a file that no table below names is bad; `warn` would load it.
  unknown_entries: fail
  # Where archives go when they are done. Beside a bad one lies a report, NAME.error.json.
  after:
    good: "processed/good/{{ object.key }}"
    bad: "processed/bad/{{ object.key }}"
    action: copy

# All of them are published together. Text is read as text: leading zeros, NA and - stay. An empty
# field is NULL.
tables:
  - table: user_group
    source:
      entry: "analytics_user_group.*"
      columns: { id: text, user_id: text, email: text, group_id: text, group_name: text, site_key: text, is_group_mgr: boolean }

  - table: cms_group
    source:
      entry: "analytics_group.*"
      columns: { id: text, name: text, active: boolean, site_key: text }

  - table: user_activity
    source:
      entry: "analytics_user_activity.*"
      columns: { user_id: text, user_idir: text, activity_type: text, memo: text, activity_date: text }
    transforms:
      - cast: { activity_date: { type: timestamp, format: "%Y-%m-%d %H:%M:%S.%f" } }
      # What stands between the first " - " and the last one, or behind the only one.
      - add:
          group_name: >-
            CASE WHEN len(string_split(memo, ' - ')) > 2
            THEN array_to_string(string_split(memo, ' - ')[2:-2], ' - ')
            ELSE string_split(memo, ' - ')[2] END

  - table: user_status
    source:
      entry: "analytics_user_status.*"
      columns: { id: text, organization: text, user_id: text, user_name: text, email: text, created_dt: text, status: text }
    transforms:
      - cast: { created_dt: { type: timestamp, format: "%Y-%m-%d %H:%M:%S.%f" } }

)yaml";

constexpr std::string_view kCmsDestination =
    R"yaml(destination:
  connection: warehouse
  write: replace
  # A text with more bytes than its column makes its row a bad one, which names row and column.
  long_text: quarantine
  # What was loaded stays in the bucket as text with | between the fields, under the names of the files.
  compression: none
  keep_staged: true
  batch: "processed/batch/{{ object.folder }}{{ object.stem }}/{{ table }}.csv"
  batch_names:
    user_group: analytics_user_group
    cms_group: analytics_group
    user_activity: analytics_user_activity
    user_status: analytics_user_status

)yaml";

constexpr std::string_view kCmsSandboxDestination =
    R"yaml(destination:
  connection: warehouse
  write: replace

)yaml";

constexpr std::string_view kCmsLimit =
    R"yaml(# One bad row makes the archive a bad one, of which nothing is loaded.
max_bad_rows: 0
)yaml";

constexpr std::string_view kCmsSandboxProject =
    R"yaml(# A weir project that reads from weir-sandbox, a stand-in for Amazon S3 with an archive in a bucket.

connections:
  # If weir-sandbox runs at another port, change it here. Its key is no secret; a real one would be in
  # the environment, in a profile, or that of the machine's role.
  bucket:
    type: s3
    bucket: example-bucket
    endpoint: http://127.0.0.1:8086
    region: us-east-1
    access_key_id: "command:echo sandbox"
    secret_access_key: "command:echo sandbox-secret"

  # The tables, in a file of this machine.
  warehouse:
    type: duckdb
    path: warehouse.duckdb
)yaml";

std::string_view cms_pipeline(std::string_view destination) {
  static const auto real = std::string(kPipeline) + std::string(kCmsDestination) + std::string(kCmsLimit);
  static const auto sandbox =
      std::string(kPipeline) + std::string(kCmsSandboxDestination) + std::string(kCmsLimit);
  return destination == kCmsDestination ? real : sandbox;
}

constexpr std::string_view kCmsIgnore = "# What weir remembers on this machine.\n.weir/\n";

}  // namespace

Template cms_archives_template() {
  return {"cms-archives",
          "Archives of CSV files in a bucket (S3) to tables of Redshift or PostgreSQL.",
          "write the names of your bucket and your database into weir.yaml",
          {{"weir.yaml", kProject},
           {"pipelines/cms_archives.yaml", cms_pipeline(kCmsDestination)},
           {".gitignore", kCmsIgnore}},
          "",
          {},
          {{"weir.yaml", kCmsSandboxProject},
           {"pipelines/cms_archives.yaml", cms_pipeline(kCmsSandboxDestination)}},
          "weir-sandbox --s3-archives example-bucket"};
}

}  // namespace weir::app
