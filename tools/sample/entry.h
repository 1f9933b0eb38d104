// SPDX-License-Identifier: Apache-2.0
// Writes a Request as one line of a request log, whole or damaged in one of the ways that logs are.
#pragma once

#include <cstdint>
#include <string>

#include "tools/sample/traffic.h"

namespace weir::sample {

enum class Flaw {
  None,
  CutShort,         ///< half of the line
  HttpRequestText,  ///< "httpRequest" is a text
  StatusText,       ///< the status is a word
  NoInsertId,
  BadTimestamp,  ///< "yesterday at noon"
};
inline constexpr std::uint64_t kFlaws = 5;

/// Appends the line with its line end. `seed` makes the ids differ from those of another sample.
void append_entry(const Request& request, std::uint64_t seed, Flaw flaw, std::string& out);

}  // namespace weir::sample
