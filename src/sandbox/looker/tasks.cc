// SPDX-License-Identifier: Apache-2.0
#include "sandbox/looker/tasks.h"

#include "base/text.h"
#include "protocols/google/json_value.h"
#include "sandbox/looker/api_error.h"

namespace weir::sandbox::looker {
namespace {

using Json = nlohmann::json;

/// The formats that tell of a failed query in their own way; for the others it is 400.
bool tells_errors(const std::string& format) { return format == "json_detail" || format == "json_bi"; }

}  // namespace

Answer Tasks::create(const Request& request, const Json& body) {
  Task task;
  const Json& query = google::member_of(body, "query_id");
  task.query_id = query.is_number_integer() ? query.dump() : google::text_of(body, "query_id");
  task.format = google::text_of(body, "result_format");
  Problems problems;
  for (const auto& [key, value] :
       {std::pair("query_id", &task.query_id), std::pair("result_format", &task.format)}) {
    if (value->empty()) problems.push_back({key, "missing_field", "This field is required."});
  }
  if (!problems.empty()) throw validation_failed(std::move(problems));
  if (!queries_.find(task.query_id)) throw not_found();
  task.parameters = request.query;
  task.created = std::chrono::steady_clock::now();
  const std::lock_guard lock(mutex_);
  task.id = fmt::format("{:032x}", 0x5eed0000 + tasks_.size());
  tasks_.emplace(task.id, task);
  return json_answer(200, json(task, "added"));
}

Tasks::Task Tasks::find(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = tasks_.find(id);
  if (found == tasks_.end()) throw not_found();
  return found->second;
}

std::string Tasks::status(const Task& task) const {
  if (task.was_killed) return "killed";
  const auto passed = std::chrono::steady_clock::now() - task.created;
  const std::chrono::milliseconds whole(instance_.settings().task_milliseconds);
  if (passed >= whole) return "complete";
  return passed * 4 < whole ? "added" : "running";
}

Json Tasks::json(const Task& task, const std::string& status) const {
  const bool is_complete = status == "complete";
  return {{"id", task.id},
          {"query_id", task.query_id},
          {"query", Json()},
          {"result_format", task.format},
          {"status", status},
          {"runtime",
           is_complete ? Json(static_cast<double>(instance_.settings().task_milliseconds) / 1000) : Json()},
          {"result_source", is_complete ? Json("query") : Json()},
          {"generate_links", false},
          {"force_production", true},
          {"can", Json::object()}};
}

Answer Tasks::show(const std::string& id) const {
  const Task task = find(id);
  return json_answer(200, json(task, status(task)));
}

Request Tasks::as_run(const Request& request, const Task& task) {
  Request run = request;
  run.query = task.parameters;
  return run;
}

Answer Tasks::results(const std::string& id, const Request& request) {
  const Task task = find(id);
  const std::string state = status(task);
  if (state == "killed") throw ApiError{400, "Query killed"};
  if (state != "complete") return json_answer(202, {{"status", state}});
  const auto error = ordered_error(request.fault);
  if (error && !tells_errors(task.format)) throw ApiError{400, *error};
  return runs_.answer(*queries_.find(task.query_id), task.format, as_run(request, task));
}

Answer Tasks::multi_results(const Request& request) {
  Json all = Json::object();
  for (const std::string& id : split(request.parameter("query_task_ids").value_or(""), ',')) {
    if (id.empty()) continue;
    try {
      const Task task = find(id);
      all[id]["status"] = status(task);
      if (all[id]["status"] != "complete") continue;
      std::string text = runs_.text(*queries_.find(task.query_id), task.format, as_run(request, task));
      Json data = google::parse_json(text);
      all[id]["data"] = data.is_discarded() ? Json(std::move(text)) : std::move(data);
    } catch (const ApiError& error) {
      if (error.status != 404) throw;
      all[id] = {{"status", "missing"}};
    }
  }
  return json_answer(200, all);
}

Answer Tasks::kill(const std::string& id) {
  if (status(find(id)) == "complete") throw not_found();
  const std::lock_guard lock(mutex_);
  tasks_.at(id).was_killed = true;
  return {.status = 204};
}

}  // namespace weir::sandbox::looker
