// SPDX-License-Identifier: Apache-2.0
#include "protocols/google/gcs_address.h"

#include "base/time.h"
#include "protocols/google/encoding.h"
#include "protocols/google/gcs_resource.h"

namespace weir::google {
std::string uri_of(const GcsBucket& bucket, const std::string& key) {
  return "gs://" + bucket.name + "/" + key;
}

std::string object_path(const GcsBucket& bucket, const std::string& key) {
  const std::string objects = "/b/" + percent_encode(bucket.name) + "/o";
  return key.empty() ? objects : objects + "/" + percent_encode(key);
}

io::HttpRequest request_to(const GcsBucket& bucket, const std::string& path, const Query& query) {
  io::HttpRequest request{
      .url = bucket.endpoint + path, .timeout = bucket.timeout, .stall_timeout = kStallTimeout};
  char separator = '?';
  const auto add = [&](const std::string& name, const std::string& value) {
    request.url += separator + name + "=" + percent_encode(value);
    separator = '&';
  };
  for (const auto& [name, value] : query) add(name, value);
  if (!bucket.user_project.empty()) add("userProject", bucket.user_project);
  return request;
}

void add_precondition(Query& query, const io::Precondition& precondition) {
  if (precondition.kind == io::Precondition::Kind::None) return;
  const bool is_absent = precondition.kind == io::Precondition::Kind::Absent;
  query.emplace_back("ifGenerationMatch", is_absent ? "0" : precondition.version);
}

Result<StoredObject> parse_object(const nlohmann::json& resource) {
  const auto size = number_of(resource, "size");
  const auto updated = parse_timestamp(text_of(resource, "updated"));
  StoredObject object{{text_of(resource, "name"), size.value_or(0), text_of(resource, "generation"),
                       updated.value_or(Timestamp{})},
                      text_of(resource, "crc32c")};
  if (object.info.key.empty() || object.info.version.empty() || !size || !updated) {
    return fail(ErrorCode::DataMismatch,
                "the storage server describes an object without name, size, generation or time of change: {}",
                dump_json(resource).substr(0, 300));
  }
  return object;
}

Result<StoredObject> object_of(const io::HttpResponse& answer) {
  return parse_object(parse_json(answer.body));
}

}  // namespace weir::google
