// SPDX-License-Identifier: Apache-2.0
// An HTTP exchange that is repeated while that is sensible (io/retry.h). Used by this folder's clients.
#pragma once

#include <functional>

#include "io/clock.h"
#include "io/http_client.h"
#include "io/retry.h"
#include "io/sleeper.h"

namespace weir::google {

/// What a client may use of the world. All of it must outlive the client.
struct World {
  io::HttpClient& http;
  const io::Clock& clock;
  io::Sleeper& sleeper;
};

/// Google's advice: a second, doubled up to 64, and ten minutes in all.
inline constexpr io::RetryPolicy kPolicy{.max_attempts = 8,
                                         .first_wait = std::chrono::seconds(1),
                                         .longest_wait = std::chrono::seconds(64),
                                         .budget = std::chrono::minutes(10)};

/// Waits before the next attempt, or says that there is none. One object for each operation.
class Patience {
 public:
  Patience(const World& world, io::RetryPolicy policy) : world_(world), policy_(policy) {}

  /// Has waited when it says TryAgain.
  io::RetryAction after(const Error& error);
  int attempts() const { return attempts_.made; }

 private:
  World world_;
  io::RetryPolicy policy_;
  io::Attempts attempts_;
};

/// The last answer, and how many attempts it took.
struct Exchange {
  Result<io::HttpResponse> answer;
  int attempts = 1;
};

/// Calls `send` until it succeeds or is not worth another try.
Exchange exchange(const World& world, const io::RetryPolicy& policy,
                  const std::function<Result<io::HttpResponse>()>& send);

}  // namespace weir::google
