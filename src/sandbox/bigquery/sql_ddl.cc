// SPDX-License-Identifier: Apache-2.0
// Statements that change tables.
#include "base/text.h"
#include "protocols/google/json_value.h"
#include "sandbox/bigquery/destination.h"
#include "sandbox/bigquery/sql_script.h"

namespace weir::sandbox::bigquery {

void Script::create() {
  const bool is_replacing = sql_.take_words({"OR", "REPLACE"});
  if (sql_.take_words({"TABLE"})) return create_table(is_replacing);
  if (sql_.take_words({"SCHEMA"})) return create_schema();
  throw Refusal{"notImplemented", "weir-sandbox creates tables and schemas only " + sql_.peek().place(),
                "query"};
}

void Script::create_schema() {
  refuse_in_transaction("CREATE SCHEMA");
  result_.statement_type = "CREATE_SCHEMA";
  const bool if_missing = sql_.take_words({"IF", "NOT", "EXISTS"});
  const Token at = sql_.peek();
  const std::string path = sql_.path();
  const Json settings = sql_.take_words({"OPTIONS"}) ? options() : Json::object();
  const TableName name = sql_.scope().table_name(path + "._", at);
  if (if_missing && catalog_.find_dataset(name.project, name.dataset) != nullptr) return;
  if (purpose_ == Purpose::Run)
    catalog_.create_dataset(name.project, name.dataset,
                            {{"location", google::text_of(settings, "location")}});
}

Fields Script::column_definitions() {
  Fields fields;
  sql_.expect("(");
  do {
    const std::string name = sql_.name();
    Field field = sql_.type();
    field.name = name;
    while (!sql_.peek().is(",") && !sql_.peek().is(")")) {
      if (sql_.take_words({"NOT", "NULL"})) {
        field.mode = Mode::Required;
      } else if (sql_.take_words({"OPTIONS"})) {
        field.extras["description"] = google::text_of(options(), "description");
      } else {
        refuse_at(sql_.peek(), "Syntax error: Unexpected " + sql_.peek().description());
      }
    }
    fields.push_back(std::move(field));
  } while (sql_.take_words({","}));
  sql_.expect(")");
  return parse_schema(schema_json(fields));
}

/// OPTIONS(description="…", expiration_timestamp=TIMESTAMP "…", labels=[…]) as a resource has them.
Json Script::options() {
  Json settings = Json::object();
  sql_.expect("(");
  while (!sql_.take_words({")"})) {
    const Token at = sql_.peek();
    const std::string name = lower(sql_.name());
    sql_.expect("=");
    const std::string value = sql_.expression();
    sql_.take_words({","});
    if (name == "expiration_timestamp") {
      settings["expirationTime"] =
          std::to_string(catalog_.warehouse().integer("SELECT CAST(epoch_ms(" + value + ") AS BIGINT)"));
    } else if (name == "description" || name == "friendly_name" || name == "location") {
      const auto row = catalog_.warehouse().rows("SELECT " + value);
      settings[name == "friendly_name" ? "friendlyName" : name] = row.at(0).at(0).value_or("");
    } else if (name == "require_partition_filter") {
      settings["requirePartitionFilter"] = lower(value) == "true";
    } else {
      refuse_at(at, "weir-sandbox serves no option " + name);
    }
  }
  return settings;
}

/// What stands behind PARTITION BY, as a resource has it.
Json Script::partitioning(const Fields& fields) {
  const Token at = sql_.peek();
  if (sql_.take_words({"_PARTITIONDATE"})) return {{"type", "DAY"}};
  const bool is_day = (sql_.peek().is("DATE") || sql_.peek().is("TIMESTAMP_TRUNC") ||
                       sql_.peek().is("DATETIME_TRUNC") || sql_.peek().is("DATE_TRUNC")) &&
                      sql_.peek(1).is("(");
  std::string type = "DAY";
  std::string column;
  if (is_day) {
    sql_.take();
    sql_.expect("(");
    column = sql_.name();
    if (sql_.take_words({","})) type = sql_.take().upper;
    sql_.expect(")");
  } else {
    column = sql_.name();
  }
  const Field* field = find_field(fields, column);
  const bool fits = field == nullptr || field->kind == Kind::Date || field->kind == Kind::Timestamp ||
                    field->kind == Kind::DateTime;
  if (!fits || (type != "DAY" && type != "HOUR" && type != "MONTH" && type != "YEAR")) {
    refuse_at(at,
              "weir-sandbox partitions by a DATE, TIMESTAMP or DATETIME column, in steps of HOUR, DAY, MONTH "
              "or YEAR");
  }
  if (column == kPartitionTime) return {{"type", type}};
  return {{"type", type}, {"field", column}};
}

void Script::create_table(bool is_replacing) {
  refuse_in_transaction("CREATE TABLE");
  const bool if_missing = sql_.take_words({"IF", "NOT", "EXISTS"});
  const Token at = sql_.peek();
  const TableName name = sql_.scope().table_name(sql_.path(), at);
  Fields fields;
  if (sql_.peek().is("(")) fields = column_definitions();
  Json settings = Json::object();
  if (sql_.take_words({"PARTITION", "BY"})) settings["timePartitioning"] = partitioning(fields);
  if (sql_.take_words({"CLUSTER", "BY"})) {
    Json names = Json::array();
    do {
      names.push_back(sql_.name());
    } while (sql_.take_words({","}));
    settings["clustering"] = {{"fields", names}};
  }
  if (sql_.take_words({"OPTIONS"})) settings.update(options());
  std::string query;
  if (sql_.take_words({"AS"})) {
    query = sql_.query();
    result_.statement_type = "CREATE_TABLE_AS_SELECT";
    if (fields.empty()) fields = parse_schema(schema_json(catalog_.warehouse().describe(query)));
  }
  if (fields.empty()) refuse_at(at, "CREATE TABLE needs columns or a query");
  result_.target = name.reference();
  const bool exists = catalog_.find_table(name) != nullptr;
  if ((exists && if_missing) || purpose_ == Purpose::Try) return;
  if (exists && is_replacing) catalog_.remove_table(name);
  catalog_.create_table(name, fields, settings);
  if (query.empty()) return;
  const Json append = {{"writeDisposition", "WRITE_APPEND"}};
  deliver(catalog_, {{name, ""}, fields, append, "WRITE_APPEND"}, fields, query);
}

void Script::drop() {
  refuse_in_transaction("DROP TABLE");
  if (!sql_.take_words({"TABLE"})) {
    throw Refusal{"notImplemented", "weir-sandbox drops tables only " + sql_.peek().place(), "query"};
  }
  const bool if_there = sql_.take_words({"IF", "EXISTS"});
  const Token at = sql_.peek();
  const TableName name = sql_.scope().table_name(sql_.path(), at);
  result_.target = name.reference();
  if (catalog_.find_table(name) == nullptr) {
    if (if_there) return;
    throw Refusal{"notFound", "Not found: Table " + name.text()};
  }
  if (purpose_ == Purpose::Run) catalog_.remove_table(name);
}

void Script::alter() {
  refuse_in_transaction("ALTER TABLE");
  sql_.expect("TABLE");
  const bool if_there = sql_.take_words({"IF", "EXISTS"});
  const Token at = sql_.peek();
  const TableName name = sql_.scope().table_name(sql_.path(), at);
  result_.target = name.reference();
  if (if_there && catalog_.find_table(name) == nullptr)
    throw Refusal{"notImplemented", "weir-sandbox alters only tables that are there", "query"};
  Table& table = sql_.scope().table(name, at);
  if (sql_.take_words({"RENAME", "TO"})) {
    const std::string to = sql_.name();
    if (purpose_ == Purpose::Run) catalog_.rename_table(name, to);
    return;
  }
  Fields fields = table.fields;
  do {
    if (sql_.take_words({"ADD", "COLUMN"})) {
      const bool if_missing = sql_.take_words({"IF", "NOT", "EXISTS"});
      const Token column = sql_.peek();
      const std::string column_name = sql_.name();
      Field field = sql_.type();
      field.name = column_name;
      const bool exists = find_field(fields, column_name) != nullptr;
      if (exists && !if_missing) refuse_at(column, "Column already exists: " + column_name);
      if (!exists) fields.push_back(std::move(field));
    } else if (sql_.take_words({"ALTER", "COLUMN"})) {
      const Token column = sql_.peek();
      const std::string column_name = sql_.name();
      if (!sql_.take_words({"DROP", "NOT", "NULL"}))
        refuse_at(sql_.peek(), "weir-sandbox only drops NOT NULL of columns");
      auto* field = const_cast<Field*>(find_field(fields, column_name));
      if (field == nullptr) refuse_at(column, "Column not found: " + column_name);
      field->mode = Mode::Nullable;
    } else {
      refuse_at(
          sql_.peek(),
          "weir-sandbox adds columns, drops NOT NULL and renames tables; it serves no other ALTER TABLE");
    }
  } while (sql_.take_words({","}));
  if (purpose_ == Purpose::Run) catalog_.change_fields(table, parse_schema(schema_json(fields)));
}

}  // namespace weir::sandbox::bigquery
