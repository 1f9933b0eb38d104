// SPDX-License-Identifier: Apache-2.0
// Copy jobs: the rows of one or several tables become those of another.
#include "base/text.h"
#include "protocols/google/json_value.h"
#include "sandbox/bigquery/destination.h"

namespace weir::sandbox::bigquery {
namespace {

std::vector<Target> sources_of(const Job& job) {
  const Json& settings = job.settings();
  const Json& many = google::member_of(settings, "sourceTables");
  std::vector<Target> sources;
  if (many.is_array()) {
    for (const Json& reference : many) sources.push_back(target_of(reference, job.project));
  } else {
    sources.push_back(target_of(google::member_of(settings, "sourceTable"), job.project));
  }
  return sources;
}

std::string select_sql(const Table& table, const std::string& partition, const Fields& fields) {
  std::string columns;
  for (const Field& field : fields) columns += (columns.empty() ? "" : ", ") + sql_identifier(field.name);
  return "SELECT " + columns + " FROM " + sql_identifier(table.storage) + " WHERE " +
         partition_condition(table, partition);
}

}  // namespace

Outcome run_copy(Tools& tools, const Job& job) {
  Change change(tools.catalog);
  const std::vector<Target> sources = sources_of(job);
  const Table first = tools.catalog.table(sources.front().name);
  std::string sql;
  for (const Target& source : sources) {
    const Table& table = tools.catalog.table(source.name);
    if (schema_json(table.fields) != schema_json(first.fields)) {
      throw Refusal{"invalid", "Provided Schema does not match Table " + table.name.text() +
                                   ". The source tables of a copy must have one schema."};
    }
    sql += (sql.empty() ? "" : " UNION ALL ") + select_sql(table, source.partition, first.fields);
  }
  Json settings = job.settings();
  for (const char* key : {"timePartitioning", "rangePartitioning", "clustering"}) {
    if (first.resource.contains(key)) settings[key] = first.resource[key];
  }
  const Arrival arrival{target_of(settings.at("destinationTable"), job.project), first.fields, settings,
                        "WRITE_EMPTY"};
  const Fields fields = expected_fields(tools.catalog, arrival);
  const std::int64_t rows = deliver(tools.catalog, arrival, fields, sql);
  change.commit();
  Outcome outcome;
  outcome.statistics["copy"] = {{"copiedRows", std::to_string(rows)}};
  return outcome;
}

}  // namespace weir::sandbox::bigquery
