// SPDX-License-Identifier: Apache-2.0
// The keys of a load's objects on S3. Used inside this folder only. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "connectors/redshift/options.h"
#include "connectors/sdk/destination.h"

namespace weir::redshift {

/// The folder of everything that loads of a pipeline's partition stage and remove again, with a slash
/// at its end.
std::string partition_folder(const std::string& prefix, const sdk::LoadRequest& request);

/// The key of each table's first part: below `folder`, or as `batch` says when staged objects stay.
/// Fails with InvalidConfig when the template cannot be filled in, or two tables would share a key.
Result<std::vector<std::string>> part_bases(const sdk::LoadRequest& request,
                                            const DestinationOptions& options, const std::string& prefix,
                                            const std::string& folder);

}  // namespace weir::redshift
