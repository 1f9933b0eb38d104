// SPDX-License-Identifier: Apache-2.0
#include "protocols/google/bigquery_job_json.h"

#include "protocols/google/bigquery_json.h"
#include "protocols/google/json_value.h"

namespace weir::google {
namespace {

using Json = nlohmann::json;

Json configuration(const QueryJob& job) {
  Json query = {{"query", job.sql}, {"useLegacySql", false}};
  if (!job.parameters.empty()) {
    query["parameterMode"] = "NAMED";
    query["queryParameters"] = parameters_json(job.parameters);
  }
  if (job.maximum_bytes_billed > 0) query["maximumBytesBilled"] = std::to_string(job.maximum_bytes_billed);
  Json made = {{"query", std::move(query)}};
  if (job.mode == QueryJob::Mode::DryRun) made["dryRun"] = true;
  return made;
}

// The table is made beforehand: when somebody has removed it, this load is not wanted any more.
Json configuration(const LoadJob& job) {
  Json load = {{"destinationTable", json_of(job.table)},   {"schema", schema_json(job.fields)},
               {"sourceFormat", "NEWLINE_DELIMITED_JSON"}, {"createDisposition", "CREATE_NEVER"},
               {"writeDisposition", "WRITE_EMPTY"},        {"ignoreUnknownValues", false}};
  if (job.max_bad_records > 0) load["maxBadRecords"] = job.max_bad_records;
  if (!job.uris.empty()) load["sourceUris"] = job.uris;
  return {{"load", std::move(load)}};
}

Json configuration(const ExtractJob& job) {
  return {{"extract",
           {{"sourceTable", json_of(job.table)},
            {"destinationUris", Json::array({job.uri})},
            {"destinationFormat", "NEWLINE_DELIMITED_JSON"},
            {"compression", "GZIP"}}}};
}

JobProblem problem_of(const Json& json) {
  return {text_of(json, "reason"), text_of(json, "location"), text_of(json, "message")};
}

}  // namespace

Json parameters_json(const std::vector<BigQueryParameter>& parameters) {
  Json list = Json::array();
  for (const BigQueryParameter& parameter : parameters) {
    Json value = nullptr;
    if (parameter.value) value = *parameter.value;
    list.push_back({{"name", parameter.name},
                    {"parameterType", {{"type", parameter.type}}},
                    {"parameterValue", {{"value", std::move(value)}}}});
  }
  return list;
}

Json job_json(const std::string& id, const JobConfiguration& job, const BigQueryPlace& place,
              const std::string& location) {
  Json made = std::visit([](const auto& one) { return configuration(one); }, job);
  made["labels"] = {{"tool", "weir"}};
  Json reference = {{"projectId", place.project}, {"location", location}};
  if (!id.empty()) reference["jobId"] = id;
  return {{"jobReference", std::move(reference)}, {"configuration", std::move(made)}};
}

bool is_done(const Json& resource) { return text_of(member_of(resource, "status"), "state") == "DONE"; }

FinishedJob finished_job(const Json& resource) {
  FinishedJob job;
  job.id = text_of(member_of(resource, "jobReference"), "jobId");
  const Json& status = member_of(resource, "status");
  if (const Json& failure = member_of(status, "errorResult"); failure.is_object()) {
    job.failure = problem_of(failure);
  }
  for (const Json& problem : member_of(status, "errors")) job.problems.push_back(problem_of(problem));
  const Json& query = member_of(member_of(resource, "configuration"), "query");
  job.sql = text_of(query, "query");
  job.rows_in = table_name_of(member_of(query, "destinationTable"));
  const Json& statistics = member_of(resource, "statistics");
  job.fields = fields_of(member_of(member_of(statistics, "query"), "schema"));
  const Json& load = member_of(statistics, "load");
  job.output_rows = number_of(load, "outputRows").value_or(0);
  job.bad_records = number_of(load, "badRecords").value_or(0);
  job.output_bytes = number_of(load, "outputBytes").value_or(0);
  return job;
}

}  // namespace weir::google
