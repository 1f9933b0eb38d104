// SPDX-License-Identifier: Apache-2.0
// An object resource that is already parsed, as listings hold many. Used by gcs_*.cc. Pure.
#pragma once

#include "protocols/google/gcs_address.h"
#include "protocols/google/json_value.h"

namespace weir::google {

/// DataMismatch when something is missing that every object has.
Result<StoredObject> parse_object(const nlohmann::json& resource);

}  // namespace weir::google
