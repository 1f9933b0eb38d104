// SPDX-License-Identifier: Apache-2.0
// Which columns can take our values. Used inside this folder only. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/schema.h"
#include "protocols/mysql/connection.h"

namespace weir::mysql {

/// A column's type, as information_schema tells it.
struct StoredType {
  std::string name;      ///< "varchar"
  std::string declared;  ///< "varchar(255)"
  int fraction = 0;      ///< digits of a time's fraction of a second
};

/// The declared type of a new column for ours. Text in a key needs a length, and compares byte by byte.
std::string new_type(model::Type type, Flavour flavour, std::size_t key_columns);

/// Whether the column can take our values, as far as each of them fits.
bool can_take(const StoredType& stored, model::Type type);

}  // namespace weir::mysql
