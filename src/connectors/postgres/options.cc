// SPDX-License-Identifier: Apache-2.0
#include "connectors/postgres/options.h"

namespace weir::postgres {

const config::Spec<DestinationOptions>& destination_spec() {
  static const auto spec =
      config::Spec<DestinationOptions>(
          "postgres", "A table of the database; in another schema it is written schema.table.")
          .choice(
              "long_text", &DestinationOptions::long_text,
              {{"quarantine", LongText::Quarantine},
               {"truncate", LongText::Truncate},
               {"widen", LongText::Widen}},
              "What happens to a text with more characters than its column, varchar(n) or char(n), takes: "
              "quarantine sets its row aside, truncate cuts the text and counts the cut ones in a "
              "warning, widen makes the column as wide as needed.");
  return spec;
}

}  // namespace weir::postgres
