// SPDX-License-Identifier: Apache-2.0
#include "sandbox/bigquery/bigquery_service.h"

#include "base/text.h"
#include "protocols/google/json_value.h"
#include "sandbox/gcs/refusal.h"

namespace weir::sandbox::bigquery {
namespace {

struct DatasetSetting {
  std::string project = "sandbox";
  std::string name;
  std::string location = "US";
};

DatasetSetting parse_dataset(const std::string& text) {
  DatasetSetting setting;
  const std::size_t at = text.find('@');
  std::string path = text.substr(0, at);
  if (at != std::string::npos) setting.location = text.substr(at + 1);
  const std::size_t point = path.rfind('.');
  if (point != std::string::npos) {
    setting.project = path.substr(0, point);
    path = path.substr(point + 1);
  }
  setting.name = path;
  return setting;
}

/// The path behind the API's root, in segments; empty when it is not the API's. The root may be
/// missing, as clients leave it out that are told of an emulator.
std::vector<std::string> below_root(const std::string& path, bool& is_upload) {
  for (const std::string_view root :
       {"/upload/bigquery/v2", "/resumable/upload/bigquery/v2", "/upload", "/bigquery/v2", ""}) {
    const bool fits = path.rfind(root, 0) == 0 && path.substr(root.size()).rfind("/projects", 0) == 0;
    if (!fits) continue;
    is_upload = root.find("upload") != std::string_view::npos;
    return segments(path.substr(root.size()));
  }
  return {};
}

}  // namespace

Answer refused_method(const Request& request) {
  return answer_of({"methodNotAllowed", request.method + " is not allowed here."});
}

Json json_of(RequestBody& body) {
  const std::string text = body.all().value_or("");
  if (text.empty()) return Json::object();
  Json json = google::parse_json(text);
  if (!json.is_object()) throw Refusal{"parseError", "Parse Error"};
  return json;
}

BigQueryService::~BigQueryService() = default;

void BigQueryService::stop() {
  const std::lock_guard lock(mutex_);
  if (parts_ != nullptr) parts_->jobs.stop();
}

Result<void> BigQueryService::check(const Settings& settings) {
  for (const std::string& text : settings.datasets) {
    const DatasetSetting setting = parse_dataset(text);
    const auto is_good = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
    if (!setting.name.empty() && std::all_of(setting.name.begin(), setting.name.end(), is_good)) continue;
    return fail(ErrorCode::InvalidConfig,
                "'{}' is no dataset: it must be like analytics, project.analytics or analytics@EU", text);
  }
  return {};
}

BigQueryService::Parts& BigQueryService::parts() {
  const std::lock_guard lock(mutex_);
  if (parts_ != nullptr) return *parts_;
  auto parts = std::make_unique<Parts>(settings_, store_, clock_);
  for (const std::string& text : settings_.datasets) {
    const DatasetSetting setting = parse_dataset(text);
    if (parts->catalog.find_dataset(setting.project, setting.name) != nullptr) continue;
    parts->catalog.create_dataset(setting.project, setting.name, {{"location", setting.location}});
  }
  parts_ = std::move(parts);
  return *parts_;
}

std::optional<Answer> BigQueryService::answer(const Request& request, RequestBody& body) {
  try {
    return route(request, body);
  } catch (const Refusal& refusal) {
    return answer_of(refusal);
  } catch (const gcs::Refusal& refusal) {
    return answer_of(
        {refusal.status == 404 ? "notFound" : refusal.reason, refusal.message, refusal.location});
  } catch (const Json::exception& error) {
    return answer_of({"invalid", std::string("The JSON does not fit: ") + error.what()});
  }
}

std::optional<Answer> BigQueryService::route(const Request& request, RequestBody& body) {
  if (request.path.rfind("/_bigquery/", 0) == 0) return control(request, body);
  bool is_upload = false;
  const Path path = below_root(request.path, is_upload);
  if (path.empty()) return std::nullopt;
  if (is_upload) {
    if (path.size() != 3 || path[2] != "jobs") return std::nullopt;
    return upload(path[1], request, body);
  }
  return api(path, request, body);
}

std::optional<Answer> BigQueryService::api(const Path& path, const Request& request, RequestBody& body) {
  if (path.size() == 1) return request.method == "GET" ? projects() : refused_method(request);
  if (path.size() < 3) return std::nullopt;
  const std::string& project = path[1];
  if (path[2] == "datasets") {
    if (path.size() == 3) return datasets(project, request, body);
    if (path.size() == 4) return dataset(project, path[3], request, body);
    if (path[4] != "tables") return std::nullopt;
    if (path.size() == 5) return tables(project, path[3], request, body);
    const TableName name{project, path[3], path[5]};
    if (path.size() == 6) return table(name, request, body);
    if (path.size() == 7 && path[6] == "data" && request.method == "GET") {
      return table_data(target_of(name.reference(), project), request);
    }
    if (path[6] == "insertAll")
      throw Refusal{"notImplemented", "weir-sandbox serves no streaming inserts (tabledata.insertAll)"};
    return std::nullopt;
  }
  if (path[2] == "jobs") return path.size() == 3 ? jobs(project, request, body) : job(project, path, request);
  if (path[2] == "queries" && path.size() == 3 && request.method == "POST") return query(project, body);
  if (path[2] == "queries" && path.size() == 4 && request.method == "GET")
    return query_results(project, path[3], request);
  return std::nullopt;
}

std::optional<Answer> BigQueryService::control(const Request& request, RequestBody& body) {
  JobFaults& faults = parts().jobs.faults();
  if (request.path == "/_bigquery/jobs") {
    Json list = Json::array();
    for (const Job& job : parts().jobs.all()) list.push_back(Jobs::resource(job));
    return json_answer(200, list);
  }
  if (request.path != "/_bigquery/fault") return std::nullopt;
  if (request.method == "DELETE") faults.clear();
  if (request.method == "POST") {
    auto fault = parse_job_fault(body.all().value_or(""));
    if (!fault.ok()) return answer_of({"invalid", fault.error().message()});
    faults.add(*std::move(fault));
  }
  return json_answer(200, faults.waiting());
}

Answer BigQueryService::projects() {
  const Json project = {{"kind", "bigquery#project"},
                        {"id", "sandbox"},
                        {"numericId", "100000000001"},
                        {"friendlyName", "sandbox"},
                        {"projectReference", {{"projectId", "sandbox"}}}};
  return json_answer(200, {{"kind", "bigquery#projectList"},
                           {"etag", "sandbox"},
                           {"projects", Json::array({project})},
                           {"totalItems", 1}});
}

}  // namespace weir::sandbox::bigquery
