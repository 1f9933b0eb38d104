// SPDX-License-Identifier: Apache-2.0
#include "protocols/google/api_error.h"

#include <array>
#include <optional>

#include "protocols/google/json_value.h"

namespace weir::google {
namespace {

using Json = nlohmann::json;

struct Explanation {
  std::string message;
  std::string reason;
};

/// Both shapes: that of the APIs, {"error": {"message", "errors": [{"reason"}]}}, and that of the token
/// endpoint, {"error": "invalid_grant", "error_description": "…"}.
std::optional<Explanation> explanation(const std::string& body) {
  const Json json = parse_json(body);
  const Json& error = member_of(json, "error");
  if (error.is_string()) return Explanation{text_of(json, "error_description"), error.get<std::string>()};
  if (!error.is_object()) return std::nullopt;
  const Json& errors = member_of(error, "errors");
  const std::string reason = errors.is_array() && !errors.empty() ? text_of(errors[0], "reason") : "";
  return Explanation{text_of(error, "message"), reason};
}

bool is_one_of(std::string_view reason, std::initializer_list<std::string_view> reasons) {
  for (const std::string_view candidate : reasons) {
    if (candidate == reason) return true;
  }
  return false;
}

std::optional<ErrorCode> code_of(const Explanation& explanation) {
  if (const auto code = code_of_reason(explanation.reason)) return code;
  // What arrived is not what was sent: the bytes were damaged on their way.
  if (explanation.message.find("doesn't match calculated") != std::string::npos) {
    return ErrorCode::Unavailable;
  }
  return std::nullopt;
}

std::string advice(const Explanation& explanation, int status) {
  if (explanation.message.find("requester pays") != std::string::npos) {
    return "; set user_project to the project that pays for the requests";
  }
  if (is_one_of(explanation.reason, {"invalid_grant"})) {
    return "; check that the key was not revoked and that the machine's clock is right";
  }
  if (status == 401) return "; check the credentials";
  return {};
}

}  // namespace

// https://cloud.google.com/bigquery/docs/error-messages
std::optional<ErrorCode> code_of_reason(std::string_view reason) {
  if (is_one_of(reason, {"rateLimitExceeded", "userRateLimitExceeded", "jobRateLimitExceeded"})) {
    return ErrorCode::RateLimited;
  }
  if (is_one_of(reason, {"backendError", "internalError", "jobBackendError", "jobInternalError",
                         "tableUnavailable"})) {
    return ErrorCode::Unavailable;
  }
  if (is_one_of(reason, {"quotaExceeded", "resourcesExceeded", "responseTooLarge", "timeout",
                         "billingTierLimitExceeded"})) {
    return ErrorCode::Exhausted;
  }
  if (is_one_of(reason, {"accessDenied", "billingNotEnabled", "blocked"})) return ErrorCode::PermissionDenied;
  if (is_one_of(reason, {"notFound"})) return ErrorCode::NotFound;
  if (is_one_of(reason, {"duplicate"})) return ErrorCode::Conflict;
  if (is_one_of(reason, {"notImplemented"})) return ErrorCode::Unsupported;
  if (is_one_of(reason, {"stopped"})) return ErrorCode::Cancelled;
  return std::nullopt;
}

Error api_error(const io::HttpResponse& response, std::string_view service, Timestamp now) {
  const auto explained = explanation(response.body);
  if (!explained) return io::status_error(response, service, now);
  io::HttpResponse plain{response.status, response.headers, explained->message};
  const Error base = io::status_error(plain, service, now);
  const std::string reason = explained->reason.empty() ? "" : " (" + explained->reason + ")";
  Error error(code_of(*explained).value_or(base.code()),
              base.message() + reason + advice(*explained, response.status));
  return base.retry_after() ? std::move(error).with_retry_after(*base.retry_after()) : error;
}

}  // namespace weir::google
