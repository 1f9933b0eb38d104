// SPDX-License-Identifier: Apache-2.0
// The destinations `files`, `s3` and `gcs`: a folder or a bucket of CSV, JSON-lines or Parquet files
// as a warehouse. Used by the connectors. A destination may serve several loads at once, each on its
// own thread.
//
// docs/specs/files-destination.md states what lies there and what a crash can leave.
#pragma once

#include <memory>
#include <string>

#include "connectors/files/destination_depot.h"
#include "connectors/files/destination_options.h"
#include "connectors/sdk/destination.h"

namespace weir::files {

Result<std::unique_ptr<sdk::Destination>> make_destination(const FilesDestinationOptions& options,
                                                           std::shared_ptr<Depot> depot);

/// The option `folder` is a prefix of keys. Sends nothing yet.
Result<std::unique_ptr<sdk::Destination>> make_bucket_destination(const FilesDestinationOptions& options,
                                                                  std::shared_ptr<io::ObjectStore> store);

/// A relative folder in the options, and none, is meant inside `project_folder`. Touches nothing.
Result<std::unique_ptr<sdk::Destination>> make_files_destination(const FilesDestinationOptions& options,
                                                                 const std::string& project_folder);

}  // namespace weir::files
