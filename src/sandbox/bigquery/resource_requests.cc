// SPDX-License-Identifier: Apache-2.0
// Requests for datasets, tables and their rows.
#include "base/text.h"
#include "protocols/google/json_value.h"
#include "sandbox/bigquery/bigquery_service.h"
#include "sandbox/bigquery/request_check.h"

namespace weir::sandbox::bigquery {
namespace {

constexpr std::size_t kUsualPage = 50;

/// A page of a list, under its key; the key is missing when there is nothing.
Json page_of_list(const Json& items, const char* key, const std::string& kind, const Parameters& query) {
  PageRequest page = page_request(query, kind);
  const auto first = static_cast<std::size_t>(page.first);
  const std::size_t most = page.most > 0 ? static_cast<std::size_t>(page.most) : kUsualPage;
  Json list = {{"kind", kind}, {"etag", kind}};
  Json shown = Json::array();
  for (std::size_t i = first; i < std::min(items.size(), first + most); ++i) shown.push_back(items[i]);
  if (!shown.empty()) list[key] = shown;
  if (first + most < items.size())
    list["nextPageToken"] = page_token(kind, static_cast<std::int64_t>(first + most));
  return list;
}

Json summary_of(const Dataset& dataset) {
  Json json;
  for (const char* key : {"id", "datasetReference", "labels", "friendlyName", "location", "type"}) {
    if (dataset.resource.contains(key)) json[key] = dataset.resource[key];
  }
  json["kind"] = "bigquery#dataset";
  return json;
}

void check_reference(const Json& reference, const char* key, const std::string& expected) {
  const std::string given = google::text_of(reference, key);
  if (given.empty() || given == expected) return;
  throw Refusal{"invalid", "Value for field " + std::string(key) +
                               " in the URL and in the request body differ: " + expected + ", " + given};
}

void check_etag(const Request& request, const std::string& etag) {
  const auto wanted = request.header("if-match");
  if (!wanted || *wanted == etag || *wanted == "*") return;
  throw Refusal{"conditionNotMet", "Precondition Failed", "If-Match"};
}

/// The rules of tables.patch and tables.update for columns: all that are there stay, in their order.
void check_change(const std::string& table, const Fields& before, const Fields& after,
                  const std::string& path) {
  const auto refuse = [&table](const std::string& detail) {
    throw Refusal{"invalid", "Provided Schema does not match Table " + table + ". " + detail};
  };
  for (const Field& field : before) {
    const Field* now = find_field(after, field.name);
    if (now == nullptr) {
      refuse("Field " + path + field.name + " is missing in new schema");
      continue;
    }
    if (now->kind != field.kind) {
      refuse("Field " + path + field.name + " has changed type from " + legacy_name(field.kind) + " to " +
             legacy_name(now->kind));
    }
    const bool is_relaxed = field.mode == Mode::Required && now->mode == Mode::Nullable;
    if (now->mode != field.mode && !is_relaxed) {
      refuse("Field " + path + field.name + " has changed mode from " + mode_name(field.mode) + " to " +
             mode_name(now->mode));
    }
    check_change(table, field.fields, now->fields, path + field.name + ".");
  }
  for (const Field& field : after) {
    if (field.mode != Mode::Required || find_field(before, field.name) != nullptr) continue;
    refuse("Cannot add required fields to an existing schema. (field: " + path + field.name + ")");
  }
}

void change_table(Catalog& catalog, Table& table, const Json& changes, const std::string& method) {
  if (changes.contains("schema") && !changes["schema"].is_null()) {
    const Fields fields = parse_schema(changes["schema"]);
    check_change(table.name.text(), table.fields, fields, "");
    catalog.change_fields(table, fields);
  }
  for (const char* key : {"description", "friendlyName", "labels", "expirationTime", "clustering",
                          "requirePartitionFilter", "tableConstraints"}) {
    if (method == "PUT") table.resource.erase(key);
    if (changes.contains(key)) table.resource.merge_patch({{key, changes[key]}});
  }
  if (changes.contains("timePartitioning")) {
    const Json& before = google::member_of(table.resource, "timePartitioning");
    const bool same =
        google::text_of(before, "type") == google::text_of(changes["timePartitioning"], "type") &&
        google::text_of(before, "field") == google::text_of(changes["timePartitioning"], "field");
    if (!same) throw Refusal{"invalid", "Cannot change partitioning spec of table " + table.name.text()};
    table.resource["timePartitioning"] = changes["timePartitioning"];
  }
  catalog.touch(table);
}

/// Columns that partitioning and clustering name must be there and fit.
void check_layout(const Fields& fields, const Json& resource) {
  const std::string column = google::text_of(google::member_of(resource, "timePartitioning"), "field");
  const Field* field = find_field(fields, column);
  const bool fits =
      field != nullptr && field->mode != Mode::Repeated &&
      (field->kind == Kind::Date || field->kind == Kind::Timestamp || field->kind == Kind::DateTime);
  if (!column.empty() && !fits) {
    throw Refusal{"invalid", "The field specified for partitioning cannot be used: " + column +
                                 " must be a top-level DATE, TIMESTAMP or DATETIME column"};
  }
  for (const Json& name : google::member_of(google::member_of(resource, "clustering"), "fields")) {
    if (find_field(fields, name.get<std::string>()) != nullptr) continue;
    throw Refusal{"invalid",
                  "The field specified for clustering cannot be found in the schema. Invalid field: " +
                      name.get<std::string>() + "."};
  }
}

Fields selected(const Table& table, const std::string& list) {
  if (list.empty()) return table.fields;
  Fields fields;
  for (const std::string& name : split(list, ',')) {
    const Field* field = find_field(table.fields, trim(name));
    if (field == nullptr) throw Refusal{"invalid", "No such field: " + name, "selectedFields"};
    fields.push_back(*field);
  }
  // They come in the order of the table, whatever the order of the list.
  Fields ordered;
  for (const Field& field : table.fields) {
    if (find_field(fields, field.name) != nullptr) ordered.push_back(field);
  }
  return ordered;
}

}  // namespace

Answer BigQueryService::datasets(const std::string& project, const Request& request, RequestBody& body) {
  Catalog& catalog = parts().catalog;
  if (request.method == "POST") {
    Json resource = json_of(body);
    check_dataset(resource);
    const Json& reference = google::member_of(resource, "datasetReference");
    check_reference(reference, "projectId", project);
    const auto held = parts().warehouse.hold();
    return json_answer(
        200, catalog.create_dataset(project, google::text_of(reference, "datasetId"), resource).resource);
  }
  if (request.method != "GET") return refused_method(request);
  const auto held = parts().warehouse.hold();
  Json list = Json::array();
  for (const Dataset* dataset : catalog.datasets(project)) list.push_back(summary_of(*dataset));
  return json_answer(200, page_of_list(list, "datasets", "bigquery#datasetList", request.query));
}

Answer BigQueryService::dataset(const std::string& project, const std::string& name, const Request& request,
                                RequestBody& body) {
  Catalog& catalog = parts().catalog;
  Json changes = request.method == "PATCH" || request.method == "PUT" ? json_of(body) : Json::object();
  check_dataset(changes);
  const auto held = parts().warehouse.hold();
  Dataset& found = catalog.dataset(project, name);
  if (request.method == "GET") return json_answer(200, found.resource);
  if (request.method == "DELETE") {
    catalog.remove_dataset(project, name, request.parameter("deleteContents") == "true");
    return Answer{.status = 204};
  }
  if (request.method != "PATCH" && request.method != "PUT") return refused_method(request);
  check_etag(request, google::text_of(found.resource, "etag"));
  for (const char* key : {"description", "friendlyName", "labels", "defaultTableExpirationMs",
                          "defaultPartitionExpirationMs", "access"}) {
    if (changes.contains(key)) found.resource.merge_patch({{key, changes[key]}});
  }
  found.resource["lastModifiedTime"] = std::to_string(catalog.now());
  catalog.save(found);
  return json_answer(200, found.resource);
}

Answer BigQueryService::tables(const std::string& project, const std::string& dataset, const Request& request,
                               RequestBody& body) {
  Catalog& catalog = parts().catalog;
  if (request.method == "POST") {
    Json resource = json_of(body);
    check_table(resource);
    const Json& reference = google::member_of(resource, "tableReference");
    check_reference(reference, "projectId", project);
    check_reference(reference, "datasetId", dataset);
    const Fields fields = parse_schema(google::member_of(resource, "schema"));
    check_layout(fields, resource);
    const auto held = parts().warehouse.hold();
    Change change(catalog);
    Table& table =
        catalog.create_table({project, dataset, google::text_of(reference, "tableId")}, fields, resource);
    const Json shown = catalog.show(table);
    change.commit();
    return json_answer(200, shown);
  }
  if (request.method != "GET") return refused_method(request);
  const auto held = parts().warehouse.hold();
  std::vector<TableName> names;
  for (const auto& [name, table] : catalog.dataset(project, dataset).tables) names.push_back(table.name);
  Json list = Json::array();
  for (const TableName& name : names) {
    if (const Table* table = catalog.find_table(name)) list.push_back(catalog.summary(*table));
  }
  Json page = page_of_list(list, "tables", "bigquery#tableList", request.query);
  page["totalItems"] = list.size();
  return json_answer(200, page);
}

Answer BigQueryService::table(const TableName& name, const Request& request, RequestBody& body) {
  Catalog& catalog = parts().catalog;
  const bool changes_it = request.method == "PATCH" || request.method == "PUT";
  Json changes = changes_it ? json_of(body) : Json::object();
  check_table(changes);
  const auto held = parts().warehouse.hold();
  if (request.method == "GET") {
    const Target target = target_of(name.reference(), name.project);
    Table& shown = catalog.table(target.name);
    (void)partition_condition(shown, target.partition);  // refuses a decorator that does not fit
    return json_answer(200, catalog.show(shown));
  }
  Change change(catalog);
  Answer answer{.status = 204};
  if (request.method == "DELETE") {
    (void)catalog.table(name);
    catalog.remove_table(name);
  } else if (changes_it) {
    Table& table = catalog.table(name);
    check_etag(request, table.etag());
    change_table(catalog, table, changes, request.method);
    answer = json_answer(200, catalog.show(table));
  } else {
    return refused_method(request);
  }
  change.commit();
  return answer;
}

Answer BigQueryService::table_data(const Target& target, const Request& request) {
  const std::string token_name = "table/" + target.text();
  const PageRequest page = page_request(request.query, token_name);
  const auto held = parts().warehouse.hold();
  const Table& table = parts().catalog.table(target.name);
  TableRows rows(parts().warehouse, table, target.partition,
                 selected(table, request.parameter("selectedFields").value_or("")));
  Json list = page_of(rows, page, token_name);
  list["kind"] = "bigquery#tableDataList";
  list["etag"] = table.etag();
  return json_answer(200, list);
}

}  // namespace weir::sandbox::bigquery
