// SPDX-License-Identifier: Apache-2.0
// Reads what the ipinfo API says of one address, in all three shapes: classic, Lite and Core. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "geocoding/geo_record.h"

namespace weir::geocoding {

/// Nothing when the JSON is an error, no object, or says nothing about the address. Fields that are
/// missing, unknown or of an unexpected type are passed over.
std::optional<GeoRecord> parse_ipinfo(std::string_view json);

}  // namespace weir::geocoding
