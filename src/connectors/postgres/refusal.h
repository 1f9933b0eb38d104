// SPDX-License-Identifier: Apache-2.0
// Why a row was not taken, in words that name the column and the value. Used inside this folder
// only. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "model/batch.h"
#include "model/schema.h"
#include "protocols/postgres/server_error.h"

namespace weir::postgres {

/// One row and the table it was meant for.
struct RefusedValues {
  std::string_view table;
  const model::Schema& schema;
  const model::BatchView& rows;
  std::size_t row;
};

/// The server's refusal of this row.
std::string refusal(const ServerError& failure, const RefusedValues& values);
/// "insert_id 'abc'": a column with its value, cut when long.
std::string show(const RefusedValues& values, std::size_t column);

}  // namespace weir::postgres
