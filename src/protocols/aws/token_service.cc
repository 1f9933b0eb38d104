// SPDX-License-Identifier: Apache-2.0
// The two ways to take on a role.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
#include <fstream>
#include <sstream>

#include "base/text.h"
#include "io/retrying_http_client.h"
#include "protocols/aws/credential_answers.h"
#include "protocols/aws/credential_sources.h"
#include "protocols/aws/digest.h"
#include "protocols/aws/encoding.h"
#include "protocols/aws/s3_answers.h"

namespace weir::aws {
namespace {

io::HttpRequest request_to(const RoleChoice& role, Query form) {
  form.insert(form.end(), {{"Version", "2011-06-15"},
                           {"RoleArn", role.role_arn},
                           {"RoleSessionName", role.session_name.empty() ? "weir" : role.session_name},
                           {"DurationSeconds", "3600"}});
  if (!role.external_id.empty()) form.emplace_back("ExternalId", role.external_id);
  io::HttpRequest request;
  request.method = "POST";
  request.url = role.endpoint + "/";
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  request.body = canonical_query(std::move(form));
  request.repeat = io::Repeat::Always;
  return request;
}

Result<Credentials> ask(const io::HttpRequest& request, const World& world) {
  io::RetryingHttpClient http(world.http, {}, world.clock, world.sleeper);
  const auto answer = TRY(http.send(request));
  if (answer.status == 200) return read_credentials_xml(answer.body);
  const ServiceError error = read_error(answer.body);
  if (error.code.empty()) {
    return Failure(io::status_error(answer, io::host_of(request.url), world.clock.now()));
  }
  return fail(answer.status >= 500 ? ErrorCode::Unavailable : ErrorCode::PermissionDenied,
              "the token service answered {}: {}", error.code, error.message);
}

}  // namespace

Result<Credentials> AssumedRole::fetch() {
  const Credentials base = TRY(base_->get());
  io::HttpRequest request = request_to(role_, {{"Action", "AssumeRole"}});
  sign(request, {base, {role_.region, "sts"}, world_.clock.now(), hex(sha256(request.body))});
  return ask(request, world_);
}

Result<Credentials> WebIdentityRole::fetch() {
  std::ifstream file(token_file_, std::ios::binary);
  std::ostringstream token;
  token << file.rdbuf();
  if (!file || trim(token.str()).empty()) {
    return fail(ErrorCode::InvalidConfig,
                "the token file {} (AWS_WEB_IDENTITY_TOKEN_FILE) cannot be read or is empty", token_file_);
  }
  return ask(request_to(role_, {{"Action", "AssumeRoleWithWebIdentity"},
                                {"WebIdentityToken", std::string(trim(token.str()))}}),
             world_);
}

}  // namespace weir::aws
