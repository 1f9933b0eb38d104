// SPDX-License-Identifier: Apache-2.0
// Load jobs: files or an upload become rows of a table, all of them or none.
#include "base/text.h"
#include "protocols/google/json_value.h"
#include "sandbox/bigquery/destination.h"
#include "sandbox/bigquery/load_rows.h"

namespace weir::sandbox::bigquery {
namespace {

std::string format_of(const Json& settings) {
  const std::string format = google::text_of(settings, "sourceFormat");
  return format.empty() ? "CSV" : format;
}

Fields detected(const std::string& format, const std::vector<Input>& inputs, const Json& settings) {
  const Json& wanted = google::member_of(settings, "autodetect");
  if (!wanted.is_boolean() || !wanted.get<bool>() || inputs.empty()) return {};
  return format == "CSV" ? detect_csv_fields(inputs.front(), settings) : detect_json_fields(inputs.front());
}

/// A bucket's bytes may be read where the dataset is, and everywhere by datasets in the US.
void check_locations(Tools& tools, const std::vector<Input>& inputs, const std::string& location) {
  for (const Input& input : inputs) {
    if (input.uri.empty()) continue;
    const std::string bucket = input.uri.substr(5, input.uri.find('/', 5) - 5);
    const std::string source = google::text_of(tools.store.bucket(bucket), "location");
    const bool fits = location == "US" || lower(source) == lower(location) ||
                      (lower(source) == "eu" && lower(location).rfind("europe-", 0) == 0);
    if (!fits) {
      throw Refusal{"invalid", "Cannot read and write in different locations: source: " + source +
                                   ", destination: " + location};
    }
  }
}

/// Rows of Parquet files in the order of the columns; what a file has not is NULL.
std::string parquet_sql(Warehouse& warehouse, const std::vector<Input>& inputs, const Fields& fields,
                        const Json& settings) {
  const Json& ignore = google::member_of(settings, "ignoreUnknownValues");
  std::string sql;
  for (const Input& input : inputs) {
    const ParquetRows rows = open_parquet(warehouse, input);
    std::string values;
    for (const Field& field : fields) {
      const Field* given = find_field(rows.fields, field.name);
      const std::string value =
          given == nullptr ? "NULL" : widen_sql(*given, field, sql_identifier(given->name));
      if (given != nullptr &&
          (given->kind != field.kind || (given->mode == Mode::Repeated) != (field.mode == Mode::Repeated))) {
        throw Refusal{"invalid",
                      "Error while reading data, error message: Parquet column '" + field.name +
                          "' has type " + standard_type(*given) +
                          " which does not match the target cpp_type " + standard_type(field) + ".",
                      input.uri};
      }
      values += (values.empty() ? "" : ", ") + ("CAST(" + value + " AS " + stored_type(field) + ")");
    }
    for (const Field& given : rows.fields) {
      if (find_field(fields, given.name) != nullptr || (ignore.is_boolean() && ignore.get<bool>())) continue;
      throw Refusal{"invalid",
                    "Provided Schema does not match the file. Cannot add fields (field: " + given.name + ")",
                    input.uri};
    }
    sql += (sql.empty() ? "" : " UNION ALL ") + ("SELECT " + values + " FROM (" + rows.sql + ")");
  }
  return sql;
}

struct Loaded {
  std::int64_t rows = 0;
  Json errors = Json::array();
  std::int64_t bad = 0;
};

Loaded load_texts(Tools& tools, const Job& job, const Arrival& arrival, const Fields& fields,
                  const std::vector<Input>& inputs) {
  const Json& settings = job.settings();
  const bool is_csv = format_of(settings) == "CSV";
  BadRecords bad(static_cast<std::int64_t>(google::number_of(settings, "maxBadRecords").value_or(0)),
                 is_csv ? "CSV" : "JSON");
  Staging staging(tools.catalog.warehouse(), fields);
  for (const Input& input : inputs) {
    (is_csv ? read_csv_rows : read_json_rows)(input, fields, settings, staging, bad);
  }
  const std::int64_t rows = deliver(tools.catalog, arrival, fields, staging.finish());
  staging.drop();
  return {rows, bad.errors(), bad.count()};
}

Loaded load_parquet(Tools& tools, const Job& job, const Arrival& arrival, Fields fields,
                    const std::vector<Input>& inputs) {
  if (fields.empty() && !inputs.empty())
    fields = open_parquet(tools.catalog.warehouse(), inputs.front()).fields;
  const std::string sql = parquet_sql(tools.catalog.warehouse(), inputs, fields, job.settings());
  return {.rows = deliver(tools.catalog, arrival, fields, sql)};
}

std::uint64_t size_of(const std::vector<Input>& inputs) {
  std::uint64_t size = 0;
  for (const Input& input : inputs) size += input.blob->size();
  return size;
}

}  // namespace

Outcome run_load(Tools& tools, const Job& job) {
  const Json& settings = job.settings();
  const std::string format = format_of(settings);
  Change change(tools.catalog);
  Arrival arrival{target_of(settings.at("destinationTable"), job.project),
                  parse_schema(google::member_of(settings, "schema")), settings, "WRITE_APPEND"};
  const std::vector<Input> inputs = inputs_of(tools, job);
  check_locations(tools, inputs, job.location);
  if (arrival.fields.empty() && tools.catalog.find_table(arrival.target.name) == nullptr) {
    arrival.fields = detected(format, inputs, settings);
  }
  const Fields fields = expected_fields(tools.catalog, arrival);
  if (fields.empty() && format != "PARQUET") throw Refusal{"invalid", "No schema specified on job or table."};
  const Loaded loaded = format == "PARQUET" ? load_parquet(tools, job, arrival, fields, inputs)
                                            : load_texts(tools, job, arrival, fields, inputs);
  change.commit();
  Outcome outcome;
  outcome.warnings = loaded.errors;
  outcome.statistics["load"] = {
      {"inputFiles", std::to_string(inputs.size())},
      {"inputFileBytes", std::to_string(size_of(inputs))},
      {"outputRows", std::to_string(loaded.rows)},
      {"outputBytes", std::to_string(tools.catalog.byte_count(tools.catalog.table(arrival.target.name)))},
      {"badRecords", std::to_string(loaded.bad)}};
  return outcome;
}

}  // namespace weir::sandbox::bigquery
