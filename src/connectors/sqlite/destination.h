// SPDX-License-Identifier: Apache-2.0
// The destination "sqlite": tables in a SQLite file. Used by the list of connectors. Thread-safe;
// one load at a time.
#pragma once

#include <memory>
#include <string>

#include "connectors/sdk/destination.h"
#include "connectors/sqlite/options.h"

namespace weir::sqlite {

/// Does not touch the file yet. A load must not outlive the destination that began it.
Result<std::unique_ptr<sdk::Destination>> make_sqlite_destination(const SqliteOptions& options,
                                                                  const std::string& project_folder);

}  // namespace weir::sqlite
