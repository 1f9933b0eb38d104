// SPDX-License-Identifier: Apache-2.0
// The rules that every load request must follow, whatever the destination. Used by destinations at
// the start of begin(). Pure functions.
#pragma once

#include "base/result.h"
#include "connectors/sdk/destination.h"

namespace weir::sdk {

/// Fails with Unsupported when the destination cannot do what is asked, and with InvalidConfig when
/// the request contradicts itself: nameless or repeated tables and columns, names that
/// weir keeps for itself, keys and partition columns that the rows do not have.
Result<void> check_request(const LoadRequest& request, const DestinationCapabilities& capabilities);

/// Whether a partition's rows are found by time; otherwise by the loads that wrote them.
bool replaces_by_time(const TableTarget& target, const model::Partition& partition);

/// Fails with Internal when these are not the entries of this very load.
Result<void> check_entries(const std::vector<model::LedgerEntry>& entries, const std::string& load_id);

/// For a destination that finds a partition's rows by marks in a column `mark`, when earlier loads
/// have written rows without them: those could not be found and would be doubled. `remedy` is the
/// statement that lets the rows pass which will not be loaded again.
Failure unmarked_rows(const TableTarget& target, const model::Partition& partition, std::string_view mark,
                      std::string_view remedy);

}  // namespace weir::sdk
