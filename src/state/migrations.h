// SPDX-License-Identifier: Apache-2.0
// The numbered steps that bring a state file to the layout of this program. For this folder only.
#pragma once

#include "base/result.h"
#include "state/sqlite_database.h"

namespace weir::state {

/// Applies the missing steps, each in a transaction. Unsupported for a newer layout, InvalidConfig
/// for an SQLite file of something else.
Result<void> migrate(Database& database);

}  // namespace weir::state
