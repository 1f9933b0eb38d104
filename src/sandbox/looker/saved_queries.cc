// SPDX-License-Identifier: Apache-2.0
#include "sandbox/looker/saved_queries.h"

#include <fmt/format.h>

#include <functional>

#include "protocols/google/json_value.h"

namespace weir::sandbox::looker {
namespace {

constexpr std::size_t kFirstId = 10'001;

std::string slug_of(const std::string& id) { return fmt::format("q{:x}", std::hash<std::string>()(id)); }

}  // namespace

std::string SavedQueries::create(const Query& query) {
  const std::string text = google::dump_json(to_json(query));
  const std::lock_guard lock(mutex_);
  const auto [entry, is_new] = ids_.emplace(text, std::to_string(kFirstId + ids_.size()));
  if (is_new) queries_.emplace(entry->second, query);
  return entry->second;
}

std::optional<Query> SavedQueries::find(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = queries_.find(id);
  return found == queries_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::string> SavedQueries::by_slug(const std::string& slug) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [id, query] : queries_) {
    if (slug_of(id) == slug) return id;
  }
  return std::nullopt;
}

nlohmann::json query_json(const std::string& id, const Query& query, const std::string& base_url) {
  nlohmann::json json = to_json(query);
  const std::string slug = slug_of(id);
  json["id"] = id;
  json["slug"] = slug;
  json["client_id"] = slug;
  json["share_url"] = base_url + "/x/" + slug;
  json["url"] = "/explore/" + query.model + "/" + query.explore;
  json["has_table_calculations"] = false;
  json["can"] = nlohmann::json::object();
  return json;
}

}  // namespace weir::sandbox::looker
