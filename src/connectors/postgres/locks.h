// SPDX-License-Identifier: Apache-2.0
// Advisory locks: words between sessions of weir, which nobody else minds. They end with the
// transaction. Used inside this folder only.
#pragma once

#include <string>

#include "protocols/postgres/connection.h"

namespace weir::postgres {

enum class LockMode { Shared, Exclusive };

/// Waits for the lock, as long as lock_timeout allows. Names are hashed to 64 bits; two that meet by
/// chance only wait for each other.
Result<void> lock(Connection& connection, LockMode mode, const std::string& name);

/// Ends other sessions that hold the lock, of this role. For a session that was lost.
Result<void> end_holders(Connection& connection, const std::string& name);

}  // namespace weir::postgres
