// SPDX-License-Identifier: Apache-2.0
#include "protocols/google/bigquery_json.h"

#include "protocols/google/json_value.h"

namespace weir::google {
namespace {

using Json = nlohmann::json;
using Mode = BigQueryField::Mode;

Mode mode_of(const std::string& text) {
  if (text == "REQUIRED") return Mode::Required;
  return text == "REPEATED" ? Mode::Repeated : Mode::Nullable;
}

const char* mode_text(Mode mode) {
  if (mode == Mode::Required) return "REQUIRED";
  return mode == Mode::Repeated ? "REPEATED" : "NULLABLE";
}

}  // namespace

std::vector<BigQueryField> fields_of(const Json& schema) {
  std::vector<BigQueryField> fields;
  for (const Json& item : member_of(schema, "fields")) {
    BigQueryField field{text_of(item, "name"), standard_type(text_of(item, "type")),
                        mode_of(text_of(item, "mode"))};
    field.fields = fields_of(item);
    field.description = text_of(item, "description");
    field.max_length = number_of(item, "maxLength").value_or(0);
    field.precision = number_of(item, "precision").value_or(0);
    field.scale = number_of(item, "scale").value_or(0);
    fields.push_back(std::move(field));
  }
  return fields;
}

Json json_of(const BigQueryField& field) {
  Json json = {{"name", field.name}, {"type", field.type}, {"mode", mode_text(field.mode)}};
  if (!field.description.empty()) json["description"] = field.description;
  if (field.max_length > 0) json["maxLength"] = std::to_string(field.max_length);
  if (field.precision > 0) {
    json["precision"] = std::to_string(field.precision);
    json["scale"] = std::to_string(field.scale);
  }
  if (!field.fields.empty()) json["fields"] = schema_json(field.fields)["fields"];
  return json;
}

Json schema_json(const std::vector<BigQueryField>& fields) {
  Json list = Json::array();
  for (const BigQueryField& field : fields) list.push_back(json_of(field));
  return {{"fields", std::move(list)}};
}

Json json_of(const BigQueryTableName& name) {
  return {{"projectId", name.project}, {"datasetId", name.dataset}, {"tableId", name.table}};
}

BigQueryTableName table_name_of(const Json& reference) {
  return {text_of(reference, "projectId"), text_of(reference, "datasetId"), text_of(reference, "tableId")};
}

BigQueryTable table_of(const Json& resource) {
  BigQueryTable table;
  table.name = table_name_of(member_of(resource, "tableReference"));
  if (const auto kind = text_of(resource, "type"); !kind.empty()) table.kind = kind;
  table.fields = fields_of(member_of(resource, "schema"));
  table.description = text_of(resource, "description");
  const Json& partitioning = member_of(resource, "timePartitioning");
  if (partitioning.is_object()) {
    table.partitioning = {text_of(partitioning, "type"), text_of(partitioning, "field"),
                          static_cast<std::int64_t>(number_of(partitioning, "expirationMs").value_or(0))};
  }
  for (const Json& column : member_of(member_of(resource, "clustering"), "fields")) {
    if (column.is_string()) table.clustering.push_back(column.get<std::string>());
  }
  table.requires_partition_filter = member_of(resource, "requirePartitionFilter") == true ||
                                    member_of(partitioning, "requirePartitionFilter") == true;
  table.rows = number_of(resource, "numRows").value_or(0);
  table.bytes = number_of(resource, "numBytes").value_or(0);
  table.last_modified = std::to_string(number_of(resource, "lastModifiedTime").value_or(0));
  table.location = text_of(resource, "location");
  return table;
}

Json json_of(const BigQueryTable& table) {
  Json json = {{"tableReference", json_of(table.name)}, {"schema", schema_json(table.fields)}};
  if (!table.description.empty()) json["description"] = table.description;
  if (table.partitioning) {
    Json partitioning = {{"type", table.partitioning->unit}};
    if (!table.partitioning->column.empty()) partitioning["field"] = table.partitioning->column;
    if (table.partitioning->expiration_ms > 0) {
      partitioning["expirationMs"] = std::to_string(table.partitioning->expiration_ms);
    }
    json["timePartitioning"] = std::move(partitioning);
  }
  if (!table.clustering.empty()) json["clustering"] = {{"fields", table.clustering}};
  if (table.requires_partition_filter) json["requirePartitionFilter"] = true;
  if (table.expires) json["expirationTime"] = std::to_string(table.expires->micros / 1000);
  return json;
}

}  // namespace weir::google
