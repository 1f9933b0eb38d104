// SPDX-License-Identifier: Apache-2.0
#include "sandbox/bigquery/refusal.h"

#include <array>

namespace weir::sandbox::bigquery {
namespace {

struct ReasonRow {
  const char* reason;
  int status;
};

// https://cloud.google.com/bigquery/docs/error-messages
constexpr std::array<ReasonRow, 18> kReasons = {{{"accessDenied", 403},
                                                 {"authError", 401},
                                                 {"required", 401},
                                                 {"backendError", 503},
                                                 {"billingNotEnabled", 403},
                                                 {"blocked", 403},
                                                 {"conditionNotMet", 412},
                                                 {"duplicate", 409},
                                                 {"gone", 410},
                                                 {"internalError", 500},
                                                 {"methodNotAllowed", 405},
                                                 {"notFound", 404},
                                                 {"notImplemented", 501},
                                                 {"quotaExceeded", 403},
                                                 {"rateLimitExceeded", 403},
                                                 {"responseTooLarge", 403},
                                                 {"stopped", 200},
                                                 {"tableUnavailable", 400}}};

const char* status_name(int status) {
  switch (status) {
    case 401:
      return "UNAUTHENTICATED";
    case 403:
      return "PERMISSION_DENIED";
    case 404:
      return "NOT_FOUND";
    case 409:
      return "ALREADY_EXISTS";
    case 412:
      return "FAILED_PRECONDITION";
    case 500:
      return "INTERNAL";
    case 501:
      return "UNIMPLEMENTED";
    case 503:
      return "UNAVAILABLE";
    default:
      return "INVALID_ARGUMENT";
  }
}

}  // namespace

int status_of(const std::string& reason) {
  for (const ReasonRow& row : kReasons) {
    if (reason == row.reason) return row.status;
  }
  return 400;
}

Answer answer_of(const Refusal& refusal) {
  const int status = refusal.reason == "stopped" ? 400 : status_of(refusal.reason);
  Json detail = {{"message", refusal.message}, {"domain", "global"}, {"reason", refusal.reason}};
  if (!refusal.location.empty()) {
    detail["location"] = refusal.location;
    detail["locationType"] = refusal.location == "If-Match" ? "header" : "parameter";
  }
  return json_answer(status, {{"error",
                               {{"code", status},
                                {"message", refusal.message},
                                {"errors", Json::array({detail})},
                                {"status", status_name(status)}}}});
}

Json error_proto(const Refusal& refusal) {
  Json error = {{"reason", refusal.reason}, {"message", refusal.message}};
  if (!refusal.location.empty()) error["location"] = refusal.location;
  return error;
}

}  // namespace weir::sandbox::bigquery
