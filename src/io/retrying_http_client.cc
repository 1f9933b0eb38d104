// SPDX-License-Identifier: Apache-2.0
#include "io/retrying_http_client.h"

#include <random>

namespace weir::io {
namespace {

bool is_transient(int status) { return status == 500 || status == 502 || status == 503 || status == 504; }

}  // namespace

Result<HttpResponse> RetryingHttpClient::send(const HttpRequest& request) {
  for (Attempts attempts;; ++attempts.made) {
    Result<HttpResponse> answer = inner_.send(request);
    if (!is_repeatable(request) || (answer.ok() && !is_transient(answer->status))) return answer;
    const Error error =
        answer.ok() ? status_error(*answer, host_of(request.url), clock_.now()) : answer.error();
    const RetryDecision decision = decide(policy_, attempts, error, random());
    if (decision.action == RetryAction::GiveUp) return answer;
    sleeper_.sleep(decision.wait);
    attempts.waited += decision.wait;
  }
}

double RetryingHttpClient::random() {
  std::mt19937_64 generator(static_cast<std::uint64_t>(clock_.now().micros) + ++draws_);
  return std::uniform_real_distribution<double>(0.0, 1.0)(generator);
}

}  // namespace weir::io
