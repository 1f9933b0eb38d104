// SPDX-License-Identifier: Apache-2.0
// A query as clients send it, and what is wrong with one. Used by the plan, the service and its tasks.
// Plain values.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace weir::sandbox::looker {

struct Query {
  std::string model, explore;
  std::vector<std::string> fields;
  std::vector<std::pair<std::string, std::string>> filters;
  std::vector<std::string> sorts;
  std::optional<std::string> limit;  ///< as sent: a text or a number
  std::string timezone;              ///< empty: the instance's, UTC
};

/// One entry of a ValidationError.
struct Problem {
  std::string field, code, message;
};
using Problems = std::vector<Problem>;

/// Reads the body of create_query or run_inline_query. What the sandbox does not compute (pivots, totals,
/// custom fields) is a problem, so that nobody takes its answer for Looker's.
Query parse_query(const nlohmann::json& body, Problems& problems);
/// The query as the API gives it back, without its id.
nlohmann::json to_json(const Query& query);

}  // namespace weir::sandbox::looker
