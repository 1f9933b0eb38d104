// SPDX-License-Identifier: Apache-2.0
// What a pipeline says about its tables in PostgreSQL. The connection's options are
// protocols/postgres/options.h. Values.
#pragma once

#include <string>

#include "config/spec.h"

namespace weir::postgres {

/// What happens to a text that is longer than its column, varchar(n) or char(n).
enum class LongText {
  Quarantine,  ///< its row is set aside
  Truncate,    ///< it is cut, and the cut ones are counted
  Widen,       ///< the column is made as wide as needed
};

struct DestinationOptions {
  LongText long_text = LongText::Quarantine;
};

const config::Spec<DestinationOptions>& destination_spec();

}  // namespace weir::postgres
