// SPDX-License-Identifier: Apache-2.0
// A cell as text, for people and for messages; never on the way of rows. Used by previews, refusals and
// tests. A pure function.
#pragma once

#include <string>

#include "model/batch.h"

namespace weir::model {

/// "42", "0.5", "true", "2022-01-24", "2022-01-24T05:00:00Z", or the text itself. The cell is not null.
std::string cell_text(const ColumnView& column, std::size_t row);

}  // namespace weir::model
