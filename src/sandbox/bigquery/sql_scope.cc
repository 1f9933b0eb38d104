// SPDX-License-Identifier: Apache-2.0
#include "sandbox/bigquery/sql_scope.h"

#include "base/text.h"
#include "protocols/google/json_value.h"
#include "sandbox/bigquery/partition.h"
#include "sandbox/bigquery/values.h"

namespace weir::sandbox::bigquery {
namespace {

/// The SQL of a parameter's value of a type, as the API carries both.
std::string value_sql(const Json& type, const Json& value, const std::string& name) {
  const std::string kind_name = google::text_of(type, "type");
  if (kind_name == "ARRAY") {
    const Json& element = google::member_of(type, "arrayType");
    std::string items;
    for (const Json& item : google::member_of(value, "arrayValues")) {
      items += (items.empty() ? "" : ", ") + value_sql(element, item, name);
    }
    Field field;
    const std::string inner = google::text_of(element, "type");
    if (inner == "STRUCT" || items.find("struct_pack") != std::string::npos) return "[" + items + "]";
    field.kind = kind_of(inner);
    field.mode = Mode::Repeated;
    return "CAST([" + items + "] AS " + stored_type(field) + ")";
  }
  if (kind_name == "STRUCT") {
    std::string parts;
    for (const Json& member : google::member_of(type, "structTypes")) {
      const std::string part = google::text_of(member, "name");
      parts += (parts.empty() ? "" : ", ") + sql_identifier(part) + " := " +
               value_sql(google::member_of(member, "type"),
                         google::member_of(google::member_of(value, "structValues"), part.c_str()), name);
    }
    return "struct_pack(" + parts + ")";
  }
  Field field;
  field.kind = kind_of(kind_name);
  const Json& given = google::member_of(value, "value");
  if (given.is_null()) return "CAST(NULL AS " + stored_type(field) + ")";
  const std::string text = given.is_string() ? given.get<std::string>() : google::dump_json(given);
  const auto known = canonical(field.kind, text);
  if (!known)
    throw Refusal{"invalid", "Invalid value for query parameter '" + name + "': Could not parse '" + text +
                                 "' as " + kind_name};
  return restore_sql(field, sql_literal(*known));
}

std::string text_row(const std::vector<Cell>& cells) {
  std::string row;
  for (const Cell& cell : cells)
    row += (row.empty() ? "" : ", ") + (cell ? sql_literal(*cell) : "CAST(NULL AS VARCHAR)");
  return "(" + row + ")";
}

/// A table of texts; the columns in `integers` become integers.
std::string values_sql(const std::vector<std::string>& names, const std::vector<std::vector<Cell>>& rows,
                       const std::set<std::string>& integers) {
  std::string list;
  std::string select;
  std::string values;
  for (const std::string& name : names) {
    const std::string column = sql_identifier(name);
    list += (list.empty() ? "" : ", ") + column;
    const bool is_time = name.ends_with("_time");
    const std::string type = is_time                   ? "TIMESTAMP WITH TIME ZONE"
                             : integers.contains(name) ? "BIGINT"
                                                       : "VARCHAR";
    select += (select.empty() ? "" : ", ") + ("CAST(" + column + " AS " + type + ") AS " + column);
  }
  for (const auto& row : rows) values += (values.empty() ? "" : ", ") + text_row(row);
  const bool is_empty = rows.empty();
  if (is_empty) values = text_row(std::vector<Cell>(names.size()));
  return "(SELECT " + select + " FROM (VALUES " + values + ") AS v(" + list + ")" +
         (is_empty ? " WHERE FALSE" : "") + ")";
}

std::string time_text(std::int64_t milliseconds) { return to_string(Timestamp{milliseconds * 1000}); }

std::string columns_sql(const Dataset& dataset) {
  std::vector<std::vector<Cell>> rows;
  for (const auto& [name, table] : dataset.tables) {
    const std::string partition =
        google::text_of(google::member_of(table.resource, "timePartitioning"), "field");
    const Json& clustering = google::member_of(google::member_of(table.resource, "clustering"), "fields");
    int position = 0;
    for (const Field& field : table.fields) {
      Cell cluster;
      for (std::size_t i = 0; clustering.is_array() && i < clustering.size(); ++i) {
        if (clustering[i].get<std::string>() == field.name) cluster = std::to_string(i + 1);
      }
      rows.push_back({table.name.project, table.name.dataset, name, field.name, std::to_string(++position),
                      field.mode == Mode::Required ? "NO" : "YES", standard_type(field), "NEVER", "NO", "NO",
                      field.name == partition ? "YES" : "NO", cluster});
    }
  }
  return values_sql({"table_catalog", "table_schema", "table_name", "column_name", "ordinal_position",
                     "is_nullable", "data_type", "is_generated", "is_hidden", "is_system_defined",
                     "is_partitioning_column", "clustering_ordinal_position"},
                    rows, {"ordinal_position", "clustering_ordinal_position"});
}

std::string tables_sql(const Dataset& dataset) {
  std::vector<std::vector<Cell>> rows;
  for (const auto& [name, table] : dataset.tables) {
    rows.push_back(
        {table.name.project, table.name.dataset, name, "BASE TABLE", "YES", "NO", time_text(table.created)});
  }
  return values_sql({"table_catalog", "table_schema", "table_name", "table_type", "is_insertable_into",
                     "is_typed", "creation_time"},
                    rows, {});
}

/// Counted by the engine when the query runs.
std::string partitions_sql(Dataset& dataset) {
  std::string sql;
  for (const auto& [name, table] : dataset.tables) {
    const bool is_partitioned = table.resource.contains("timePartitioning");
    const std::string id = is_partitioned ? partition_id_sql(table) : "CAST(NULL AS VARCHAR)";
    sql += (sql.empty() ? "" : " UNION ALL ") +
           fmt::format(
               "SELECT {} AS table_catalog, {} AS table_schema, {} AS table_name, {} AS partition_id, "
               "count(*) AS total_rows FROM {} GROUP BY ALL",
               sql_literal(table.name.project), sql_literal(table.name.dataset), sql_literal(name), id,
               sql_identifier(table.storage));
  }
  if (sql.empty())
    return values_sql({"table_catalog", "table_schema", "table_name", "partition_id", "total_rows"}, {},
                      {"total_rows"});
  return "(" + sql + ")";
}

std::string schemata_sql(const std::vector<const Dataset*>& datasets) {
  std::vector<std::vector<Cell>> rows;
  for (const Dataset* dataset : datasets) {
    const Json& reference = dataset->resource.at("datasetReference");
    const auto created = google::number_of(dataset->resource, "creationTime").value_or(0);
    rows.push_back({google::text_of(reference, "projectId"), google::text_of(reference, "datasetId"),
                    dataset->location(), time_text(static_cast<std::int64_t>(created))});
  }
  return values_sql({"catalog_name", "schema_name", "location", "creation_time"}, rows, {});
}

}  // namespace

TableName SqlScope::table_name(const std::string& path, const Token& at) const {
  const std::vector<std::string> parts = split(path, '.');
  const Json& standard = google::member_of(settings_, "defaultDataset");
  const std::string default_project = google::text_of(standard, "projectId");
  if (parts.size() == 3) return {parts[0], parts[1], parts[2]};
  if (parts.size() == 2) return {project_, parts[0], parts[1]};
  const std::string dataset = google::text_of(standard, "datasetId");
  if (parts.size() == 1 && !dataset.empty())
    return {default_project.empty() ? project_ : default_project, dataset, parts[0]};
  if (parts.size() == 1) {
    throw Refusal{"invalid", "Table \"" + path + "\" must be qualified with a dataset (e.g. dataset.table)."};
  }
  refuse_at(at, "Invalid table name: `" + path + "`");
}

void SqlScope::check_location(const std::string& project, const std::string& dataset) const {
  const Dataset* found = catalog_.find_dataset(project, dataset);
  const bool is_here = found != nullptr && lower(found->location()) == lower(location_);
  if (!is_here) {
    throw Refusal{"notFound", "Not found: Dataset " + project + ":" + dataset +
                                  " was not found in location " + location_};
  }
}

Table& SqlScope::table(const TableName& name, const Token& at) {
  if (name.table.find('$') != std::string::npos)
    refuse_at(at, "Invalid table name: `" + name.sql_text() + "`");
  check_location(name.project, name.dataset);
  Table* found = catalog_.find_table(name);
  if (found == nullptr) {
    throw Refusal{"notFound", "Not found: Table " + name.text() + " was not found in location " + location_};
  }
  if (seen_.insert(name.text()).second) {
    bytes_ += catalog_.byte_count(*found);
  }
  return *found;
}

std::int64_t SqlScope::bytes() { return bytes_; }

std::optional<std::string> SqlScope::information(const std::string& path, const Token& at) {
  const std::vector<std::string> parts = split(path, '.');
  std::size_t at_part = 0;
  while (at_part < parts.size() && lower(parts[at_part]) != "information_schema") ++at_part;
  if (at_part + 2 != parts.size()) return std::nullopt;
  const std::string view = lower(parts.back());
  const std::string project = at_part == 2 ? parts[0] : project_;
  if (view == "schemata") return schemata_sql(catalog_.datasets(at_part == 1 ? parts[0] : project));
  if (at_part == 0)
    throw Refusal{"invalid", "INFORMATION_SCHEMA." + parts.back() + " must be qualified with a dataset"};
  const std::string& name = parts[at_part - 1];
  check_location(project, name);
  Dataset& dataset = catalog_.dataset(project, name);
  if (view == "columns") return columns_sql(dataset);
  if (view == "tables") return tables_sql(dataset);
  if (view == "partitions") return partitions_sql(dataset);
  refuse_at(at, "weir-sandbox serves COLUMNS, TABLES, PARTITIONS and SCHEMATA of INFORMATION_SCHEMA, not " +
                    parts.back());
}

std::string SqlScope::parameter(const std::string& name, const Token& at) {
  const Json& list = google::member_of(settings_, "queryParameters");
  if (name.empty()) {
    if (!list.is_array() || position_ >= list.size())
      refuse_at(at, "Query parameter number " + std::to_string(position_ + 1) + " is not defined");
    const Json& given = list[position_++];
    return value_sql(google::member_of(given, "parameterType"), google::member_of(given, "parameterValue"),
                     std::to_string(position_));
  }
  for (const Json& given : list.is_array() ? list : Json::array()) {
    if (lower(google::text_of(given, "name")) != lower(name)) continue;
    return value_sql(google::member_of(given, "parameterType"), google::member_of(given, "parameterValue"),
                     name);
  }
  refuse_at(at, "Query parameter '" + name + "' not found");
}

}  // namespace weir::sandbox::bigquery
