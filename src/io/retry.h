// SPDX-License-Identifier: Apache-2.0
// The one decision about trying again. Used by the HTTP decorator and by execution/. Pure.
#pragma once

#include <chrono>

#include "base/error.h"

namespace weir::io {

struct RetryPolicy {
  int max_attempts = 4;
  std::chrono::milliseconds first_wait = std::chrono::milliseconds(500);  ///< doubles with each attempt
  std::chrono::milliseconds longest_wait = std::chrono::seconds(30);
  std::chrono::milliseconds budget = std::chrono::minutes(2);  ///< for all waits together
};

/// What has happened so far.
struct Attempts {
  int made = 1;
  std::chrono::milliseconds waited = std::chrono::milliseconds(0);
};

enum class RetryAction { GiveUp, TryAgain };

struct RetryDecision {
  RetryAction action = RetryAction::GiveUp;
  std::chrono::milliseconds wait = std::chrono::milliseconds(0);
};

/// Whether to try again, and after which wait. Only RateLimited and Unavailable are worth it. A
/// server's wish (retry_after) is honoured in full or, when it exceeds the budget, ends the tries;
/// otherwise the wait is between half and all of the doubled one, by `random` in [0, 1).
RetryDecision decide(const RetryPolicy& policy, const Attempts& attempts, const Error& error, double random);

}  // namespace weir::io
