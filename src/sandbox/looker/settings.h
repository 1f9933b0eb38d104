// SPDX-License-Identifier: Apache-2.0
// What a Looker instance of the sandbox is like. Used by sandbox.h, the program and tests. Values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"

namespace weir::sandbox::looker {

/// System Activity answers from a cache that is up to twelve hours old, whatever the client asks for.
enum class Cache { Off, On };

/// How a field is refused that the explore lacks. Releases of Looker differ.
enum class UnknownField {
  Refused,   ///< 422 with the field's name
  ErrorRow,  ///< 200 with an error row
};

struct Settings {
  std::int64_t history_rows = 20'000;  ///< in the year before now, about; other explores follow it
  std::uint64_t seed = 1;
  /// The instance's clock stands still there. Without it, it goes with the sandbox's.
  std::optional<Timestamp> now = std::nullopt;
  std::string client_id = "sandbox";
  std::string client_secret = "sandbox-secret";
  std::int64_t token_seconds = 3600;
  Cache cache = Cache::Off;
  std::int64_t retention_days = 0;  ///< older history and events are gone; 0: a year is kept
  std::int64_t late_seconds = 0;    ///< so late one history row in twenty comes to light, at the most
  std::int64_t concurrency = 0;     ///< queries at a time, more are refused with 429; 0: as many as come
  std::int64_t task_milliseconds = 0;
  UnknownField unknown_field = UnknownField::Refused;
};

}  // namespace weir::sandbox::looker
