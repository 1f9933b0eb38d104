// SPDX-License-Identifier: Apache-2.0
// Query jobs: a script of GoogleSQL, whose last rows are kept in a table for their readers.
#include "base/text.h"
#include "protocols/google/json_value.h"
#include "sandbox/bigquery/destination.h"
#include "sandbox/bigquery/sql_script.h"

namespace weir::sandbox::bigquery {
namespace {

constexpr std::int64_t kDayMilliseconds = 86'400'000;

bool is_column_name(const std::string& name) {
  const auto is_name_byte = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
  };
  return !name.empty() && std::isdigit(static_cast<unsigned char>(name.front())) == 0 &&
         std::all_of(name.begin(), name.end(), is_name_byte);
}

/// The columns of a result, with BigQuery's names for those that have none.
Fields result_fields(Warehouse& warehouse, const std::string& sql) {
  Fields fields = warehouse.describe(sql);
  std::string duplicates;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (!is_column_name(fields[i].name)) fields[i].name = "f" + std::to_string(i) + "_";
    for (std::size_t before = 0; before < i; ++before) {
      if (lower(fields[before].name) == lower(fields[i].name)) duplicates = fields[i].name;
    }
  }
  if (!duplicates.empty()) {
    throw Refusal{"invalidQuery",
                  "Duplicate column names in the result are not supported. Found duplicate(s): " + duplicates,
                  "query"};
  }
  return fields;
}

/// Takes the rows of queries to where they belong.
class Results {
 public:
  Results(Tools& tools, const Job& job, Outcome& outcome) : tools_(tools), job_(job), outcome_(outcome) {}

  /// Refuses a query that reads more than it may.
  void check_bytes(std::int64_t bytes) const {
    const auto most = google::number_of(job_.settings(), "maximumBytesBilled");
    if (!most || bytes <= static_cast<std::int64_t>(*most)) return;
    throw Refusal{
        "bytesBilledLimitExceeded",
        fmt::format("Query exceeded limit for bytes billed: {}. {} or higher required.", *most, bytes)};
  }

  void keep(const std::string& sql, Script::Purpose purpose) {
    const Fields fields = result_fields(tools_.catalog.warehouse(), sql);
    outcome_.schema = schema_json(fields);
    if (purpose == Script::Purpose::Try) return;
    const Json& wanted = google::member_of(job_.settings(), "destinationTable");
    if (wanted.is_object()) {
      const Target target = target_of(wanted, job_.project);
      const Arrival arrival{target, fields, job_.settings(), "WRITE_EMPTY"};
      deliver(tools_.catalog, arrival, expected_fields(tools_.catalog, arrival), sql);
      outcome_.results = target.name;
      return;
    }
    Catalog& catalog = tools_.catalog;
    const std::string dataset = google::text_of(
        catalog.anonymous(job_.project, job_.location).resource.at("datasetReference"), "datasetId");
    const TableName name{job_.project, dataset,
                         catalog.warehouse().fresh_name("anon" + std::to_string(catalog.now()))};
    catalog.create_table(name, fields,
                         {{"expirationTime", std::to_string(catalog.now() + kDayMilliseconds)}});
    const Json append = {{"writeDisposition", "WRITE_APPEND"}};
    deliver(catalog, {{name, ""}, fields, append, "WRITE_APPEND"}, fields, sql);
    outcome_.results = name;
  }

 private:
  /// Nobody asks for them any more, and looking for a table makes it go when its time is over.
  void drop_expired(const std::string& dataset) {
    std::vector<TableName> names;
    for (const auto& [key, table] : tools_.catalog.dataset(job_.project, dataset).tables)
      names.push_back(table.name);
    for (const TableName& name : names) (void)tools_.catalog.find_table(name);
  }

  Tools& tools_;
  const Job& job_;
  Outcome& outcome_;
};

std::int64_t affected(const Json& stats) {
  std::int64_t rows = 0;
  for (const auto& [key, value] : stats.items()) rows += std::stoll(value.get<std::string>());
  return rows;
}

Json query_statistics(const ScriptResult& result, std::int64_t bytes) {
  Json query = {{"statementType", result.statements > 1 ? "SCRIPT" : result.statement_type},
                {"totalBytesProcessed", std::to_string(bytes)},
                {"totalBytesBilled", std::to_string(bytes)},
                {"cacheHit", false}};
  if (result.dml.is_object()) {
    query["dmlStats"] = result.dml;
    query["numDmlAffectedRows"] = std::to_string(affected(result.dml));
  }
  if (result.target.is_object()) query["ddlTargetTable"] = result.target;
  return query;
}

}  // namespace

Outcome run_query(Tools& tools, const Job& job) {
  const Json& settings = job.settings();
  const Json& dry = google::member_of(job.configuration, "dryRun");
  const bool is_dry = dry.is_boolean() && dry.get<bool>();
  const Script::Purpose purpose = is_dry ? Script::Purpose::Try : Script::Purpose::Run;
  Outcome outcome;
  Results results(tools, job, outcome);
  SqlScope scope(tools.catalog, job.project, job.location, settings);
  Translator translator(tokenize(google::text_of(settings, "query")), scope);
  Script script(translator, purpose, [&](const std::string& sql) {
    results.check_bytes(scope.bytes());
    results.keep(sql, purpose);
  });
  const ScriptResult result = script.run();
  if (result.statements == 0)
    throw Refusal{"invalidQuery", "Syntax error: Unexpected end of statement at [1:1]", "query"};
  // Rows that were kept inside of a transaction are gone when it was rolled back.
  if (outcome.results && tools.catalog.find_table(*outcome.results) == nullptr) outcome.results.reset();
  Json& statistics = outcome.statistics;
  statistics["query"] = query_statistics(result, scope.bytes());
  statistics["totalBytesProcessed"] = std::to_string(scope.bytes());
  if (result.statements > 1) statistics["numChildJobs"] = std::to_string(result.statements);
  if (is_dry && outcome.schema.is_object()) statistics["query"]["schema"] = outcome.schema;
  return outcome;
}

}  // namespace weir::sandbox::bigquery
