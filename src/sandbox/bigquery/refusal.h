// SPDX-License-Identifier: Apache-2.0
// A request or a job that cannot be carried out. Thrown inside this folder only; made an answer by
// BigQueryService, and the end of a job by Jobs. Nearly every rule can refuse, always for the whole.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "sandbox/http/http.h"

namespace weir::sandbox::bigquery {

using Json = nlohmann::json;

// Moving a Json does not throw, whatever clang-tidy sees in its assertions.
struct Refusal {  // NOLINT(bugprone-exception-escape)
  std::string reason;
  std::string message;
  std::string location{};
  /// Further errors of a job: those of single rows.
  Json details = Json::array();
};

/// The status that goes with a reason: 404 with "notFound".
int status_of(const std::string& reason);
/// As BigQuery answers a request that fails.
Answer answer_of(const Refusal& refusal);
/// As a job's status shows it: {reason, location, message}.
Json error_proto(const Refusal& refusal);

}  // namespace weir::sandbox::bigquery
