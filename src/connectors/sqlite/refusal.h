// SPDX-License-Identifier: Apache-2.0
// Why SQLite did not take a row, in words that name the column and the value. Used inside this
// folder only. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "model/batch.h"
#include "model/schema.h"

namespace weir::sqlite {

/// One row and the table it was meant for.
struct RefusedValues {
  std::string_view table;
  const model::Schema& schema;
  const model::BatchView& rows;
  std::size_t row;
};

/// Whether a result code tells of one bad row, after which the others can go on.
bool is_refusal(int code);
/// `code` is SQLite's extended result code, `message` its own words.
std::string refusal(int code, std::string_view message, const RefusedValues& values);
/// "insert_id 'abc'": a column with its value, cut when long.
std::string show(const RefusedValues& values, std::size_t column);

}  // namespace weir::sqlite
