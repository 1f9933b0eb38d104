// SPDX-License-Identifier: Apache-2.0
#include "protocols/google/api_client.h"

#include "protocols/google/api_error.h"

namespace weir::google {
namespace {

constexpr int kRangeNotSatisfiable = 416;
/// Of a server that never answered.
constexpr int kFirstAttempts = 4;
constexpr std::chrono::microseconds kFirstPatience = std::chrono::seconds(10);

}  // namespace

Exchange ApiClient::send(const io::HttpRequest& request) {
  if (!is_repeatable(request)) return {send_once(request), 1};
  const auto began = world_.clock.now();
  Patience patience(world_, policy_);
  while (true) {
    Result<io::HttpResponse> answer = send_once(request);
    if (answer.ok() || is_out_of_reach(patience.attempts(), began) ||
        patience.after(answer.error()) == io::RetryAction::GiveUp) {
      return {std::move(answer), patience.attempts()};
    }
  }
}

bool ApiClient::is_out_of_reach(int attempts, Timestamp began) const {
  if (reached_) return false;
  return attempts >= kFirstAttempts || world_.clock.now().micros - began.micros >= kFirstPatience.count();
}

Result<io::HttpResponse> ApiClient::send_once(const io::HttpRequest& request) {
  const Secret token = TRY(tokens_.get());
  io::HttpResponse answer = TRY(send_with(token, request));
  if (answer.status == 401 && !token.empty()) {
    tokens_.reject(token);
    answer = TRY(send_with(TRY(tokens_.get()), request));
  }
  if (answer.status < 400 || answer.status == kRangeNotSatisfiable) return answer;
  return Failure(api_error(answer, io::host_of(request.url), world_.clock.now()));
}

Result<io::HttpResponse> ApiClient::send_with(const Secret& token, const io::HttpRequest& request) {
  auto answer = token.empty() ? world_.http.send(request) : world_.http.send(with_token(token, request));
  if (answer.ok()) reached_ = true;
  return answer;
}

io::HttpRequest ApiClient::with_token(const Secret& token, const io::HttpRequest& request) const {
  io::HttpRequest signed_request = request;
  signed_request.headers.push_back({"Authorization", "Bearer " + token.reveal()});
  const auto* user = std::get_if<AuthorizedUser>(&tokens_.credentials());
  if (user != nullptr && !user->quota_project.empty()) {
    signed_request.headers.push_back({"x-goog-user-project", user->quota_project});
  }
  return signed_request;
}

}  // namespace weir::google
