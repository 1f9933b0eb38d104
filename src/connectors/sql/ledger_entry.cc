// SPDX-License-Identifier: Apache-2.0
#include "connectors/sql/ledger_entry.h"

namespace weir::sql {

Result<Timestamp> ledger_time(std::string_view text) {
  const auto time = parse_timestamp(text);
  if (!time) return fail(ErrorCode::DataMismatch, "_weir_loads holds '{}' where a time should stand", text);
  return *time;
}

}  // namespace weir::sql
