// SPDX-License-Identifier: Apache-2.0
#include "sandbox/gcs/upload_service.h"

#include "protocols/google/encoding.h"
#include "protocols/google/json_value.h"
#include "sandbox/gcs/multipart.h"
#include "sandbox/gcs/refusal.h"

namespace weir::sandbox::gcs {
namespace {

/// Nobody hears what is answered to a connection that broke off.
Answer broken_off() { return Answer{.status = 400}; }

std::string name_of(const Json& resource, const Request& request) {
  const std::string name = google::text_of(resource, "name");
  return name.empty() ? request.parameter("name").value_or("") : name;
}

std::optional<std::uint64_t> announced_length(const Request& request) {
  return google::number_of({{"length", request.header("x-upload-content-length").value_or("")}}, "length");
}

void apply_parameters(Json& resource, const Request& request) {
  if (const auto encoding = request.parameter("contentEncoding")) resource["contentEncoding"] = *encoding;
}

}  // namespace

Answer UploadService::answer(const std::string& bucket, const Request& request, RequestBody& body) {
  const auto id = request.parameter("upload_id");
  if (id && request.method == "PUT") return sessions_.find(*id)->put(request, body);
  if (id && request.method == "DELETE") return sessions_.find(*id)->cancel();
  const std::string type = request.parameter("uploadType").value_or("");
  if (request.method == "POST" && type == "media") return media(bucket, request, body);
  if (request.method == "POST" && type == "multipart") return multipart(bucket, request, body);
  if (request.method == "POST" && type == "resumable") return begin(bucket, request, body);
  throw Refusal{400, "badRequest", "Bad Request: unknown uploadType '" + type + "'.", "uploadType"};
}

Answer UploadService::media(const std::string& bucket, const Request& request, RequestBody& body) {
  const ObjectName at{bucket, request.parameter("name").value_or("")};
  const Conditions conditions = Conditions::of(request.query);
  store_.check_put(at, conditions);
  Json metadata = Json::object();
  if (const auto type = request.header("content-type")) metadata["contentType"] = *type;
  apply_parameters(metadata, request);
  const auto bytes = store_.writer();
  if (!body.read([&bytes](std::string_view piece) { bytes->append(piece); })) return broken_off();
  return json_answer(200, store_.put(at, metadata, *bytes, conditions).resource);
}

Answer UploadService::multipart(const std::string& bucket, const Request& request, RequestBody& body) {
  const auto content = body.all();
  if (!content) return broken_off();
  MultipartUpload upload = parse_multipart(request.header("content-type").value_or(""), *content);
  apply_parameters(upload.resource, request);
  const auto bytes = store_.writer();
  bytes->append(upload.bytes);
  const ObjectName at{bucket, name_of(upload.resource, request)};
  return json_answer(200, store_.put(at, upload.resource, *bytes, Conditions::of(request.query)).resource);
}

Answer UploadService::begin(const std::string& bucket, const Request& request, RequestBody& body) {
  const auto content = body.all();
  if (!content) return broken_off();
  Json resource = content->empty() ? Json::object() : google::parse_json(*content);
  if (!resource.is_object()) throw Refusal{400, "parseError", "Parse Error"};
  const auto type = request.header("x-upload-content-type");
  if (type && !resource.contains("contentType")) resource["contentType"] = *type;
  apply_parameters(resource, request);
  const ObjectName at{bucket, name_of(resource, request)};
  const Conditions conditions = Conditions::of(request.query);
  store_.check_put(at, conditions);
  const std::string id = sessions_.add(std::make_shared<Session>(
      store_.writer(), announced_length(request), [this, at, resource, conditions](BlobWriter& bytes) {
        return store_.put(at, resource, bytes, conditions).resource;
      }));
  Answer answer;
  answer.headers = {{"Location", request.base_url + request.path + "?uploadType=resumable&name=" +
                                     google::percent_encode(at.name) + "&upload_id=" + id},
                    {"X-GUploader-UploadID", id}};
  return answer;
}

}  // namespace weir::sandbox::gcs
