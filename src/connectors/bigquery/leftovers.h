// SPDX-License-Identifier: Apache-2.0
// What earlier loads of a partition have left behind when their process died. Used by the destination
// before a load begins.
//
// A process that died may have sent its publication, and nobody knows whether that arrives. So the id of
// its job is taken first, by a query that does nothing: either that works, and the publication can never
// happen any more, or the job is there and tells how it ended.
#pragma once

#include <string>

#include "connectors/bigquery/dataset.h"
#include "connectors/sdk/destination.h"

namespace weir::bigquery {

/// Ends what is left of the partition and removes its staging tables and objects. Conflict when one of
/// the loads turns out to be published: who asked the ledger before that must ask again.
Result<void> settle_leftovers(Dataset& dataset, const sdk::LoadRequest& request);

/// Whether a publication's job is a query that kept it from happening.
bool is_fence(const std::string& sql);

}  // namespace weir::bigquery
