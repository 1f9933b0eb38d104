// SPDX-License-Identifier: Apache-2.0
#include "sandbox/looker/queries/query.h"

#include <array>

#include "protocols/google/json_value.h"

namespace weir::sandbox::looker {
namespace {

using Json = nlohmann::json;

bool is_blank(const Json& value) {
  return value.is_null() || (value.is_string() && value.get_ref<const std::string&>().empty()) ||
         ((value.is_array() || value.is_object()) && value.empty()) ||
         (value.is_boolean() && !value.get<bool>());
}

std::string text_in(const Json& body, const char* key, Problems& problems) {
  const Json& value = google::member_of(body, key);
  if (value.is_null()) return {};
  if (value.is_string()) return value.get<std::string>();
  problems.push_back({key, "invalid", std::string(key) + " must be a string"});
  return {};
}

std::vector<std::string> list_in(const Json& body, const char* key, Problems& problems) {
  const Json& value = google::member_of(body, key);
  std::vector<std::string> items;
  if (value.is_null()) return items;
  bool is_good = value.is_array();
  for (const Json& item : is_good ? value : Json::array()) {
    is_good = is_good && item.is_string();
    if (item.is_string()) items.push_back(item.get<std::string>());
  }
  if (!is_good) problems.push_back({key, "invalid", std::string(key) + " must be a list of strings"});
  return items;
}

}  // namespace

Query parse_query(const Json& body, Problems& problems) {
  constexpr std::array<const char*, 7> kNotComputed = {
      "pivots", "fill_fields", "subtotals", "total", "row_total", "dynamic_fields", "filter_expression"};
  Query query;
  query.model = text_in(body, "model", problems);
  query.explore = text_in(body, "view", problems);
  for (const auto& [key, value] : {std::pair("model", &query.model), std::pair("view", &query.explore)}) {
    if (value->empty()) problems.push_back({key, "missing_field", "This field is required."});
  }
  query.fields = list_in(body, "fields", problems);
  query.sorts = list_in(body, "sorts", problems);
  query.timezone = text_in(body, "query_timezone", problems);
  const Json& filters = google::member_of(body, "filters");
  if (!filters.is_null() && !filters.is_object()) {
    problems.push_back({"filters", "invalid", "filters must be an object of strings"});
  }
  for (const auto& [field, value] : filters.items()) {
    if (!filters.is_object()) break;
    if (!value.is_string()) {
      problems.push_back({"filters", "invalid", "The filter of " + field + " must be a string"});
      continue;
    }
    query.filters.emplace_back(field, value.get<std::string>());
  }
  const Json& limit = google::member_of(body, "limit");
  if (limit.is_string()) query.limit = limit.get<std::string>();
  if (limit.is_number_integer()) query.limit = limit.dump();
  for (const char* key : kNotComputed) {
    if (!is_blank(google::member_of(body, key))) {
      problems.push_back({key, "invalid", std::string("The sandbox does not compute ") + key});
    }
  }
  return query;
}

Json to_json(const Query& query) {
  Json filters = Json::object();
  for (const auto& [field, value] : query.filters) filters[field] = value;
  return {{"model", query.model},
          {"view", query.explore},
          {"fields", query.fields},
          {"filters", filters.empty() ? Json() : filters},
          {"sorts", query.sorts},
          {"limit", query.limit ? Json(*query.limit) : Json()},
          {"query_timezone", query.timezone.empty() ? Json() : Json(query.timezone)},
          {"pivots", Json()},
          {"filter_expression", Json()},
          {"total", false}};
}

}  // namespace weir::sandbox::looker
