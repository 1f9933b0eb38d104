// SPDX-License-Identifier: Apache-2.0
// Writes the sample's IP database: a MaxMind DB file that places the invented visitors.
#pragma once

#include <string>

#include "base/result.h"

namespace weir::sample {

/// In the nested layout of City files, with the networks' organisations under "traits".
Result<void> write_geo_database(const std::string& path);

}  // namespace weir::sample
