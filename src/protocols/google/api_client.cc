// SPDX-License-Identifier: Apache-2.0
#include "protocols/google/api_client.h"

#include "protocols/google/api_error.h"

namespace weir::google {
namespace {

constexpr int kRangeNotSatisfiable = 416;

}  // namespace

Exchange ApiClient::send(const io::HttpRequest& request) {
  if (!is_repeatable(request)) return {send_once(request), 1};
  return exchange(world_, policy_, [&] { return send_once(request); });
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
  if (token.empty()) return world_.http.send(request);
  io::HttpRequest signed_request = request;
  signed_request.headers.push_back({"Authorization", "Bearer " + token.reveal()});
  const auto* user = std::get_if<AuthorizedUser>(&tokens_.credentials());
  if (user != nullptr && !user->quota_project.empty()) {
    signed_request.headers.push_back({"x-goog-user-project", user->quota_project});
  }
  return world_.http.send(signed_request);
}

}  // namespace weir::google
