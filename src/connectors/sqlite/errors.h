// SPDX-License-Identifier: Apache-2.0
// SQLite's result codes as errors for people. Used inside this folder only. Thread-safe as long as
// the connection is used by one thread.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

struct sqlite3;

namespace weir::sqlite {

/// The failure that a connection met last, in our words.
Error error_of(sqlite3* database);
/// The same for a result code, SQLite's message and the file's path.
Error error_for(int code, std::string_view message, const std::string& path);

/// Who holds a lock on the database file: "process 4711 (sqlite3)"; empty when it cannot be told.
std::string lock_holders(const std::string& path);

}  // namespace weir::sqlite
