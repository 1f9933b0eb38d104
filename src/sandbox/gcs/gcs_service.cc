// SPDX-License-Identifier: Apache-2.0
#include "sandbox/gcs/gcs_service.h"

#include "protocols/google/json_value.h"
#include "sandbox/gcs/download.h"
#include "sandbox/gcs/fields.h"
#include "sandbox/gcs/listing.h"
#include "sandbox/gcs/refusal.h"
#include "sandbox/http/faults.h"

namespace weir::sandbox::gcs {
namespace {

/// The JSON of a request; an empty body is an empty object.
Json json_of(RequestBody& body) {
  const std::string text = body.all().value_or("");
  if (text.empty()) return Json::object();
  Json json = google::parse_json(text);
  if (!json.is_object()) throw Refusal{400, "parseError", "Parse Error"};
  return json;
}

std::optional<std::uint64_t> generation_of(const Request& request) {
  const auto text = request.parameter("generation");
  return text ? google::number_of({{"generation", *text}}, "generation") : std::nullopt;
}

Answer refused_method(const Request& request) {
  return google_error(405, "methodNotAllowed", request.method + " is not allowed here.");
}

/// The path behind one of the API's roots, in segments; `root` becomes the root.
std::vector<std::string> below_root(const std::string& path, std::string& root) {
  for (const std::string candidate : {"/storage/v1/", "/upload/storage/v1/", "/download/storage/v1/"}) {
    if (path.rfind(candidate, 0) != 0) continue;
    root = candidate;
    return segments(path.substr(candidate.size() - 1));
  }
  return {};
}

}  // namespace

std::optional<Answer> GcsService::answer(const Request& request, RequestBody& body) {
  try {
    auto answer = route(request, body);
    const auto fields = request.parameter("fields");
    if (answer && fields && answer->status == 200 && answer->content_type.rfind("application/json", 0) == 0 &&
        !answer->content) {
      return json_answer(200, select_fields(google::parse_json(answer->body), *fields));
    }
    return answer;
  } catch (const Refusal& refusal) {
    if (refusal.status == 304) return Answer{.status = 304};
    return google_error(refusal.status, refusal.reason, refusal.message, refusal.location);
  } catch (const Json::exception& error) {
    return google_error(400, "invalid", std::string("The JSON does not fit: ") + error.what());
  }
}

std::optional<Answer> GcsService::route(const Request& request, RequestBody& body) {
  std::string root;
  const Path path = below_root(request.path, root);
  if (path.empty() || path[0] != "b") return std::nullopt;
  if (root == "/upload/storage/v1/") {
    if (path.size() != 3 || path[2] != "o") return std::nullopt;
    return uploads_.answer(path[1], request, body);
  }
  if (path.size() == 4 && path[2] == "o") return object({path[1], path[3]}, request, body);
  if (root == "/download/storage/v1/") return std::nullopt;
  if (path.size() == 1) return buckets(request, body);
  if (path.size() == 2) return bucket(path[1], request);
  if (path.size() == 3 && path[2] == "o") return objects(path[1], request);
  return action(path, request, body);
}

Answer GcsService::buckets(const Request& request, RequestBody& body) {
  if (request.method == "GET") return json_answer(200, store_->buckets());
  if (request.method != "POST") return refused_method(request);
  if (!request.parameter("project")) throw Refusal{400, "required", "Required parameter: project", "project"};
  return json_answer(200, store_->create_bucket(json_of(body)));
}

Answer GcsService::bucket(const std::string& name, const Request& request) {
  if (request.method == "GET") return json_answer(200, store_->bucket(name));
  if (request.method != "DELETE") return refused_method(request);
  store_->remove_bucket(name);
  return Answer{.status = 204};
}

Answer GcsService::objects(const std::string& bucket, const Request& request) {
  if (request.method != "GET") return refused_method(request);
  return json_answer(200, list_objects(*store_, bucket, request.query));
}

Answer GcsService::object(const ObjectName& at, const Request& request, RequestBody& body) {
  const Conditions conditions = Conditions::of(request.query);
  if (request.method == "PATCH") {
    return json_answer(200, store_->patch(at, json_of(body), conditions).resource);
  }
  if (request.method == "DELETE") {
    store_->remove(at, generation_of(request), conditions);
    return Answer{.status = 204};
  }
  if (request.method != "GET") return refused_method(request);
  const Object object = store_->get(at, generation_of(request), conditions);
  const bool is_media = request.parameter("alt") == "media";
  return is_media ? download(object, request) : json_answer(200, object.resource);
}

std::optional<Answer> GcsService::action(const Path& path, const Request& request, RequestBody& body) {
  if (request.method != "POST" || path.size() < 5 || path[2] != "o") return std::nullopt;
  const ObjectName from{path[1], path[3]};
  if (path.size() == 5 && path[4] == "compose") {
    return json_answer(200, rewrites_.compose(from, json_of(body), request.query));
  }
  if (path.size() != 9 || path[5] != "b" || path[7] != "o") return std::nullopt;
  const ObjectName to{path[6], path[8]};
  const Json metadata = json_of(body);
  if (path[4] == "rewriteTo") return json_answer(200, rewrites_.rewrite(from, to, metadata, request.query));
  if (path[4] == "copyTo") return json_answer(200, rewrites_.copy(from, to, metadata, request.query));
  return std::nullopt;
}

}  // namespace weir::sandbox::gcs
