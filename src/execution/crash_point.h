// SPDX-License-Identifier: Apache-2.0
// Named instants of a run at which the crash tests kill the process. Used by the runner.
#pragma once

#include <string_view>

#include "io/environment.h"

namespace weir::execution {

/// Kills this process with SIGKILL when WEIR_CRASH_AT names the point: "published" at its first
/// pass, "published:3" at its third. Does nothing otherwise. The points, in order: claimed,
/// extracted, staged, published, recorded.
void crash_point(std::string_view point, const io::Environment& environment);

}  // namespace weir::execution
