// SPDX-License-Identifier: Apache-2.0
// The region and the endpoint as environment and profile say them. Used by this folder and by the
// redshift connector. Pure functions.
#pragma once

#include <optional>
#include <string>

#include "io/environment.h"
#include "protocols/aws/profiles.h"

namespace weir::aws {

/// The variable's value, unless it is unset or empty.
std::optional<std::string> variable(const io::Environment& environment, const std::string& name);

/// AWS_REGION, AWS_DEFAULT_REGION, or the profile's region; "" when none of them says it.
std::string find_region(const io::Environment& environment, const Profile& profile);

/// AWS_ENDPOINT_URL_S3 (for the service "S3"), AWS_ENDPOINT_URL, or the profile's endpoint_url; "" when
/// none is set or AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is true.
std::string find_endpoint(const io::Environment& environment, const Profile& profile,
                          const std::string& service);

/// "amazonaws.com", or what it is called in the region's part of the world.
std::string domain_of(const std::string& region);

}  // namespace weir::aws
