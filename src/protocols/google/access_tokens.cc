// SPDX-License-Identifier: Apache-2.0
#include "protocols/google/access_tokens.h"

#include "protocols/google/api_error.h"
#include "protocols/google/encoding.h"
#include "protocols/google/json_value.h"
#include "protocols/google/jwt.h"

namespace weir::google {
namespace {

/// Half an exchange may pass between get() and the moment when the server looks at the token.
constexpr std::int64_t kRenewEarlier = 300'000'000;

/// Where there is no metadata server, that should be known in seconds.
constexpr io::RetryPolicy kMachinePolicy{.max_attempts = 3, .budget = std::chrono::seconds(10)};
constexpr std::chrono::seconds kMachineTimeout{3};
/// Of a server that never answered.
constexpr int kFirstTokenAttempts = 2;

io::HttpRequest form(const std::string& url, std::string body) {
  return {.method = "POST",
          .url = url,
          .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
          .body = std::move(body)};
}

io::HttpRequest request_of(const AuthorizedUser& user) {
  return form(user.token_uri, "grant_type=refresh_token&client_id=" + percent_encode(user.client_id) +
                                  "&client_secret=" + percent_encode(user.client_secret.reveal()) +
                                  "&refresh_token=" + percent_encode(user.refresh_token.reveal()));
}

Result<io::HttpRequest> request_of(const ServiceAccount& account, const std::string& scope, Timestamp now) {
  constexpr std::string_view kGrant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
  const Secret claim = TRY(signed_claim(account, scope, now));
  return form(account.token_uri, "grant_type=" + percent_encode(kGrant) + "&assertion=" + claim.reveal());
}

io::HttpRequest request_of(const MachineAccount& machine, const std::string& scope) {
  return {.url = "http://" + machine.host + "/computeMetadata/v1/instance/service-accounts/default/token" +
                 "?scopes=" + percent_encode(scope),
          .headers = {{"Metadata-Flavor", "Google"}},
          .timeout = kMachineTimeout,
          .proxy = io::ProxyUse::Never};
}

Result<io::HttpRequest> make_request(const Credentials& credentials, const std::string& scope,
                                     Timestamp now) {
  if (const auto* account = std::get_if<ServiceAccount>(&credentials))
    return request_of(*account, scope, now);
  if (const auto* user = std::get_if<AuthorizedUser>(&credentials)) return request_of(*user);
  return request_of(std::get<MachineAccount>(credentials), scope);
}

/// The error of a token that cannot be had. A refused key does not become better by asking again.
Error token_error(const Credentials& credentials, const Error& error) {
  const bool is_machine = std::holds_alternative<MachineAccount>(credentials);
  if (is_machine && error.code() == ErrorCode::Unavailable) {
    return Error(ErrorCode::InvalidConfig,
                 "no credentials for Google were found: give `credentials` in the connection, set "
                 "GOOGLE_APPLICATION_CREDENTIALS to a key file, or run `gcloud auth application-default "
                 "login`; this machine has no account of its own either (" +
                     error.message() + ")");
  }
  const bool is_refusal =
      error.code() == ErrorCode::InvalidConfig || error.code() == ErrorCode::Unauthenticated;
  Error told(is_refusal ? ErrorCode::PermissionDenied : error.code(), error.message());
  if (error.retry_after()) told = std::move(told).with_retry_after(*error.retry_after());
  return std::move(told).within("asking for a token for " + describe(credentials));
}

}  // namespace

Result<Secret> AccessTokens::get() {
  if (std::holds_alternative<Anonymous>(credentials_)) return Secret();
  const std::lock_guard lock(mutex_);
  if (token_.empty() || world_.clock.now().micros + kRenewEarlier >= expires_.micros) TRY(renew());
  return token_;
}

void AccessTokens::reject(const Secret& token) {
  const std::lock_guard lock(mutex_);
  if (token_.reveal() == token.reveal()) token_ = {};
}

Result<void> AccessTokens::renew() {
  const bool is_machine = std::holds_alternative<MachineAccount>(credentials_);
  std::optional<Error> no_claim;
  const auto send = [&]() -> Result<io::HttpResponse> {
    // A claim is good for a while only, so each attempt signs a new one.
    auto request = make_request(credentials_, scope_, world_.clock.now());
    if (!request.ok()) {
      no_claim = request.error();
      return Failure(*no_claim);
    }
    io::HttpResponse answer = TRY(world_.http.send(*request));
    reached_ = true;
    if (answer.status < 400) return answer;
    return Failure(api_error(answer, io::host_of(request->url), world_.clock.now()));
  };
  // A token in hand is used up before the failure to renew it is anybody's concern.
  const bool has_token = !token_.empty() && world_.clock.now() < expires_;
  io::RetryPolicy policy = is_machine ? kMachinePolicy : kPolicy;
  if (!reached_ && !is_machine) policy.max_attempts = kFirstTokenAttempts;
  if (has_token) policy.max_attempts = 1;
  const Exchange done = exchange(world_, policy, send);
  if (no_claim) return Failure(*no_claim);
  if (done.answer.ok()) return keep(*done.answer);
  if (has_token) return {};
  return Failure(token_error(credentials_, done.answer.error()));
}

Result<void> AccessTokens::keep(const io::HttpResponse& answer) {
  const nlohmann::json json = parse_json(answer.body);
  const std::string token = text_of(json, "access_token");
  const auto seconds = number_of(json, "expires_in");
  const bool is_forged =
      std::holds_alternative<MachineAccount>(credentials_) && answer.header("Metadata-Flavor") != "Google";
  if (answer.status != 200 || token.empty() || !seconds || is_forged) {
    return fail(ErrorCode::DataMismatch,
                "the answer to the question for a token for {} holds no token (status {})",
                describe(credentials_), answer.status);
  }
  token_ = Secret(token);
  expires_ = {world_.clock.now().micros + static_cast<std::int64_t>(*seconds) * 1'000'000};
  return {};
}

}  // namespace weir::google
