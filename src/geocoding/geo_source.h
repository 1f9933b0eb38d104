// SPDX-License-Identifier: Apache-2.0
// Where locations come from: a file (mmdb_source.h) or the ipinfo API (ipinfo_source.h). Used by
// the Geocoder. Implementations are thread-safe.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "geocoding/address.h"
#include "geocoding/geo_record.h"

namespace weir::geocoding {

/// What a source has done so far.
struct SourceCounts {
  std::uint64_t looked_up = 0;   ///< addresses answered by the file or the API
  std::uint64_t from_cache = 0;  ///< addresses answered by an earlier run's lookup
  std::uint64_t unresolved = 0;  ///< addresses without a location: not known, or not asked for
  std::optional<std::uint64_t> quota_left = {};
};

/// The answer for one address; nothing when the source has none.
using Resolution = std::optional<GeoRecord>;

class GeoSource {
 public:
  virtual ~GeoSource() = default;
  /// Whether lookups can work; says what to do when they cannot.
  virtual Result<void> check() = 0;
  /// Fills `out` with one entry for each address; nothing where there is no answer. The addresses
  /// differ from each other and are no bogons. A failure never comes up from here: it is counted
  /// and becomes a warning.
  virtual void resolve(std::span<const Address> addresses, std::vector<Resolution>& out) = 0;
  virtual SourceCounts counts() const = 0;
  /// The warnings since the last call; each thing is said once.
  virtual std::vector<std::string> take_warnings() = 0;
};

}  // namespace weir::geocoding
