// SPDX-License-Identifier: Apache-2.0
// Named instants of a run at which tests end the process. Used by the runner.
#pragma once

#include <string_view>

#include "io/environment.h"

namespace weir::execution {

/// Sends this process SIGKILL when WEIR_CRASH_AT names the point, SIGINT when WEIR_INTERRUPT_AT
/// does: "published" at its first pass, "published:3" at its third. Does nothing otherwise. The
/// points, in order: claimed, extracted, staged, published, recorded and, for partitions that are
/// objects, filed.
void crash_point(std::string_view point, const io::Environment& environment);

}  // namespace weir::execution
