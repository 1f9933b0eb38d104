// SPDX-License-Identifier: Apache-2.0
// Our column types in SQLite: what a new column is declared as, and what a declared one can take.
// Used inside this folder only. Pure functions.
#pragma once

#include <optional>
#include <string_view>

#include "model/schema.h"

namespace weir::sqlite {

/// How a value is handed to SQLite.
enum class Binding { Boolean, Integer, Double, DoubleAsText, Text, Blob, Timestamp, Date };

/// The declared type of a column that weir makes: "TIMESTAMP". STRICT tables know fewer types.
std::string_view declared_type(model::Type type, bool strict);

/// How values of our type go into a column of a declared type; nothing when they would not come out
/// as they went in.
std::optional<Binding> binding_into(std::string_view declared, model::Type type);

}  // namespace weir::sqlite
