// SPDX-License-Identifier: Apache-2.0
// When a reading whose source was lost begins anew inside the run. What was read until then is dropped
// with its load, never continued: its rows and later ones would not be of one instant. Used by the
// attempt, and by whoever asks a source before it is read. Values; one thread at a time.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/sdk/source.h"
#include "io/retry.h"
#include "io/sleeper.h"

namespace weir::execution {

/// Notes the errors of a source that a fresh start may mend, and decides about it.
class FreshStart {
 public:
  explicit FreshStart(const sdk::Source& source) : wanted_(source.starts_afresh()) {}

  /// Forgets what was noted, before everything begins anew.
  void begin() { lost_.reset(); }
  /// Looks at what a call of the source gave.
  template <typename T>
  Result<T> watch(Result<T> result) {
    if (!result.ok()) note(result.error());
    return result;
  }
  void note(const Error& error);
  /// The wait before a fresh start; nothing when there is to be none. `random` in [0, 1).
  std::optional<std::chrono::milliseconds> next(double random);
  const std::optional<Error>& lost() const { return lost_; }
  int started() const { return attempts_.made; }
  /// What a person should know of it, when it was begun anew.
  std::vector<std::string> warnings() const;

 private:
  bool wanted_;
  io::Attempts attempts_;
  std::optional<Error> lost_;
  std::string last_reason_;
};

/// What a source answers; one that was lost meanwhile is asked again after the same waits, unless
/// `cancelled`.
template <typename Question>
auto ask(const sdk::Source& source, io::Sleeper& sleeper, const std::atomic<bool>& cancelled,
         const Question& question) {
  constexpr double kMiddle = 0.5;  // of a wait: there is nobody to be kept apart from
  FreshStart start(source);
  while (true) {
    start.begin();
    auto answer = start.watch(question());
    const auto wait = start.next(kMiddle);
    if (!wait || cancelled) return answer;
    sleeper.sleep(*wait);
  }
}

/// The same extraction, whose errors are noted. `start` outlives it.
std::unique_ptr<sdk::Extraction> watched(std::unique_ptr<sdk::Extraction> extraction, FreshStart& start);

}  // namespace weir::execution
