// SPDX-License-Identifier: Apache-2.0
// Which days a run of an original loads that copied one day at a time. Used by original_run.cc.
#pragma once

#include <string>
#include <vector>

#include "app/partition_plan.h"

namespace weir::app {

/// The days since the first run that are over and not loaded; on the first run the last one that is over.
/// A day that was asked for by its name does not count as the first. Each keeps in the ledger when the
/// days began.
Result<std::vector<PlannedPartition>> due_days(const execution::Pipeline& pipeline, state::StateStore& state,
                                               Timestamp now);

}  // namespace weir::app
