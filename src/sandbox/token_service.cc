// SPDX-License-Identifier: Apache-2.0
#include "sandbox/token_service.h"

#include "sandbox/http/faults.h"

namespace weir::sandbox {
namespace {

using Json = nlohmann::json;

/// The logins that the sandbox knows beside its service account: of one who may do everything, and
/// of one who may do nothing.
constexpr std::string_view kOwner = "sandbox-refresh-token";
constexpr std::string_view kStranger = "sandbox-stranger";

Answer refused(const std::string& error, const std::string& description) {
  return json_answer(400, {{"error", error}, {"error_description", description}});
}

}  // namespace

std::optional<Answer> TokenService::answer(const Request& request, RequestBody& body) {
  if (request.path == "/token" && request.method == "POST") return token(request, body);
  if (request.path == "/_service_account") return key_file(request);
  if (request.path.rfind("/computeMetadata/v1", 0) == 0) return metadata(request);
  return std::nullopt;
}

Json TokenService::new_token(Rights rights) {
  return {{"access_token", account_.issue_token(rights)},
          {"expires_in", account_.token_seconds()},
          {"token_type", "Bearer"}};
}

Answer TokenService::token(const Request& request, RequestBody& body) {
  const Parameters form = parse_form(body.all().value_or(""));
  const auto value = [&form](const std::string& name) {
    const auto found = form.find(name);
    return found == form.end() ? std::string() : found->second;
  };
  if (value("grant_type") == "refresh_token") {
    if (value("refresh_token") == kOwner) return json_answer(200, new_token(Rights::All));
    if (value("refresh_token") == kStranger) return json_answer(200, new_token(Rights::None));
    return refused("invalid_grant", "Token has been expired or revoked.");
  }
  if (value("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer") {
    return refused("unsupported_grant_type", "Invalid grant_type: " + value("grant_type"));
  }
  const auto checked = account_.check_claim(value("assertion"), request.base_url + "/token");
  if (!checked.ok()) return refused("invalid_grant", checked.error().message());
  return json_answer(200, new_token(Rights::All));
}

Answer TokenService::metadata(const Request& request) {
  if (request.header("metadata-flavor") != "Google") {
    return {.status = 403, .content_type = "text/html", .body = "Missing Metadata-Flavor:Google header."};
  }
  const std::string path = request.path.substr(std::string_view("/computeMetadata/v1").size());
  Answer answer{.content_type = "application/text", .body = "sandbox"};
  if (path == "/instance/service-accounts/default/token") answer = json_answer(200, new_token(Rights::All));
  if (path == "/instance/service-accounts/default/email")
    answer.body = "weir@sandbox.iam.gserviceaccount.com";
  answer.headers.emplace_back("Metadata-Flavor", "Google");
  return answer;
}

Answer TokenService::key_file(const Request& request) {
  auto file = account_.service_account_file(request.base_url);
  if (!file.ok()) return google_error(500, "internalError", file.error().message());
  return {.content_type = "application/json", .body = *std::move(file)};
}

std::optional<Answer> TokenGate::answer(const Request& request, RequestBody&) {
  constexpr std::string_view kScheme = "Bearer ";
  if (request.parameter("upload_id")) return std::nullopt;
  const std::string given = request.header("authorization").value_or("");
  if (given.empty()) {
    return google_error(401, "required", "Anonymous caller does not have access to this resource.",
                        "Authorization");
  }
  const bool is_bearer = given.rfind(kScheme, 0) == 0;
  const auto rights =
      is_bearer ? account_.rights_of(std::string_view(given).substr(kScheme.size())) : std::nullopt;
  if (!rights) return google_error(401, "authError", "Invalid Credentials", "Authorization");
  if (*rights == Rights::All) return std::nullopt;
  const bool is_bigquery = request.path.find("/bigquery/") != std::string::npos;
  return google_error(
      403, is_bigquery ? "accessDenied" : "forbidden",
      "stranger@example.com does not have access to this resource. Permission denied on resource "
      "(or it may not exist).");
}

}  // namespace weir::sandbox
