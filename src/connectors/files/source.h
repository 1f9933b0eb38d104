// SPDX-License-Identifier: Apache-2.0
// The `files` source: JSON lines, CSV, access logs and Parquet in files of this machine.
// Made by the connector list of app/. Usable from several threads; see sdk/source.h.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "connectors/files/source_options.h"
#include "connectors/sdk/source.h"

namespace weir::files {

/// Relative paths start at the project folder. Reads nothing yet; the options are checked.
Result<std::unique_ptr<sdk::Source>> make_files_source(const FilesSourceOptions& options,
                                                       const std::string& project_folder);

}  // namespace weir::files
