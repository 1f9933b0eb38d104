// SPDX-License-Identifier: Apache-2.0
#include "sandbox/looker/request_log.h"

#include "protocols/google/json_value.h"

namespace weir::sandbox::looker {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kKept = 10'000;

/// "Bearer …": that there was a token, and how it was given.
Json headers_of(const Request& request) {
  Json headers = Json::object();
  for (const char* name : {"accept", "accept-encoding", "content-type", "user-agent", "x-looker-appid"}) {
    if (const auto value = request.header(name)) headers[name] = *value;
  }
  if (const auto value = request.header("authorization")) {
    headers["authorization"] = value->substr(0, value->find(' ')) + " …";
  }
  return headers;
}

Json body_of(const Request& request, const std::string& body) {
  if (body.empty()) return {};
  if (request.header("content-type").value_or("").rfind("application/x-www-form-urlencoded", 0) != 0) {
    Json json = google::parse_json(body);
    return json.is_discarded() ? Json(body) : json;
  }
  Json form = Json::object();
  for (const auto& [name, value] : parse_form(body)) form[name] = name == "client_secret" ? "…" : value;
  return form;
}

}  // namespace

void RequestLog::add(const Request& request, const std::string& body, int status) {
  Json entry = {{"method", request.method},       {"path", request.path},
                {"query", Json(request.query)},   {"headers", headers_of(request)},
                {"body", body_of(request, body)}, {"status", status}};
  const std::lock_guard lock(mutex_);
  entries_.push_back(std::move(entry));
  if (entries_.size() > kKept) entries_.pop_front();
}

Json RequestLog::all() const {
  const std::lock_guard lock(mutex_);
  Json::array_t list(entries_.begin(), entries_.end());
  return list;
}

void RequestLog::clear() {
  const std::lock_guard lock(mutex_);
  entries_.clear();
}

}  // namespace weir::sandbox::looker
