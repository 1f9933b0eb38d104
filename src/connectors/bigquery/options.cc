// SPDX-License-Identifier: Apache-2.0
#include "connectors/bigquery/options.h"

#include "base/text.h"
#include "connectors/bigquery/types.h"

namespace weir::bigquery {
namespace {

constexpr std::size_t kMostClustering = 4;

const config::Spec<StagingOptions>& staging_spec() {
  static const auto spec =
      config::Spec<StagingOptions>("staging", "A bucket that the dataset's location can read.")
          .field("connection", &StagingOptions::connection, "Name of a connection of type gcs.")
          .required()
          .example("lake")
          .field("prefix", &StagingOptions::prefix,
                 "Beginning of the keys of staged objects. What lies below it belongs to weir.")
          .example("staging/weir");
  return spec;
}

const config::Spec<PartitioningOptions>& partitioning_spec() {
  static const auto spec =
      config::Spec<PartitioningOptions>("partitioning", "How new tables are partitioned.")
          .field("column", &PartitioningOptions::column, "A column of dates or times.")
          .required()
          .example("timestamp")
          .choice("by", &PartitioningOptions::by,
                  {{"hour", PartitionUnit::Hour},
                   {"day", PartitionUnit::Day},
                   {"month", PartitionUnit::Month},
                   {"year", PartitionUnit::Year}},
                  "The length of a partition.")
          .field("expiration", &PartitioningOptions::expiration,
                 "How long BigQuery keeps a partition. Left out: for ever.")
          .example("730 d")
          .field("require_filter", &PartitioningOptions::require_filter,
                 "Whether queries must say which partitions they read.");
  return spec;
}

void check_column(const ColumnOptions& column, const config::Node& node, config::Diagnostics& diagnostics) {
  const auto at = [&](const char* option) {
    const auto* place = node.find(option);
    return place == nullptr ? node.at() : place->at();
  };
  if (!parse_declared(column.type)) {
    diagnostics.error(at("type"), "'" + column.type +
                                      "' is no type that weir loads; expected BOOL, INT64, FLOAT64, NUMERIC, "
                                      "NUMERIC(p, s), BIGNUMERIC, STRING, STRING(n), BYTES, DATE, DATETIME, "
                                      "TIMESTAMP or JSON");
  }
  const auto mode = lower(column.mode);
  if (mode == "nullable" || mode == "required") return;
  diagnostics.error(at("mode"), "mode is '" + column.mode + "'; expected NULLABLE or REQUIRED");
}

const config::Spec<ColumnOptions>& column_spec() {
  static const auto spec =
      config::Spec<ColumnOptions>("column", "A column of new tables.")
          .field("name", &ColumnOptions::name, "Name of the column.")
          .required()
          .example("last_accessed_time")
          .field("type", &ColumnOptions::type, "Its type in BigQuery.")
          .required()
          .example("DATETIME")
          .field("mode", &ColumnOptions::mode, "NULLABLE, or REQUIRED for a column without NULL.")
          .field("description", &ColumnOptions::description, "What it holds, for people.")
          .check(check_column);
  return spec;
}

void check_destination(const DestinationOptions& options, const config::Node& node,
                       config::Diagnostics& diagnostics) {
  if (options.clustering.size() > kMostClustering) {
    const auto* place = node.find("clustering");
    diagnostics.error(place == nullptr ? node.at() : place->at(),
                      fmt::format("clustering has {} columns, and BigQuery takes up to {}",
                                  options.clustering.size(), kMostClustering));
  }
}

}  // namespace

const config::Spec<ConnectionOptions>& connection_spec() {
  static const auto spec = [] {
    auto made = config::Spec<ConnectionOptions>("bigquery", "A dataset of Google BigQuery.");
    google::add_bigquery_fields(made);
    made.object("staging", &ConnectionOptions::staging, staging_spec(),
                "Where rows wait for load jobs, and where large results are exported to. Left out: rows are "
                "uploaded with the load job, and results come page by page.");
    return made;
  }();
  return spec;
}

const config::Spec<DestinationOptions>& destination_spec() {
  static const auto spec =
      config::Spec<DestinationOptions>("bigquery", "Tables of the connection's dataset.")
          .list("schema", &DestinationOptions::schema, column_spec(),
                "Types of columns in new tables, where they are not to follow from the rows. Columns that "
                "are not named here are made as the rows need them.")
          .example("[{name: last_accessed_time, type: DATETIME}]")
          .object("partitioning", &DestinationOptions::partitioning, partitioning_spec(),
                  "How new tables are partitioned.")
          .field("clustering", &DestinationOptions::clustering,
                 "Columns by which new tables are clustered, up to four.")
          .example("[content_type, id]")
          .choice("names", &DestinationOptions::names,
                  {{"replace", Names::Replace}, {"strict", Names::Strict}},
                  "What becomes of names with characters that BigQuery does not take: replace puts an "
                  "underscore in their place and says so, strict fails.")
          .choice("json_columns", &DestinationOptions::json_columns,
                  {{"string", JsonColumns::String}, {"json", JsonColumns::Json}},
                  "What new columns for JSON are: string keeps the text as it is, json is BigQuery's own "
                  "type, which changes blanks and the order of keys.")
          .choice("refused_rows", &DestinationOptions::refused_rows,
                  {{"quarantine", RefusedRows::Quarantine}, {"fail", RefusedRows::Fail}},
                  "What becomes of rows that BigQuery refuses although nothing is wrong with them that weir "
                  "knows of: quarantine sets them aside as they were staged and loads the others, fail names "
                  "them. Rows of a merge always fail.")
          .field("part_size", &DestinationOptions::part_size,
                 "Size of a staged object before compression, when there is a staging bucket.")
          .example("64 MiB")
          .check(check_destination);
  return spec;
}

}  // namespace weir::bigquery
