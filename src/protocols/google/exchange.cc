// SPDX-License-Identifier: Apache-2.0
#include "protocols/google/exchange.h"

#include <random>

namespace weir::google {
namespace {

/// Spreads the waits of several threads and processes.
double random_fraction() {
  thread_local std::mt19937_64 generator{std::random_device{}()};
  return std::uniform_real_distribution<double>(0.0, 1.0)(generator);
}

}  // namespace

io::RetryAction Patience::after(const Error& error) {
  const io::RetryDecision decision = io::decide(policy_, attempts_, error, random_fraction());
  if (decision.action == io::RetryAction::GiveUp) return decision.action;
  world_.sleeper.sleep(decision.wait);
  attempts_.waited += decision.wait;
  ++attempts_.made;
  return decision.action;
}

Exchange exchange(const World& world, const io::RetryPolicy& policy,
                  const std::function<Result<io::HttpResponse>()>& send) {
  Patience patience(world, policy);
  while (true) {
    Result<io::HttpResponse> answer = send();
    if (answer.ok() || patience.after(answer.error()) == io::RetryAction::GiveUp) {
      return {std::move(answer), patience.attempts()};
    }
  }
}

}  // namespace weir::google
