// SPDX-License-Identifier: Apache-2.0
#include "sandbox/bigquery/partition.h"

#include <array>

#include "base/text.h"
#include "protocols/google/json_value.h"

namespace weir::sandbox::bigquery {
namespace {

struct Step {
  const char* type;
  std::size_t digits;
  const char* format;    ///< of strftime, for the id
  const char* interval;  ///< of SQL
};

constexpr std::array<Step, 4> kSteps = {{{"YEAR", 4, "%Y", "1 YEAR"},
                                         {"MONTH", 6, "%Y%m", "1 MONTH"},
                                         {"DAY", 8, "%Y%m%d", "1 DAY"},
                                         {"HOUR", 10, "%Y%m%d%H", "1 HOUR"}}};

const Step& step_of(const Table& table) {
  const Json& partitioning = google::member_of(table.resource, "timePartitioning");
  const std::string type = google::text_of(partitioning, "type");
  for (const Step& step : kSteps) {
    if (type == step.type) return step;
  }
  throw Refusal{"invalid", "Cannot address partitions of the unpartitioned table " + table.name.text()};
}

/// "2024-03-07 00:00:00" for "20240307".
std::string start_text(const Table& table, const std::string& partition) {
  const Step& step = step_of(table);
  const bool digits = partition.find_first_not_of("0123456789") == std::string::npos;
  const std::string part = [&](std::size_t at) {
    return partition.size() >= at + 2 ? partition.substr(at, 2) : std::string("01");
  }(4);
  const std::string day = partition.size() >= 8 ? partition.substr(6, 2) : "01";
  const std::string hour = partition.size() >= 10 ? partition.substr(8, 2) : "00";
  const std::string text = partition.substr(0, 4) + "-" + part + "-" + day + " " + hour + ":00:00";
  if (!digits || partition.size() != step.digits || !parse_timestamp(text)) {
    throw Refusal{"invalid", "Invalid date partition suffix \"" + partition + "\" for table " +
                                 table.name.text() + ", which is partitioned by " + step.type};
  }
  return text;
}

/// The engine's type for literals that are compared with the deciding column.
std::string literal_type(const Table& table) {
  const Field* field = find_field(table.fields, partition_column(table));
  if (field == nullptr || field->kind == Kind::Timestamp) return "TIMESTAMP WITH TIME ZONE";
  return field->kind == Kind::Date ? "DATE" : "TIMESTAMP";
}

}  // namespace

Target target_of(const Json& reference, const std::string& project) {
  Target target;
  target.name.project = google::text_of(reference, "projectId");
  if (target.name.project.empty()) target.name.project = project;
  target.name.dataset = google::text_of(reference, "datasetId");
  target.name.table = google::text_of(reference, "tableId");
  const std::size_t dollar = target.name.table.find('$');
  if (dollar != std::string::npos) {
    target.partition = target.name.table.substr(dollar + 1);
    target.name.table.resize(dollar);
  }
  return target;
}

std::string partition_column(const Table& table) {
  const std::string field = google::text_of(google::member_of(table.resource, "timePartitioning"), "field");
  return field.empty() ? kPartitionTime : field;
}

std::string partition_start(const Table& table, const std::string& partition) {
  return "CAST(" + sql_literal(start_text(table, partition)) + " AS " + literal_type(table) + ")";
}

std::string partition_condition(const Table& table, const std::string& partition) {
  if (partition.empty()) return "TRUE";
  const std::string column = sql_identifier(partition_column(table));
  if (partition == "__NULL__") return column + " IS NULL";
  const std::string start = partition_start(table, partition);
  return "(" + column + " >= " + start + " AND " + column + " < " + start + " + INTERVAL " +
         step_of(table).interval + ")";
}

std::string partition_at(const Table& table, Timestamp time) {
  const std::string iso = to_string(time);
  const std::string digits = iso.substr(0, 4) + iso.substr(5, 2) + iso.substr(8, 2) + iso.substr(11, 2);
  return digits.substr(0, step_of(table).digits);
}

std::string partition_id_sql(const Table& table) {
  return "coalesce(strftime(" + sql_identifier(partition_column(table)) + ", " +
         sql_literal(step_of(table).format) + "), '__NULL__')";
}

}  // namespace weir::sandbox::bigquery
