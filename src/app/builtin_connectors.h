// SPDX-License-Identifier: Apache-2.0
// The connectors that this program has. A new one is one line in the source file.
#pragma once

#include "project/project.h"

namespace weir::app {

const project::Connectors& builtin_connectors();

}  // namespace weir::app
