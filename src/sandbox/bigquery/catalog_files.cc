// SPDX-License-Identifier: Apache-2.0
// What of the catalog outlives the program: entries of a table beside those with the rows.
#include "base/text.h"
#include "protocols/google/json_value.h"
#include "sandbox/bigquery/catalog.h"

namespace weir::sandbox::bigquery {

void Catalog::keep(const std::string& kind, const std::string& name, const Json& body) {
  if (!is_kept_) return;
  forget(kind, name);
  warehouse_.execute("INSERT INTO weir_catalog VALUES (" + sql_literal(kind) + ", " + sql_literal(name) +
                     ", " + sql_literal(google::dump_json(body)) + ")");
}

std::vector<Json> Catalog::kept(const std::string& kind) {
  std::vector<Json> bodies;
  if (!is_kept_) return bodies;
  for (const Row& row : warehouse_.rows("SELECT body FROM weir_catalog WHERE kind = " + sql_literal(kind) +
                                        " ORDER BY name")) {
    bodies.push_back(google::parse_json(row[0].value_or("")));
  }
  return bodies;
}

void Catalog::forget(const std::string& kind, const std::string& name) {
  if (!is_kept_) return;
  warehouse_.execute("DELETE FROM weir_catalog WHERE kind = " + sql_literal(kind) +
                     " AND name = " + sql_literal(name));
}

void Catalog::save(const Dataset& dataset) {
  keep("dataset", google::text_of(dataset.resource, "id"), dataset.resource);
}

void Catalog::save(const Table& table) {
  keep("table", table.name.text(),
       {{"reference", table.name.reference()},
        {"resource", table.resource},
        {"schema", schema_json(table.fields)},
        {"storage", table.storage},
        {"created", table.created},
        {"modified", table.modified},
        {"version", table.version}});
}

void Catalog::load() {
  warehouse_.execute("CREATE TABLE IF NOT EXISTS weir_catalog (kind VARCHAR, name VARCHAR, body VARCHAR)");
  for (const Json& body : kept("dataset")) {
    const Json& reference = body.at("datasetReference");
    datasets_[{google::text_of(reference, "projectId"), google::text_of(reference, "datasetId")}].resource =
        body;
  }
  for (const Json& body : kept("table")) {
    const Json& reference = body.at("reference");
    Table table;
    table.name = {google::text_of(reference, "projectId"), google::text_of(reference, "datasetId"),
                  google::text_of(reference, "tableId")};
    table.resource = body.at("resource");
    table.fields = parse_schema(body.at("schema"));
    table.storage = google::text_of(body, "storage");
    table.created = body.at("created").get<std::int64_t>();
    table.modified = body.at("modified").get<std::int64_t>();
    table.version = body.at("version").get<std::uint64_t>();
    dataset(table.name.project, table.name.dataset).tables[table.name.table] = table;
  }
}

}  // namespace weir::sandbox::bigquery
