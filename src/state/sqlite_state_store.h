// SPDX-License-Identifier: Apache-2.0
// The state store in one SQLite file, `.weir/state.db`. Used by the wiring in app and by tests.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "state/state_store.h"

namespace weir::state {

/// Opens or creates a state file, with its folder, and brings its layout up to date. ":memory:" is
/// a store of its own. Unsupported when a newer weir wrote the file; DataMismatch when it is damaged.
Result<std::unique_ptr<StateStore>> open_sqlite_state(const std::string& path);

/// Moves a state file, which may be damaged, out of the way so that a new one can be built; returns
/// the name it has now, or an empty text when there was none.
Result<std::string> set_state_aside(const std::string& path, Timestamp now);

}  // namespace weir::state
