// SPDX-License-Identifier: Apache-2.0
// Sends a request again while it is sensible (retry.h). Whoever talks to an API wraps its client
// once with this. Thread-safe when the inner client is.
#pragma once

#include <atomic>

#include "io/clock.h"
#include "io/http_client.h"
#include "io/retry.h"
#include "io/sleeper.h"

namespace weir::io {

/// Repeats after a lost answer or a status of 500, 502, 503 or 504. A 429 is passed on: only the
/// caller knows whether the limit is one of seconds or of a month. Requests that may not be sent
/// twice (HttpRequest::repeat) are not. All references must outlive it.
class RetryingHttpClient final : public HttpClient {
 public:
  RetryingHttpClient(HttpClient& inner, RetryPolicy policy, const Clock& clock, Sleeper& sleeper)
      : inner_(inner), policy_(policy), clock_(clock), sleeper_(sleeper) {}

  Result<HttpResponse> send(const HttpRequest& request) override;
  /// Not repeated: what a sink has taken cannot be taken back.
  Result<HttpResponse> receive(const HttpRequest& request, BodySink& sink) override {
    return inner_.receive(request, sink);
  }

 private:
  double random();

  HttpClient& inner_;
  RetryPolicy policy_;
  const Clock& clock_;
  Sleeper& sleeper_;
  std::atomic<std::uint64_t> draws_ = 0;
};

}  // namespace weir::io
