// SPDX-License-Identifier: Apache-2.0
#include "sandbox/bigquery/destination.h"

#include <algorithm>

#include "base/text.h"
#include "protocols/google/json_value.h"

namespace weir::sandbox::bigquery {
namespace {

std::string write_disposition(const Arrival& arrival) {
  const std::string given = google::text_of(arrival.settings, "writeDisposition");
  return given.empty() ? arrival.default_write : given;
}

bool may_update(const Arrival& arrival, const char* option) {
  const Json& options = google::member_of(arrival.settings, "schemaUpdateOptions");
  return options.is_array() && std::find(options.begin(), options.end(), option) != options.end();
}

[[noreturn]] void mismatch(const Table& table, const std::string& detail) {
  throw Refusal{"invalid", "Provided Schema does not match Table " + table.name.text() + ". " + detail};
}

/// The fields of a table after rows with those columns arrive.
Fields merged(const Table& table, const Fields& old, const Fields& given, const Arrival& arrival,
              const std::string& path) {
  Fields result = old;
  for (const Field& field : given) {
    const auto same = std::find_if(result.begin(), result.end(), [&field](const Field& kept) {
      return lower(kept.name) == lower(field.name);
    });
    if (same == result.end()) {
      if (!may_update(arrival, "ALLOW_FIELD_ADDITION"))
        mismatch(table, "Cannot add fields (field: " + path + field.name + ")");
      if (field.mode == Mode::Required)
        mismatch(table,
                 "Cannot add required fields to an existing schema. (field: " + path + field.name + ")");
      result.push_back(field);
      continue;
    }
    if (same->kind != field.kind) {
      mismatch(table, "Field " + path + field.name + " has changed type from " + legacy_name(same->kind) +
                          " to " + legacy_name(field.kind));
    }
    if (same->mode != field.mode) {
      const bool is_relaxed = same->mode == Mode::Required && field.mode == Mode::Nullable;
      const bool is_stricter = same->mode == Mode::Nullable && field.mode == Mode::Required;
      if (!(is_relaxed && may_update(arrival, "ALLOW_FIELD_RELAXATION")) && !is_stricter) {
        mismatch(table, "Field " + path + field.name + " has changed mode from " + mode_name(same->mode) +
                            " to " + mode_name(field.mode));
      }
      if (is_relaxed) same->mode = field.mode;
    }
    if (field.kind == Kind::Record)
      same->fields = merged(table, same->fields, field.fields, arrival, path + field.name + ".");
  }
  for (const Field& field : old) {
    if (field.mode == Mode::Required && find_field(given, field.name) == nullptr) {
      mismatch(table, "Field " + path + field.name + " is missing in new schema");
    }
  }
  return result;
}

void check_update_options(const Arrival& arrival) {
  const Json& options = google::member_of(arrival.settings, "schemaUpdateOptions");
  if (!options.is_array() || options.empty()) return;
  const std::string write = write_disposition(arrival);
  const bool fits = write == "WRITE_APPEND" || write == "WRITE_TRUNCATE_DATA" ||
                    (write == "WRITE_TRUNCATE" && !arrival.target.partition.empty());
  if (!fits) {
    throw Refusal{"invalid",
                  "Schema update options should only be specified with WRITE_APPEND disposition, or with "
                  "WRITE_TRUNCATE disposition on a table partition."};
  }
}

void check_same_partitioning(const Table& table, const Json& settings) {
  const Json& given = google::member_of(settings, "timePartitioning");
  if (!given.is_object()) return;
  const Json& kept = google::member_of(table.resource, "timePartitioning");
  const auto words = [](const Json& json) {
    if (!json.is_object()) return std::string("none");
    const std::string field = google::text_of(json, "field");
    return "interval(type:" + lower(google::text_of(json, "type")) +
           (field.empty() ? "" : ",field:" + field) + ")";
  };
  if (words(given) != words(kept)) {
    throw Refusal{"invalid",
                  "Incompatible table partitioning specification. Expects partitioning specification " +
                      words(kept) + ", but input partitioning specification is " + words(given)};
  }
}

bool replaces_all(const Arrival& arrival) {
  return write_disposition(arrival) == "WRITE_TRUNCATE" && arrival.target.partition.empty();
}

Json new_resource(const Arrival& arrival) {
  Json resource = Json::object();
  for (const char* key : {"timePartitioning", "rangePartitioning", "clustering"}) {
    if (arrival.settings.contains(key)) resource[key] = arrival.settings[key];
  }
  const Json& properties = google::member_of(arrival.settings, "destinationTableProperties");
  for (const char* key : {"description", "friendlyName", "labels", "expirationTime"}) {
    if (properties.is_object() && properties.contains(key)) resource[key] = properties[key];
  }
  return resource;
}

bool same_shape(const Fields& left, const Fields& right) { return schema_json(left) == schema_json(right); }

/// The table, as it has to be for the rows.
Table& prepared(Catalog& catalog, const Arrival& arrival, const Fields& fields) {
  Table* table = catalog.find_table(arrival.target.name);
  if (table == nullptr) return catalog.create_table(arrival.target.name, fields, new_resource(arrival));
  if (replaces_all(arrival) && !same_shape(table->fields, fields)) {
    catalog.warehouse().execute("DELETE FROM " + sql_identifier(table->storage));
    Json changes = new_resource(arrival);
    table->resource.update(changes);
    catalog.change_fields(*table, fields);
  } else if (!same_shape(table->fields, fields)) {
    catalog.change_fields(*table, merged(*table, table->fields, fields, arrival, ""));
  }
  return *table;
}

/// Rows for a partition must belong to it.
void check_partition(Catalog& catalog, const Arrival& arrival, const Table& table,
                     const std::string& arrivals) {
  if (arrival.target.partition.empty() || table.is_ingestion_partitioned()) return;
  const std::int64_t strangers =
      catalog.warehouse().integer("SELECT count(*) FROM " + arrivals + " WHERE (" +
                                  partition_condition(table, arrival.target.partition) + ") IS NOT TRUE");
  if (strangers > 0) {
    throw Refusal{"invalid", "Some rows belong to different partitions rather than destination partition " +
                                 arrival.target.partition};
  }
}

}  // namespace

Fields expected_fields(Catalog& catalog, const Arrival& arrival) {
  check_update_options(arrival);
  Table* table = catalog.find_table(arrival.target.name);
  const std::string write = write_disposition(arrival);
  if (table == nullptr) {
    if (google::text_of(arrival.settings, "createDisposition") == "CREATE_NEVER") {
      throw Refusal{"notFound", "Not found: Table " + arrival.target.name.text()};
    }
    return arrival.fields;
  }
  if (!replaces_all(arrival)) check_same_partitioning(*table, arrival.settings);
  const std::string condition = partition_condition(*table, arrival.target.partition);
  if (write == "WRITE_EMPTY" &&
      catalog.warehouse().integer("SELECT count(*) FROM " + sql_identifier(table->storage) + " WHERE " +
                                  condition) > 0) {
    throw Refusal{"duplicate", "Already Exists: Table " + arrival.target.text()};
  }
  if (arrival.fields.empty()) return table->fields;
  if (table->fields.empty() || replaces_all(arrival)) return arrival.fields;
  merged(*table, table->fields, arrival.fields, arrival, "");
  return arrival.fields;
}

std::int64_t deliver(Catalog& catalog, const Arrival& arrival, const Fields& fields,
                     const std::string& rows_sql) {
  Warehouse& warehouse = catalog.warehouse();
  std::string names;
  for (const Field& field : fields) names += (names.empty() ? "" : ", ") + sql_identifier(field.name);
  // Read first: a query may read what it replaces.
  const std::string arrivals = sql_identifier(warehouse.fresh_name("arrivals"));
  warehouse.execute("CREATE TEMP TABLE " + arrivals + " AS SELECT * FROM (" + rows_sql + ") AS rows(" +
                    names + ")");
  Table& table = prepared(catalog, arrival, fields);
  const std::string storage = sql_identifier(table.storage);
  check_partition(catalog, arrival, table, arrivals);
  const std::string write = write_disposition(arrival);
  if (write == "WRITE_TRUNCATE" || write == "WRITE_TRUNCATE_DATA") {
    warehouse.execute("DELETE FROM " + storage + " WHERE " +
                      partition_condition(table, arrival.target.partition));
  }
  std::string values = names;
  if (table.is_ingestion_partitioned()) {
    const std::string& wanted = arrival.target.partition;
    names += ", " + sql_identifier(kPartitionTime);
    values +=
        ", " + partition_start(table, wanted.empty() ? partition_at(table, catalog.clock().now()) : wanted);
  }
  const std::int64_t count =
      warehouse.integer("INSERT INTO " + storage + " (" + names + ") SELECT " + values + " FROM " + arrivals);
  warehouse.execute("DROP TABLE " + arrivals);
  catalog.touch(table);
  return count;
}

}  // namespace weir::sandbox::bigquery
