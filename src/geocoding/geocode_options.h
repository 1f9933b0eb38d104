// SPDX-License-Identifier: Apache-2.0
// The options of the geocode transform and the columns that they give. Values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/spec.h"
#include "geocoding/fields.h"
#include "model/schema.h"

namespace weir::geocoding {

struct IpinfoOptions {
  config::SecretReference token = {config::SecretPlace::Environment, "IPINFO_TOKEN", {}};
  std::string endpoint = "https://ipinfo.io";
  std::int64_t batch_size = 1000;
  std::int64_t max_lookups = 50'000;
  std::int64_t max_lookups_month = 50'000;
  config::Duration timeout = {std::chrono::seconds(30)};
  config::Duration cache_ttl = {std::chrono::hours(24 * 30)};
  config::Duration negative_cache_ttl = {std::chrono::hours(24)};
};

struct GeocodeOptions {
  std::string column;
  std::optional<std::string> prefix;
  std::vector<std::string> database;
  std::optional<IpinfoOptions> ipinfo;
  std::vector<std::string> fields = standard_fields();
};

const config::Spec<GeocodeOptions>& geocode_spec();

/// The columns that are added, in order. Fails with InvalidConfig for an unknown field.
Result<model::Schema> geocode_schema(const GeocodeOptions& options);

}  // namespace weir::geocoding
