// SPDX-License-Identifier: Apache-2.0
// Requests for jobs, uploads and results of queries.
#include <algorithm>
#include <random>

#include "base/text.h"
#include "protocols/google/encoding.h"
#include "protocols/google/json_value.h"
#include "sandbox/bigquery/bigquery_service.h"
#include "sandbox/bigquery/request_check.h"
#include "sandbox/gcs/multipart.h"

namespace weir::sandbox::bigquery {
namespace {

constexpr std::int64_t kUsualWait = 10'000;
constexpr std::int64_t kLongestWait = 200'000;
constexpr std::size_t kLongestId = 1024;
constexpr std::size_t kUsualJobs = 50;

std::string random_id() {
  std::random_device device;
  std::string id = "job_";
  for (int i = 0; i < 3; ++i) id += fmt::format("{:08x}", device());
  return id;
}

void check_id(const std::string& id) {
  const auto is_good = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
  };
  if (id.size() <= kLongestId && std::all_of(id.begin(), id.end(), is_good)) return;
  throw Refusal{"invalid", "Invalid job ID \"" + id.substr(0, 100) +
                               "\". Job IDs must be alphanumeric (plus underscores and dashes) and must be "
                               "at most 1024 characters long."};
}

std::string normal_location(const std::string& location) {
  const std::string name = lower(location);
  return name == "us" ? "US" : name == "eu" ? "EU" : name;
}

std::int64_t wait_of(const std::optional<std::uint64_t>& given) {
  return std::min<std::int64_t>(given ? static_cast<std::int64_t>(*given) : kUsualWait, kLongestWait);
}

std::string location_parameter(const Request& request) {
  return normal_location(request.parameter("location").value_or(""));
}

bool fits_filter(const Job& job, const Request& request) {
  const std::string filter = request.parameter("stateFilter").value_or("");
  if (filter.empty()) return true;
  const std::string state = job.phase == Phase::Done      ? "done"
                            : job.phase == Phase::Running ? "running"
                                                          : "pending";
  return filter.find(state) != std::string::npos;
}

/// As lists have it: with the state outside of the status, too.
Json list_entry(const Job& job) {
  Json entry = Jobs::resource(job);
  entry.erase("etag");
  entry.erase("selfLink");
  entry["state"] = entry["status"]["state"];
  if (entry["status"].contains("errorResult")) entry["errorResult"] = entry["status"]["errorResult"];
  return entry;
}

}  // namespace

std::string BigQueryService::location_of(const Job& job, const std::string& wanted) {
  const Json& settings = job.settings();
  Json reference = google::member_of(settings, job.kind() == "extract" ? "sourceTable" : "destinationTable");
  if (!reference.is_object() && job.kind() == "query")
    reference = google::member_of(settings, "defaultDataset");
  const auto held = parts().warehouse.hold();
  if (reference.is_object()) {
    const Target target = target_of(reference, job.project);
    const Dataset& dataset = parts().catalog.dataset(target.name.project, target.name.dataset);
    if (!wanted.empty() && wanted != dataset.location()) {
      throw Refusal{"notFound", "Not found: Dataset " + target.name.project + ":" + target.name.dataset +
                                    " was not found in location " + wanted};
    }
    return dataset.location();
  }
  if (!wanted.empty()) return wanted;
  // As BigQuery does, where the first table is that a query names.
  const std::string query = google::text_of(settings, "query");
  for (const Dataset* dataset : parts().catalog.datasets(job.project)) {
    const std::string name = google::text_of(dataset->resource.at("datasetReference"), "datasetId");
    if (query.find(name + ".") != std::string::npos) return dataset->location();
  }
  return "US";
}

Job BigQueryService::new_job(const std::string& project, Json body) {
  check_job(body);
  const Json& reference = google::member_of(body, "jobReference");
  const std::string named = google::text_of(reference, "projectId");
  if (!named.empty() && named != project) {
    throw Refusal{"invalid", "Value for field projectId in the URL and in the request body differ: " +
                                 project + ", " + named};
  }
  Job job{.project = project,
          .location = {},
          .id = google::text_of(reference, "jobId"),
          .configuration = body.at("configuration")};
  if (job.id.empty()) job.id = random_id();
  check_id(job.id);
  job.location = location_of(job, normal_location(google::text_of(reference, "location")));
  return job;
}

Answer BigQueryService::insert_job(const std::string& project, const Json& body,
                                   std::shared_ptr<const gcs::Blob> upload) {
  Job job = new_job(project, body);
  const Json& settings = job.settings();
  const bool has_uris = !google::member_of(settings, "sourceUris").is_null();
  if (job.kind() == "load" && (upload != nullptr) == has_uris) {
    throw Refusal{"invalid", has_uris ? "A load has source URIs or an upload, not both"
                                      : "Load configuration must specify at least one source URI"};
  }
  const Json& dry = google::member_of(job.configuration, "dryRun");
  if (dry.is_boolean() && dry.get<bool>()) {
    if (job.kind() != "query") throw Refusal{"invalid", "Only queries can be tried with dryRun"};
    job.outcome = parts().jobs.try_out(job);
    job.phase = Phase::Done;
    Json shown = Jobs::resource(job);
    shown["jobReference"].erase("jobId");
    return json_answer(200, shown);
  }
  job.upload = std::move(upload);
  return json_answer(200, parts().jobs.insert(std::move(job)));
}

Answer BigQueryService::jobs(const std::string& project, const Request& request, RequestBody& body) {
  if (request.method == "POST") return insert_job(project, json_of(body), nullptr);
  if (request.method != "GET") return refused_method(request);
  Json list = Json::array();
  std::vector<Job> all = parts().jobs.all();
  std::reverse(all.begin(), all.end());  // the newest first
  for (const Job& job : all) {
    if (job.project == project && fits_filter(job, request)) list.push_back(list_entry(job));
  }
  const PageRequest page = page_request(request.query, "jobs");
  const auto first = static_cast<std::size_t>(page.first);
  const std::size_t most = page.most > 0 ? static_cast<std::size_t>(page.most) : kUsualJobs;
  Json shown = {{"kind", "bigquery#jobList"}, {"etag", "jobs"}, {"jobs", Json::array()}};
  for (std::size_t i = first; i < std::min(list.size(), first + most); ++i) shown["jobs"].push_back(list[i]);
  if (first + most < list.size())
    shown["nextPageToken"] = page_token("jobs", static_cast<std::int64_t>(first + most));
  return json_answer(200, shown);
}

std::optional<Answer> BigQueryService::job(const std::string& project, const Path& path,
                                           const Request& request) {
  Jobs& jobs = parts().jobs;
  const std::string location = location_parameter(request);
  const Job job = jobs.get(project, path[3], location);
  if (path.size() == 4)
    return request.method == "GET" ? json_answer(200, Jobs::resource(job)) : refused_method(request);
  if (path.size() != 5) return std::nullopt;
  if (path[4] == "cancel" && request.method == "POST") {
    jobs.cancel(job);
    return json_answer(200, {{"kind", "bigquery#jobCancelResponse"},
                             {"job", Jobs::resource(jobs.get(project, path[3], location))}});
  }
  if (path[4] == "delete" && request.method == "DELETE") {
    if (job.phase != Phase::Done) throw Refusal{"invalid", "Cannot delete job " + job.id + " while it runs"};
    jobs.remove(job);
    return Answer{.status = 204};
  }
  return std::nullopt;
}

Answer BigQueryService::upload(const std::string& project, const Request& request, RequestBody& body) {
  gcs::Sessions& sessions = parts().sessions;
  const auto id = request.parameter("upload_id");
  if (id && request.method == "PUT") return sessions.find(*id)->put(request, body);
  if (id && request.method == "DELETE") return sessions.find(*id)->cancel();
  const std::string type = request.parameter("uploadType").value_or("");
  if (request.method != "POST") return refused_method(request);
  if (type == "multipart") {
    const std::string content = body.all().value_or("");
    gcs::MultipartUpload parts = gcs::parse_multipart(request.header("content-type").value_or(""), content);
    parts.resource.erase("contentType");  // of the bytes; no member of a job
    const auto writer = store_.writer();
    writer->append(parts.bytes);
    return insert_job(project, parts.resource, writer->finish(random_id() + ".data"));
  }
  if (type != "resumable")
    throw Refusal{"badRequest", "Bad Request: unknown uploadType '" + type + "'.", "uploadType"};
  const Json job_body = json_of(body);
  (void)new_job(project, job_body);  // refuses at once what the last request would
  const auto announced =
      google::number_of({{"length", request.header("x-upload-content-length").value_or("")}}, "length");
  const std::string session = sessions.add(std::make_shared<gcs::Session>(
      store_.writer(), announced, [this, project, job_body](gcs::BlobWriter& bytes) {
        return google::parse_json(insert_job(project, job_body, bytes.finish(random_id() + ".data")).body);
      }));
  Answer answer;
  answer.headers = {
      {"Location", request.base_url + request.path + "?uploadType=resumable&upload_id=" + session},
      {"X-GUploader-UploadID", session}};
  return answer;
}

Answer BigQueryService::query(const std::string& project, RequestBody& body) {
  Json request = json_of(body);
  check_query_request(request);
  Json settings = Json::object();
  for (const char* key : {"query", "useLegacySql", "parameterMode", "queryParameters", "defaultDataset",
                          "maximumBytesBilled", "useQueryCache"}) {
    if (request.contains(key)) settings[key] = request[key];
  }
  Json job_body = {
      {"configuration", {{"query", settings}}},
      {"jobReference", {{"projectId", project}, {"location", google::text_of(request, "location")}}}};
  if (request.contains("labels")) job_body["configuration"]["labels"] = request["labels"];
  const Json& dry = google::member_of(request, "dryRun");
  if (dry.is_boolean() && dry.get<bool>()) job_body["configuration"]["dryRun"] = true;
  Job job = new_job(project, job_body);
  if (job.configuration.contains("dryRun")) return dry_query(job, request);
  const std::string request_id = google::text_of(request, "requestId");
  {
    const std::lock_guard lock(parts().mutex);
    std::string& known = parts().requests[project + "/" + request_id];
    const bool is_repeated = !request_id.empty() && !known.empty();
    if (is_repeated) job.id = known;
    known = job.id;
    if (!is_repeated) parts().jobs.insert(job);
  }
  Parameters parameters;
  const Json& format = google::member_of(request, "formatOptions");
  if (google::member_of(format, "useInt64Timestamp") == true)
    parameters["formatOptions.useInt64Timestamp"] = "true";
  if (const std::string output = google::text_of(format, "timestampOutputFormat"); !output.empty()) {
    parameters["formatOptions.timestampOutputFormat"] = output;
  }
  if (const auto most = google::number_of(request, "maxResults"))
    parameters["maxResults"] = std::to_string(*most);
  const Job done =
      parts().jobs.wait(project, job.id, job.location, wait_of(google::number_of(request, "timeoutMs")));
  Json results = results_of(done, parameters);
  results["kind"] = "bigquery#queryResponse";
  results["location"] = job.location;
  return json_answer(200, results);
}

Answer BigQueryService::dry_query(const Job& job, const Json&) {
  const Outcome outcome = parts().jobs.try_out(job);
  Json answer = {{"kind", "bigquery#queryResponse"},
                 {"jobComplete", true},
                 {"jobReference", {{"projectId", job.project}, {"location", job.location}}},
                 {"totalBytesProcessed", outcome.statistics["totalBytesProcessed"]},
                 {"cacheHit", false}};
  if (outcome.schema.is_object()) answer["schema"] = outcome.schema;
  return json_answer(200, answer);
}

Answer BigQueryService::query_results(const std::string& project, const std::string& id,
                                      const Request& request) {
  const auto milliseconds = google::number_of({{"n", request.parameter("timeoutMs").value_or("")}}, "n");
  const Job job = parts().jobs.wait(project, id, location_parameter(request), wait_of(milliseconds));
  if (job.kind() != "query")
    throw Refusal{"invalid", "Cannot get query results of a job that is no query: " + id};
  Json results = results_of(job, request.query);
  results["kind"] = "bigquery#getQueryResultsResponse";
  results["etag"] = google::base64(id);
  return json_answer(200, results);
}

Json BigQueryService::results_of(const Job& job, const Parameters& query) {
  Json results = {{"jobReference", job.reference()}, {"jobComplete", job.phase == Phase::Done}};
  if (job.phase != Phase::Done) return results;
  if (job.failure) throw Refusal(*job.failure);
  const std::string token_name = "job/" + job.id;
  const Json& statistics = job.outcome.statistics;
  results["cacheHit"] = false;
  results["totalBytesProcessed"] = google::text_of(statistics, "totalBytesProcessed");
  const Json& of_query = google::member_of(statistics, "query");
  if (of_query.contains("numDmlAffectedRows")) results["numDmlAffectedRows"] = of_query["numDmlAffectedRows"];
  if (!job.outcome.results) {
    results["schema"] = Json::object();
    results["totalRows"] = "0";
    return results;
  }
  const auto held = parts().warehouse.hold();
  const Table& table = parts().catalog.table(*job.outcome.results);
  TableRows rows(parts().warehouse, table, "", table.fields);
  results.update(page_of(rows, page_request(query, token_name), token_name));
  results["schema"] = job.outcome.schema.is_object() ? job.outcome.schema : schema_json(table.fields);
  return results;
}

}  // namespace weir::sandbox::bigquery
