// SPDX-License-Identifier: Apache-2.0
// The `files` destination: a folder of CSV, JSON-lines or Parquet files as a warehouse. Used by app
// through the factory. The destination may serve several loads at once, each on its own thread.
//
// docs/specs/files-destination.md states what lies in the folder and what a crash can leave there.
#pragma once

#include <memory>
#include <string>

#include "connectors/files/destination_options.h"
#include "connectors/sdk/destination.h"

namespace weir::files {

/// A relative folder in the options, and none, is meant inside `project_folder`. Touches nothing.
Result<std::unique_ptr<sdk::Destination>> make_files_destination(const FilesDestinationOptions& options,
                                                                 const std::string& project_folder);

}  // namespace weir::files
