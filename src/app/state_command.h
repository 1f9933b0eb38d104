// SPDX-License-Identifier: Apache-2.0
// `weir state rebuild`. Used by the command line and by tests.
#pragma once

#include "app/context.h"

namespace weir::app {

ExitCode rebuild_state(Context& context);

}  // namespace weir::app
