// SPDX-License-Identifier: Apache-2.0
#include "sandbox/looker/looker_service.h"

#include <array>
#include <charconv>

#include "base/text.h"
#include "protocols/google/json_value.h"
#include "sandbox/looker/api_error.h"
#include "sandbox/looker/control.h"
#include "sandbox/looker/metadata.h"

namespace weir::sandbox::looker {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kRoot = "/api/4.0/";
constexpr std::string_view kForm = "application/x-www-form-urlencoded";

bool is_below(const std::string& path, std::string_view root) { return path.rfind(root, 0) == 0; }

Answer versions(const std::string& base_url) {
  const Json current = {{"version", "4.0"},
                        {"full_version", "4.0.26.12"},
                        {"status", "current"},
                        {"swagger_url", base_url + "/api/4.0/swagger.json"}};
  return json_answer(200, {{"looker_release_version", "26.12"},
                           {"current_version", current},
                           {"supported_versions", Json::array({current})},
                           {"api_server_url", base_url},
                           {"web_server_url", base_url}});
}

Json json_of(const std::string& body) {
  if (body.empty()) return Json::object();
  Json json = google::parse_json(body);
  if (!json.is_object()) throw ApiError{400, "Problems parsing JSON"};
  return json;
}

ApiError wrong_method() { return {405, "Resource Method Not Allowed"}; }

/// "a.b,c.d" of a query in a URL.
std::vector<std::string> list_of(const std::optional<std::string>& text) {
  return text && !text->empty() ? split(*text, ',') : std::vector<std::string>();
}

Query query_in_url(const std::string& model, const std::string& explore, const Request& request) {
  Query query;
  query.model = model;
  query.explore = explore;
  query.fields = list_of(request.parameter("fields"));
  query.sorts = list_of(request.parameter("sorts"));
  query.limit = request.parameter("limit");
  query.timezone = request.parameter("query_timezone").value_or("");
  for (const auto& [name, value] : request.query) {
    if (name.rfind("f[", 0) == 0 && name.back() == ']')
      query.filters.emplace_back(name.substr(2, name.size() - 3), value);
  }
  return query;
}

/// Looks show one of three queries.
Query query_of_look(std::int64_t number) {
  constexpr std::array<const char*, 3> kQueries = {
      R"({"model": "system__activity", "view": "history", "limit": "500",
          "fields": ["history.id", "history.created_time", "user.email"],
          "filters": {"history.created_date": "7 days"}, "sorts": ["history.id"]})",
      R"({"model": "system__activity", "view": "content_usage", "limit": "500",
          "fields": ["content_usage.id", "content_usage.content_title", "content_usage.other_count"]})",
      R"({"model": "thelook", "view": "order_items", "limit": "500",
          "fields": ["products.category", "order_items.total_sale_price"]})"};
  Problems problems;
  return parse_query(google::parse_json(kQueries.at(static_cast<std::size_t>(number % 3))), problems);
}

}  // namespace

std::optional<Answer> LookerService::answer(const Request& request, RequestBody& body) {
  if (request.path == "/alive") return Answer{};
  if (request.path == "/versions") return versions(request.base_url);
  if (is_below(request.path, "/_looker/")) return control(instance_, request, body);
  if (!is_below(request.path, kRoot)) return std::nullopt;
  const std::string text = body.all().value_or("");
  Answer answer;
  try {
    answer = api(request, text);
  } catch (const ApiError& error) {
    answer = error.answer();
    if (error.status == 429) answer.headers.emplace_back("Retry-After", "1");
  }
  instance_.log().add(request, text, answer.status);
  return answer;
}

std::optional<Answer> LookerService::refusal(const Request& request, const Fault& fault) {
  if (!is_below(request.path, kRoot)) return std::nullopt;
  instance_.log().add(request, {}, fault.status);
  if (fault.status == 502) return html_error(502, "Bad Gateway");
  if (fault.status == 504) return html_error(504, "Gateway Time-out");
  const std::string message = fault.message.empty() ? "The sandbox was told to fail." : fault.message;
  return ApiError{fault.status, message}.answer();
}

Answer LookerService::api(const Request& request, const std::string& body) {
  if (request.path == "/api/4.0/login") return login(request, body);
  if (request.path == "/api/4.0/versions") return versions(request.base_url);
  if (request.fault != nullptr && request.fault->action == FaultAction::ExpireTokens) {
    instance_.sessions().expire_all();
  }
  if (!instance_.sessions().find(request.header("authorization").value_or(""))) {
    throw ApiError{401, "Requires authentication."};
  }
  return route(segments(request.path.substr(kRoot.size() - 1)), request, body);
}

Answer LookerService::login(const Request& request, const std::string& body) {
  if (request.method != "POST") throw wrong_method();
  // Credentials in the query string are not looked at: Looker withdraws them.
  const bool is_form = is_below(request.header("content-type").value_or(""), kForm);
  const Parameters form = is_form ? parse_form(body) : Parameters();
  if (form.count("client_id") == 0)
    throw ApiError{is_form ? 400 : 404, is_form ? "Bad Request" : "Not Found"};
  const auto secret = form.find("client_secret");
  const auto token =
      instance_.sessions().login(form.at("client_id"), secret == form.end() ? "" : secret->second);
  if (!token) throw ApiError{404, "Not Found"};
  return json_answer(200, {{"access_token", *token},
                           {"token_type", "Bearer"},
                           {"expires_in", instance_.settings().token_seconds},
                           {"refresh_token", Json()}});
}

Answer LookerService::route(const Path& path, const Request& request, const std::string& body) {
  const std::string& root = path.front();
  if (root == "logout" && request.method == "DELETE") {
    instance_.sessions().logout(*request.header("authorization"));
    return {.status = 204};
  }
  if (root == "login" && path.size() == 2) {
    std::int64_t user = 0;
    std::from_chars(path[1].data(), path[1].data() + path[1].size(), user);
    if (user <= 0) throw not_found();
    return json_answer(200, {{"access_token", instance_.sessions().login_as(user)},
                             {"token_type", "Bearer"},
                             {"expires_in", instance_.settings().token_seconds},
                             {"refresh_token", Json()}});
  }
  if (root == "session") return session(request, json_of(body));
  if (root == "user") {
    const auto session = instance_.sessions().find(*request.header("authorization"));
    return json_answer(200,
                       {{"id", std::to_string(session ? session->user : 1)}, {"display_name", "API user"}});
  }
  if (root == "lookml_models") return models(path, request);
  if (root == "queries") return queries(path, request, json_of(body));
  if (root == "query_tasks" || root == "running_queries") return tasks(path, request, json_of(body));
  if (root == "looks") return looks(path, request);
  throw not_found();
}

Answer LookerService::session(const Request& request, const Json& body) {
  const std::string authorization = *request.header("authorization");
  const std::string workspace = google::text_of(body, "workspace_id");
  if (request.method == "PATCH" && (workspace == "dev" || workspace == "production")) {
    instance_.sessions().change_workspace(authorization, workspace);
  } else if (request.method != "GET") {
    throw validation_failed({{"workspace_id", "invalid", "workspace_id is dev or production"}});
  }
  const auto session = instance_.sessions().find(authorization);
  return json_answer(200, {{"workspace_id", session ? session->workspace : ""}, {"sudo_user_id", Json()}});
}

Answer LookerService::models(const Path& path, const Request& request) {
  if (request.method != "GET") throw wrong_method();
  const std::string fields = request.parameter("fields").value_or("");
  if (path.size() == 1) return json_answer(200, models_json(request));
  if (path.size() == 2) return json_answer(200, selected(model_json(path[1]), fields));
  if (path.size() != 4 || path[2] != "explores") throw not_found();
  return json_answer(200, selected(explore_json(instance_, path[1], path[3]), fields));
}

Answer LookerService::queries(const Path& path, const Request& request, const Json& body) {
  const bool is_post = request.method == "POST";
  if (is_post && (path.size() == 1 || (path.size() == 3 && path[1] == "run"))) {
    Problems problems;
    const Query query = parse_query(body, problems);
    if (!problems.empty()) throw validation_failed(std::move(problems));
    if (path.size() == 3) return runs_.answer(query, path[2], request);
    (void)instance_.plan(query);  // what is wrong with it is told now
    return json_answer(200, query_json(queries_.create(query), query, request.base_url));
  }
  if (path.size() == 7 && path[1] == "models" && path[3] == "views" && path[5] == "run") {
    return runs_.answer(query_in_url(path[2], path[4], request), path[6], request);
  }
  const bool is_slug = path.size() == 3 && path[1] == "slug";
  const std::string id = is_slug ? queries_.by_slug(path[2]).value_or("") : path.size() > 1 ? path[1] : "";
  const auto query = queries_.find(id);
  if (!query) throw not_found();
  if (is_post) throw wrong_method();
  if (path.size() == 2 || is_slug) return json_answer(200, query_json(id, *query, request.base_url));
  if (path.size() == 4 && path[2] == "run") return runs_.answer(*query, path[3], request);
  throw not_found();
}

Answer LookerService::tasks(const Path& path, const Request& request, const Json& body) {
  if (path[0] == "running_queries") {
    if (path.size() == 2 && request.method == "DELETE") return tasks_.kill(path[1]);
    throw not_found();
  }
  if (path.size() == 1 && request.method == "POST") return tasks_.create(request, body);
  if (request.method != "GET") throw wrong_method();
  if (path.size() == 2 && path[1] == "multi_results") return tasks_.multi_results(request);
  if (path.size() == 2) return tasks_.show(path[1]);
  if (path.size() == 3 && path[2] == "results") return tasks_.results(path[1], request);
  throw not_found();
}

Answer LookerService::looks(const Path& path, const Request& request) {
  const std::int64_t number = path.size() > 1 ? parse_limit(path[1]).value_or(0) : 0;
  const SharedView looks = instance_.tables().view("look", {});
  const Row row = looks->find(number);
  if (row == kNoRow) throw not_found();
  const Query query = query_of_look(number);
  if (path.size() == 4 && path[2] == "run") return runs_.answer(query, path[3], request);
  if (path.size() != 2) throw not_found();
  Scratch scratch;
  const std::string id = queries_.create(query);
  return json_answer(200, {{"id", path[1]},
                           {"title", looks->column("title")->get(row, scratch).text},
                           {"query_id", id},
                           {"query", query_json(id, query, request.base_url)}});
}

}  // namespace weir::sandbox::looker
