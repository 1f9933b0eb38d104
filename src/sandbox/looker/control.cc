// SPDX-License-Identifier: Apache-2.0
#include "sandbox/looker/control.h"

#include "protocols/google/json_value.h"

namespace weir::sandbox::looker {
namespace {

using Json = nlohmann::json;

Answer refused(const std::string& message) { return json_answer(400, {{"message", message}}); }

Answer requests(Instance& instance, const Request& request) {
  if (request.method == "DELETE") instance.log().clear();
  return json_answer(200, instance.log().all());
}

Answer now(Instance& instance, const Request& request, const Json& body) {
  if (request.method == "POST") {
    const auto given = parse_timestamp(google::text_of(body, "now"));
    const auto seconds = google::number_of(body, "advance_seconds");
    if (!given && !seconds)
      return refused("now is a time such as 2024-05-14T10:00:00Z, or advance_seconds a number");
    const std::int64_t ahead = static_cast<std::int64_t>(seconds.value_or(0)) * kSecond;
    instance.set_now(given ? *given : Timestamp{instance.now().micros + ahead});
  }
  return json_answer(200, {{"now", to_string(instance.now())}});
}

Answer rows(Instance& instance, const Request& request, const Json& body) {
  if (request.method == "DELETE") {
    instance.tables().restore();
    return json_answer(200, Json::object());
  }
  const Json& rows = google::member_of(body, "rows");
  const auto replaced = instance.tables().replace(google::text_of(body, "view"), rows);
  return replaced.ok() ? json_answer(200, {{"rows", rows.size()}}) : refused(replaced.error().message());
}

}  // namespace

Answer control(Instance& instance, const Request& request, RequestBody& body) {
  const Json json = google::parse_json(body.all().value_or(""));
  if (request.path == "/_looker/requests") return requests(instance, request);
  if (request.path == "/_looker/now") return now(instance, request, json);
  if (request.path == "/_looker/rows") return rows(instance, request, json);
  if (request.path == "/_looker/sessions") return json_answer(200, {{"open", instance.sessions().open()}});
  return json_answer(404, {{"message", "There are requests, now, rows and sessions"}});
}

}  // namespace weir::sandbox::looker
