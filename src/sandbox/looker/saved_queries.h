// SPDX-License-Identifier: Apache-2.0
// Queries that clients have created: immutable, equal ones are one. Used by the service. Thread-safe.
#pragma once

#include <map>
#include <mutex>
#include <optional>

#include "sandbox/looker/queries/query.h"

namespace weir::sandbox::looker {

class SavedQueries {
 public:
  /// The id of the query, the one that it has when it was created before.
  std::string create(const Query& query);
  std::optional<Query> find(const std::string& id) const;
  /// The id of the query with this slug.
  std::optional<std::string> by_slug(const std::string& slug) const;

 private:
  mutable std::mutex mutex_;                // guards what follows
  std::map<std::string, std::string> ids_;  // by the JSON of the query
  std::map<std::string, Query> queries_;
};

/// As the API shows it.
nlohmann::json query_json(const std::string& id, const Query& query, const std::string& base_url);

}  // namespace weir::sandbox::looker
