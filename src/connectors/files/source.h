// SPDX-License-Identifier: Apache-2.0
// The source of files and objects: JSON lines, CSV, access logs and Parquet, in archives or not, on
// this machine or in a bucket. Made by connector.cc. Usable from several threads; see sdk/source.h.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "connectors/files/source_options.h"
#include "connectors/files/source_place.h"
#include "connectors/sdk/source.h"

namespace weir::files {

/// `tables` is empty for a pipeline of one table. Reads nothing yet; the options are checked.
Result<std::unique_ptr<sdk::Source>> make_source(const FilesSourceOptions& options,
                                                 const std::vector<TableOptions>& tables,
                                                 std::shared_ptr<Place> place);

}  // namespace weir::files
