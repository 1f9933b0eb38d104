// SPDX-License-Identifier: Apache-2.0
#include "io/retry.h"

#include <algorithm>

namespace weir::io {
namespace {

std::chrono::milliseconds doubled(const RetryPolicy& policy, int attempts) {
  auto wait = policy.first_wait;
  for (int i = 1; i < attempts && wait < policy.longest_wait; ++i) wait *= 2;
  return std::min(wait, policy.longest_wait);
}

}  // namespace

RetryDecision decide(const RetryPolicy& policy, const Attempts& attempts, const Error& error, double random) {
  if (error.code() != ErrorCode::RateLimited && error.code() != ErrorCode::Unavailable) return {};
  if (attempts.made >= policy.max_attempts) return {};
  const auto full = static_cast<double>(doubled(policy, attempts.made).count());
  auto wait = std::chrono::milliseconds(static_cast<std::int64_t>(full / 2 + full / 2 * random));
  if (error.retry_after()) wait = *error.retry_after();
  if (attempts.waited + wait > policy.budget) return {};
  return {RetryAction::TryAgain, wait};
}

}  // namespace weir::io
