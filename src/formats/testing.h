// SPDX-License-Identifier: Apache-2.0
// Shows decoded rows as text, so that a test's expectation is one string. Used by tests only.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "base/time.h"
#include "formats/decoder.h"
#include "model/cell_text.h"
#include "model/schema.h"

namespace weir::formats {

struct Decoded {
  std::string rows;     ///< "1|text|NULL\n" for each row
  std::string rejects;  ///< "line: reason\n" for each reject
  std::string origins;  ///< "line@offset+length " for each row
};

inline std::string show_cell(const model::ColumnView& column, std::size_t row) {
  if (column.is_null(row)) return "NULL";
  return model::cell_text(column, row);
}

inline std::string show_rows(const model::Batch& batch) {
  std::string out;
  const auto view = batch.view();
  for (std::size_t row = 0; row < view.rows; ++row) {
    for (std::size_t column = 0; column < view.columns.size(); ++column) {
      if (column > 0) out += '|';
      out += show_cell(view.columns[column], row);
    }
    out += '\n';
  }
  return out;
}

inline Decoded decode_text(const Decoder& decoder, const model::Schema& schema, std::string_view text) {
  const auto block = RawBlock::copy_of(text);
  model::Batch batch(schema);
  std::vector<RowReject> rejects;
  Decoded out;
  if (const auto done = decoder.decode(block, batch, rejects); !done.ok())
    out.rejects = done.error().to_string();
  out.rows = show_rows(batch);
  for (const auto& reject : rejects)
    out.rejects += fmt::format("{}: {}\n", reject.origin.line, reject.reason);
  for (const auto& origin : batch.origins()) {
    out.origins += fmt::format("{}@{}+{} ", origin.line, origin.offset, origin.length);
  }
  return out;
}

}  // namespace weir::formats
