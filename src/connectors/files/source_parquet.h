// SPDX-License-Identifier: Apache-2.0
// Parquet files as an extraction of the source of files and objects. Used by source.cc only.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "connectors/files/source_place.h"
#include "connectors/sdk/source.h"

namespace weir::files {

/// The files one after the other; the first one's columns are those of all.
Result<std::unique_ptr<sdk::Extraction>> open_parquet(std::shared_ptr<Place> place,
                                                      const std::vector<sdk::InputStamp>& inputs,
                                                      const model::Schema& declared);

}  // namespace weir::files
