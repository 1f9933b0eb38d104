// SPDX-License-Identifier: Apache-2.0
// Rows that a source is about to remove although they are not loaded. Used by check and gaps. No state.
#pragma once

#include <string>
#include <vector>

#include "base/time.h"
#include "execution/pipeline.h"

namespace weir::app {

/// What to say of partitions that were never loaded and whose rows go soon, or are gone; empty: nothing.
std::string retention_alarm(const execution::Pipeline& pipeline, const std::vector<model::Partition>& missing,
                            Timestamp now);

}  // namespace weir::app
