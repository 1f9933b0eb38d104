// SPDX-License-Identifier: Apache-2.0
#include "sandbox/bigquery/catalog.h"

#include <algorithm>

#include "base/text.h"
#include "protocols/google/encoding.h"
#include "protocols/google/json_value.h"
#include "sandbox/bigquery/values.h"

namespace weir::sandbox::bigquery {
namespace {

constexpr const char* kSelfLink = "https://bigquery.googleapis.com/bigquery/v2/projects/";

std::string dataset_id(const std::string& project, const std::string& name) { return project + ":" + name; }

void check_dataset_name(const std::string& name) {
  const auto is_good = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
  if (name.empty() || name.size() > 1024 || !std::all_of(name.begin(), name.end(), is_good)) {
    throw Refusal{"invalid",
                  "Invalid dataset ID \"" + name +
                      "\". Dataset IDs must be alphanumeric (plus underscores) and must be at most 1024 "
                      "characters long."};
  }
}

void check_table_name(const std::string& name) {
  const auto is_good = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
  };
  if (name.empty() || name.size() > 1024 || !std::all_of(name.begin(), name.end(), is_good)) {
    throw Refusal{"invalid",
                  "Invalid table ID \"" + name +
                      "\". Table IDs must be alphanumeric (plus underscores and dashes) and must be at most "
                      "1024 characters long. Also, Table decorators cannot be used."};
  }
}

bool is_anonymous(const std::string& dataset) { return dataset.rfind(kAnonymous, 0) == 0; }

std::string storage_columns(const Table& table) {
  std::string columns;
  for (const Field& field : table.fields) {
    columns += (columns.empty() ? "" : ", ") + sql_identifier(field.name) + " " + stored_type(field) +
               (field.mode == Mode::Required ? " NOT NULL" : "");
  }
  if (table.is_ingestion_partitioned()) {
    columns += (columns.empty() ? "" : ", ") + sql_identifier(kPartitionTime) + " TIMESTAMP WITH TIME ZONE";
  }
  // The engine has no table without columns; a schema may come with the first load.
  return columns.empty() ? "\"_weir_none\" BOOLEAN" : columns;
}

}  // namespace

bool Table::is_ingestion_partitioned() const {
  const Json& partitioning = google::member_of(resource, "timePartitioning");
  return partitioning.is_object() && google::text_of(partitioning, "field").empty();
}

std::string Table::etag() const { return google::base64(storage + "/" + std::to_string(version)); }

std::string Dataset::location() const { return google::text_of(resource, "location"); }

Catalog::Catalog(Warehouse& warehouse, bool is_kept, const io::Clock& clock)
    : warehouse_(warehouse), is_kept_(is_kept), clock_(clock) {
  if (is_kept_) load();
}

Dataset& Catalog::create_dataset(const std::string& project, const std::string& name, const Json& resource) {
  check_dataset_name(name);
  if (datasets_.contains({project, name})) {
    throw Refusal{"duplicate", "Already Exists: Dataset " + dataset_id(project, name)};
  }
  Dataset& dataset = datasets_[{project, name}];
  dataset.resource = resource;
  Json& json = dataset.resource;
  const std::string location = google::text_of(resource, "location");
  json["kind"] = "bigquery#dataset";
  json["id"] = dataset_id(project, name);
  json["selfLink"] = kSelfLink + project + "/datasets/" + name;
  json["datasetReference"] = {{"projectId", project}, {"datasetId", name}};
  json["location"] = lower(location) == "us" || location.empty() ? "US"
                     : lower(location) == "eu"                   ? "EU"
                                                                 : lower(location);
  json["type"] = "DEFAULT";
  json["creationTime"] = std::to_string(now());
  json["lastModifiedTime"] = std::to_string(now());
  json["etag"] = google::base64("dataset/" + name + "/" + std::to_string(now()));
  save(dataset);
  return dataset;
}

Dataset* Catalog::find_dataset(const std::string& project, const std::string& name) {
  const auto found = datasets_.find({project, name});
  return found == datasets_.end() ? nullptr : &found->second;
}

Dataset& Catalog::dataset(const std::string& project, const std::string& name) {
  Dataset* found = find_dataset(project, name);
  if (found == nullptr) throw Refusal{"notFound", "Not found: Dataset " + dataset_id(project, name)};
  return *found;
}

Dataset& Catalog::anonymous(const std::string& project, const std::string& location) {
  const std::string name = std::string(kAnonymous) + "_" + lower(location);
  if (Dataset* found = find_dataset(project, name)) return *found;
  return create_dataset(project, name, {{"location", location}});
}

void Catalog::remove_dataset(const std::string& project, const std::string& name, bool with_contents) {
  Dataset& removed = dataset(project, name);
  if (!removed.tables.empty() && !with_contents) {
    throw Refusal{"resourceInUse", "Dataset " + dataset_id(project, name) + " is still in use"};
  }
  while (!removed.tables.empty()) remove_table(removed.tables.begin()->second.name);
  forget("dataset", dataset_id(project, name));
  datasets_.erase({project, name});
}

std::vector<const Dataset*> Catalog::datasets(const std::string& project) const {
  std::vector<const Dataset*> found;
  for (const auto& [key, dataset] : datasets_) {
    if (key.first == project && !is_anonymous(key.second)) found.push_back(&dataset);
  }
  return found;
}

Table* Catalog::find_table(const TableName& name) {
  Dataset& holder = dataset(name.project, name.dataset);
  const auto found = holder.tables.find(name.table);
  if (found == holder.tables.end()) return nullptr;
  const auto expires = google::number_of(found->second.resource, "expirationTime");
  if (expires && static_cast<std::int64_t>(*expires) <= now()) {
    remove_table(name);
    return nullptr;
  }
  return &found->second;
}

Table& Catalog::table(const TableName& name) {
  Table* found = find_table(name);
  if (found == nullptr) throw Refusal{"notFound", "Not found: Table " + name.text()};
  return *found;
}

Table& Catalog::create_table(const TableName& name, const Fields& fields, const Json& resource) {
  check_table_name(name.table);
  if (find_table(name) != nullptr) throw Refusal{"duplicate", "Already Exists: Table " + name.text()};
  Table table{.name = name, .resource = resource, .fields = fields};
  for (const char* known : {"schema", "tableReference", "kind", "id", "etag", "selfLink"})
    table.resource.erase(known);
  table.created = now();
  table.modified = now();
  table.serial = ++last_serial_;
  const Json& dataset_resource = dataset(name.project, name.dataset).resource;
  const auto life = google::number_of(dataset_resource, "defaultTableExpirationMs");
  if (life && !table.resource.contains("expirationTime")) {
    table.resource["expirationTime"] = std::to_string(now() + static_cast<std::int64_t>(*life));
  }
  create_storage(table);
  Table& kept = dataset(name.project, name.dataset).tables[name.table] = std::move(table);
  save(kept);
  return kept;
}

void Catalog::create_storage(Table& table) {
  // The clock keeps the names of a kept folder apart from those of earlier runs.
  table.storage = warehouse_.fresh_name("t_" + std::to_string(clock_.now().micros));
  warehouse_.execute("CREATE TABLE " + sql_identifier(table.storage) + " (" + storage_columns(table) + ")");
}

void Catalog::remove_table(const TableName& name) {
  Dataset& holder = dataset(name.project, name.dataset);
  const auto found = holder.tables.find(name.table);
  if (found == holder.tables.end()) throw Refusal{"notFound", "Not found: Table " + name.text()};
  warehouse_.execute("DROP TABLE IF EXISTS " + sql_identifier(found->second.storage));
  forget("table", name.text());
  holder.tables.erase(found);
}

void Catalog::rename_table(const TableName& name, const std::string& to) {
  check_table_name(to);
  Table moved = table(name);
  TableName target = name;
  target.table = to;
  if (find_table(target) != nullptr) throw Refusal{"duplicate", "Already Exists: Table " + target.text()};
  Dataset& holder = dataset(name.project, name.dataset);
  holder.tables.erase(name.table);
  forget("table", name.text());
  moved.name = target;
  touch(holder.tables[to] = std::move(moved));
}

void Catalog::change_fields(Table& table, const Fields& fields) {
  const Table old = table;
  table.fields = fields;
  create_storage(table);
  std::string names;
  std::string values;
  const auto add = [&](const std::string& name, const std::string& value) {
    names += (names.empty() ? "" : ", ") + name;
    values += (values.empty() ? "" : ", ") + value;
  };
  for (const Field& field : fields) {
    const Field* before = find_field(old.fields, field.name);
    if (before != nullptr) {
      add(sql_identifier(field.name), widen_sql(*before, field, sql_identifier(before->name)));
    } else if (field.mode == Mode::Repeated) {
      add(sql_identifier(field.name), "[]");
    }
  }
  if (table.is_ingestion_partitioned()) add(sql_identifier(kPartitionTime), sql_identifier(kPartitionTime));
  if (!names.empty()) {
    warehouse_.execute("INSERT INTO " + sql_identifier(table.storage) + " (" + names + ") SELECT " + values +
                       " FROM " + sql_identifier(old.storage));
  }
  warehouse_.execute("DROP TABLE " + sql_identifier(old.storage));
  touch(table);
}

void Catalog::touch(Table& table) {
  table.modified = now();
  ++table.version;
  save(table);
}

std::int64_t Catalog::row_count(const Table& table) {
  return warehouse_.integer("SELECT count(*) FROM " + sql_identifier(table.storage));
}

Json Catalog::summary(const Table& table) const {
  Json json = {{"kind", "bigquery#table"},
               {"id", table.name.text()},
               {"tableReference", table.name.reference()},
               {"type", "TABLE"},
               {"creationTime", std::to_string(table.created)}};
  for (const char* key :
       {"friendlyName", "labels", "timePartitioning", "rangePartitioning", "clustering", "expirationTime"}) {
    if (table.resource.contains(key)) json[key] = table.resource[key];
  }
  return json;
}

std::int64_t Catalog::byte_count(Table& table) {
  if (table.sized_version == table.version) return table.size;
  std::string sizes = "0";
  for (const Field& field : table.fields) sizes += " + " + size_sql(field, sql_identifier(field.name));
  table.size = warehouse_.integer("SELECT CAST(coalesce(sum(" + sizes + "), 0) AS BIGINT) FROM " +
                                  sql_identifier(table.storage));
  table.sized_version = table.version;
  return table.size;
}

Json Catalog::show(Table& table) {
  Json json = table.resource;
  json.update(summary(table));
  json["etag"] = table.etag();
  json["selfLink"] =
      kSelfLink + table.name.project + "/datasets/" + table.name.dataset + "/tables/" + table.name.table;
  if (!table.fields.empty()) json["schema"] = schema_json(table.fields);
  json["numRows"] = std::to_string(row_count(table));
  json["numBytes"] = std::to_string(byte_count(table));
  json["numLongTermBytes"] = "0";
  json["lastModifiedTime"] = std::to_string(table.modified);
  json["location"] = dataset(table.name.project, table.name.dataset).location();
  return json;
}

Change::Change(Catalog& catalog)
    : catalog_(catalog), last_serial_(catalog.last_serial_), rows_(catalog.warehouse_) {
  for (const auto& [key, dataset] : catalog_.datasets_) {
    if (!is_anonymous(key.second)) before_.emplace(key, dataset);
  }
}

Change::~Change() {
  if (is_committed_) return;
  std::erase_if(catalog_.datasets_, [](const auto& entry) { return !is_anonymous(entry.first.second); });
  for (auto& [key, dataset] : catalog_.datasets_) {
    std::erase_if(dataset.tables, [this](const auto& entry) { return entry.second.serial > last_serial_; });
  }
  catalog_.datasets_.merge(before_);
}

void Change::commit() {
  rows_.commit();
  is_committed_ = true;
}

}  // namespace weir::sandbox::bigquery
