// SPDX-License-Identifier: Apache-2.0
// Requests to a Google API: with the token, renewed once when it is refused, repeated where that is
// sensible, with errors that say what to do. Used by gcs_object_store.h. Thread-safe.
#pragma once

#include <atomic>
#include <string>

#include "protocols/google/access_tokens.h"
#include "protocols/google/exchange.h"

namespace weir::google {

class ApiClient {
 public:
  ApiClient(AccessTokens& tokens, const World& world, io::RetryPolicy policy = kPolicy)
      : tokens_(tokens), world_(world), policy_(policy) {}

  /// An answer below 400, a 416 (which only says that a range lies behind the end), or the error. A request
  /// that may not be sent twice (HttpRequest::repeat) is not, unless the server only said that the token is
  /// no good. Whether a server that never answered can be reached is known in seconds.
  Exchange send(const io::HttpRequest& request);
  /// One attempt.
  Result<io::HttpResponse> send_once(const io::HttpRequest& request);

  const World& world() const { return world_; }
  const io::RetryPolicy& policy() const { return policy_; }

 private:
  Result<io::HttpResponse> send_with(const Secret& token, const io::HttpRequest& request);
  io::HttpRequest with_token(const Secret& token, const io::HttpRequest& request) const;
  bool is_out_of_reach(int attempts, Timestamp began) const;

  AccessTokens& tokens_;
  World world_;
  io::RetryPolicy policy_;
  std::atomic<bool> reached_ = false;  ///< the server has answered something
};

}  // namespace weir::google
